# ruff: noqa: E501  rows of tables
"""Writers: what is written is read again as it was, whole or not at all."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from aliquot.errors import FormatError, InputError
from aliquot.instruments.formats import read_file, read_spectra, signals_of, write_contents, write_signals
from aliquot.instruments.formats.contents import (
    Axis,
    AxisKind,
    Conditions,
    Contents,
    Quantity,
    QuantityKind,
    Trace,
)
from aliquot.instruments.formats.write import ENDINGS
from aliquot.instruments.signal import Signal, SignalKind
from fuzz_formats import own, run, seeds

NEEDS = {"parquet": "pyarrow", "nexus": "h5py"}
FORMATS = sorted(ENDINGS)
SOME = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NUMBERS = st.floats(-1e300, 1e300)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
POSITIVE = st.none() | st.floats(1e-3, 1e6)
CONDITIONS = st.builds(
    Conditions, POSITIVE, POSITIVE, POSITIVE, st.none() | st.sampled_from(["toluene", "a $$ b"]), POSITIVE, POSITIVE, POSITIVE
)  # fmt: skip


@st.composite
def traces(draw):
    size = draw(st.integers(1, 12))
    x, y = (draw(arrays.arrays(float, size, elements=NUMBERS)) for _ in "xy")
    axis = Axis(draw(st.sampled_from(AxisKind)), draw(st.sampled_from(["nm", "cm-1", "", "s"])), draw(TEXTS))
    quantity = Quantity(
        draw(st.sampled_from(QuantityKind)), draw(st.sampled_from(["1", "%", "", "a.u."])), draw(TEXTS)
    )
    metadata = draw(st.dictionaries(TEXTS, TEXTS, max_size=2))
    return Trace(draw(TEXTS), axis, x, quantity, y, draw(CONDITIONS), metadata, draw(st.integers(0, 3)))


@st.composite
def signals(draw):
    size = draw(st.integers(2, 12))
    steps = draw(arrays.arrays(float, size, elements=st.floats(0.01, 50.0)))
    kind = draw(st.sampled_from(SignalKind))
    values = draw(arrays.arrays(float, size, elements=st.floats(-0.1, 4.0)))
    known = draw(CONDITIONS)
    return Signal(
        kind,
        200.0 + np.cumsum(steps),
        values,
        draw(TEXTS),
        known.time_s,
        known.path_mm,
        known.dilution,
        known.medium,
        temperature=known.temperature,
        excitation_nm=known.excitation_nm if kind is SignalKind.EMISSION else None,
        emission_nm=known.emission_nm if kind is SignalKind.EXCITATION else None,
    )


def assert_same(one, other, *left_out):
    for name in type(one).__dataclass_fields__:
        if name in {"where", *left_out}:
            continue
        before, after = getattr(one, name), getattr(other, name)
        if isinstance(before, np.ndarray):
            assert np.array_equal(before, after), name
        else:
            assert before == after, name


@pytest.fixture(params=FORMATS)
def to(request):
    if request.param in NEEDS:
        pytest.importorskip(NEEDS[request.param], reason="it is of the files extra")
    return request.param


@SOME
@given(st.lists(signals(), min_size=1, max_size=8))
def test_signals_come_back_as_they_were(to, tmp_path, some):
    contents = read_file(write_signals(some, to, tmp_path / "a", force=True))
    for before, trace in zip(some, contents.traces, strict=True):
        (after,) = signals_of(replace(contents, traces=(trace,)), before.kind)
        assert_same(before, after)


@SOME
@given(st.lists(traces(), min_size=1, max_size=8))
def test_traces_of_any_kind_come_back_as_they_were(to, tmp_path, some):
    back = read_file(write_contents(Contents("any", "a", tuple(some)), to, tmp_path / "a", force=True)).traces
    for before, after in zip(some, back, strict=True):
        assert_same(before, after, *(("metadata", "gaps") if to == "csv" else ()))


def test_equal_signals_give_equal_files(to, tmp_path):
    signal = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1")
    one, other = (write_signals([signal], to, tmp_path / name).read_bytes() for name in "ab")
    assert one.replace(b"a", b"b") == other.replace(b"a", b"b") or one == other


def test_a_file_of_an_instrument_is_converted_with_its_metadata(to, tmp_path):
    rows = "".join(f"{x}\t0.1\r\n" for x in range(500, 480, -1))
    file = tmp_path / "t 90 s.txt"
    file.write_text(
        f"TITLE\t\r\nDATE\t10/01/25\r\nXUNITS\tNANOMETERS\r\nYUNITS\tABSORBANCE\r\nXYDATA\r\n{rows}"
    )
    (signal,) = read_spectra(write_contents(read_file(file), to, tmp_path / "b"), dilution=20.0)
    assert (signal.label, signal.time_s, signal.dilution) == ("t 90 s", 90.0, 20.0)
    assert signal.wavelengths[0] == 481.0
    if to != "csv":
        assert read_file(tmp_path / "b").traces[0].metadata["DATE"] == "10/01/25"


def test_nothing_is_replaced_unasked_and_a_failure_leaves_nothing(to, tmp_path, monkeypatch):
    signal = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1")
    file = write_signals([signal], to, tmp_path / "a")
    before = file.read_bytes()
    with pytest.raises(InputError, match=r"there already.*--force"):
        write_signals([signal], to, file)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(InputError, match="No space left"):
        write_signals([signal], to, file, force=True)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_can_not_be_written_is_told(tmp_path):
    with pytest.raises(InputError, match="Known here: 'csv', 'jcamp', 'nexus', 'parquet'"):
        write_contents(Contents("a", "a", ()), "xlsx", tmp_path / "a")
    with pytest.raises(InputError, match="without a trace"):
        write_contents(Contents("a", "a", ()), "csv", tmp_path / "a")


def test_jcamp_of_ours_is_read_by_the_pypi_reader(tmp_path):
    jcamp = pytest.importorskip("jcamp", reason="the other reader is no part of the test extra")
    signal = Signal(
        SignalKind.ABSORBANCE, np.array([400.0, 401.0, 403.0]), np.array([0.2, 0.1, 0.3]), "A1", 30.0
    )
    found = jcamp.readfile(str(write_signals([signal], "jcamp", tmp_path / "a.jdx")))
    assert (found["x"].tolist(), found["y"].tolist()) == ([400.0, 401.0, 403.0], [0.2, 0.1, 0.3])
    assert (found["title"], found["xunits"], found["yunits"]) == ("A1", "NANOMETERS", "ABSORBANCE")


def test_nexus_of_ours_says_what_is_plotted(tmp_path):
    h5py = pytest.importorskip("h5py", reason="it is of the files extra")
    signal = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1", 30.0)
    with h5py.File(write_signals([signal], "nexus", tmp_path / "a.nxs")) as file:
        data = file[file.attrs["default"]][file["entry"].attrs["default"]]
        assert (data.attrs["NX_class"], data.attrs["signal"], list(data.attrs["axes"])) == (
            "NXdata",
            "value",
            ["wavelength"],
        )
        assert (data["wavelength"].attrs["units"], data.attrs["time_s"], data.attrs["title"]) == (
            "nm",
            30.0,
            "A1",
        )


def test_nexus_of_another_program_is_read_by_its_names(tmp_path):
    h5py = pytest.importorskip("h5py", reason="it is of the files extra")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file.create_group("scan/data")
        group.attrs.update({"NX_class": "NXdata", "signal": "absorbance", "axes": "wl", "title": "t 5 min"})
        group["wl"], group["absorbance"] = np.arange(400.0, 410.0), np.arange(10.0) / 10.0
        group["wl"].attrs["units"] = "nm"
        group["wl"].attrs["long_name"] = "Wavelength"
        file["scan/again"] = h5py.ExternalLink("elsewhere.h5", "/data")
        file["loop"] = h5py.SoftLink("/loop")
    (signal,) = read_spectra(tmp_path / "a.h5")
    assert (signal.label, signal.time_s, signal.wavelengths.size) == ("t 5 min", 300.0, 10)


def test_parquet_is_the_tidy_table(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet", reason="it is of the files extra")
    signal = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1", 30.0)
    rows = parquet.read_table(write_signals([signal, signal], "parquet", tmp_path / "a")).to_pylist()
    assert [row["trace"] for row in rows] == [1, 1, 2, 2]
    assert (
        rows[1] | {"label": "A1", "time_s": 30.0, "axis_value": 401.0, "value": 0.1, "unit": "1"} == rows[1]
    )
    parquet.write_table(parquet.read_table(tmp_path / "a").replace_schema_metadata(None), tmp_path / "b")
    with pytest.raises(FormatError, match="does not say that Aliquot wrote it"):
        read_file(tmp_path / "b")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("value\n", "values\n"), "headings without 'value'"),
        (("0.2\n", "n.d.\n"), "line 2: got 'n.d.' as value"),
        (("1,A1,30.0,,,,,,,wavelength,nm,Wavelength (nm),401", "1,A2,30.0,,,,,,,wavelength,nm,Wavelength (nm),401"), "'A2' as label"),
        ((",30.0,", ",soon,"), "'soon' as time_s"),
        ((",0.1\n", "\n"), "line 3: got 16 cells"),
        (("wavelength,", "colour,"), "'colour' as 'axis'"),
        (("A1,", '"A1,'), "can not be parted"),
    ],
)  # fmt: skip
def test_a_tidy_table_that_was_changed_is_refused_with_its_line(tmp_path, change, message):
    signal = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1", 30.0)
    file = write_signals([signal], "csv", tmp_path / "a.csv")
    file.write_text(file.read_text().replace(*change))
    with pytest.raises(FormatError, match=message):
        read_file(file)


def test_a_number_corrected_by_hand_in_jcamp_counts(tmp_path):
    signal = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1", 30.0)
    file = write_signals([signal], "jcamp", tmp_path / "a.jdx")
    file.write_text(file.read_text().replace("TIME S= 30.0", "TIME S= 45"))
    assert read_spectra(file)[0].time_s == 45.0


# --- mutations -------------------------------------------------------------------------------------------


def test_mutated_files_give_contents_or_an_error_of_ours(shared):
    outcomes = run(0, 220, 11, seeds(shared, longest=2000))
    assert outcomes["refused"] > 40
    assert sum(outcomes.values()) - outcomes["refused"] > 40


def test_a_reader_that_fails_is_told_with_its_case(monkeypatch):
    def broken(_):
        raise ValueError(broken)

    monkeypatch.setattr("fuzz_formats.read_file", broken)
    with pytest.raises(ValueError, match="broken") as caught:
        run(7, 1, 1, own())
    assert "case 7 by seed 1, a mutation of" in caught.value.__notes__[0]


def test_hdf5_that_does_not_end_or_crashes_is_an_error_of_ours(tmp_path, monkeypatch):
    pytest.importorskip("h5py", reason="it is of the files extra")
    signal = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1")
    file = write_signals([signal], "nexus", tmp_path / "a.nxs")
    monkeypatch.setattr("aliquot.instruments.formats.nexus.SECONDS", 0.01)
    with pytest.raises(FormatError, match=r"does not end within 0\.01 s"):
        read_file(file)
    monkeypatch.setattr("aliquot.instruments.formats.nexus.SECONDS", 8.0)
    monkeypatch.setattr("aliquot.instruments.formats.nexus.MOST_POINTS", "no number")
    with pytest.raises(FormatError, match="HDF5 crashes on it"):
        read_file(file)
