"""Values into HTML: jinja2 templates that escape whatever they are given."""

from __future__ import annotations

import functools

import jinja2
from markupsafe import Markup

from ui.strings import Language, shown, text


def render(template: str, language: Language, **values: object) -> Markup:
    """The template of that file name under `ui/templates`, filled.

    Every template also knows `language`, the `side` that its lines begin on ("rtl" or "ltr"), the
    page's texts as `t(key, **facts)`, and the filter `shown`. What was rendered may be put into
    another template as it is.

    Raises:
        jinja2.UndefinedError: the template needs a value that is not given.
    """
    html = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            side="rtl" if language == "ar" else "ltr",
            t=functools.partial(text, language),
            **values,
        )
    )
    return Markup(html)  # noqa: S704 - the template has escaped what it was given


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ui"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    return environment
