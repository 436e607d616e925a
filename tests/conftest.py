import os
from pathlib import Path

import pytest

# Both workers, and the next run, share what JAX has compiled: most of the time of these tests is compiling.
# Compiled code must not call back into Python to be kept; integrate() examines what comes out.
CACHE = Path(__file__).parents[1] / ".pytest_cache" / "compiled"
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(CACHE))
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.1")
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")
os.environ.setdefault("EQX_ON_ERROR", "nan")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder beside the checkout: seeds, tables and instrument files that stay out of it."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("needs the shared folder of instrument files, which is not part of the repository")
    return folder
