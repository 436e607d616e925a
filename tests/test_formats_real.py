# ruff: noqa: E501  rows of a table
"""Every real file beside the checkout: what it holds, or why it is refused."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from aliquot.errors import FormatError
from aliquot.instruments.formats import read_emission, read_spectra
from aliquot.instruments.formats import read_file as read_afresh
from aliquot.instruments.signal import SignalKind

# Folder or file | format | traces | points of the first | axis | quantity; '!' and a part of the reason.
EXPECTED = """
imperial_cdse/CdSe_QD_Radii_AllRuns.csv | ! no line begins with two numbers
imperial_cdse/CdSe_QD_Radii_AllRuns_Emi.csv | ! no line begins with two numbers
imperial_cdse/Colours for Each Run.txt | ! no line begins with two numbers
imperial_cdse/Peak Data Gathering.txt | ! no line begins with two numbers
imperial_cdse/Run 1 UV-Vis.csv | delimited text | 14 | 251 | wavelength / nm | absorbance
imperial_cdse/Run 2 UV-Vis.csv | delimited text | 16 | 251 | wavelength / nm | absorbance
imperial_cdse/Run 3 UV-Vis.csv | delimited text | 18 | 451 | wavelength / nm | absorbance
imperial_cdse/Run 4 UV-Vis.csv | delimited text | 18 | 251 | wavelength / nm | absorbance
imperial_cdse/Run 5 UV-Vis.csv | delimited text | 18 | 301 | wavelength / nm | absorbance
imperial_cdse/Run 6 UV-Vis.csv | delimited text | 18 | 301 | wavelength / nm | absorbance
imperial_cdse/Run 7 UV-Vis.csv | delimited text | 18 | 301 | wavelength / nm | absorbance
imperial_cdse/run 8 uv-vis.csv | delimited text | 18 | 301 | wavelength / nm | absorbance
imperial_cdse/run 9 uv-vis.csv | delimited text | 18 | 301 | wavelength / nm | absorbance
imperial_cdse/Run 3 overnight full comparison.csv | Cary, delimited text | 6 | 451 | wavelength / nm | not said
imperial_cdse/Run 2 FL emission.csv | delimited text | 14 | 181 | wavelength / nm | emission
imperial_cdse/Run 3 FL emission.csv | delimited text | 18 | 121 | wavelength / nm | emission
imperial_cdse/Run 4 FL emission.csv | delimited text | 18 | 151 | wavelength / nm | emission
imperial_cdse/Run 5 FL emission.csv | delimited text | 18 | 171 | wavelength / nm | emission
imperial_cdse/Run 6 FL emission.csv | delimited text | 18 | 131 | wavelength / nm | emission
imperial_cdse/Run 7 FL emission.csv | delimited text | 18 | 151 | wavelength / nm | emission
imperial_cdse/Run 8 FL emission.csv | delimited text | 18 | 171 | wavelength / nm | emission
imperial_cdse/Run 9 FL emission.csv | delimited text | 18 | 131 | wavelength / nm | emission
imperial_cdse/Run 2 FL excitation.csv | delimited text | 15 | 101 | wavelength / nm | excitation
imperial_cdse/Run 4 FL excitation.csv | delimited text | 18 | 131 | wavelength / nm | excitation
imperial_cdse/Run 5 FL excitation.csv | delimited text | 18 | 161 | wavelength / nm | excitation
imperial_cdse/Run 6 FL excitation.csv | delimited text | 18 | 201 | wavelength / nm | excitation
imperial_cdse/Run 7 FL excitation.csv | delimited text | 18 | 181 | wavelength / nm | excitation
imperial_cdse/Run 8 FL excitation.csv | delimited text | 18 | 161 | wavelength / nm | excitation
imperial_cdse/Run 9 FL excitation.csv | delimited text | 18 | 201 | wavelength / nm | excitation
imperial_cdse/UV-Vis Peak Values.csv | delimited text | 9 | 14 | time / s | not said
imperial_cdse/Unnormalised Emission Peaks.csv | delimited text | 8 | 151 | wavelength / nm | emission
inp_cdse_synthesis_tables/CdSe_Raw.csv | ! got 'cadmium stearate'
inp_cdse_synthesis_tables/CdSe_documentation.txt | ! no line begins with two numbers
inp_cdse_synthesis_tables/InP_hao_dataset.csv | ! no line begins with two numbers
jcamp_dx/jcamp-dx.org_official_test_data/BRUKAFFN.DX | JCAMP-DX | 1 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/BRUKDIF.DX | JCAMP-DX | 1 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/BRUKER1.JCM | JCAMP-DX | 1 | 3735 | wavenumber / cm-1 | transmission / %
jcamp_dx/jcamp-dx.org_official_test_data/BRUKER2.JCM | JCAMP-DX | 1 | 3735 | wavenumber / cm-1 | absorbance
jcamp_dx/jcamp-dx.org_official_test_data/BRUKNTUP.DX | JCAMP-DX | 2 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/BRUKPAC.DX | JCAMP-DX | 1 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/BRUKSQZ.DX | JCAMP-DX | 1 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/DX-DIR.TXT | ! no line begins with two numbers
jcamp_dx/jcamp-dx.org_official_test_data/IMSDEMO.DX | JCAMP-DX | 1 | 1000 | time / ms | intensity / pA
jcamp_dx/jcamp-dx.org_official_test_data/IMS_TEST1.DX | JCAMP-DX | 1 | 2400 | time / ms | intensity / pA
jcamp_dx/jcamp-dx.org_official_test_data/ISAS_CDX.DX | JCAMP-DX | 1 | 16 | chemical shift / ppm | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/ISAS_MS1.DX | JCAMP-DX | 1 | 26 | m/z | intensity / relative
jcamp_dx/jcamp-dx.org_official_test_data/ISAS_MS2.DX | JCAMP-DX | 1 | 346 | time / s | intensity / counts
jcamp_dx/jcamp-dx.org_official_test_data/ISAS_MS3.DX | JCAMP-DX | 3 | 18 | m/z | intensity / relative
jcamp_dx/jcamp-dx.org_official_test_data/LABCALC.DX | JCAMP-DX | 1 | 3435 | wavenumber / cm-1 | transmission
jcamp_dx/jcamp-dx.org_official_test_data/PE1800.DX | JCAMP-DX | 1 | 3301 | wavenumber / cm-1 | transmission
jcamp_dx/jcamp-dx.org_official_test_data/SPECFILE.DX | JCAMP-DX | 1 | 1801 | wavenumber / cm-1 | transmission / %
jcamp_dx/jcamp-dx.org_official_test_data/TEST32.DX | JCAMP-DX | 1 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/TESTFID.DX | JCAMP-DX | 2 | 16384 | time / s | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/TESTNTUP.DX | JCAMP-DX | 2 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/jcamp-dx.org_official_test_data/TESTSPEC.DX | JCAMP-DX | 1 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/mass_spectra/1-propanol_ms.jdx | JCAMP-DX | 6 | 44 | m/z | intensity / relative
jcamp_dx/mass_spectra/118-96-7-Mass.jdx | JCAMP-DX | 1 | 116 | m/z | intensity / relative
jcamp_dx/mass_spectra/CH4_CI.jdx | JCAMP-DX | 145 | 50 | m/z | not said
jcamp_dx/mass_spectra/Tetrachloroethylene_ms.jdx | JCAMP-DX | 1 | 45 | m/z | intensity / relative
jcamp_dx/mass_spectra/ethanol_ms.jdx | JCAMP-DX | 1 | 12 | m/z | intensity / relative
jcamp_dx/test/1HQuinine.jdx | JCAMP-DX | 1 | 65536 | frequency / Hz | intensity / a.u.
jcamp_dx/test/2Methyl1Propanol.jdx | JCAMP-DX | 1 | 2153 | chemical shift / ppm | intensity / a.u.
jcamp_dx/test/brukdif.jdx | JCAMP-DX | 1 | 16384 | frequency / Hz | intensity / a.u.
jcamp_dx/test/difdup_example.jdx | JCAMP-DX | 1 | 53 | time / ms | intensity / nA
jcamp_dx/test/jcamp2001_example.txt | JCAMP-DX | 1 | 106 | time / ms | intensity / pA
jcamp_dx/test/noencoding_example.jdx | JCAMP-DX | 1 | 53 | time / ms | intensity / nA
jcamp_dx/test/scientific_notation_example.jdx | JCAMP-DX | 1 | 1867 | wavenumber / cm-1 | absorbance
jcamp_dx/toluene.jdx | JCAMP-DX | 1 | 335 | wavelength / nm | molar absorptivity
ms_np_ligands/APCI_calibrant.txt | delimited text | 2 | 8 | not said | not said
ms_np_ligands/TMA_ESI_pos.txt | delimited text | 1 | 53248 | not said | not said
ms_np_ligands/TMA_MUP_2_ESI_pos.txt | delimited text | 1 | 84992 | not said | not said
ms_np_ligands/masses.txt | ! no line begins with two numbers
mzml_minimal/testdata.mgf | MGF | 30 | 23 | m/z | intensity
mzml_minimal/testdata.mzXML | mzXML | 5 | 1148 | m/z | intensity
mzml_minimal/testdata.mzml | mzML | 12 | 1111 | m/z | intensity
pdf_cdse/CdSe-1.gr | pair distribution function | 1 | 5001 | distance / Å | pair distribution / Å-2
pdf_cdse/CdSe-2.gr | pair distribution function | 1 | 5001 | distance / Å | pair distribution / Å-2
pdf_cdse/CdSe-3.gr | pair distribution function | 1 | 5001 | distance / Å | pair distribution / Å-2
pdf_cdse/CdSe-4.gr | pair distribution function | 1 | 5001 | distance / Å | pair distribution / Å-2
pdf_cdse/CdSe-bulk.gr | pair distribution function | 1 | 5001 | distance / Å | pair distribution / Å-2
pdf_cdse/CdSe-Wurtzite.cif | ! a crystal structure
pdf_cdse/CdSe-Zincblende.cif | ! a crystal structure
pdf_cdse/cluster/CdSe.gr | delimited text | 1 | 5001 | not said | not said
pdf_cdse/cluster/CdSe.xyz | ! the atoms of a structure
spc_galactic/-xy.spc | Galactic SPC | 512 | 8 | m/z | intensity / relative
spc_galactic/gxy.spc | Galactic SPC | 1 | 151 | wavenumber / cm-1 | not said
spc_galactic/perkinelmer_spectra.sp | PerkinElmer .sp | 1 | 3301 | wavenumber / cm-1 | absorbance
spc_galactic/sp1.spc | Galactic SPC | 1 | 1732 | Raman shift / cm-1 | intensity / counts
spc_galactic/specio_spectra.spc | Galactic SPC | 1 | 1911 | Raman shift / cm-1 | intensity / counts
spc_galactic/x-y.spc | Galactic SPC | 31 | 1024 | wavelength / nm | intensity / counts
wrighttools_instruments/Cary/CuPCtS_H2O_vis.csv | Cary, delimited text | 1 | 141 | wavelength / nm | absorbance
wrighttools_instruments/Cary/filters.csv | Cary, delimited text | 11 | 121 | wavelength / nm | absorbance
wrighttools_instruments/JASCO/PbSe batch 1.txt | JASCO | 1 | 1801 | wavelength / nm | absorbance
wrighttools_instruments/JASCO/PbSe batch 4 2012-02-21.txt | JASCO | 1 | 1251 | wavelength / nm | absorbance
wrighttools_instruments/JASCO/PbSe batch 4 2012-03-15.txt | JASCO | 1 | 1251 | wavelength / nm | absorbance
wrighttools_instruments/LabRAM/spectrum_nm.txt.gz | Horiba LabRAM | 1 | 1877 | wavelength / nm | intensity / counts
wrighttools_instruments/LabRAM/survey_nm.txt.gz | Horiba LabRAM | 4 | 1873 | wavelength / nm | intensity / counts
wrighttools_instruments/Shimadzu/MoS2_fromCzech2015.txt | delimited text | 1 | 821 | not said | not said
wrighttools_instruments/Tensor27/CuPCtS_powder_ATR.dpt | Bruker .dpt | 1 | 7259 | wavenumber / cm-1 | not said
wrighttools_instruments/ocean_optics/tsunami.scope | Ocean Optics OOIBase32 | 1 | 2048 | wavelength / nm | intensity / counts
wrighttools_instruments/spcm/test_data.asc | Becker & Hickl SPCM | 1 | 1024 | time / ns | intensity / counts
wrighttools_instruments/spcm/test_data_full_metadata.asc | Becker & Hickl SPCM | 1 | 4096 | time / ns | intensity / counts
"""
TABLE = dict(line.split(" | ", 1) for line in EXPECTED.strip().splitlines())
OFFICIAL = "jcamp_dx/jcamp-dx.org_official_test_data"


@pytest.fixture(scope="session")
def data(shared):
    return shared / "data"


@cache
def read_file(path: Path):
    """Each file is read once for all tests."""
    return read_afresh(path)


def told(path: Path) -> str:
    """What is found in a file, in the words of the table; the reason behind a mark where it is refused."""
    try:
        contents = read_file(path)
    except FormatError as error:
        return f"! {error}"
    first = contents.traces[0]
    parts = (contents.format, len(contents.traces), first.x.size, first.axis.told, first.quantity.told)
    return " | ".join(str(part) for part in parts)


@pytest.mark.parametrize("name", TABLE)
def test_a_real_file_is_what_the_table_says(name, data):
    found = told(data / name)
    if TABLE[name].startswith("!"):
        assert found.startswith("!")
        assert TABLE[name][2:] in found
        assert Path(name).name in found
    else:
        assert found == TABLE[name]


def test_no_file_is_left_out_and_prose_is_refused(data):
    for path in data.rglob("*"):
        if path.is_file() and path.name.startswith(("README", "LICENSE")):
            assert "expected" in told(path)
        elif path.is_file():
            assert str(path.relative_to(data)) in TABLE


# --- second opinions -------------------------------------------------------------------------------------


def y_of(path, trace=0):
    return read_file(path).traces[trace].y


def test_five_encodings_of_one_spectrum_hold_the_same_numbers(data):
    folder = data / OFFICIAL
    plain = y_of(folder / "BRUKAFFN.DX")
    for name in ("BRUKPAC.DX", "BRUKSQZ.DX", "TEST32.DX"):
        assert np.array_equal(y_of(folder / name), plain), name
    real = y_of(folder / "BRUKDIF.DX")
    assert np.array_equal(y_of(folder / "BRUKNTUP.DX"), real)
    assert np.array_equal(y_of(data / "jcamp_dx/test/brukdif.jdx"), real)
    # The same spectrum in 16 bits: its factor is the resolution.
    assert np.abs(y_of(folder / "TESTSPEC.DX") - real).max() < 29670.15003
    assert np.array_equal(y_of(folder / "TESTNTUP.DX"), y_of(folder / "TESTSPEC.DX"))


def test_compressed_and_plain_example_of_the_standard_agree(data):
    folder = data / "jcamp_dx/test"
    assert np.array_equal(y_of(folder / "difdup_example.jdx"), y_of(folder / "noencoding_example.jdx"))


@pytest.mark.parametrize("name", [n for n in TABLE if "| JCAMP-DX |" in f"| {TABLE[n]} |" and OFFICIAL in n])
def test_headers_of_the_official_files_confirm_the_decoded_numbers(name, data):
    problems = " ".join(read_file(data / name).problems)
    if name.endswith("SPECFILE.DX"):  # its lines begin one step late, and its last is a stray zero
        assert "33 of 87 lines begin elsewhere" in problems
        assert "1 checks of values fail, the first in line 107" in problems
    else:
        assert "header" not in problems
        assert "check" not in problems


def test_the_file_that_another_reader_misdecodes(data):
    (trace,) = read_file(data / OFFICIAL / "BRUKER2.JCM").traces
    # Header: NPOINTS 3735, LASTX 400.1619262, FIRSTY 4.064083099E-2, MAXY 5.0; the PyPI reader finds 3710.
    assert trace.x[-1] == pytest.approx(400.1619262)
    assert trace.y[0] == pytest.approx(4.064083099e-2, abs=2.44140625e-4)
    assert trace.y.max() == pytest.approx(5.0)


def test_a_truncated_example_is_placed_by_its_lines_and_told(data):
    contents = read_file(data / "jcamp_dx/test/jcamp2001_example.txt")
    assert contents.traces[0].x[-1] == pytest.approx(59.975, abs=0.002)
    assert "The header tells 2400 points; 106 stand in the file." in contents.problems


def test_spc_agrees_with_spc_io(data):
    spc_io = pytest.importorskip("spc_io", reason="the other reader is no part of the test extra")
    for name in (n for n in TABLE if n.endswith(".spc")):
        with (data / name).open("rb") as file:
            theirs = list(spc_io.SPC.from_bytes_io(file))
        ours = read_file(data / name).traces
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(one.x, other.xarray, rtol=1e-12)
            np.testing.assert_array_equal(one.y, other.yarray)


def test_spc_has_the_numbers_that_spc_io_found(data):
    """Found once by spc-io 0.2.1: spectra, first and last x, first and last y, highest y of the first spectrum."""
    found = {
        "-xy.spc": (512, 43.90000153, 25.85000038, 6823.0, 3144.0, 17704.0),
        "gxy.spc": (1, 15590.0, 15575.0, 27.0, 43.0, 168.0),
        "sp1.spc": (1, 400.19921875, 3798.64355469, 173.33334351, 109.70896912, 575.2030639648438),
        "specio_spectra.spc": (1, 400.62109375, 3799.81542969, 1487.0, 134.08041382, 4400.36279296875),
        "x-y.spc": (31, 731.58966064, 541.15039062, 13853.0, 781.0, 15699.0),
    }
    for name, (count, *numbers) in found.items():
        traces = read_file(data / "spc_galactic" / name).traces
        t = traces[0]
        assert len(traces) == count
        assert [t.x[0], t.x[-1], t.y[0], t.y[-1], t.y.max()] == pytest.approx(numbers)


def test_sp_has_the_numbers_that_specio_documents(data):
    (trace,) = read_file(data / "spc_galactic/perkinelmer_spectra.sp").traces
    assert trace.label == "strip01"
    assert trace.x[[0, 1, -1]].tolist() == [4000.0, 3999.0, 700.0]
    assert trace.y[[0, 1, 2]] == pytest.approx([0.03723936, 0.03718614, 0.03713289], abs=1e-8)
    assert trace.y[[-3, -2, -1]] == pytest.approx([0.00313506, 0.00368404, 0.00417556], abs=1e-8)


# --- what is told ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("imperial_cdse/Run 9 FL emission.csv", "Only the name of the file says that this is emission"),
        (
            "imperial_cdse/Run 3 overnight full comparison.csv",
            "Mixed quantities: 3 of not said, 3 of absorbance",
        ),
        ("imperial_cdse/Run 5 FL emission.csv", "lines of text below the data, from line 229"),
        ("imperial_cdse/UV-Vis Peak Values.csv", "1 cells within the trace are empty"),
        ("imperial_cdse/Unnormalised Emission Peaks.csv", "'Run 3 30 s' 480 to 600"),
        ("wrighttools_instruments/Cary/filters.csv", "1 of absorbance, 10 of transmission / %"),
        (
            "wrighttools_instruments/Cary/filters.csv",
            "4 points in a row at the highest value, 10: saturated?",
        ),
        ("wrighttools_instruments/JASCO/PbSe batch 1.txt", "jumps by 0.065 between 901 and 898 nm"),
        ("wrighttools_instruments/LabRAM/survey_nm.txt.gz", "uneven steps, 0.047 to 0.108 nm"),
        ("wrighttools_instruments/Shimadzu/MoS2_fromCzech2015.txt", "No heading"),
        ("wrighttools_instruments/Tensor27/CuPCtS_powder_ATR.dpt", "as wavenumbers do"),
        ("jcamp_dx/toluene.jdx", "71 places stand twice"),
        ("jcamp_dx/mass_spectra/ethanol_ms.jdx", "The header tells FIRSTX = 0; in the file it is 14."),
    ],
)
def test_what_is_odd_is_told(name, problem, data):
    assert problem in " ".join(read_file(data / name).problems)


def test_a_change_of_detector_is_told_of_one_scan_only(data):
    names = [n for n in TABLE if "absorbance" in TABLE[n] and "wavelength" in TABLE[n]]
    told = {n for n in names if "jumps" in " ".join(read_file(data / n).problems)}
    assert told == {"wrighttools_instruments/JASCO/PbSe batch 1.txt"}


def test_the_log_of_a_cary_goes_with_its_spectrum(data):
    traces = read_file(data / "wrighttools_instruments/Cary/filters.csv").traces
    assert [trace.metadata["Y Mode"] for trace in traces[:2]] == ["Abs", "%T"]
    assert {trace.metadata["Instrument"] for trace in traces} == {"Cary 50"}


def test_laser_and_date_are_kept(data):
    contents = read_file(data / "wrighttools_instruments/LabRAM/spectrum_nm.txt.gz")
    assert contents.traces[0].conditions.excitation_nm == 405.0
    assert contents.metadata["Acquired"] == "24.06.2021 15:54:31"
    assert "Detector temperature (°C)" in contents.metadata


# --- into signals ----------------------------------------------------------------------------------------


def test_absorbance_of_other_formats_becomes_signals(data):
    (signal,) = read_spectra(data / "wrighttools_instruments/JASCO/PbSe batch 4 2012-02-21.txt", path_mm=10.0)
    assert (signal.kind, signal.path_mm) == (SignalKind.ABSORBANCE, 10.0)
    assert (signal.wavelengths[0], signal.wavelengths[-1]) == (750.0, 2000.0)
    near = signal.between(1300.0, 1600.0)
    # README of the folder: the first line of the dots lies at 1445 to 1448 nm.
    assert 1443.0 <= near.wavelengths[int(np.argmax(near.values))] <= 1450.0


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("imperial_cdse/Run 9 FL emission.csv", "'aliquot emission'"),
        ("spc_galactic/x-y.spc", "'aliquot emission'"),
        ("mzml_minimal/testdata.mzml", "'aliquot mass'"),
        ("pdf_cdse/CdSe-1.gr", "'aliquot xrd'"),
        ("spc_galactic/gxy.spc", "name its columns"),
        ("jcamp_dx/toluene.jdx", "molar absorptivity is no absorbance"),
        ("spc_galactic/perkinelmer_spectra.sp", "100 to 20000 nm"),
    ],
)
def test_what_is_no_absorption_is_refused_with_the_verb_that_reads_it(name, remedy, data):
    if name.endswith(".sp"):  # 700 to 4000 cm-1 lie within the range of wavelengths: 2500 to 14286 nm
        assert read_spectra(data / name)[0].wavelengths[0] == pytest.approx(2500.0)
        return
    with pytest.raises(FormatError, match=re.escape(remedy)):
        read_spectra(data / name)


@pytest.mark.parametrize("run", [2, 9])
def test_emission_of_every_run_is_read(run, data):
    signals = read_emission(data / f"imperial_cdse/Run {run} FL emission.csv", excitation_nm=400.0)
    assert {signal.kind for signal in signals} == {SignalKind.EMISSION}
    assert all(signal.excitation_nm == 400.0 and signal.time_s is not None for signal in signals)


def test_run_8_emits_where_its_readme_says(data):
    peaks = {
        signal.time_s: float(signal.wavelengths[int(np.argmax(signal.values))])
        for signal in read_emission(data / "imperial_cdse/Run 8 FL emission.csv")
    }
    # README of the folder: 516 nm, turning to 483 nm after some 330 s.
    assert peaks[330.0] == pytest.approx(516.0, abs=6.0)
    assert peaks[600.0] == pytest.approx(483.0, abs=3.0)


def test_excitation_is_told_from_emission_and_absorbance_is_refused(data):
    signals = read_emission(data / "imperial_cdse/Run 9 FL excitation.csv", excitation_nm=400.0)
    assert {(signal.kind, signal.excitation_nm) for signal in signals} == {(SignalKind.EXCITATION, None)}
    forced = read_emission(data / "imperial_cdse/Run 9 FL excitation.csv", kind=SignalKind.EMISSION)
    assert forced[0].kind is SignalKind.EMISSION
    for name in (
        "imperial_cdse/run 9 uv-vis.csv",
        "imperial_cdse/Run 3 overnight full comparison.csv",
        "wrighttools_instruments/JASCO/PbSe batch 1.txt",
    ):
        with pytest.raises(FormatError, match="aliquot analyse"):
            read_emission(data / name)
    heard = []
    (signal,) = read_emission(data / "wrighttools_instruments/ocean_optics/tsunami.scope", told=heard.append)
    assert heard == ["'tsunami': intensity was taken for emission."]
    assert signal.wavelengths.size == 2048
