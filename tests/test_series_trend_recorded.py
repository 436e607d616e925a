"""Tables of recorded peaks: read, matched with a file of spectra, and compared."""

import pytest

from aliquot.errors import FormatError, InputError
from aliquot.instruments.absorbance.recorded import (
    RecordedSeries,
    compare_recorded,
    read_recorded,
    series_for,
)


def table(tmp_path, text):
    path = tmp_path / "peaks.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_belong_to_the_times_before_them(tmp_path):
    text = "Time (s),Run 1,Time (min),Run 2,Run 3\n20,489,0.5,486,\n40,505,1,,509\n,,2,512,514\n"
    one, two, three = read_recorded(table(tmp_path, text))
    assert (one.label, one.peaks_nm) == ("Run 1", {20.0: 489.0, 40.0: 505.0})
    assert two.peaks_nm == {30.0: 486.0, 120.0: 512.0}
    assert three.peaks_nm == {60.0: 509.0, 120.0: 514.0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no column that is headed 'Time'"),
        ("t,Run 1\n1,2\n", "no column that is headed 'Time'"),
        ("Time (s),Run 1\n30,\n", "no wavelength beside any time"),
        ("Time (s),Run 1\n30,489\nsoon,490\n", r"line 3: got \['soon', '490'\] under 'Run 1'"),
        ("Time (s),Run 1\n30,nan\n", "line 2: got .*'nan'"),
        ("Time (s),Run 1\n30,2.53\n", "line 2: got .*'2.53'"),  # an energy, or a radius
    ],
)
def test_what_is_no_table_of_peaks_is_refused_with_its_line(tmp_path, text, told):
    with pytest.raises(FormatError, match=told):
        read_recorded(table(tmp_path, text))


def test_the_series_is_the_one_whose_heading_stands_in_the_name():
    runs = [RecordedSeries(f"Run {n}", {30.0: 500.0}) for n in (1, 2, 11)]
    assert series_for(runs, "run 11 uv-vis.csv").label == "Run 11"
    assert series_for(runs[:1], "anything.csv").label == "Run 1"
    for name in ("series A.csv", "Run 1 and Run 2.csv"):
        with pytest.raises(InputError, match="exactly one recorded series"):
            series_for(runs, name)


def test_agreement_and_its_opposite_are_sentences():
    written = RecordedSeries("Run 9", {30.0: 489.0, 60.0: 498.0, 90.0: 504.0})
    near = compare_recorded({30.0: 490.0, 60.0: 499.5, 90.0: 504.0, 120.0: 510.0}, written)
    assert near.agree
    assert near.sentence == (
        "Run 9: our E1 agrees with the recorded peaks to +1.0 nm (median of 3, from +0 to +2 nm)."
    )
    far = compare_recorded({30.0: 499.0, 60.0: 510.0}, written)
    assert not far.agree
    assert far.sentence.startswith(
        "Run 9: our E1 lies 11 nm to the red of the recorded peaks (median of 2, from 10"
    )


def test_without_a_common_time_nothing_is_compared():
    with pytest.raises(InputError, match="no time that both"):
        compare_recorded({31.0: 500.0}, RecordedSeries("Run 9", {30.0: 489.0}))
