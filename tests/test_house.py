"""The house itself: floors, fast doors, a small public surface."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import aliquot

HEAVY = ("jax", "scipy", "matplotlib", "pint", "pydantic", "rich", "numpy", "diffrax")


def imported_by(statement: str) -> set[str]:
    """Return the top-level modules that a statement loads in a fresh interpreter."""
    code = f"import sys; {statement}; print(sorted({{m.split('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    return set(json.loads(done.stdout.replace("'", '"')))


def test_importing_aliquot_loads_nothing_heavy() -> None:
    assert imported_by("import aliquot").isdisjoint(HEAVY)


def test_help_loads_no_physics() -> None:
    loaded = imported_by("from aliquot.cli.app import run")
    assert loaded.isdisjoint(set(HEAVY) - {"rich"})  # typer formats its help with rich where it may


def test_reading_spectra_needs_no_jax() -> None:
    loaded = imported_by("import aliquot.instruments.absorbance.analyse, aliquot.instruments.formats")
    assert loaded.isdisjoint({"jax", "diffrax", "matplotlib"})


def test_every_public_name_has_a_home() -> None:
    assert aliquot.__all__ == sorted(aliquot.__all__)
    for name in aliquot.__all__:
        first = getattr(aliquot, name)
        assert first is not None
        assert getattr(aliquot, name) is first  # a room of the same name would hide it from the second look
    with pytest.raises(AttributeError, match="nothing"):
        _ = aliquot.nothing


def test_the_version_is_that_of_the_package() -> None:
    assert aliquot.__version__.count(".") == 2


def test_every_floor_imports_only_those_below(monkeypatch: pytest.MonkeyPatch) -> None:
    use_cases = pytest.importorskip(
        "importlinter.application.use_cases", reason="import-linter is of the lint extra"
    )
    import_module("importlinter.configuration").configure()
    root = Path(__file__).parents[1]
    monkeypatch.chdir(root)
    assert use_cases.lint_imports(config_filename=str(root / "pyproject.toml"), cache_dir=None)


def test_no_file_grows_past_its_noun() -> None:
    long = {
        path.name: n
        for path in Path(aliquot.__file__).parent.rglob("*.py")
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
