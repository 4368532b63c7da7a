"""The endpoints `ask` and `search` of the page, for programs and, as tools, for MCP."""

# Gradio reads the annotations of its callbacks as types, so they may not become strings here.

import json
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ui.api import REFUSALS, Api, Caller, CallError, told
from ui.gatekeeping import ACCOUNT

if TYPE_CHECKING:
    import gradio as gr

log = logging.getLogger(__name__)

# So many calls wait in the queue of Gradio at once; its other places are the page's.
AT_ONCE = 8


def add_endpoints(
    api: Api, visitor_of: "Callable[[gr.Request], Caller]", *, accounts: bool
) -> None:
    """Adds both endpoints to the page that is being built: call it within its `gr.Blocks`.

    Args:
        api: what they do.
        visitor_of: who makes a request. Its `username` is the name that was signed in with, None
            without one; its `session_hash` is the address that it comes from.
        accounts: whether a caller has to be signed in.
    """
    import gradio as gr

    async def carry_out(request: Any, work: Callable[..., Awaitable[Any]], **given: object) -> Any:
        # A request through MCP is none of Gradio's, and its answer would be the text of a dict.
        through_mcp = not isinstance(request, gr.Request)
        asked = request if through_mcp else request.request
        name = getattr(asked.state, ACCOUNT, None) if through_mcp else request.username
        # A program chooses its session itself, and could be another visitor each time.
        address = asked.client.host if asked.client else ""
        request = gr.Request(asked, username=name, session_hash=address)
        try:
            if accounts and not name:
                raise CallError(reason="sign in with the name and the password of an account.")
            result = await work(visitor_of(request), **given)
        except REFUSALS as exc:
            raise gr.Error(told(exc), print_exception=False) from exc
        except Exception as exc:
            log.exception("A call failed")
            raise gr.Error(told(exc), print_exception=False) from exc
        return json.dumps(result, ensure_ascii=False) if through_mcp else result

    # Gradio gives the arguments by position.
    async def ask(  # noqa: PLR0917
        question: str,
        request: gr.Request,
        history: list[dict[str, Any]] | None = None,
        corpus: str = "",
        since: str = "",
        until: str = "",
    ) -> dict[str, Any]:
        """Answers a question from the user's own documents, in the language of the question.

        The documents are news articles and reports, in Arabic or English. What is answered from
        them cites a sentence, word for word. When they do not hold the answer, the status is
        NOT_FOUND, and none must be made up.

        Args:
            question: What to find out, in Arabic, English or another language.
            history: Earlier turns, oldest first: {"question": "...", "answer": "..."} each.
            corpus: Name of the collection of documents to ask; empty for the default one.
            since: First day of publication, like 2024-01-31; empty for no limit.
            until: Last day of publication, like 2024-12-31; empty for no limit.

        Returns:
            the text of the answer with its marks [1], its status (ANSWERED, PARTIAL or NOT_FOUND),
            its citations with quote, title, source and date, and the passages that were read.
        """
        return await carry_out(  # type: ignore[no-any-return]
            request,
            api.ask,
            question=question,
            history=history,
            corpus=corpus,
            since=since,
            until=until,
        )

    async def search(  # noqa: PLR0917
        query: str,
        request: gr.Request,
        top_k: int | None = None,
        corpus: str = "",
        since: str = "",
        until: str = "",
    ) -> list[dict[str, Any]]:
        """Finds the passages of the user's own documents that are nearest to a query, best first.

        It gives the words of the documents and no answer. A query in one language also finds
        passages in another.

        Args:
            query: What the passages should be about, in any language.
            top_k: Most passages to give, 1 to 50; the server's own number if left out.
            corpus: Name of the collection of documents to search; empty for the default one.
            since: First day of publication, like 2024-01-31; empty for no limit.
            until: Last day of publication, like 2024-12-31; empty for no limit.

        Returns:
            a list of passages with title, source, published (the day), text, and cosine (-1 to 1).
        """
        return await carry_out(  # type: ignore[no-any-return]
            request, api.search, query=query, top_k=top_k, corpus=corpus, since=since, until=until
        )

    for endpoint in (ask, search):
        # In the queue of Gradio, MCP would call the page over HTTP, and not as its visitor.
        gr.api(
            endpoint,
            api_name=endpoint.__name__,
            queue=False,
            concurrency_id="api",
            concurrency_limit=AT_ONCE,
        )
