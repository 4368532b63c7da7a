"""Other systems that answer from documents, set up as their own guides do, with our two models.

Each is opened on a folder of text files and then asked. "Mended" rows give a system what its
guide leaves to the user, and what a local chat model cannot do without: the chat template in the
model's file, the embedding model's prompts, and all processor cores.

References:
    LlamaIndex: https://docs.llamaindex.ai, starter example with local models and the citation
    query engine. Haystack: https://docs.haystack.deepset.ai, basic retrieval-augmented pipeline
    and preprocessing of files.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.models import ModelStore
from rag.schema import Status
from rag.settings import load_settings

REPLY_TOKENS = 256
_MARK = re.compile(r"\[(\d+)\]")
# A system without a refusal of its own says it in words; these are read off its English and Arabic.
_DECLINES = re.compile(
    r"\b(?:no (?:relevant |specific )?(?:information|mention|answer|sources?)|none of the"
    r"|unknown|Empty Response)\b"
    r"|(?:\bnot|n['\u2019]t) (?:(?:mention|provid|specif|contain|availab|state|found|possible|"
    r"helpful|relevant|answer|includ|discuss|refer)\w*|say|know|find|tell|"
    r"have (?:\w+ )?information)\b"
    r"|\b(?:cannot|can['\u2019]t|can not|unable to) (?:be )?(?:answer|determin|find|found|provid|"
    r"say|tell|know)\w*"
    r"|لا (?:يوجد|توجد|تتوفر|يتوفر|تتضمن|يتضمن|تحتوي|يحتوي|يمكنن[يا]|أعرف|أعلم|تذكر|يذكر|أستطيع)"
    r"|لا يمكن (?:الإجابة|تحديد|معرفة|العثور)"
    r"|لم (?:يتم|يذكر|ترد|يرد|تذكر|أجد)|غير (?:مذكور|متوفر|معروف|محدد|موجود)|ليس (?:هناك|لدي)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system said: whether it declined to answer, and the texts that it points to.

    `cited` are pairs of a file's name and the words shown from it.
    """

    text: str
    declined: bool
    cited: tuple[tuple[str, str], ...]


Ask = Callable[[str], Reply]


def declines(text: str) -> bool:
    """Whether an answer in words says that the documents do not hold it, or is empty."""
    return not text.strip() or _DECLINES.search(text) is not None


def in_words(text: str, cited: Iterable[tuple[str, str]]) -> Reply:
    """The reply of a system that has no refusal of its own."""
    return Reply(text, declines(text), tuple(cited))


def mustanad(folder: Path, index: Path) -> Ask:
    """Ours, as it comes."""
    assistant = Assistant.open(load_settings(overrides={"index.path": str(index)})[0])
    assistant.ingest(folder)
    assistant.load()

    def ask(question: str) -> Reply:
        answer = assistant.ask(question)
        cited = tuple((Path(c.path).name, c.quote) for c in answer.citations)
        return Reply(answer.text, answer.status is Status.NOT_FOUND, cited)

    return ask


def llamaindex(folder: Path, _: Path, *, mended: bool = False) -> Ask:
    """`VectorStoreIndex.as_query_engine`; it points to the chunks that it read."""
    index, llm = _llamaindex_index(folder, mended=mended)
    query_engine = index.as_query_engine(llm=llm)

    def ask(question: str) -> Reply:
        response = query_engine.query(question)
        return in_words(str(response), map(_of_node, response.source_nodes))

    return ask


def llamaindex_citations(folder: Path, _: Path, *, mended: bool = False) -> Ask:
    """`CitationQueryEngine`; it points to the sources whose numbers stand in its answer."""
    from llama_index.core.query_engine import CitationQueryEngine

    index, llm = _llamaindex_index(folder, mended=mended)
    query_engine = CitationQueryEngine.from_args(index, llm=llm)

    def ask(question: str) -> Reply:
        response = query_engine.query(question)
        text, sources = str(response), response.source_nodes
        numbers = {int(number) for number in _MARK.findall(text)}
        return in_words(
            text, (_of_node(sources[n - 1]) for n in sorted(numbers) if 0 < n <= len(sources))
        )

    return ask


def haystack(folder: Path, _: Path) -> Ask:
    """The basic pipeline: embed, retrieve ten chunks, fill the prompt, generate."""
    # Read when the package is imported.
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    from haystack import Pipeline
    from haystack.components.builders import ChatPromptBuilder
    from haystack.components.converters import TextFileToDocument
    from haystack.components.preprocessors import DocumentCleaner, DocumentSplitter
    from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
    from haystack.dataclasses import ChatMessage
    from haystack.document_stores.in_memory import InMemoryDocumentStore
    from haystack_integrations.components.embedders.sentence_transformers import (
        SentenceTransformersDocumentEmbedder,
        SentenceTransformersTextEmbedder,
    )
    from haystack_integrations.components.generators.llama_cpp import LlamaCppChatGenerator

    embedding, text_model = _models()
    store = InMemoryDocumentStore()
    found = TextFileToDocument().run(sources=sorted(folder.glob("*.txt")))["documents"]
    cleaned = DocumentCleaner().run(documents=found)["documents"]
    splitter = DocumentSplitter(split_by="word", split_length=150, split_overlap=50)
    embedder = SentenceTransformersDocumentEmbedder(model=embedding, progress_bar=False)
    embedder.warm_up()
    pieces = splitter.run(documents=cleaned)["documents"]
    store.write_documents(embedder.run(documents=pieces)["documents"])
    template = [
        ChatMessage.from_user(
            "Given the following information, answer the question.\n\nContext:\n"
            "{% for document in documents %}{{ document.content }}\n{% endfor %}\n"
            "Question: {{ question }}\nAnswer:"
        )
    ]
    pipeline = Pipeline()
    pipeline.add_component(
        "embedder", SentenceTransformersTextEmbedder(model=embedding, progress_bar=False)
    )
    pipeline.add_component("retriever", InMemoryEmbeddingRetriever(store))
    pipeline.add_component("prompt", ChatPromptBuilder(template=template, required_variables="*"))
    pipeline.add_component(
        "model",
        LlamaCppChatGenerator(model=text_model, generation_kwargs={"max_tokens": REPLY_TOKENS}),
    )
    pipeline.connect("embedder.embedding", "retriever.query_embedding")
    pipeline.connect("retriever.documents", "prompt.documents")
    pipeline.connect("prompt.prompt", "model.messages")
    pipeline.warm_up()

    def ask(question: str) -> Reply:
        done = pipeline.run(
            {"embedder": {"text": question}, "prompt": {"question": question}},
            include_outputs_from={"retriever"},
        )
        return in_words(
            done["model"]["replies"][0].text or "",
            (
                (Path(str(one.meta["file_path"])).name, one.content or "")
                for one in done["retriever"]["documents"]
            ),
        )

    return ask


SYSTEMS: dict[str, Callable[[Path, Path], Ask]] = {
    "Mustanad": mustanad,
    "LlamaIndex": llamaindex,
    "LlamaIndex, mended": partial(llamaindex, mended=True),
    "LlamaIndex citations": llamaindex_citations,
    "LlamaIndex citations, mended": partial(llamaindex_citations, mended=True),
    "Haystack": haystack,
}


def _models() -> tuple[str, str]:
    """Folder of the embedding model and file of the text model."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    models = load_settings()[0].models
    store = ModelStore(models)
    return str(store.resolve(models.embedding)), str(store.resolve(models.text))


def _llamaindex_index(folder: Path, *, mended: bool) -> tuple[Any, Any]:
    from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.llms.llama_cpp import LlamaCPP

    embedding, text_model = _models()
    documents = SimpleDirectoryReader(str(folder)).load_data()
    embedder_mends: dict[str, Any] = {}
    llm_mends: dict[str, Any] = {}
    if mended:
        embedder_mends = {
            "query_instruction": "task: search result | query: ",
            "text_instruction": "title: none | text: ",
        }
        llm_mends = {
            "model_kwargs": {"n_threads": os.cpu_count()},
            "messages_to_prompt": lambda messages: (
                "".join(f"<|im_start|>{m.role.value}\n{m.content}<|im_end|>\n" for m in messages)
                + "<|im_start|>assistant\n"
            ),
            "completion_to_prompt": lambda text: (
                f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
            ),
        }
    embed_model = HuggingFaceEmbedding(model_name=embedding, **embedder_mends)
    llm = LlamaCPP(model_path=text_model, max_new_tokens=REPLY_TOKENS, verbose=False, **llm_mends)
    return VectorStoreIndex.from_documents(documents, embed_model=embed_model), llm


def _of_node(found: Any) -> tuple[str, str]:
    text = re.sub(r"\ASource \d+:\n", "", found.node.get_content())
    return str(found.node.metadata.get("file_name", "")), text
