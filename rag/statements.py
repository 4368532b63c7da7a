"""What a sentence answers, in words that it bears out: the model's, or else the document's own."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace

from rag.arabic_names import is_likely_name
from rag.borne_out import Likeness, holds, is_borne_out
from rag.citations import extract
from rag.drafting import goes_round, write_draft
from rag.evidence import worded_for_model
from rag.faithfulness import strange_words
from rag.generation import TextModel
from rag.schema import Delta, Evidence, Status
from rag.sentences import sentences
from rag.text import detect_language
from rag.translations import translations, with_mended_names
from rag.word_forms import asks_on, new_forms
from rag.wording import phrase, spoken


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says, as the answer has it."""

    text: str
    status: Status = Status.ANSWERED


def state(
    best: Evidence,
    query: str,
    *,
    language: str,
    model: TextModel | None,
    likeness: Likeness | None,
    max_tokens: int,
    on_word: Callable[[], None],
) -> Generator[Delta, None, Statement]:
    """Has the model say what a sentence answers, and falls back on the document's own words.

    Arabic is translated into English and English into Arabic, the answering words alone, with the
    original beside them; if these cannot be told truly, the name among them that answers. A small
    model that is to word them in a sentence of another language makes more mistakes and takes twice
    as long: 7 of 56 English drafts about kept articles that were borne out were wrong, 3 of the
    translations. In the same language, or if no translation holds, it drafts a sentence. One that
    the document's does not bear out, that does not say the answering words, or that has a word from
    nowhere or, in Arabic, in a form of its own gives way to the clause as it is written.

    Args:
        best: the sentence, its answering words marked.
        query: the question, standing alone.
        language: of the answer.
        model: None quotes the clause at once.
        likeness: compares texts of two languages in meaning; without it that is not done.
        max_tokens: most tokens of the draft.
        on_word: called as each piece of the draft comes.

    Raises:
        GenerationError: the model failed.
    """
    if model is None:
        return _quotation(best, language)
    for told in (best, *_named_within(best)):
        source = worded_for_model(told, spoken(language))
        for words in translations(
            told, query, language=language, model=model, max_tokens=max_tokens, likeness=likeness
        ):
            if holds(words, query, told, source, language):
                return Statement(_beside_original(words, told, language))
    shown = worded_for_model(best, spoken(language))
    all_arabic = language == "ar" == detect_language(best.text)
    draft = ""
    with closing(
        write_draft(query, shown, language=language, model=model, max_tokens=max_tokens)
    ) as pieces:
        for piece in pieces:
            draft += piece
            on_word()
            yield Delta(piece)
            # The last word may go on in the next piece.
            whole_words = _first_sentence(draft.rpartition(" ")[0]) if all_arabic else ""
            if goes_round(draft) or (whole_words and _is_misworded(whole_words, query, shown)):
                break
    said = with_mended_names(_first_sentence(draft), query, best, shown, model)
    borne_out = is_borne_out(said, query, best, language=language, likeness=likeness)
    # A draft comes where no translation holds, and may have no strange word.
    strange = language == "en" and strange_words(said, text=best.text, given=query)
    if borne_out and not strange and not (all_arabic and _is_misworded(said, query, shown)):
        return Statement(said)
    return _quotation(best, language)


def _is_misworded(said: str, query: str, shown: str) -> bool:
    """Whether an Arabic draft about an Arabic sentence has a word in a form of the model's own.

    Of 34 that were borne out, ten had one or opened with the question's word for asking, and none
    of these was good Arabic, like «حكم الصادر», or «قال» of a woman; four of the others were not.
    """
    return asks_on(said, query) or bool(new_forms(said, given=f"{query} {shown}"))


def _named_within(best: Evidence) -> tuple[Evidence, ...]:
    """The sentence with only the name marked that is the likeliest few of its answering words.

    Other words may say too little alone. Of nine answers from kept articles whose words were not
    told truly, the likeliest few of two were told well: "working in cities" is no reason, and
    "Three" not «الثلاث والعشرين».
    """
    core = replace(best, answer=best.core, core=None)
    return (core,) if best.core is not None and is_likely_name(core.mark, core.text) else ()


def _first_sentence(draft: str) -> str:
    """What was asked for: a model that goes on repeats the question, or obeys it."""
    text = " ".join(draft.split())
    return next((span.of(text) for span in sentences(text)), "")


def _beside_original(words: str, best: Evidence, language: str) -> str:
    """A translation with the original beside it, unless that is the same, like a year."""
    quote = " ".join(best.marked.split()).rstrip(".")
    if words == quote:
        return words
    shown = f"{words[:1].upper()}{words[1:]}"
    return phrase("translated", language, translation=shown, quote=quote)


def _quotation(best: Evidence, language: str) -> Statement:
    """The clause that answers, as written; PARTIAL if not in the question's language."""
    clause = extract(best)
    understood = detect_language(clause) == language
    return Statement(
        phrase("quoted", language, quote=" ".join(clause.split())),
        Status.ANSWERED if understood else Status.PARTIAL,
    )
