import numpy as np
import pytest

from aliquot.errors import FormatError
from aliquot.instruments.formats import read_spectra
from aliquot.instruments.formats.headings import time_of

WAVELENGTHS = range(500, 480, -2)


def table(heading="Wavelength (nm),30 s,5 min", delimiter=",", point=".", tail=(), values=(0.123, 0.25)):
    rows = [
        delimiter.join([f"{nm}{point}5", *(f"{value:g}".replace(".", point) for value in values)])
        for nm in WAVELENGTHS
    ]
    return [heading.replace(",", delimiter), *rows, *tail]


@pytest.fixture
def read(tmp_path):
    def write_and_read(lines, end="\n", encoding="utf-8", name="run.csv", **options):
        file = tmp_path / name
        content = lines if isinstance(lines, bytes) else end.join(lines).encode(encoding)
        file.write_bytes(content)
        return read_spectra(file, **options)

    return write_and_read


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\n\r\n"])
@pytest.mark.parametrize(
    ("delimiter", "point"), [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")]
)
def test_delimiters_decimal_marks_and_line_ends_make_no_difference(read, delimiter, point, end):
    first, second = read(table(delimiter=delimiter, point=point), end=end)
    assert (first.time_s, second.time_s) == (30.0, 300.0)
    np.testing.assert_array_equal(first.wavelengths, np.arange(482.5, 502.0, 2.0))
    np.testing.assert_array_equal(second.values, 0.25)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(read, encoding):
    signals = read(table("Wavelength (nm),30 s (20 °C),é 60 s"), encoding=encoding)
    assert [signal.label for signal in signals] == ["30 s (20 °C)", "é 60 s"]


@pytest.mark.parametrize(
    ("heading", "seconds"),
    [
        ("90 s ", 90.0),
        ("60 s reaction", 60.0),
        ("2 h", 7200.0),
        ("5 min", 300.0),
        ("t = 30 s", 30.0),
        ("t=30s", 30.0),
        ("1 h 30 min", 5400.0),
        ("1,5 h", 5400.0),
        ("[2.5 minutes]", 150.0),
        ("A4 120 sec", 120.0),
        ("30 (s)", 30.0),
        ("30 s reaction_overnight", 30.0),
        ("600s_diluted", 600.0),
        ("blank", None),
        ("sample 5", None),
        ("5 m", None),
        ("5 samples", None),
        ("30 s after 5 min", None),
        ("", None),
    ],
)
def test_times_in_headings(heading, seconds):
    assert time_of(heading) == seconds


def test_a_signal_knows_where_it_comes_from(read):
    signal = read(["", *table("Wavelength (nm),30 s,crude")], path_mm=10.0, dilution=20.0, medium="toluene")[
        1
    ]
    assert (signal.label, signal.time_s) == ("crude", None)
    assert (signal.path_mm, signal.dilution, signal.medium) == (10.0, 20.0, "toluene")
    assert str(signal.where).endswith("run.csv, line 2, crude")


def test_empty_rows_and_the_log_of_the_method_are_no_data(read):
    log = [",," * 300, "", "Collection Time: 23/10/2025,,", "Start (nm)  800.0,,", ",, Old:0.0125", ",352,"]
    assert read(table(tail=log))[0].values.size == len(WAVELENGTHS)


def test_pairs_of_wavelength_and_value_side_by_side(read):
    rows = [f"{nm},0.1,{nm + 100},0.2" for nm in WAVELENGTHS]
    signals = read(["30 s,,60 s,", "Wavelength (nm),Abs,Wavelength (nm),Abs", *rows])
    assert [(signal.time_s, signal.wavelengths[0]) for signal in signals] == [(30.0, 482.0), (60.0, 582.0)]


def test_a_file_without_headings_is_named_after_itself(read):
    rows = [f"{nm}\t0.1" for nm in WAVELENGTHS]
    assert read(rows, name="crude 5 min.txt")[0].time_s == 300.0


def test_transmission_is_refused_or_converted(read):
    lines = table("Wavelength (nm),30 s %T,A 60 s", values=(10.0, 0.2))
    with pytest.raises(FormatError, match="transmission='convert'"):
        read(lines)
    converted, absorbed = read(lines, transmission="convert")
    np.testing.assert_allclose(converted.values, 1.0)
    np.testing.assert_array_equal(absorbed.values, 0.2)


def test_transmission_is_recognised_by_its_values(read):
    with pytest.raises(FormatError, match="look like transmissions"):
        read(table(values=(88.0, 92.0)))
    with pytest.raises(FormatError, match="above 0 %"):
        read(table("Wavelength (nm),%T,%T", values=(0.0, 92.0)), transmission="convert")
    with pytest.raises(FormatError, match="no absorbance"):
        read(table(values=(880.0, 92.0)), transmission="convert")


FAULTS = {
    "no number": ([*table()[:4], "493.5,0.1,n.d.", *table()[5:]], "line 5, 5 min: got 'n.d.'"),
    "gap": ([*table()[:4], "493.5,,0.1", *table()[5:]], "line 5, 30 s: got an empty cell"),
    "infinite": ([*table()[:4], "493.5,inf,0.1", *table()[5:]], "line 5, 30 s: got 'inf'"),
    "short row": ([*table()[:4], "493.5,0.1", *table()[5:]], "line 5, 5 min: got an empty cell"),
    "bad wavelength": ([*table()[:4], "49x.5,0.1,0.1", *table()[5:]], "line 5, Wavelength .nm.: got '49x.5'"),
    "bad last wavelength": (table(tail=["48x.5,0.1,0.1"]), "line 12, Wavelength .nm.: got '48x.5'"),
    "twice": (table(tail=["482.5,0.1,0.1"]), "line 12, .*got 482.5 nm after 482.5 nm.*two values"),
    "turns back": (table(tail=["499,0.1,0.1"]), "turns back"),
    "energies": (table("Energy (eV),30 s,60 s"), "first column called 'Energy .eV.'"),
    "times": (table("Time (s),a,b"), "first column called 'Time .s.'"),
    "emission": (table("Wavelength (nm),Intensity (a.u.),b"), "emission"),
    "few": (table()[:5], "4 rows of numbers are no spectrum"),
    "no values": ([f"{nm}," for nm in WAVELENGTHS], "no line begins with two numbers"),
    "micrometres": (
        ["Wavelength (nm),30 s", *(f"{nm / 1000},0.1" for nm in WAVELENGTHS)],
        "got a wavelength of 0.5; .*unit",
    ),
    "wavenumbers": ([f"{nm * 8},0.1" for nm in WAVELENGTHS], "may be wavenumbers"),
    "prose": (["Dear all,", "please find attached, as agreed, 3 spectra."], "line 1: .*Dear all"),
    "empty": ([""], "empty file"),
    "blank": ([" ", "\t", ",,"], "empty|no line begins"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not text"),
    "broken UTF-16": (b"\xff\xfeA", "not text"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_told_with_line_heading_and_remedy(read, fault):
    lines, message = FAULTS[fault]
    with pytest.raises(FormatError, match=message) as caught:
        read(lines)
    assert caught.value.where.file.endswith("run.csv")
    assert caught.value.where.line
    assert caught.value.remedy.endswith(".")


def test_a_folder_and_a_missing_file_are_told(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere.csv", "nul\0byte"):
        with pytest.raises(FormatError, match="can be read"):
            read_spectra(path)
