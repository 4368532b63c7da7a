"""What holds for every test: no other machine, no home folder, no stray setting.

The network is closed by pytest-socket (`addopts` in pyproject.toml). It sees this process only;
for those that a test starts, the variables below say that there is none.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from rag.settings import PREFIX, load_settings

ROOT = Path(__file__).resolve().parents[1]

_OFFLINE = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "PIP_NO_INDEX": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_OFFLINE": "1",
}

# No test fails for being slow: a machine that others use as well may take any time.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")

_cache_key = pytest.StashKey[Path]()
_home_key = pytest.StashKey[Path]()
_environ_key = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Before anything of the project's tests is imported."""
    config.stash[_environ_key] = dict(os.environ)
    # Gigabytes that `make test` fetches once: the one thing that tests share with their user.
    config.stash[_cache_key] = load_settings()[0].models.cache.absolute()
    home = Path(tempfile.mkdtemp(prefix="mustanad-tests-")).resolve()
    config.stash[_home_key] = home
    for variable in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[variable]
    os.environ.update(_OFFLINE)
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(home)
    for variable in ("CACHE", "CONFIG", "DATA", "STATE"):
        os.environ[f"XDG_{variable}_HOME"] = str(home / variable.lower())
    # Processes that tests start from another folder find the project, installed or not.
    os.environ["PYTHONPATH"] = str(ROOT)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leaves the process as it was."""
    before = config.stash[_environ_key]
    os.environ.clear()
    os.environ.update(before)
    shutil.rmtree(config.stash[_home_key], ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _empty_working_directory(pytestconfig: pytest.Config) -> Iterator[None]:
    """Keeps a `mustanad.toml` beside the code out of the tests."""
    folder = pytestconfig.stash[_home_key] / "work"
    folder.mkdir()
    before = Path.cwd()
    os.chdir(folder)
    yield
    os.chdir(before)


@pytest.fixture(scope="session")
def model_cache(pytestconfig: pytest.Config) -> Path:
    """The user's own model cache, which `mustanad models fetch` fills."""
    return pytestconfig.stash[_cache_key]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pages and questions that lies beside some checkouts."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("skipped: not here")
    return folder
