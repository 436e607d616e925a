"""What no witness may say: bombs, decimal commas, numbers that are none, the same file twice."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aliquot.cli.app import run
from aliquot.errors import FormatError, InputError
from aliquot.finding import Interval
from aliquot.instruments.compare import Kind, Witness, at_95, compare
from aliquot.instruments.formats import mzml
from aliquot.instruments.microscopy.lists import read_list

# --- mzML ------------------------------------------------------------------------------------------------


def spectrum(folder: Path, packed: bytes, length: str, head: str = "") -> Path:
    text = base64.b64encode(packed).decode()
    arrays = "".join(
        f'<binaryDataArray><cvParam accession="MS:1000523"/><cvParam accession="MS:1000574"/>'
        f'<cvParam accession="{meaning}"/><binary>{text}</binary></binaryDataArray>'
        for meaning in ("MS:1000514", "MS:1000515")
    )
    file = folder / "a.mzML"
    file.write_text(f"{head}<mzML><spectrum id='s1'{length}>{arrays}</spectrum></mzML>", encoding="ascii")
    return file


VALUES = np.arange(100.0, 200.0)


@pytest.mark.parametrize("length", ["", " defaultArrayLength='100'"])
def test_arrays_of_the_length_told_are_read(length: str, tmp_path: Path) -> None:
    read = mzml.read_mzml(spectrum(tmp_path, zlib.compress(VALUES.tobytes()), length))
    assert np.array_equal(read.mz, VALUES)


@pytest.mark.parametrize("length", [0, 1, 99, 101, -5])
def test_arrays_of_another_length_are_refused(length: int, tmp_path: Path) -> None:
    file = spectrum(tmp_path, zlib.compress(VALUES.tobytes()), f" defaultArrayLength='{length}'")
    with pytest.raises(FormatError, match=r"told|unpacks"):
        mzml.read_mzml(file)


@pytest.mark.parametrize("length", ["", " defaultArrayLength='100'", f" defaultArrayLength='{10**12}'"])
def test_a_bomb_is_not_unpacked(length: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mzml, "LARGEST_ARRAY", 2**20)
    with pytest.raises(FormatError, match="unpacks to more"):
        mzml.read_mzml(spectrum(tmp_path, zlib.compress(bytes(2**22)), length))


def test_many_small_arrays_and_large_files_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = spectrum(tmp_path, zlib.compress(VALUES.tobytes()), "")
    monkeypatch.setattr(mzml, "LARGEST_WHOLE", 1000)
    with pytest.raises(FormatError, match="once unpacked"):
        mzml.read_mzml(file)
    monkeypatch.setattr(mzml, "LARGEST", 100)
    with pytest.raises(FormatError, match="at most"):
        mzml.read_mzml(file)
    with pytest.raises(FormatError, match="can be read"):
        mzml.read_mzml(tmp_path / "none.mzML")


def test_a_broken_array_and_an_unknown_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="breaks off"):
        mzml.read_mzml(spectrum(tmp_path, zlib.compress(VALUES.tobytes())[:-8], ""))
    head = "<?xml version='1.0' encoding='klingon-8'?>"
    with pytest.raises(FormatError, match="damaged"):
        mzml.read_mzml(spectrum(tmp_path, zlib.compress(VALUES.tobytes()), "", head))


# --- lists -----------------------------------------------------------------------------------------------


def listed(folder: Path, text: str) -> Path:
    file = folder / "sizes.csv"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("rows", ["3,47\n3,52\n4", "3.47\n3.52\n4", '"3,47"\n"3,52"\n"4"'])
def test_decimal_commas_are_read(rows: str, tmp_path: Path) -> None:
    read = read_list(listed(tmp_path, f"diameter (nm)\n{rows}\n"), None)
    assert read.diameters.tolist() == [3.47, 3.52, 4.0]


@pytest.mark.parametrize(
    "text",
    [
        "n,diameter (nm)\n1,3,47\n2,3,52\n",
        "diameter (nm)\n3,47,1\n3,52,1\n",
        "diameter, nm\n3,47\n3,52\n",
        "diameter (nm)\tn\n3,47\t1\t7\n",
        f"diameter (nm)\n3.4\n{'3' * 140_000}\n",
    ],
)
def test_wide_rows_and_endless_cells_are_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cells"):
        read_list(listed(tmp_path, text), 1.0)


# --- comparison ------------------------------------------------------------------------------------------


def told(value: float = 3.4, half: float = 0.05, **other: Any) -> dict[str, Any]:
    return {"value": value, "low": value - half, "high": value + half, "level": 0.95, **other}


def tem(**other: Any) -> dict[str, Any]:
    return {"schema": "tem/1", "mean_nm": told(), "rsd": told(0.1, 0.01), "weighting": "number", **other}


def held(folder: Path, *contents: dict[str, Any] | str) -> list[str]:
    files = [folder / f"w{i}.json" for i in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return ["compare", *map(str, files)]


GOOD = {"schema": "mass-size/1", "bare_nm": told(3.45, 0.1), "with_ligands_nm": None}


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        (tem(mean_nm=told(low=-1.0)), "mean_nm"),
        (tem(mean_nm=told(low=3.5)), "mean_nm"),
        (tem(mean_nm=told(high=3.3)), "mean_nm"),
        (tem(mean_nm=told(level=1.0)), "mean_nm"),
        (tem(mean_nm=told(high=float("nan"))), "mean_nm.high"),
        (tem(mean_nm=told(high=10**400)), "mean_nm.high"),
        (tem(mean_nm={**told(), "value": "three"}), "mean_nm.value"),
        (tem(mean_nm={**told(), "value": True}), "mean_nm.value"),
        (tem(mean_nm={"value": 3.4}), "low"),
        (tem(mean_nm=[1]), "keys hold other things"),
        (tem(rsd=told(-0.1)), "rsd"),
        (tem(weighting="surface"), "weighting"),
        (tem(weighting=["number"]), "weighting"),
        ("[" * 100_000, "nested too deep"),
        ('{"schema": "tem/1", "n": ' + "9" * 5000 + "}", "not JSON"),
    ],
)
def test_bad_numbers_are_refused_with_file_and_key(
    bad: dict[str, Any] | str, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*held(tmp_path, GOOD, bad), "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == "InputError"
    assert "w1.json" in error["message"]
    assert key in error["message"]


def test_the_same_file_twice_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(held(tmp_path, tem(), tem())) == 2
    assert "same content" in capsys.readouterr().err


def test_flags_of_each_file_are_passed_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = held(tmp_path, tem(flags=["Dots touch."]), {**GOOD, "flags": ["No ligand."]})
    assert run([*files, "--json"]) == 0
    flags = json.loads(capsys.readouterr().out)["flags"]
    assert "image w0: Dots touch." in flags
    assert "mass w1: No ligand." in flags
    assert run(files) == 0
    assert "image w0: Dots touch." in capsys.readouterr().out


def test_other_levels_are_scaled() -> None:
    assert at_95(Interval(3.4, 3.3, 3.5, 0.6827)).high == pytest.approx(3.4 + 0.1 * 1.959964, abs=1e-5)
    narrow = Witness("a", Interval(3.4, 3.3, 3.5, 0.6827), Kind.NUMBER)
    found = compare([narrow, Witness("b", Interval(3.4, 3.39, 3.41), Kind.NUMBER)])
    assert found.pairs[0].sd == pytest.approx(float(np.hypot(0.1, 0.01 / 1.959964)), rel=1e-4)
    assert found.brought[0].level == 0.95


def test_wide_intervals_are_told_to_mean_little() -> None:
    def flags(half: float) -> tuple[str, ...]:
        wide = Witness("a", Interval(3.0, 3.0 - half, 3.0 + half), Kind.NUMBER)
        return compare([wide, Witness("b", Interval(3.0, 2.9, 3.1), Kind.NUMBER)]).flags

    assert any("means little" in flag for flag in flags(2.5))
    assert not any("means little" in flag for flag in flags(1.5))


def test_the_library_refuses_what_is_no_interval_or_weighting() -> None:
    good = Witness("a", Interval(3.0, 2.9, 3.1), Kind.NUMBER)
    with pytest.raises(InputError, match="finite"):
        compare([good, Witness("b", Interval(3.0, 3.1, 3.2), Kind.NUMBER)])
    with pytest.raises(InputError, match="'number' or 'volume'"):
        compare([good, good], weighting="surface")


def test_a_fitted_distribution_carries_the_sizing_curve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aliquot = {"label": "A1", "diameter_nm": told(4.0, 0.4), "flags": []}
    aliquot["distribution"] = {"weighting": "volume", "mean_nm": told(4.2, 0.05), "rsd": told(0.1, 0.02)}
    for sized, half in ((told(4.0, 0.4), float(np.hypot(0.05, 0.42))), (None, 0.05)):
        light = {"schema": "analyse/1", "aliquots": [{**aliquot, "diameter_nm": sized}]}
        assert run([*held(tmp_path, light, GOOD), "--json"]) == 0
        mean = json.loads(capsys.readouterr().out)["witnesses"][0]["told_nm"]
        assert mean["high"] - mean["value"] == pytest.approx(half)
        assert mean["value"] - mean["low"] == pytest.approx(half)
