import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aliquot.cli.app import run
from aliquot.instruments.mass.analyse import Question, Region, analyse
from aliquot.instruments.mass.blocks import ClusterFormula, Family
from aliquot.instruments.mass.envelope import envelope
from aliquot.instruments.mass.spectrum import MassSpectrum

SIX = [
    "Cd20P10(oleate)9",
    "Cd29P18(oleate)5",
    "Cd26P15(oleate)7",
    "Cd23P12(oleate)9",
    "Cd32P20(oleate)5",
    "Cd27P15(oleate)8",
]
ROW = re.compile(r"^\| `(?P<path>[^`]+)` \| (?P<what>[^|]*) \| (?P<null>[^|]*) \|$", re.MULTILINE)
PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "json.md"
SCHEMAS = PAGE.read_text(encoding="utf-8").split("\n## mass/1\n")[1].split("\n## ")[0]
FAMILY = Family("Cd", "P", "oleate", ())


def clusters(sigma: float, step: float) -> MassSpectrum:
    mz = np.arange(4900.0, 6000.0, step)
    counts = 220.0 + np.random.default_rng(3).normal(0.0, 5.0, mz.size)
    for text in SIX:
        counts += 1e4 * envelope(ClusterFormula.parse(text).composition).profile(mz, sigma)
    return MassSpectrum(mz, np.maximum(counts, 0.0), "clusters")


def test_six_clusters_come_back_by_mass_and_width() -> None:
    found = analyse(clusters(2.0, 0.25), Question(FAMILY, sigma=0.5, peak_sd=2.0))
    assert [one.candidates[0].formula.text for one in found.assignments] == SIX
    assert found.repeats[0].fraction == 3
    assert any("does not tell" in flag for flag in found.flags)
    assert all(one.random_match_rate > 0.8 for one in found.assignments)


def test_without_a_width_of_the_instrument_the_program_says_what_it_left_out() -> None:
    blind = analyse(clusters(2.0, 0.25), Question(FAMILY, sigma=1.5))
    seeing = analyse(clusters(2.0, 0.25), Question(FAMILY, sigma=1.5, peak_sd=2.0))
    assert any("Widths were not used" in flag for flag in blind.flags)
    assert not any("Widths were not used" in flag for flag in seeing.flags)
    assert sum(one.rivals for one in blind.assignments) > sum(one.rivals for one in seeing.assignments)


def test_a_resolved_comb_is_measured() -> None:
    found = analyse(clusters(0.12, 0.04), Question(FAMILY, sigma=0.5))
    for text, place in zip(SIX, found.combs, strict=True):
        truth = envelope(ClusterFormula.parse(text).composition).fractional
        assert place is not None
        assert abs((place - truth + 0.5) % 1.0 - 0.5) < 0.05, text


def test_an_unresolved_comb_is_none() -> None:
    assert analyse(clusters(2.0, 0.25), Question(FAMILY)).combs == (None,) * 6


def test_a_long_axis_is_read_as_dots() -> None:
    mz = np.linspace(1e4, 2e5, 4000)
    counts = 10.0 + 50.0 * np.exp(-0.5 * (np.log(mz / 4e4) / 0.25) ** 2)
    counts += np.random.default_rng(1).normal(0.0, 0.5, mz.size)
    found = analyse(MassSpectrum(mz, counts, "dots"), Question())
    assert found.region is Region.HIGH
    assert found.bands is not None
    assert found.sizes == ()
    assert any("no calibrant" in flag for flag in found.flags)


def test_nothing_is_said_of_nothing() -> None:
    mz = np.arange(5000.0, 6000.0, 0.5)
    flat = MassSpectrum(mz, 100.0 + np.random.default_rng(1).normal(0.0, 3.0, mz.size), "empty")
    found = analyse(flat, Question(FAMILY))
    assert found.envelopes == found.assignments == ()
    assert any("above the noise" in flag for flag in found.flags)


# --- the command -----------------------------------------------------------------------------------------


def saved(spectrum: MassSpectrum, folder: Path) -> str:
    file = folder / "spectrum.txt"
    np.savetxt(file, np.column_stack([spectrum.mz, spectrum.intensities]))
    return str(file)


def test_the_command_calibrates_the_ligands(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(shared / "data" / "ms_np_ligands" / "TMA_ESI_pos.txt")
    anchors = [
        "--anchor",
        "212.2373=212.323",
        "--anchor",
        "C28H62N2S2 2+=245.317",
        "--anchor",
        "C7H16N+=114.178",
    ]
    assert run(["mass", file, *anchors, "--ion", "C14H30N+", "--ion", "C12H26N+", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["schema"] == "mass/1"
    assert content["calibration"]["shift_ppm"] == pytest.approx(405.0, abs=3.0)
    first, second = content["ions"]
    assert abs(first["error_ppm"]) < 5.0
    assert any("no test" in flag for flag in first["flags"])
    assert abs(second["error_ppm"]) < 3.0
    assert second["flags"] == []
    assert content["patterns"][1]["charge"] == 2


def test_the_command_assigns_and_writes_its_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, page = saved(clusters(2.0, 0.25), tmp_path), tmp_path / "page.html"
    words = ["mass", file, "--cluster", "Cd,P,oleate", "--sigma", "0.5", "--peak-sd", "2"]
    assert run([*words, "--report", str(page)]) == 0
    out = capsys.readouterr().out
    assert "Cd32P20(oleate)5" in out
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 1
    assert "Cd₃₂P₂₀(oleate)₅" in text
    first = text
    assert run([*words, "--report", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == first


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--cluster", "Cd,P"], "a cation, an anion and a ligand"),
        (["--anchor", "212"], "KNOWN=MEASURED"),
        (["--anchor", "212=x"], "KNOWN=MEASURED"),
        (["--anchor", "5000=5300"], "nearest peak"),
        (["--anchor", "5200=5357.6"], "within 2 %"),
        (["--region", "middle"], "'low' or 'high'"),
        (["--ion", "C14"], "with its charge"),
        (["--from", "7000"], "0 values of m/z"),
        (["--from", "5000", "--to", "4000"], "0 values of m/z"),
    ],
)
def test_bad_words_are_told(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(clusters(2.0, 0.5), tmp_path)
    assert run(["mass", file, *words]) == 2
    assert told in capsys.readouterr().err


def test_the_command_prints_what_is_documented(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ligands = str(shared / "data" / "ms_np_ligands" / "TMA_ESI_pos.txt")
    mz = np.linspace(1e4, 2e5, 4000)
    counts = 10.0 + 50.0 * np.exp(-0.5 * (np.log(mz / 4e4) / 0.25) ** 2)
    (tmp_path / "dots").mkdir()
    bands = saved(
        MassSpectrum(mz, counts + np.random.default_rng(1).normal(0.0, 0.5, mz.size), "d"), tmp_path / "dots"
    )
    for words, absent in (
        (
            ["mass", ligands, "--anchor", "212.2373=212.323", "--ion", "C14H30N+", "--ion", "C20H40N+"],
            ("patterns[].x",),
        ),
        (["mass", saved(clusters(2.0, 0.25), tmp_path), "--cluster", "Cd,P,oleate"], ("calibration.",)),
        (["mass", bands, "--cluster", "Cd,P,oleate"], ("calibration.",)),
    ):
        assert run([*words, "--json"]) == 0
        check(json.loads(capsys.readouterr().out), absent)


def check(content: dict[str, Any], absent: tuple[str, ...]) -> None:
    """Compare an object with the page of schemas; candidates are documented under ``assign``."""
    rows = {row["path"]: row["null"] for row in ROW.finditer(SCHEMAS)}
    intervals = {row["path"] for row in ROW.finditer(SCHEMAS) if row["what"].startswith("interval")}
    for path, value in flattened(content, ""):
        known = path.rpartition(".")[0] if path.rpartition(".")[0] in intervals else path
        if not path.startswith("envelopes[].candidates[]."):
            assert known in rows, path
            assert value is not None or rows[known] != "never", path
    lists = ("patterns", "ions", "envelopes", "repeats", "bands", "reports", "flags")
    printed = {path for path, _ in flattened(content, "")}
    missing = {path for path in set(rows) - printed if not path.startswith((*lists, *absent, "calibration"))}
    assert missing == set()


def flattened(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield path and value of all leaves, lists as []."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flattened(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for inner in value:
            yield from flattened(inner, f"{path}[]")
    else:
        yield path, value
