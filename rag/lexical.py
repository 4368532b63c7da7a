"""BM25 over stemmed words: the lexical leg of retrieval, for Arabic and English.

A word is folded (`rag.text.fold`), loses the Arabic article with what is written on to it
(«والعراق» and «للعراق» become «عراق»), and is stemmed by Snowball in the language of its script.
Function words are left out, and a number counts by its value, whichever digits it is written in.
What is written together counts apart: «الـ1500», «وCNN», «#طوفان_الأقصى».
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any

from rag.text import ARABIC_FUNCTION_WORDS, ENGLISH_FUNCTION_WORDS, fold, numbers, split_words

# The stemmer leaves «والعراق» and «فالعراق» whole, and stems «المحادثات» and «محادثات» to different
# words; with the article gone first, both agree. Measured as MRR@10 of BM25 alone, with function
# words left out: TyDi QA Arabic .865 to .877, ARCD .799 to .813.
_ARTICLE = re.compile("^(?:[وف]?(?:[بك]?ال|لل))(?=...)")
_ARABIC = re.compile("[\u0620-\u06ff]")
_PARTS = re.compile(r"[\u0620-\u06ff]+|[^\s_\u0620-\u06ff]+")
# What Arabic writes on to a number or a Latin name: «الـ1500», «وCNN».
_WRITTEN_ON = re.compile("[وف]?(?:[بكل]|[بك]?ال|لل)?")

# Egyptian papers write «مسئول» and «رءوس» for «مسؤول» and «رؤوس».
_HAMZA = re.compile("[ئء](?=و)")
# Letters for sounds that Arabic lacks, as in «ڤيينا» and «ڨفصة», and how other papers spell them.
_BORROWED = str.maketrans("ڤڥپچڨگ", "ففبجقك")
# "U.S." is the same as "US".
_INITIALS = re.compile(r"\b[A-Za-z](?:\.[A-Za-z])+\b\.?")


class LexicalIndex:
    """A BM25 index of texts, built at once and never changed; searching is thread-safe.

    References:
        Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", in
        the form of Lucene (k1 = 1.5, b = 0.75), as bm25s computes it (Lù 2024, arXiv:2407.03618).
    """

    def __init__(self, ids: tuple[str, ...], engine: Any | None) -> None:
        self._ids = ids
        self._engine = engine

    @classmethod
    def build(cls, texts: Iterable[tuple[str, str]]) -> LexicalIndex:
        """Indexes pairs of id and text. Without texts, or without words in them, it finds nothing.

        Building takes one to two seconds for 10,000 chunks, so that none is kept on disk.
        """
        import bm25s

        stemmed = _Stemmers()
        ids: list[str] = []
        rows: list[list[int]] = []
        vocabulary: dict[str, int] = {}
        # A corpus has few words, so that each is stemmed only once.
        known: dict[str, list[int]] = {}
        for text_id, text in texts:
            row: list[int] = []
            for word in _split_words(text):
                terms = known.get(word)
                if terms is None:
                    terms = [vocabulary.setdefault(t, len(vocabulary)) for t in stemmed(word)]
                    known[word] = terms
                row.extend(terms)
            ids.append(text_id)
            rows.append(row)
        if not vocabulary:
            return cls(tuple(ids), None)
        engine = bm25s.BM25(k1=1.5, b=0.75, method="lucene")
        engine.index((rows, vocabulary), create_empty_token=False, show_progress=False)
        return cls(tuple(ids), engine)

    def __len__(self) -> int:
        return len(self._ids)

    def search(
        self, query: str, *, k: int, within: Collection[str] | None = None
    ) -> tuple[tuple[str, float], ...]:
        """Finds the texts that share words with a query, best first.

        Args:
            query: words in any form; function words do not count.
            k: most results.
            within: the ids of chunks' documents that may be found; None allows all.

        Returns:
            Pairs of id and raw BM25 score, above 0 and without an upper bound: scores of different
            queries do not compare. Equal scores keep the order of building. Empty if the query
            has no word of the index.
        """
        import numpy as np

        if self._engine is None or k < 1:
            return ()
        stemmed = _Stemmers()
        terms = [term for word in _split_words(query) for term in stemmed(word)]
        numbered = self._engine.get_tokens_ids(terms)
        if not numbered:
            return ()
        scores = self._engine.get_scores_from_ids(numbered)
        if within is not None:
            allowed = [text_id.rpartition(":")[0] in within for text_id in self._ids]
            scores = np.where(allowed, scores, 0.0)
        best = np.argsort(-scores, kind="stable")[:k]
        return tuple((self._ids[i], float(scores[i])) for i in best if scores[i] > 0)


def is_function_word(word: str) -> bool:
    """Whether a folded word of Arabic or English says nothing by itself."""
    return word in ARABIC_FUNCTION_WORDS or word in ENGLISH_FUNCTION_WORDS


def content_stems(text: str) -> frozenset[str]:
    """The stems of a text's words, function words left out; numbers by their value."""
    stemmed = _Stemmers()
    return frozenset(term for word in split_words(text) for term in stemmed(word))


def stems(words: Iterable[str]) -> tuple[str, ...]:
    """One stem of each word, in order; a function word as it is, folded."""
    stemmed = _Stemmers()
    return tuple(next(iter(stemmed(word)), fold(word)) for word in words)


def _split_words(text: str) -> list[str]:
    """The words of a text, initials without their dots."""
    return split_words(_INITIALS.sub(lambda initials: initials.group().replace(".", ""), text))


class _Stemmers:
    """Turns a word into its terms: one, none for a function word, more for a date or a hashtag.

    A tatweel that stands for a dash has none either.

    An instance serves one thread.
    """

    def __init__(self) -> None:
        import Stemmer

        self._arabic: Callable[[str], str] = Stemmer.Stemmer("arabic").stemWord
        self._english: Callable[[str], str] = Stemmer.Stemmer("english").stemWord

    def __call__(self, word: str) -> tuple[str, ...]:
        if word[:1].isdigit():
            return tuple(sorted(numbers(word)))
        folded = fold(word)
        if not folded or is_function_word(folded):
            return ()
        parts = _PARTS.findall(folded)
        if len(parts) > 1:
            parts = [part for part in parts if not _WRITTEN_ON.fullmatch(part)]
            return tuple(term for part in parts for term in self(part))
        if _ARABIC.search(folded):
            spelled = _HAMZA.sub("ؤ", folded.translate(_BORROWED))
            return (self._arabic(_ARTICLE.sub("", spelled, count=1)),)
        return (self._english(folded.removesuffix("'s").removesuffix("\u2019s")),)
