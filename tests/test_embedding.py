"""What every embedder promises: kept by the fake, and by the real model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.embedding import Embedder, GemmaEmbedder, likeness, quickest
from rag.errors import ModelLoadError
from rag.settings import ModelSettings
from tests.fakes import HashEmbedder

SENTENCES = ("بدأت المحادثات في يناير.", "The bridge is 12 metres wide.", "بدأت المحادثات.")


@pytest.fixture(scope="module")
def gemma(model_cache: Path) -> GemmaEmbedder:
    folder = model_cache / ModelSettings().embedding
    if not folder.is_dir():
        pytest.skip("the embedding model is not in the cache; `mustanad models fetch` gets it")
    return GemmaEmbedder(folder, digest="abc")


@pytest.fixture(params=["hash", pytest.param("gemma", marks=pytest.mark.model)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    found: Embedder = (
        HashEmbedder() if request.param == "hash" else request.getfixturevalue("gemma")
    )
    return found


def test_every_text_has_a_row_of_unit_length_in_the_order_given(embedder: Embedder) -> None:
    rows = embedder.embed_texts(SENTENCES, ["", "عنوان", ""])
    assert (rows.shape, rows.dtype.name) == ((3, embedder.dimensions), "float32")
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert rows[0] @ rows[2] > rows[0] @ rows[1]


def test_a_query_is_one_vector_of_unit_length_near_to_its_answer(embedder: Embedder) -> None:
    vector = embedder.embed_query("متى بدأت المحادثات؟")
    assert (vector.shape, vector.dtype.name) == ((embedder.dimensions,), "float32")
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    cosines = embedder.embed_texts(SENTENCES[:2], ["", ""]) @ vector
    assert cosines[0] > cosines[1]


def test_a_text_has_the_same_vector_in_any_company(embedder: Embedder) -> None:
    alone = embedder.embed_texts(SENTENCES[:1], [""])
    among = embedder.embed_texts([*SENTENCES[1:], SENTENCES[0]], [""] * 3)
    assert float(alone[0] @ among[2]) > 0.999


@pytest.mark.model
@pytest.mark.parametrize(
    ("words", "same", "other"),
    [
        ("ثلاثة أيام", "Three days", "Thulatha Ayam"),
        ("وزير المالية", "Minister of Finance", "Bus driver"),
        ("هند الرشيدي", "Hind al-Rashidi", "The lamp is on"),
    ],
)
def test_likeness_tells_what_means_the_same_in_another_language(
    gemma: GemmaEmbedder, words: str, same: str, other: str
) -> None:
    near, far, itself = likeness(gemma, [same, other, words], words)
    assert near > 0.6 > far
    assert itself == pytest.approx(1, abs=0.01)


def test_no_texts_have_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_texts([], []).shape == (0, embedder.dimensions)


def test_each_text_needs_its_title(embedder: Embedder) -> None:
    with pytest.raises(ValueError, match="shorter"):
        embedder.embed_texts(SENTENCES, [""])


def test_tokens_are_counted_without_special_ones(embedder: Embedder) -> None:
    assert embedder.count_tokens("") == 0
    assert embedder.count_tokens("one two") == 2
    assert embedder.count_tokens("one two " * 3000) >= 6000


def test_a_fingerprint_names_the_model_and_stays_the_same(embedder: Embedder) -> None:
    fingerprint = embedder.fingerprint()
    assert fingerprint["embedding"] in ("hash", ModelSettings().embedding)
    assert fingerprint["embedding_digest"] in ("hash-256", "abc")
    assert fingerprint == embedder.fingerprint()


@pytest.mark.model
def test_the_title_of_its_document_changes_a_vector(gemma: GemmaEmbedder) -> None:
    bare, titled = gemma.embed_texts([SENTENCES[0]] * 2, ["", "انسحاب القوات من العراق"])
    assert 0.5 < float(bare @ titled) < 0.995


@pytest.mark.model
def test_a_question_finds_its_answer_in_the_other_language(gemma: GemmaEmbedder) -> None:
    rows = gemma.embed_texts([SENTENCES[0], "افتتحت الوزارة مدرسة في البصرة."], ["", ""])
    cosines = rows @ gemma.embed_query("when did the talks begin?")
    assert cosines[0] > cosines[1] + 0.1


@pytest.mark.model
def test_the_prompts_are_part_of_the_fingerprint(gemma: GemmaEmbedder) -> None:
    assert gemma.fingerprint()["embedding_prompts"] == (
        "task: search result | query: |title: none | text: "
    )


@pytest.mark.model
def test_a_folder_without_a_model_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="mustanad models verify"):
        GemmaEmbedder(tmp_path, digest="abc")


@pytest.mark.parametrize(
    ("capabilities", "precision"),
    [
        ({"avx2": True, "avx512_f": True, "avx512_bf16": True}, "bfloat16"),
        ({"avx2": True, "avx512_bf16": False, "amx_bf16": True}, "bfloat16"),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False}, "float32"),
        ({}, "float32"),
    ],
)
def test_half_precision_is_used_where_the_processor_multiplies_in_it(
    capabilities: dict[str, bool], precision: str
) -> None:
    assert quickest(capabilities)["dtype"] == precision
