"""The documentation runs as written, and documents every key that a program may rely on."""

import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks import synthetic_clusters

from aliquot.cli.app import run
from aliquot.knowledge import store
from aliquot.knowledge.document import Schema
from aliquot.recipe import grammar, read_recipe, recipe_book

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>skip|slow): \S[^>]* -->\n)?```python\n(?P<code>.*?)^```\n"
    r'(?:\n```text title="prints"\n(?P<prints>.*?)^```\n)?',
    re.MULTILINE | re.DOTALL,
)
ROW = re.compile(r"^\| `(?P<path>[^`]+)` \| (?P<what>[^|]*) \| (?P<null>[^|]*) \|$", re.MULTILINE)
INTERVAL = ("value", "low", "high", "level")

pytestmark = pytest.mark.xdist_group("docs")  # one process compiles the solver once


@dataclass(frozen=True)
class Snippet:
    """A block of Python on a page, and what it says it prints."""

    place: str
    line: int
    code: str
    prints: str | None


def snippets() -> list[Any]:
    """Return all Python of the documentation, the slow as slow; what is marked to be skipped has a reason."""
    found = []
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start("code")) + 1
            snippet = Snippet(f"{page.relative_to(DOCS)}:{line}", line, block["code"], block["prints"])
            marks = {"slow": [pytest.mark.slow], "skip": [pytest.mark.skip("marked on the page")]}
            found.append(pytest.param(snippet, marks=marks.get(block["mark"], []), id=snippet.place))
    return found


@pytest.mark.parametrize("snippet", snippets())
def test_python_runs_and_prints_what_it_says(
    snippet: Snippet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = StringIO()
    padded = "\n" * (snippet.line - 1) + snippet.code  # a traceback then names the line of the page
    with redirect_stdout(printed):
        exec(compile(padded, snippet.place, "exec"), {"__name__": "__main__"})  # noqa: S102
    if snippet.prints is not None:
        assert printed.getvalue() == snippet.prints


def test_every_block_of_python_is_found() -> None:
    written = sum(page.read_text(encoding="utf-8").count("```python\n") for page in DOCS.rglob("*.md"))
    assert len(snippets()) == written > 0


def documented(heading: str) -> dict[str, str]:
    """Return what the schema page promises under a heading: paths of leaves, and when they are null."""
    page = (DOCS / "how-to" / "json.md").read_text(encoding="utf-8")
    section = page.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    promised = {}
    for row in ROW.finditer(section):
        names = INTERVAL if row["what"].startswith("interval") else None
        if not row["what"].startswith("object"):
            leaves = [row["path"]] if names is None else [f"{row['path']}.{name}" for name in names]
            promised |= dict.fromkeys(leaves, row["null"])
        promised[row["path"]] = row["null"]
    return promised


def leaves(value: Any, path: str, known: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield path and value of everything in an object, lists as [] and free names as *."""
    if isinstance(value, dict):
        for key, inner in value.items():
            free = f"{path}.*".lstrip(".")
            yield from leaves(inner, free if free in known else f"{path}.{key}".lstrip("."), known)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]", known)
    else:
        yield path, value


def check(content: dict[str, Any], heading: str, *, absent: tuple[str, ...] = ()) -> None:
    """Compare an object with the page: no key untold, none missing, null only where it is told."""
    promised = documented(heading)
    met = list(leaves(content, "", promised))
    paths = {path for path, _ in met}
    assert paths <= set(promised), "printed, but not documented"
    empty = {path for path, value in met if value is None}
    assert not {path for path in empty if promised[path] == "never"}, "null, but documented never to be"
    wanted = {path for path in promised if not any(path.startswith(f"{whole}.") for whole in empty)}
    parents = {path for path in wanted if any(other.startswith((f"{path}.", f"{path}[")) for other in paths)}
    assert {path for path in wanted - parents - paths if not path.startswith(absent)} == set()


def called(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    assert run([*words, "--json"]) == code
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return content


def test_simulate_prints_what_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    absent = ("aliquots[].clusters_mol_m3.*", "aliquots[].shell", "given", "assumptions")
    check(called(capsys, "simulate", "inp_wang2023", "--sample", "200C"), "simulate/1", absent=absent)
    words = ("cdte_mech2023_ode", "--set", "steps.3.heat.rate=10 K/min")
    check(called(capsys, "simulate", *words), "simulate/1", absent=("aliquots[].shell", "aliquots[].flags"))


@pytest.mark.parametrize("material", ["InP", "CdSe"])
def test_analyse_prints_what_is_documented(
    material: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "series.csv"
    nm = np.arange(400, 701)
    line = 0.2 * np.exp(-0.5 * ((1239.842 / nm - 2.35) / 0.08) ** 2) + 0.4 / (1 + np.exp((nm - 480) / 15))
    rows = (f"{x},{a:.6f},{1e-4 * (-1) ** x}" for x, a in zip(nm.tolist(), line, strict=True))
    file.write_text("\n".join(["Wavelength (nm),30 s,blank", *rows]), encoding="utf-8")
    words = ["--path", "1 mm", "--dilution", "20", "--medium", "hexane"] if material == "InP" else []
    content = called(capsys, "analyse", str(file), "--material", material, *words)
    absent = ("aliquots[].clusters", "aliquots[].distribution.", "aliquots[].amount.budget_mM")
    check(content, "analyse/1", absent=(*absent, "series.clusters", "series.proposed", "series.changes_s"))


def test_analyse_with_clusters_prints_what_is_documented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = synthetic_clusters.series(synthetic_clusters.EXACT).signals[2::4]
    rows = [
        ",".join([f"{nm:g}", *(f"{one.values[i]:.5f}" for one in seen)])
        for i, nm in enumerate(seen[0].wavelengths)
    ]
    file = tmp_path / "run.csv"
    head = ",".join(["Wavelength (nm)", *(f"{one.time_s / 3600.0:g} h" for one in seen)])
    file.write_text("\n".join([head, *rows]), encoding="utf-8")
    words = ("--clusters", "430,449,469", "--no-sizes", "--path", "10 mm", "--dilution", "100")
    content = called(capsys, "analyse", str(file), "--material", "CdTe", *words, "--medium", "toluene")
    absent = ("aliquots[].distribution.", "aliquots[].amount.", "series.proposed", "series.changes_s")
    check(content, "analyse/1", absent=(*absent, "aliquots[].diameter_nm."))
    assert {one["verdict"] for one in content["series"]["clusters"]} <= {
        "claimed",
        "consistent with",
        "seen",
        "not seen",
    }


def test_read_and_convert_print_what_is_documented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.csv"
    rows = [f"{nm},{0.001 * (700 - nm):.4f}" for nm in range(450, 700)]
    file.write_text("\n".join(["Wavelength (nm),30 s", *rows]), encoding="utf-8")
    content = called(capsys, "read", str(file))
    check(content, "read/1", absent=("files[].metadata", "files[].problems", "files[].traces[].metadata"))
    out = str(tmp_path / "run.jdx")
    content = called(capsys, "convert", str(file), "--to", "jcamp", "--out", out)
    check(content, "convert/1", absent=("problems",))


def test_emission_prints_what_is_documented(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nm = np.arange(450, 751)
    glow = np.exp(-0.5 * ((nm - 560.0) / 25.0) ** 2)
    file = tmp_path / "run FL emission.csv"
    rows = [f"{x},{g:.6f}" for x, g in zip(nm.tolist(), glow, strict=True)]
    file.write_text("\n".join(["Wavelength (nm),30 s emission", *rows]), encoding="utf-8")
    content = called(capsys, "emission", str(file), "--excitation", "405")
    absent = ("aliquots[].emitting_nm", "aliquots[].room_nm", "aliquots[].shift_meV", "aliquots[].masks")
    check(
        content,
        "emission/1",
        absent=(*absent, "aliquots[].flags", "citations", "aliquots[].windows", "aliquots[].detectors"),
    )


def _one_sample(path: Path) -> object:
    """A campaign of which one sample is left; that of the shell has but one."""
    recipe = read_recipe(path)
    return recipe.only("180C") if recipe.shell is None else recipe


def test_reproduce_prints_what_is_documented(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # One sample stands for seven: the keys are the same, and it takes a tenth of the time.
    card = store.observations("wang2023")
    few = tuple(
        row for row in card.observations if {term.condition for term in row.terms} <= {None, "stock", "180C"}
    )
    monkeypatch.setattr(store, "observations", lambda _: card.model_copy(update={"observations": few}))
    monkeypatch.setattr(import_module("aliquot.reproduce.paper"), "read_recipe", _one_sample)
    content = called(capsys, "reproduce", "wang2023")
    check(
        content,
        "reproduce/1",
        absent=(
            "reports[]",
            "papers[].everything",
            "papers[].rows[].everything",
            "papers[].checks",
            "papers[].told",
        ),
    )


def test_errors_print_what_is_documented(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = recipe_book("inp_wang2023").read_text(encoding="utf-8")
    bad = tmp_path / "bad.yaml"
    bad.write_text(text.replace("bore:", "boer:").replace("dose: 4.4 mL", "dose: 4.4"), encoding="utf-8")
    check(called(capsys, "simulate", str(bad), code=2), "The error object")
    check(called(capsys, "--nonsense", code=2), "The error object", absent=("error.notes",))


def test_the_smallest_recipe_and_every_key_are_told(tmp_path: Path) -> None:
    page = (DOCS / "how-to" / "recipe.md").read_text(encoding="utf-8")
    small = tmp_path / "small.yaml"
    small.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert read_recipe(small).unreported == ("reagents.indium.purity",)
    schemas = [part for part in vars(grammar).values() if isinstance(part, type) and issubclass(part, Schema)]
    keys = {field.alias or name for part in schemas for name, field in part.model_fields.items()}
    assert {key for key in keys if f"`{key}`" not in page and f"{{{key}, length}}" not in page} == set()
