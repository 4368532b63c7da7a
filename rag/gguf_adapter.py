"""A LoRA adapter of a model in llama.cpp that is on for some prompts and off for others."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelLoadError

if TYPE_CHECKING:
    from llama_cpp import Llama


class SwitchedAdapter:
    """An adapter, off at first, or none.

    What a model has read with it is not what it reads without it: each switch makes it forget.
    """

    def __init__(self, llama: Llama, path: Path | None) -> None:
        """Loads it.

        Raises:
            ModelLoadError: it is missing, damaged, or of another model.
        """
        import llama_cpp

        self._llama, self._adapter, self.is_on = llama, None, False
        if path is None:
            return
        with _silence():
            self._adapter = llama_cpp.llama_adapter_lora_init(llama.model, str(path).encode())
        if not self._adapter:  # A pointer, to nowhere.
            raise ModelLoadError(
                model=str(path),
                reason="llama.cpp cannot load it as an adapter of the text model. Install "
                "Mustanad again.",
            )

    @property
    def is_there(self) -> bool:
        """Whether there is one."""
        return self._adapter is not None

    def switch(self, *, on: bool) -> None:
        """Switches it on or off, if it is not so already.

        Raises:
            RuntimeError: the engine failed.
        """
        import llama_cpp

        if on == self.is_on:
            return
        adapters: list[Any] = [self._adapter] if on else []
        scales = [1.0 for _ in adapters]
        context, number = self._llama._ctx, len(adapters)
        if llama_cpp.llama_set_adapters_lora(
            context.ctx,
            (llama_cpp.llama_adapter_lora_p_ctypes * number)(*adapters),
            number,
            (llama_cpp.ctypes.c_float * number)(*scales),
        ):
            raise RuntimeError("the adapter cannot be switched")
        self._llama.reset()
        context.kv_cache_clear()
        self.is_on = on

    def close(self) -> None:
        """Switches it off and frees it; ahead of the model."""
        import llama_cpp

        if self._adapter is not None:
            self.switch(on=False)
            llama_cpp.llama_adapter_lora_free(self._adapter)
            self._adapter = None


@contextmanager
def _silence() -> Iterator[None]:
    """Within, llama.cpp does not tell of each matrix in which kind of memory it lies."""
    logger = logging.getLogger("llama-cpp-python")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
