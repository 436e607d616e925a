import base64
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aliquot.errors import FormatError, InputError, SignalError
from aliquot.instruments.formats.flex import mz_of, read_flex, write_flex
from aliquot.instruments.formats.mass import read_mass
from aliquot.instruments.formats.mass_text import read_mass_text
from aliquot.instruments.formats.mzml import read_mzml
from aliquot.instruments.mass.spectrum import Mode

CONSTANTS = {"TD": 4000, "DELAY": 20000.0, "DW": 4.0, "ML1": 4.6e6, "ML2": 320.0, "ML3": -0.013}


def written(folder: Path, text: str, name: str = "a.txt") -> Path:
    file = folder / name
    file.write_bytes(text.encode())
    return file


# --- text ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", ["\t", " ", ",", ";", "   ", ", "])
@pytest.mark.parametrize("head", ["", "m/z\tintensity\n", "# made by hand\n\nMass  Int.\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_any_plain_table_is_read(separator: str, head: str, end: str, tmp_path: Path) -> None:
    rows = [f"{5000 + 0.5 * i}{separator}{i % 7 + 1}.5" for i in range(60)]
    spectrum = read_mass_text(written(tmp_path, (head + "\n".join(rows) + "\n\n").replace("\n", end)))
    assert spectrum.mz == pytest.approx(5000 + 0.5 * np.arange(60))
    assert spectrum.intensities[:3] == pytest.approx([1.5, 2.5, 3.5])


def test_decimal_commas_kilodaltons_and_falling_axes_are_read(tmp_path: Path) -> None:
    comma = read_mass_text(written(tmp_path, "5000,5\t1,5\n5001,5\t2\n5002,5\t1\n"))
    assert comma.mz[0] == 5000.5
    kilo = read_mass_text(written(tmp_path, "mass [kDa], counts\n38,1\n39,4\n40,2\n"))
    assert kilo.base == 39000.0
    assert read_mass_text(written(tmp_path, "3 1\n2 5\n1 1\n")).mz.tolist() == [1.0, 2.0, 3.0]


def test_a_real_file_is_read_fast_and_its_undershoot_told(shared: Path) -> None:
    file = shared / "data" / "ms_np_ligands" / "TMA_ESI_pos.txt"
    took = []
    for _ in range(3):
        start = time.perf_counter()
        spectrum = read_mass(file)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.2
    assert spectrum.mz.size == 53248
    assert spectrum.mode is Mode.PROFILE
    assert spectrum.base == pytest.approx(212.3235)
    assert "11597 of 53248 intensities lay below zero" in spectrum.flags[0]


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("", FormatError, "an empty file"),
        ("hello\nworld\n", FormatError, "no two columns"),
        ("1 2\n", FormatError, "at least 3 rows"),
        ("1 2\n2 3\nx y\n4 5\n", FormatError, "line 3"),
        ("1\t2\n2\t3\n3\t4\n4\n", FormatError, "line 4: got the line '4'"),
        ("1 2\n2 -3\n3 4\n", FormatError, "below zero"),
        ("1 2\n2 3\n2 4\n", SignalError, "an m/z of 2 after 2"),
        ("1 0\n2 0\n3 0\n", SignalError, "nothing but zeros"),
        ("Wavelength (nm),Abs\n400,1\n401,2\n402,3\n", FormatError, "another quantity"),
        ("2theta counts\n20 1\n21 2\n22 3\n", FormatError, "another quantity"),
    ],
)
def test_bad_text_is_refused_with_its_place(text: str, kind: type, told: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=told):
        read_mass(written(tmp_path, text))


def test_pictures_and_missing_files_are_refused(tmp_path: Path) -> None:
    picture = tmp_path / "a.tif"
    picture.write_bytes(b"II*\x00\x08\x00\x00\x00")
    with pytest.raises(FormatError, match="not text"):
        read_mass(picture)
    with pytest.raises(FormatError, match="can be read"):
        read_mass(tmp_path / "nothing.txt")
    with pytest.raises(FormatError, match="can be read"):
        read_mass(tmp_path)


# --- mzML and mzXML --------------------------------------------------------------------------------------


def test_mzml_is_recognised_by_what_it_holds(shared: Path, tmp_path: Path) -> None:
    folder = shared / "data" / "mzml_minimal"
    moved = tmp_path / "spectrum.txt"
    moved.write_bytes((folder / "testdata.mzml").read_bytes())
    spectrum = read_mass(moved)
    assert spectrum.mz.size == 2386
    assert spectrum.mode is Mode.CENTROID
    assert "of 2 surveys" in spectrum.flags[0]
    assert read_mzml(moved, scan=1).mz.size != 2386
    with pytest.raises(FormatError, match="a spectrum number 99"):
        read_mzml(moved, scan=99)


def test_mzxml_agrees_with_another_reader(shared: Path) -> None:
    mzxml = pytest.importorskip("pyteomics.mzxml", reason="the other reader is of the test extra")
    file = shared / "data" / "mzml_minimal" / "testdata.mzXML"
    with mzxml.read(str(file), use_index=False) as reader:
        others = list(reader)
    for number, other in enumerate(others, start=1):
        spectrum = read_mzml(file, scan=number)
        assert np.array_equal(spectrum.mz, other["m/z array"])
        assert np.array_equal(spectrum.intensities, other["intensity array"])


def packed(values: np.ndarray, kind: str, terms: str, meaning: str, *, zipped: bool) -> str:
    raw = values.astype(kind).tobytes()
    text = base64.b64encode(zlib.compress(raw) if zipped else raw).decode()
    how = "MS:1000574" if zipped else "MS:1000576"
    parts = "".join(f'<cvParam accession="{term}" value=""/>' for term in (terms, how, meaning))
    return f"<binaryDataArray>{parts}<binary>{text}</binary></binaryDataArray>"


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    ("kind", "term"), [("<f8", "MS:1000523"), ("<f4", "MS:1000521"), ("<i4", "MS:1000519")]
)
def test_every_plain_encoding_of_mzml_is_read(zipped: bool, kind: str, term: str, tmp_path: Path) -> None:
    mz, counts = np.arange(100.0, 200.0), np.arange(100.0) % 9 + 1
    arrays = packed(mz, "<f8", "MS:1000523", "MS:1000514", zipped=zipped)
    arrays += packed(counts, kind, term, "MS:1000515", zipped=zipped)
    text = f"<mzML><spectrum id='s1'><cvParam accession='MS:1000128' value=''/>{arrays}</spectrum></mzML>"
    spectrum = read_mass(written(tmp_path, text, "a.mzML"))
    assert np.array_equal(spectrum.mz, mz)
    assert np.array_equal(spectrum.intensities, counts)
    assert spectrum.mode is Mode.PROFILE


@pytest.mark.parametrize("name", ["testdata.mzml", "testdata.mzXML"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file_is_told(name: str, share: float, shared: Path, tmp_path: Path) -> None:
    whole = (shared / "data" / "mzml_minimal" / name).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(FormatError, match="breaks off"):
        read_mass(cut)


# --- flex ------------------------------------------------------------------------------------------------


def test_times_become_the_masses_that_solve_the_published_relation() -> None:
    times = np.linspace(2e4, 9e4, 500)
    s = np.sqrt(mz_of(times, CONSTANTS))
    left = CONSTANTS["ML3"] * s**2 + np.sqrt(1e12 / CONSTANTS["ML1"]) * s + CONSTANTS["ML2"] - times
    assert np.abs(left).max() < 1e-6
    straight = mz_of(times, {**CONSTANTS, "ML3": 0.0})
    nearly = mz_of(times, {**CONSTANTS, "ML3": 1e-12})
    assert nearly == pytest.approx(straight, rel=1e-9)


@pytest.mark.parametrize("place", ["", "fid", "above"])
def test_a_flex_folder_comes_back_as_it_was_written(place: str, tmp_path: Path) -> None:
    counts = np.random.default_rng(1).poisson(50, 4000)
    folder = tmp_path / "Cd3P2 dots" / "0_A1" / "1" / "1SLin"
    write_flex(folder, counts, CONSTANTS)
    path = {"": folder, "fid": folder / "fid", "above": tmp_path / "Cd3P2 dots"}[place]
    spectrum = read_mass(path)
    assert np.array_equal(spectrum.intensities, counts)
    assert spectrum.label == "Cd3P2 dots"


def test_big_endian_counts_are_read(tmp_path: Path) -> None:
    write_flex(tmp_path, np.arange(4000) + 1, CONSTANTS)
    (tmp_path / "fid").write_bytes((np.arange(4000) + 1).astype(">i4").tobytes())
    acqus = tmp_path / "acqus"
    acqus.write_text(acqus.read_text("ascii").replace("##$BYTORDA= 0", "##$BYTORDA= 1"), "ascii")
    assert read_flex(tmp_path).intensities[-1] == 4000.0


def test_flex_folders_that_lack_something_are_refused(tmp_path: Path) -> None:
    def spoiled(change: str) -> Path:
        folder = tmp_path / change
        write_flex(folder, np.ones(4000), CONSTANTS)
        fid, acqus = folder / "fid", folder / "acqus"
        text = acqus.read_text("ascii")
        if change == "truncated":
            fid.write_bytes(fid.read_bytes()[:-40])
        elif change == "longer":
            fid.write_bytes(fid.read_bytes() + bytes(8))
        elif change == "no acqus":
            acqus.unlink()
        elif change == "no fid":
            fid.unlink()
        elif change == "no constant":
            acqus.write_text(text.replace("##$ML1", "##$XX1"), "ascii")
        elif change == "no calibration":
            acqus.write_text(text.replace("##$DELAY= 20000.0", "##$DELAY= -1e9"), "ascii")
        return folder

    for change, told in {
        "truncated": "truncated",
        "longer": "another measurement",
        "no acqus": "no 'acqus'",
        "no fid": "no 'fid'",
        "no constant": "without ML1",
        "no calibration": "rising masses",
    }.items():
        with pytest.raises(FormatError, match=told):
            read_mass(spoiled(change))
    with pytest.raises(FormatError, match="a folder with 5 spectra"):
        read_flex(tmp_path)


# --- anything --------------------------------------------------------------------------------------------

HEADS = [b"", b"5000 1\n5001 2\n", b"<mzML><spectrum id='a'>", b"<mzXML><scan num='1' peaksCount='1'><peaks>"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from(HEADS),
    tail=st.one_of(st.binary(max_size=80), st.text("0123456789.,;\t\n -e+n", max_size=80).map(str.encode)),
)
def test_whatever_stands_in_a_file_it_is_a_spectrum_or_an_error_of_ours(
    head: bytes, tail: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "fuzz.txt"
    file.write_bytes(head + tail)
    told, points = "", 0
    try:
        points = read_mass(file).mz.size
    except InputError as error:
        told = str(error)
    assert "fuzz.txt" in told or points > 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acqus=st.binary(max_size=200))
def test_whatever_stands_in_acqus_it_is_a_spectrum_or_an_error_of_ours(acqus: bytes, tmp_path: Path) -> None:
    write_flex(tmp_path, np.ones(10), {**CONSTANTS, "TD": 10})
    (tmp_path / "acqus").write_bytes(acqus)
    with pytest.raises(InputError, match="acqus"):
        read_mass(tmp_path)
