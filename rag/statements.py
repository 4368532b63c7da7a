"""What a sentence answers, in words that it bears out: the model's, or else the document's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from rag.arabic_names import could_be_name, is_likely_name, likely_names, listed_name, may_be_name
from rag.citations import check_support, extract
from rag.consonants import tells_apart
from rag.dates import resolve_dates, stated_dates
from rag.drafting import attempts, goes_round, translate, write_draft
from rag.evidence import worded_for_model
from rag.faithfulness import BEFORE_DATES, faults, share_told, strange_words
from rag.generation import TextModel
from rag.glossary import is_dual, unlisted_words
from rag.into_arabic import arabic_for, share_told_in_arabic, with_listed_names
from rag.lexical import content_stems
from rag.names import CAPITALISED, latin_names, occurs, with_final_ya
from rag.quantities import is_number, quantities, ranks_counted, unstated
from rag.romanise import is_place, mend_names, romanise, spell_as_usual
from rag.schema import Delta, Evidence, Status
from rag.sentences import sentences
from rag.text import detect_language, direction, fold, has_mixed_word, split_words
from rag.word_forms import asks_on, new_forms
from rag.wording import phrase, spoken

Likeness = Callable[[Sequence[str], str], Sequence[float]]
"""How near each text is to another in meaning, in whichever languages, from -1 to 1."""

# Of 52 translations of answering words from kept articles, the 13 below this were wrong, like
# "pharmacist" for «نقيب الصيادين», and from .64 on most were right. Spelled anew, 15 of 16
# names were above it, and 12 of 14 other words below.
_LEAST_LIKENESS = 0.6
# Of those without a fault five of seven from here on were right, like "180 spectators".
_LEAST_OF_FAULTLESS = 0.55
# Of drafts about kept articles with no number in the answering words, 7 were not nearer to these
# than the question, and wrong. True answers that tell more are this much nearer to the sentence.
_OF_THE_SENTENCE = 0.25
# Of 75 drafts about kept articles, 12 told at most a quarter of the listed words, and 11 of these
# were wrong: "five feet" for «خمسة أمتار», "dollars" for «دينار».
_LEAST_TOLD = 0.25
_MOSTLY_TOLD = 0.5
# How a time lies to a date that follows.
_RELATIONS = {
    fold(arabic): english
    for arabic, english in (("قبل", "before"), ("بعد", "after"), ("منذ", "since"), ("حتى", "until"))
}
_TWO = re.compile(r"\b(?:both|twice|pair|couple)\b")
# Of 45 Arabic drafts about kept English articles, 28 told no more of the English words, and 25 of
# these were wrong: «جمعت الأرز» for "gathering wild leaves".
_LEAST_TOLD_IN_ARABIC = 0.6
# Of 37 drafts about kept articles that the sentence bore out, 10 had as many words that came from
# nowhere, and 7 of these were wrong, like "night-time pollution" for the bonus of a night shift.
# So are translations; and a draft, which comes where no translation holds, may have none.
_MANY_STRANGE = 2


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
        translations = _translations(
            told, query, language=language, model=model, max_tokens=max_tokens, likeness=likeness
        )
        source = worded_for_model(told, spoken(language))
        for words in translations:
            if _holds(words, query, told, source, language):
                return Statement(_beside_original(words, told, language))
    draft, shown = "", worded_for_model(best, spoken(language))
    all_arabic = language == "ar" == detect_language(best.text)
    pieces = write_draft(query, shown, language=language, model=model, max_tokens=max_tokens)
    with closing(pieces):
        for piece in pieces:
            draft += piece
            on_word()
            yield Delta(piece)
            if goes_round(draft):
                break
            # The last word may go on in the next piece.
            whole_words = draft.rpartition(" ")[0] if all_arabic else ""
            if whole_words and _is_misworded(_first_sentence(whole_words), query, shown):
                break
    said = _with_mended_names(_first_sentence(draft), query, best, shown, model)
    borne_out = is_borne_out(said, query, best, language=language, likeness=likeness)
    strange = language == "en" and strange_words(said, text=best.text, given=query)
    misworded = all_arabic and _is_misworded(said, query, shown)
    if borne_out and not strange and not misworded:
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


def is_borne_out(
    said: str, query: str, best: Evidence, *, language: str, likeness: Likeness | None
) -> bool:
    """Whether what is said in answer to a question may be shown as fact.

    Every number, name and negation of it is in the sentence or the question, and every word if both
    are of one language; it says the answering words, in no other letters than its language has.

    Args:
        said: one sentence.
        query: the question, standing alone.
        best: the sentence it rests on, its answering words marked.
        language: to answer in.
        likeness: compares texts of two languages in meaning; without it that is not done.
    """
    shown = worded_for_model(best, spoken(language))
    return _holds(said, query, best, shown, language) and _says_it(said, query, best, likeness)


def _translations(
    best: Evidence,
    query: str,
    *,
    language: str,
    model: TextModel,
    max_tokens: int,
    likeness: Likeness | None,
) -> Iterator[str]:
    """The answering words in the language of the answer, best first, if that is another one.

    None in other languages than English and Arabic, and Arabic of English words only, as what
    cannot be compared with a word list is not known to be right.
    """
    source = detect_language(best.text)
    if language == "en" != source:
        yield from _in_english(best, query, model, max_tokens, likeness)
    elif (source, language) == ("en", "ar"):
        yield from _in_arabic(best, query, model, max_tokens, likeness)


def _in_english(
    best: Evidence, query: str, model: TextModel, max_tokens: int, likeness: Likeness | None
) -> Iterator[str]:
    """The answering words in English, best first: their date, their listed name, their meaning.

    A name is nearer in meaning to its spelling than to what a model makes of it, and other words
    are nearer to their translation. What stands after «مدينة» is surely a name, and so are likely
    names of several words. A translation comes last that leaves half of the words out, or if all of
    them could be a name.
    """
    if date := _date_in_words(best):
        yield date
    if listed := listed_name(best.marked):
        yield listed
    said, wrong = _translated(best, query, model, max_tokens, likeness)
    name = romanise(_as_spelled(best), like=said, model=model) if _may_be_spelled(best) else None
    if name and _is_name(best):
        yield name
    share = _share_told(said, best)
    added = strange_words(said, text=best.marked, given=query)
    holds = share > _LEAST_TOLD and len(added) < _MANY_STRANGE and not _guesses(said, best)
    found = list(filter(None, (said if holds else "", name)))
    alike = _likeness_of(found, best, likeness)
    last = said if share <= _MOSTLY_TOLD or could_be_name(best.marked) else ""
    for near, words in sorted(
        zip(alike, found, strict=True), key=lambda pair: (pair[1] == last, -pair[0])
    ):
        if near >= (_LEAST_OF_FAULTLESS if words == said and not wrong else _LEAST_LIKENESS):
            yield words


def _translated(
    best: Evidence, query: str, model: TextModel, max_tokens: int, likeness: Likeness | None
) -> tuple[str, int]:
    """The answering words as the model translates them, and how many faults that has.

    A second attempt is made where the first has any. Of 50 that were, about kept articles, it was
    the better one 15 times and the worse one 4 times, chosen by what holds, and then by the number
    of faults; of two with as many the one nearer in meaning is taken.
    """
    shown = worded_for_model(best, "en")
    made: dict[str, tuple[bool, int]] = {}
    for again in attempts(model, to="en"):
        said = translate(
            best.marked, to="en", model=model, max_tokens=max_tokens, asked=query, again=again
        )
        said = _with_mended_names(said, query, best, shown, model)
        wrong = faults(best.marked, said, given=query)
        made[said] = not _holds(said, query, best, shown, "en"), wrong
        if made[said] == (False, 0):
            break
    least = min(made.values())
    chosen = [said for said in made if made[said] == least]
    if len(chosen) == 1:
        return chosen[0], least[1]
    near = _likeness_of(chosen, best, likeness)
    _, said = max(zip(near, chosen, strict=True), key=lambda pair: pair[0])
    return said, least[1]


def _likeness_of(
    texts: Sequence[str], best: Evidence, likeness: Likeness | None
) -> Sequence[float]:
    """How near each text is to the answering words in meaning; without `likeness` all are."""
    return likeness(texts, best.marked) if likeness and texts else [1.0] * len(texts)


def _in_arabic(
    best: Evidence, query: str, model: TextModel, max_tokens: int, likeness: Likeness | None
) -> Iterator[str]:
    """The answering words in Arabic, if most of them are told and it means the same."""
    for again in attempts(model, to="ar"):
        said = translate(
            best.marked, to="ar", model=model, max_tokens=max_tokens, asked=query, again=again
        )
        said = with_listed_names(said, source=best.marked)
        (near,) = _likeness_of([said], best, likeness)
        share = _share_told(said, best)
        least = _LEAST_OF_FAULTLESS if share == 1.0 else _LEAST_LIKENESS
        if share > _LEAST_TOLD_IN_ARABIC and near >= least:
            yield said


def _says_it(said: str, query: str, best: Evidence, likeness: Likeness | None) -> bool:
    """Whether a draft says the answering words, and not only what the question says already.

    In the document's language it has a word of theirs. In another it tells some of them by the word
    list, and who is named among them; and it names one of them that the question does not, or is
    nearer to them in meaning than the question is, or tells much of the sentence besides. Numbers
    are compared by value, and that was done.
    """
    same = detect_language(said) == detect_language(best.text)
    least = _LEAST_TOLD_IN_ARABIC if _is_into_arabic(said, best) else _LEAST_TOLD
    if not same and (_share_told(said, best) <= least or not _tells_who(said, query, best)):
        return False
    if quantities(best.marked):
        return True
    if same:
        wanted = content_stems(best.marked) - content_stems(query)
        return not wanted or bool(wanted & content_stems(said))
    if likeness is None or _names_anew(said, query, best):
        return True
    told, asked = likeness([said, query], best.marked)
    if told > asked:
        return True
    told, asked = likeness([said, query], best.text)
    return told > asked + _OF_THE_SENTENCE


def _names_anew(said: str, query: str, best: Evidence) -> bool:
    """Whether an English draft has a name of the answering words that the question has not."""
    return any(occurs(name, best.marked) and not occurs(name, query) for name in latin_names(said))


def _tells_who(said: str, query: str, best: Evidence) -> bool:
    """Whether an English draft has a part of the name in the answering words, if one is there.

    Whom the question names need not be named again. One word alone may look like a name by chance.
    """
    named = [span.of(best.marked) for span in likely_names(best.marked)]
    told = (*latin_names(query), *latin_names(said))
    return len(named) < 2 or any(occurs(name, " ".join(named)) for name in told)


def _share_told(said: str, best: Evidence) -> float:
    """The share of the answering words that is told, as far as a word list shows it."""
    marked = _without_resolved_dates(best)
    return (share_told_in_arabic if _is_into_arabic(said, best) else share_told)(marked, said)


def _is_into_arabic(said: str, best: Evidence) -> bool:
    return (detect_language(best.text), detect_language(said)) == ("en", "ar")


def _is_name(best: Evidence) -> bool:
    """Whether the answering words are the name of a place, or of a person with several words."""
    several = " " in best.marked
    return is_place(best.text[: best.mark.start], best.marked) or (
        several and is_likely_name(best.mark, best.text)
    )


def _may_be_spelled(best: Evidence) -> bool:
    """Whether the answering words may be a name as a whole, and not some of them with a verb."""
    mark, text = best.mark, best.text
    whole = is_place(text[: mark.start], best.marked) or is_likely_name(mark, text)
    some = any(mark.start <= name.start and name.end <= mark.end for name in likely_names(text))
    return may_be_name(best.marked) and (whole or not some)


def _guesses(said: str, best: Evidence) -> bool:
    """Whether an English translation has no name for an answering word that is not listed.

    Then the model had to guess: of nine such translations of words from kept articles, eight were
    wrong, like "76 apples" for nests. A word of one consonant could be any name, "The" too.
    """
    names = list(filter(tells_apart, CAPITALISED.findall(said)))
    unlisted = unlisted_words(best.marked)
    return any(not any(occurs(name, word) for name in names) for word in unlisted)


def _first_sentence(draft: str) -> str:
    """What was asked for: a model that goes on repeats the question, or obeys it."""
    text = " ".join(draft.split())
    return next((span.of(text) for span in sentences(text)), "")


def _holds(said: str, query: str, best: Evidence, shown: str, language: str) -> bool:
    wanted = "rtl" if spoken(language) == "ar" else "ltr"
    readable = not (has_mixed_word(said) or _leaves_english(said, best)) and (
        direction(said) == wanted or not any(map(str.isalpha, said))
    )
    stated = _without_resolved_dates(best)
    complete = not unstated(stated, said, query)
    if language == "en":
        complete = complete and not (ranks_counted(said, stated) or _lacks_two(stated, said, query))
    return readable and complete and check_support(said, question=query, shown=shown).holds


def _lacks_two(stated: str, said: str, query: str) -> bool:
    """Whether neither an answer nor its question tells that an Arabic text names two of a thing."""
    duals = (word for word in split_words(stated) if is_dual(word) and not is_number(word))
    told = f"{said} {query}".casefold()
    return any(duals) and not ("2" in quantities(told) or _TWO.search(told))


def _leaves_english(said: str, best: Evidence) -> bool:
    """Whether an Arabic text of an English one has its words that are no names: «fourteen سنة»."""
    if not _is_into_arabic(said, best):
        return False
    left = (word for word in split_words(said) if word.isascii() and word.islower())
    return any(arabic_for(word) or is_number(word) for word in left)


def _without_resolved_dates(best: Evidence) -> str:
    """The answering words without the dates that an answer tells in another form."""
    if best.answer is None:
        return ""
    kept = list(best.text)
    for date in resolve_dates(best.text, best.passage.published, "en"):
        kept[date.span.start : date.span.end] = " " * (date.span.end - date.span.start)
    return best.mark.of("".join(kept))


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


def _date_in_words(best: Evidence) -> str | None:
    """The English date that the answering words are, with a "before" or the like ahead of it."""
    text, mark = best.text, best.mark
    for date in (*resolve_dates(text, best.passage.published, "en"), *stated_dates(text, "en")):
        if not date.span.overlaps(mark) or split_words(text[date.span.end : mark.end]):
            continue
        ahead = [fold(word) for word in split_words(text[mark.start : date.span.start])]
        related = [_RELATIONS[word] for word in ahead if word in _RELATIONS]
        others = (word for word in ahead if word not in _RELATIONS)
        if len(related) < 2 and all(word == "في" or _goes_without_saying(word) for word in others):
            return " ".join((*related, date.words))
    return None


def _goes_without_saying(word: str) -> bool:
    stems = content_stems(word)
    return bool(stems) and stems <= BEFORE_DATES


def _with_mended_names(said: str, query: str, best: Evidence, shown: str, model: TextModel) -> str:
    said = spell_as_usual(said, source=best.text, kept=query)
    missing = check_support(said, question=query, shown=shown).missing_names
    return mend_names(said, missing, source=_as_spelled(best), model=model) if missing else said


def _as_spelled(best: Evidence) -> str:
    """The answering words as their names are read: with «ي» for «ى» in an Egyptian text."""
    return with_final_ya(best.marked, of=best.text)
