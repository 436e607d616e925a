# ruff: noqa: E501  rows of tables
"""Readers of formats against files that are made here: every variant, and every fault with its place."""

import gzip
import re
import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aliquot.errors import FormatError, InputError, Where
from aliquot.instruments.formats import read_emission, read_file, read_spectra
from aliquot.instruments.formats.jcamp.digits import decoded
from aliquot.instruments.signal import SignalKind

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def read(tmp_path):
    def write_and_read(content, name="case"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_file(file)

    return write_and_read


# --- compressed numbers of JCAMP-DX ----------------------------------------------------------------------

SQZ = dict(zip("0123456789", "@ABCDEFGHI", strict=True)) | {f"-{i}": c for i, c in enumerate("abcdefghi", 1)}
DIF = dict(zip("0123456789", "%JKLMNOPQR", strict=True)) | {f"-{i}": c for i, c in enumerate("jklmnopqr", 1)}
DUP = dict(zip("123456789", "STUVWXYZs", strict=True))


def coded(number, table):
    text = str(number)
    head = text[:2] if text[0] == "-" else text[0]
    return table[head] + text[len(head) :]


def sqz(values, places):
    return [f"{place}" + "".join(coded(v, SQZ) for v in row) for place, row in rows(values, places)]


def pac(values, places):
    return [f"{place}" + "".join(f"{v:+d}" for v in row) for place, row in rows(values, places)]


def rows(values, places, length=7):
    return [(places[i], values[i : i + length]) for i in range(0, len(values), length)]


def difdup(values, places):
    """Differences, runs of them shortened; each line begins with the last value of the one before."""
    lines, last = [], None
    for place, row in rows(values, places):
        given_ = row if last is None else [last, *row]
        line = str(place - (last is not None)) + coded(given_[0], SQZ)
        steps = [b - a for a, b in pairwise(given_)]
        at = 0
        while at < len(steps):
            run = 1
            while at + run < len(steps) and steps[at + run] == steps[at]:
                run += 1
            line += coded(steps[at], DIF) + (coded(run, DUP) if run > 1 else "")
            at += run
        lines.append(line)
        last = row[-1] if steps else None
    return lines


INTEGERS = st.lists(st.one_of(st.integers(-10, 10), st.integers(-(10**9), 10**9)), min_size=1, max_size=60)


@MANY
@given(INTEGERS)
def test_every_compression_gives_the_numbers_back(values):
    places = list(range(len(values)))
    for code in (pac, sqz, difdup):
        found = decoded(code(values, places), 1, 1000, lambda line: Where("a.jdx", line))
        assert found.values == values, code.__name__
        assert not found.unmet


def jcamp(table, points, **labels):
    head = {"TITLE": "t", "JCAMP-DX": "4.24", "XUNITS": "NANOMETERS", "YUNITS": "ABSORBANCE", "FIRSTX": 0}
    head |= {"LASTX": points - 1, "XFACTOR": 1, "YFACTOR": 1, "NPOINTS": points} | labels
    return "\r\n".join([*(f"##{k}= {v}" for k, v in head.items()), *table, "##END=", ""])


def test_a_broken_chain_is_told_and_goes_on_from_the_check(read):
    values = [5, 7, 9, 9, 9, 4, 3, 2, 8, 8, 8, 1, 0, 6]
    lines = difdup(values, list(range(14)))
    lines[1] = lines[1].replace("C", "D", 1)
    contents = read(jcamp(["##XYDATA= (X++(Y..Y))", *lines], 14))
    assert contents.traces[0].y[:6].tolist() == values[:6]
    assert any("1 checks of values fail, the first in line 12" in problem for problem in contents.problems)


def test_missing_values_are_counted(read):
    (trace,) = read(jcamp(["##XYDATA= (X++(Y..Y))", "0 1 ? 3 4"], 4)).traces
    assert (trace.gaps, trace.x.tolist(), trace.y.tolist()) == (1, [0.0, 2.0, 3.0], [1.0, 3.0, 4.0])


@pytest.mark.parametrize("table", ["##PEAK TABLE= (XYW..XYW)", "##PEAKTABLE=(XYW..XYW)"])
def test_lists_of_peaks_with_widths(read, table):
    (trace,) = read(jcamp([table, "1,5,.1; 2,7,.1", "3,9,.2"], 3)).traces
    assert (trace.x.tolist(), trace.y.tolist()) == ([1.0, 2.0, 3.0], [5.0, 7.0, 9.0])


JCAMP_FAULTS = {
    "letters": (["##XYDATA= (X++(Y..Y))", "0 1 2", "2 3 x!"], "line 12: got 'x!' in a table"),
    "difference to nothing": (["##XYDATA= (X++(Y..Y))", "0J1"], "line 11: got a difference to nothing"),
    "repetition of nothing": (["##XYDATA= (X++(Y..Y))", "0S5"], "line 11: got a repetition of nothing"),
    "too long a repetition": (["##XYDATA= (X++(Y..Y))", "0A1S99999999"], "99999999 times the same"),
    "no abscissa": (["##XYDATA= (X++(Y..Y))", "J1J2"], "line 11: got a line that does not begin"),
    "empty": (["##XYDATA= (X++(Y..Y))"], "a table without numbers"),
    "odd pairs": (["##XYPOINTS= (XY..XY)", "1 2 3"], "got 3 numbers; expected 2 for each point"),
    "words among pairs": (["##XYPOINTS= (XY..XY)", "1, 2", "a, 4"], "line 12: got 'a, 4'"),
    "unknown form": (["##XYDATA= (R)", "1, 2"], "a table in the form '[(]R[)]'"),
    "no table": ([], "without a table of data"),
    "no such variable": (
        ["##SYMBOL= X, Y", "##DATA TABLE= (X++(Q..Q)), XYDATA", "1 2"],
        "variables among X, Y",
    ),
}


@pytest.mark.parametrize("fault", JCAMP_FAULTS)
def test_faults_of_jcamp_are_told_with_their_line(read, fault):
    table, message = JCAMP_FAULTS[fault]
    with pytest.raises(FormatError, match=message):
        read(jcamp(table, 2))


@pytest.mark.parametrize("points", [4_000_000_000, 1e30, -5])
def test_a_claim_of_many_points_is_refused_before_anything_is_read(read, points):
    with pytest.raises(FormatError, match="NPOINTS"):
        read(jcamp(["##XYDATA= (X++(Y..Y))", "0 1 2"], 2, NPOINTS=points))


def test_transmission_in_jcamp_says_whether_it_is_per_cent(read):
    for values, unit in (("50 90", "%"), ("0.5 0.9", "1")):
        text = jcamp(
            ["##XYDATA= (X++(Y..Y))", f"500 {values}"], 2, YUNITS="TRANSMITTANCE", FIRSTX=500, LASTX=501
        )
        assert read(text).traces[0].quantity.unit == unit


# --- SPC -------------------------------------------------------------------------------------------------


def spc(spectra, *, order="<", kind="real", x="even", x_type=3, y_type=2, z_type=4):
    """An SPC file by the structures of its SDK: spectra are pairs of x and y."""
    flags = {"16": 0x01}.get(kind, 0) | (0x04 | 0x10 if len(spectra) > 1 else 0)
    flags |= {"even": 0, "common": 0x80, "own": 0x40 | 0x80}[x]
    first, points = spectra[0][0], len(spectra[0][0])
    exponent = -128 if kind == "real" else 20
    head = struct.pack(
        order + "BBBbIddIBBBBI", flags, 0x4B if order == "<" else 0x4C, 0, exponent, 0 if x == "own" else points,
        first[0], first[-1], len(spectra), x_type, y_type, z_type, 0, (2020 << 20) | (3 << 16) | (4 << 11) | (5 << 6),
    )  # fmt: skip
    content = head.ljust(88, b"\0") + b"made here".ljust(424, b"\0")
    floats = order + "f4"
    if x == "common":
        content += np.asarray(first).astype(floats).tobytes()
    for index, (places, values) in enumerate(spectra):
        content += struct.pack(
            order + "BbHfffIIf4x", 0, exponent, index, 60.0 * index, 0, 0, len(values), 0, 0
        )
        if x == "own":
            content += np.asarray(places).astype(floats).tobytes()
        bits = {"16": 16, "32": 32}.get(kind)
        raw = np.asarray(values) if bits is None else np.round(np.ldexp(values, bits - 20))
        content += raw.astype(floats if bits is None else f"{order}i{bits // 8}").tobytes()
    return content


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["real", "16", "32"])
@pytest.mark.parametrize("x", ["even", "common", "own"])
@pytest.mark.parametrize("count", [1, 3])
def test_every_variant_of_spc_is_read(read, order, kind, x, count):
    places = [np.arange(400.0, 410.0 + (i if x == "own" else 0)) for i in range(count)]
    spectra = [(place, 16.0 * (np.arange(place.size) + i)) for i, place in enumerate(places)]
    contents = read(spc(spectra, order=order, kind=kind, x=x))
    assert contents.metadata["Date"] == "2020-03-04 05:00"
    for trace, (place, values) in zip(contents.traces, spectra, strict=True):
        np.testing.assert_array_equal(trace.x, place)
        np.testing.assert_allclose(
            trace.y, values, atol=0.0 if kind == "real" else 16.0 if kind == "16" else 1e-3
        )
        assert (trace.axis.told, trace.quantity.told) == ("wavelength / nm", "absorbance")
    times = [trace.conditions.time_s for trace in contents.traces]
    assert times == ([None] if count == 1 else [0.0, 60.0, 120.0])


SPC = spc([(np.arange(400.0, 420.0), np.arange(20.0))])
SPC_FAULTS = {
    "four thousand million points": (SPC[:4] + b"\xff\xff\xff\xff" + SPC[8:], "4294967295 points"),
    "four thousand million spectra": (SPC[:24] + b"\xff\xff\xff\xff" + SPC[28:], "4294967295 traces"),
    "no spectrum": (SPC[:24] + bytes(4) + SPC[28:], "0 spectra of 20 points"),
    "truncated": (SPC[:-5], "a file of at least"),
    "old form": (SPC[:1] + b"\x4d" + SPC[2:], "old form"),
    "axis without end": (SPC[:8] + struct.pack("<d", np.nan) + SPC[16:], "an axis without ends"),
}


@pytest.mark.parametrize("fault", SPC_FAULTS)
def test_faults_of_spc_are_told(read, fault):
    content, message = SPC_FAULTS[fault]
    with pytest.raises(FormatError, match=message):
        read(content)


# --- text formats ----------------------------------------------------------------------------------------

PAIRS = [(f"{500 - i}", f"0.{100 + i}") for i in range(20)]
TAB = "\r\n".join("\t".join(pair) for pair in PAIRS)


def jasco(points=20, body=TAB, y="ABSORBANCE"):
    head = {
        "TITLE": "t",
        "ORIGIN": "JASCO",
        "XUNITS": "NANOMETERS",
        "YUNITS": y,
        "FIRSTX": "500",
        "NPOINTS": points,
    }
    return "\r\n".join([*(f"{k}\t{v}" for k, v in head.items()), "XYDATA", body, ""])


def ocean(begin=">>>>>Begin Spectral Data<<<<<", end="\r\n>>>>>End Spectral Data<<<<<"):
    return f"SpectraSuite Data File\r\n+++\r\nUser: B\r\nNumber of Pixels in Spectrum: 20\r\n{begin}\r\n{TAB}{end}\r\n"


COMMAS = TAB.replace("\t", " ,  ")


def spcm(body=COMMAS):
    return f"  Title : decay\r\n  Contents :\r\n  SYS_PARA_BEGIN:\r\n  #SP [SP_MODE,I,0]\r\n*BLOCK 1  ( Time[ns]  No_of_photons )\r\n{body}\r\n*END\r\n"


def labram(body=TAB, axis="nm"):
    return f"#Acq. time (s)=\t2\n#Range ({axis})=\t480...500\n#Laser (nm)=\t405\n#Title=\tA1\n{body}\n"


MAP = (
    "\t\t"
    + "\t".join(x for x, _ in PAIRS)
    + "".join(f"\n{i}\t{i}\t" + "\t".join(y for _, y in PAIRS) for i in (1, 2))
)


@pytest.mark.parametrize(
    ("text", "name", "axis", "quantity"),
    [
        (jasco(), "JASCO", "wavelength / nm", "absorbance"),
        (jasco(body=TAB.replace(".", ",")), "JASCO", "wavelength / nm", "absorbance"),
        (jasco(body=TAB + "\r\n##### Extended Information\r\n[Comments]"), "JASCO", "wavelength / nm", "absorbance"),
        (ocean(), "Ocean Optics SpectraSuite", "wavelength / nm", "not said"),
        (spcm(), "Becker & Hickl SPCM", "time / ns", "intensity / counts"),
        (labram(), "Horiba LabRAM", "wavelength / nm", "intensity / counts"),
        (labram(axis="cm-¹"), "Horiba LabRAM", "Raman shift / cm-1", "intensity / counts"),
        (f"Wavelength nm.\tAbs.\n{TAB}", "delimited text", "wavelength / nm", "absorbance"),
        (f"Photon energy / eV;PL counts\n{TAB.replace(chr(9), ';')}", "delimited text", "energy / eV", "emission / counts"),
        (f"Raman shift (cm-1)  Intensity (cps)\n{TAB.replace(chr(9), '  ')}", "delimited text", "Raman shift / cm-1", "intensity / counts s-1"),
    ],
)  # fmt: skip
def test_text_formats_are_recognised_by_content_packed_or_not(read, text, name, axis, quantity):
    for content in (
        text.encode("latin-1", "replace"),
        gzip.compress(text.encode("latin-1", "replace"), mtime=0),
    ):
        contents = read(content, "no-ending")
        (trace,) = contents.traces
        assert (contents.format, trace.axis.told, trace.quantity.told) == (name, axis, quantity)
        assert (trace.x[[0, -1]].tolist(), trace.y[[0, -1]].tolist()) == ([500.0, 481.0], [0.1, 0.119])


def test_a_map_has_a_trace_for_each_place_and_packed_parts_follow_each_other(read):
    contents = read(gzip.compress(labram()[:60].encode(), mtime=0) + gzip.compress(labram(MAP)[60:].encode()))
    assert [trace.label for trace in contents.traces] == ["A1, place 1, 1", "A1, place 2, 2"]
    assert contents.traces[1].conditions.excitation_nm == 405.0


def test_several_decays_stand_in_blocks(read):
    two = spcm() + "*BLOCK 2  ( Time[ns]  No_of_photons )\r\n0 , 1\r\n1 , 2\r\n"
    contents = read(two)
    assert [trace.label for trace in contents.traces] == ["decay, block 1", "decay, block 2"]
    assert contents.problems[0].startswith("1 blocks have no end")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (jasco(points=99), "The header tells 99 points; 20 stand in the file."),
        (ocean(end=""), "The line that ends the data is missing"),
        (ocean().replace("20\r\n>>>>>", "21\r\n>>>>>"), "21 pixels; 20 stand"),
        (f"Wavelength (nm)\tAbs\tAbs2\tAbs2\n{TAB.replace(chr(9), chr(9) + '1' + chr(9) + '2' + chr(9))}", "The same name"),
        (f"Energy\tAbs\n{TAB}", "The axis 'Energy' has no unit."),
        (f"Wavelength (nm)\tAbs\n{TAB}\n\n\n{TAB.replace('500', '480').replace('49', '47').replace('48', '46')}", "2 empty rows"),
        (f"Wavelength (nm)\tAbs\té\n{TAB.replace(chr(9), chr(9) + '1' + chr(9))}".encode("latin-1"), "not UTF-8 (byte 20)"),
        ("nm,Abs\n" + "\n".join(f"{x},{min((x - 300) ** 2, 900) / 300}" for x in range(300, 340)), "10 points in a row"),
    ],
)  # fmt: skip
def test_contradictions_and_oddities_are_told(read, text, problem):
    assert problem in " ".join(read(text).problems)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.4 \x00", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an Office file"),
        (b"PK\x03\x04" + bytes(99), "save the sheet as CSV"),
        (b"<!DOCTYPE html><p>404</p>", "a web page"),
        (b'{"a": [1]}', "JSON"),
        (b"\x1f\x8b\x08" + bytes(20), "can not be unpacked"),
        (gzip.compress(b"nm,Abs\n" * 99, mtime=0)[:-9], "breaks off"),
        (bytes(600), "not text"),
        (b"", "empty file"),
        (b"hello", "JCAMP-DX, JASCO, Ocean Optics"),
        (jasco(body="500\tx").encode(), "line 8: got the line '500\tx'"),
        (jasco(body="").encode(), "no pair of numbers"),
        (b"  Title : a\n  SYS_PARA_BEGIN:\n", "without '[*]BLOCK 1'"),
        (labram("\t500\t499\n1\t2").encode(), "a row of 2 cells"),
        (b"BEGIN IONS\nPEPMASS=1\n1 x\nEND IONS\n", "line 3: got the line '1 x'"),
        (b"BEGIN IONS\nEND IONS\n", "no spectrum with peaks"),
        (b"PEPE2D" + bytes(20), "got 26 bytes"),
        (b"PEPE2D".ljust(44, b" ") + struct.pack("<Hi", 120, 99) + struct.pack("<Hi", 5, 2**31 - 1), "a block of"),
        (b"PEPE2D".ljust(44, b" ") + struct.pack("<Hi", 120, 10) + struct.pack("<Hi", 5, 4) + bytes(4), "without values"),
        (b"PAR1" + bytes(99), "a Parquet file that can not be read"),
        (b"\x89HDF\r\n\x1a\n" + bytes(99), "an HDF5 file that can not be read"),
    ],
)  # fmt: skip
def test_what_is_no_spectrum_is_refused_with_a_reason(read, content, message):
    with pytest.raises(FormatError, match=message) as caught:
        read(content)
    assert caught.value.where.file
    assert caught.value.remedy.endswith(".")


def test_a_bomb_of_gzip_is_refused(read, monkeypatch):
    monkeypatch.setattr("aliquot.instruments.formats.source.LARGEST", 10_000)
    with pytest.raises(FormatError, match="unpacks to more than"):
        read(gzip.compress(bytes(1_000_000), mtime=0))


# --- signals ---------------------------------------------------------------------------------------------


def test_wavenumbers_and_energies_become_wavelengths_and_that_is_told(tmp_path):
    for units, values, kind in (("1/CM", "20000 16000", "wavenumber / cm-1"), ("EV", "2 1.5", "energy / eV")):
        file = tmp_path / "a.jdx"
        first, last = values.split()
        file.write_text(
            jcamp(["##XYDATA= (X++(Y..Y))", f"{first} 0.2 0.1"], 2, XUNITS=units, FIRSTX=first, LASTX=last)
        )
        heard = []
        (signal,) = read_spectra(file, told=heard.append)
        assert heard == [f"'t': {kind} became wavelengths in nm."]
        expected = [500.0, 625.0] if units == "1/CM" else [1239.841984 / 2, 1239.841984 / 1.5]
        assert signal.wavelengths == pytest.approx(expected)
        assert signal.values.tolist() == [0.2, 0.1]


def test_transmission_of_any_format_is_refused_or_converted(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text(jasco(y="%T", body=TAB.replace("\t0.1", "\t1")))
    with pytest.raises(FormatError, match="transmission='convert'"):
        read_spectra(file)
    heard = []
    (signal,) = read_spectra(file, transmission="convert", told=heard.append)
    assert heard == ["'t': transmission became absorbance."]
    assert signal.values[[0, -1]] == pytest.approx([-np.log10(1.19), 0.0])


def test_gaps_turning_axes_and_unknown_values_are_refused(tmp_path):
    file = tmp_path / "a.jdx"
    file.write_text(jcamp(["##XYDATA= (X++(Y..Y))", "500 1 ? 3 4"], 4, FIRSTX=500, LASTX=503))
    with pytest.raises(FormatError, match="1 empty cells"):
        read_spectra(file)
    file.write_text(jcamp(["##XYPOINTS= (XY..XY)", "500,1 501,1 500.5,1"], 3))
    with pytest.raises(FormatError, match=r"turns back or repeats at 500\.5 nm"):
        read_spectra(file)
    file.write_text(jcamp(["##XYPOINTS= (XY..XY)", "500,1 501,1"], 2, YUNITS="VOLTS"))
    with pytest.raises(FormatError, match="a guess could be wrong"):
        read_spectra(file)


def test_an_emission_against_energy_is_refused_and_one_of_jcamp_is_read(tmp_path):
    file = tmp_path / "a.jdx"
    labels = {"DATA TYPE": "FLUORESCENCE SPECTRUM", "YUNITS": "COUNTS", "FIRSTX": 500, "LASTX": 501}
    file.write_text(jcamp(["##XYDATA= (X++(Y..Y))", "500 7 9"], 2, **labels))
    (signal,) = read_emission(file, excitation_nm=405.0)
    assert (signal.kind, signal.excitation_nm) == (SignalKind.EMISSION, 405.0)
    with pytest.raises(FormatError, match=re.escape("'aliquot emission'")):
        read_spectra(file)
    file.write_text(
        jcamp(["##XYDATA= (X++(Y..Y))", "2 7 9"], 2, **labels | {"XUNITS": "EV", "FIRSTX": 2, "LASTX": 1})
    )
    with pytest.raises(FormatError, match="against energy / eV"):
        read_emission(file)


def test_a_name_of_emission_is_not_read_as_absorbance(tmp_path):
    file = tmp_path / "run 3 PL normalised.csv"
    file.write_text("Wavelength (nm),30 s\n" + "\n".join(f"{x},0.5" for x in range(500, 520)))
    with pytest.raises(FormatError, match="aliquot emission"):
        read_spectra(file)
    assert read_emission(file)[0].kind is SignalKind.EMISSION
    with pytest.raises(InputError, match="read_spectra"):
        read_emission(file, kind=SignalKind.ABSORBANCE)
    file.write_text(file.read_text().replace("30 s", "Abs 30 s"))
    assert read_spectra(file)[0].time_s == 30.0
