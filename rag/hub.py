"""Home of huggingface_hub: the data files of a model on a hub, and nothing else of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from rag.errors import ModelCorruptError, ModelFetchError
from rag.weights import explain, hash_file

_DATA = (".safetensors", ".json", ".txt", ".jinja", "tokenizer.model")


class HubFetcher(Protocol):
    """Puts the data files of a hub repository, or only `file`, into a folder."""

    def __call__(
        self, repository: str, file: str | None, folder: Path, announce: Callable[[int], None]
    ) -> None:
        """Calls `announce` once with the bytes to come, before it writes any of them."""


def fetch_from_hub(
    repository: str, file: str | None, folder: Path, announce: Callable[[int], None]
) -> None:
    """Fetches data files through huggingface_hub: `file`, or all that a safetensors model needs.

    An interrupted download goes on where it stopped. A file whose SHA-256 the hub states is
    compared with it.

    Raises:
        ModelFetchError: the hub cannot be reached, or has no such model, or wants a login.
        ModelCorruptError: a file has another digest than the hub states; it is thrown away.
    """
    try:
        import huggingface_hub as hub
        from huggingface_hub import errors as hub_errors
        from tqdm import tqdm  # type: ignore[import-untyped]
    except ImportError as exc:
        raise ModelFetchError(
            model=repository,
            reason="huggingface_hub is not installed. Run `pip install huggingface_hub`.",
            retryable=False,
        ) from exc

    class Silent(tqdm):  # type: ignore[misc]
        def __init__(self, *args: object, **options: object) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})

    try:
        model = hub.HfApi().model_info(repository, files_metadata=True)
        wanted = [
            sibling
            for sibling in model.siblings or ()
            if (sibling.rfilename == file if file else is_safe_data(sibling.rfilename))
        ]
        if not any(sibling.rfilename.endswith((".safetensors", ".gguf")) for sibling in wanted):
            raise ModelFetchError(
                model=repository,
                reason=f"the hub holds no {file or 'safetensors weights'} there, and nothing else "
                "is loaded. A GGUF model is written owner/repository/file.gguf.",
                retryable=False,
            )
        announce(sum(sibling.size or 0 for sibling in wanted))
        for sibling in wanted:
            path = Path(
                hub.hf_hub_download(
                    repository,
                    sibling.rfilename,
                    revision=model.sha,
                    local_dir=folder,
                    tqdm_class=Silent,
                )
            )
            if sibling.lfs is not None and hash_file(path) != sibling.lfs.sha256:
                path.unlink()
                raise ModelCorruptError(
                    model=repository,
                    reason=f"{sibling.rfilename} has another SHA-256 than the hub states, and was "
                    "thrown away. Fetch it again.",
                )
    except (hub_errors.RepositoryNotFoundError, hub_errors.HFValidationError) as exc:
        raise ModelFetchError(
            model=repository,
            reason="the hub has no such model, or shows it only after a login (`hf auth login`).",
            retryable=False,
        ) from exc
    # `errors` imports it from whichever HTTP client this release of huggingface_hub uses.
    except (OSError, hub_errors.HTTPError) as exc:  # type: ignore[attr-defined]
        raise ModelFetchError(
            model=repository,
            reason=f"the fetch from the hub failed: {explain(exc)}. What has arrived is kept: "
            "connect and fetch it again.",
            retryable=True,
        ) from exc


def is_safe_data(path: str) -> bool:
    """Whether a file of a hub repository is weights or text that a safetensors model needs."""
    is_inside = not path.startswith("/") and ".." not in path.split("/")
    return is_inside and path.endswith(_DATA)
