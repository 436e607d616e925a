"""Studies: what they may say, and what is told of a slip, with its line."""

from pathlib import Path

import numpy as np
import pytest

from aliquot.errors import InputError
from aliquot.inference.dual import Dual
from aliquot.inference.likelihood import met, residual, residuals
from aliquot.inference.problem import Problem
from aliquot.inference.rows import Row, rows_of
from aliquot.inference.study import read_study, study_names
from aliquot.inference.zones.study import ZoneStudy, zone_study_document
from aliquot.knowledge.document import Document
from aliquot.knowledge.records.observations import Role
from studies import HEAD, PLACES, TRUTH, entry, made, observed, study

BOUNDED = "observations:\n  own:\n"


def row(bounds: str, quantity: str = "conversion", more: str = "") -> Row:
    """The row of one observation."""
    text = HEAD + BOUNDED + entry("one", "rich", quantity, "1 min", bounds, more)
    return rows_of(study(text + entry("other", "rich", "conversion", "1 min", "above: 1 %")))[0][0]


def number(x: float) -> Dual:
    return Dual(np.array(x), np.array([1.0]))


@pytest.mark.parametrize("name", ["cdte_449_alone", "inp_wang2023"])
def test_studies_of_the_book_can_be_made_ready(name: str) -> None:
    assert name in study_names()
    problem = Problem.of(read_study(name))
    assert problem.fitted
    assert problem.size == len(problem.fitted) + sum(one.is_time_of_maximum for one in problem.fitted)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sd: 0.3", "sd: -0.3", "greater than 0"),
        ("transform: log10", "transform: log", "'linear' or 'log10'"),
        ("chemistry: inp_wang2023", "chemistry: inp_wang", "inp_wang2023"),
        (
            "chemistry: inp_wang2023",
            "chemistry: inp_wang2023\noptions: [fast]",
            "small, options: got .*'fast'",
        ),
        (
            "keys: [surface_energy.value]",
            "keys: [solubility.value]",
            "got 'J m-2'; expected .* converts to M:",
        ),
        ("keys: [surface_energy.value]", "keys: [attachment.rate.value]", "given to two constants"),
        ("name: gamma", "name: log10 k", "stands twice"),
        ("starts: 1", "startz: 1", "Did you mean 'starts'"),
        ("condition: rich,", "condition: rick,", "'rick' is no condition of the study"),
        ("quantity: conversion", "quantity: shell thickness", "one of share"),
        ("temperature: 200 degC", "temperature: 200 mM", "converts to K"),
        ("InCl3: 90 mM", "InBr3: 90 mM", "reagents that the chemistry knows"),
    ],
)
def test_a_slip_is_told(old: str, new: str, words: str) -> None:
    text = (HEAD + observed(dict.fromkeys(PLACES, 1.0))).replace(old, new, 1)
    with pytest.raises(InputError, match=words):
        Problem.of(study(text))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unit: J m-2", "unit: mM", r"line 11, free\.2\.unit: got 'mM'; expected .* converts to J m-2"),
        ("unit: kJ/mol", "unit: kJ/mool", r"line 12, free\.3\.unit: got 'kJ/mool'; .* is not known"),
        ("[surface_energy.value]", "[surface_energy.valu]", r"line 11, free\.2\.keys\.0: .*'value'"),
        ("chemistry: inp_wang2023", "chemistry: inp_wang", r"line 5, chemistry: .*'inp_wang2023'"),
        (
            "InCl3: 45 mM",
            "InCl3: 45 mL",
            r"line 17, conditions\.poor\.stated\.concentrations\.InCl3: got '45 mL'",
        ),
        ("value: 1.000000 %", "value: 1 nm", r"line 24, observations\.own\.0\.value: got '1 nm'"),
        ("tolerance: 0.4 %", "tolerance: 0.4 nm", r"line 30, observations\.own\.6\.tolerance: got '0.4 nm'"),
        ("at: 3 min", "at: 3 nm", r"line 25, observations\.own\.1\.at: got '3 nm'; .* converts to s"),
        (
            "at: 3 min,",
            "at: 3 min, less: {condition: rich, quantity: conversion, at: 1 mL},",
            r"line 25, observations\.own\.1\.less\.at: got '1 mL'",
        ),
    ],
)
def test_a_wrong_unit_is_told_with_file_line_and_key(old: str, new: str, words: str) -> None:
    text = HEAD + observed(dict.fromkeys(PLACES, 1.0))
    assert old in text
    with pytest.raises(InputError, match=rf"^small\.yaml, {words}"):
        study(text.replace(old, new, 1))


def test_all_wrong_units_are_told_at_once() -> None:
    text = HEAD.replace("unit: J m-2", "unit: mM").replace("InCl3: 90 mM", "InCl3: 90 mL")
    with pytest.raises(InputError, match=r"free\.2\.unit") as told:
        study(text)
    assert ["InCl3: got '90 mL'" in note for note in told.value.__notes__] == [True]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "high: 500, unit: mM",
            "high: 500, unit: mL",
            r"coordinates\.1\.unit: got 'mL'; expected .* mol m-3",
        ),
        ("high: 150, unit: degC", "high: 150, unit: mM", r"coordinates\.4\.unit: got 'mM'; .* converts to K"),
        ("TOP: 424 mM", "TOP: 424 mL", r"base\.concentrations\.TOP: got '424 mL'"),
        ("at: {amine: 1000 mM}", "at: {amine: 1 mL}", r"diagram\.1\.at\.amine: got '1 mL'"),
        ("y: cadmium, time: 4 h}", "y: cadmium, at: {amine: 3 K}}", r"sections\.2\.at\.amine: got '3 K'"),
        ("at: {amine: 1000 mM}", "at: {time: 4 h}", "'time' is no coordinate"),
    ],
)
def test_a_wrong_unit_of_a_zone_study_is_told_with_file_line_and_key(old: str, new: str, words: str) -> None:
    text = zone_study_document("cdte_zones").text
    changed = text.replace(old, new, 1)
    place = next(
        i
        for i, pair in enumerate(zip(text.split("\n"), changed.split("\n"), strict=True), 1)
        if pair[0] != pair[1]
    )
    line = 1 if "no coordinate" in words else place
    with pytest.raises(InputError, match=rf"^zones\.yaml, line {line}.*{words}"):
        Document(changed, "zones.yaml", InputError).read(ZoneStudy)


def test_an_empty_study_is_refused() -> None:
    with pytest.raises(InputError, match="fits nothing"):
        rows_of(study(HEAD))
    with pytest.raises(InputError, match=r"a study of the book: .*cdte_449_alone"):
        read_study("nothing")


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("leave", "{RSD-18: it is doubtful}", "Did you mean 'RSD-180'"),
        ("spreads", "{RSD-18: {sd: 1 %, because: so}}", "Did you mean 'RSD-180'"),
        ("series", "[temperatures]", "Did you mean 'temperature'"),
    ],
)
def test_a_misspelt_choice_is_told(key: str, value: str, words: str) -> None:
    text = HEAD + f"observations: {{cards: [wang2023], {key}: {value}}}\n"
    with pytest.raises(InputError, match=words):
        rows_of(study(text))


def test_roles_are_those_of_the_card() -> None:
    rows, conditions = rows_of(study(HEAD + "observations: {cards: [wang2023], roles: [calibration]}\n"))
    roles = {row.entry.id: (row.role, row.fitted) for row in rows}
    assert roles["diameter-180"] == (Role.CALIBRATION, True)
    assert roles["diameter-0.3"] == (Role.PREDICTION, False)
    assert "indium" not in roles  # arithmetic needs no run
    assert conditions["180C"].sample == "180C"
    two = study(HEAD + "observations: {cards: [wang2023, mech2023], roles: [calibration]}\n")
    assert "wang2023/180C" in rows_of(two)[1]


def test_what_has_no_slope_is_compared_and_not_fitted() -> None:
    count = row('value: "1", tolerance: "0.5"', "populations")
    assert not count.fitted
    assert count.left_because is not None
    assert "slope" in count.left_because
    line = entry("line", "rich", "E1", "1 min", "value: 386 nm, tolerance: 1 nm", 'of: "386", ')
    of_cluster = rows_of(
        study(HEAD + BOUNDED + line + entry("other", "rich", "conversion", "1 min", "above: 1 %"))
    )
    assert "stays where it is" in str(of_cluster[0][0].left_because)


def test_a_value_has_half_its_tolerance_for_a_standard_deviation() -> None:
    one = row("value: 50 %, tolerance: 4 %")
    assert one.spread == 2.0
    assert float(residual(one, number(53.0)).value) == pytest.approx(1.5)
    assert residual(one, number(53.0)).slope.tolist() == [0.5]
    assert met(one, 53.9)
    assert met(one, 54.0)
    assert not met(one, 54.1)


def test_a_bound_costs_on_one_side_only() -> None:
    low = row("above: 50 %")
    assert float(residual(low, number(51.0)).value) == 0.0
    assert float(residual(low, number(45.0)).value) == pytest.approx(-1.0)  # softness: a tenth of the bound
    assert residual(low, number(45.0)).slope.tolist() == [0.2]
    both = row("above: 40 %, below: 60 %")
    assert float(residual(both, number(65.0)).value) == pytest.approx(1.0)
    assert met(both, 40.0)
    assert not met(both, 39.0)
    assert row("above: 0 %").spread == 2.0  # the smallest that would be seen


def test_residuals_of_the_truth_are_the_noise() -> None:
    problem = Problem.of(study(made(7)))
    found = residuals(problem, problem.numbers(TRUTH))
    assert found.value.size == len(PLACES)
    assert np.std(found.value) == pytest.approx(1.0, abs=0.4)


SPECTRA = """
spectra:
  - {file: seen.csv, condition: rich, medium: hexane, path_mm: 1, dilution: 20, window_nm: [430, 650],
     noise: 0.001, kernel: 0, scale: SCALE}
"""


@pytest.mark.parametrize("scale", ["known", "free"])
def test_whole_spectra_are_compared(tmp_path: Path, scale: str) -> None:
    text = HEAD + observed({PLACES[2]: 30.0}) + SPECTRA.replace("SCALE", scale)
    nm = np.arange(420.0, 701.0)
    blank = "\n".join(["Wavelength (nm),180 s,600 s", *(f"{x:.0f},0.1,0.1" for x in nm)])
    (tmp_path / "seen.csv").write_text(blank, encoding="utf-8")
    problem = Problem.of(study(text), tmp_path)
    assert problem.size == 1 + 2 * 45
    factor = 1.0 if scale == "known" else 0.8
    seen = factor * problem.numbers(TRUTH).value[1:].reshape(2, 45)
    grid = problem.spectra[0].wavelengths
    lines = ["Wavelength (nm),180 s,600 s"]
    lines += [f"{x:.0f},{a:.7f},{b:.7f}" for x, a, b in zip(grid, *seen, strict=True)]
    (tmp_path / "seen.csv").write_text("\n".join(lines), encoding="utf-8")
    again = Problem.of(study(text), tmp_path)
    near = TRUTH + np.array([0.02, 0.0, 0.001, 0.0])
    at_truth = residuals(again, again.numbers(TRUTH))
    assert np.abs(at_truth.value[1:]).max() < 1e-3
    here = residuals(again, again.numbers(near, slopes=True))
    step = np.array([1e-3, 0.0, 0.0, 0.0])
    up, down = (residuals(again, again.numbers(near + side * step)).value for side in (1, -1))
    # Kaufman's slope leaves out a term that is of the order of the misfit
    scatter = np.abs(here.slope[1:, 0]).max()
    np.testing.assert_allclose(here.slope[1:, 0] / scatter, ((up - down) / 2e-3)[1:] / scatter, atol=0.02)


@pytest.mark.parametrize(
    ("head", "window", "words"),
    [
        ("Wavelength (nm),180 s,180 s", "[430, 650]", "180 s|twice|repeated"),
        ("Wavelength (nm),180 s,600 s", "[300, 650]", "spectra end there"),
    ],
)
def test_spectra_that_can_not_be_compared_are_refused(
    tmp_path: Path, head: str, window: str, words: str
) -> None:
    text = HEAD + observed({PLACES[2]: 30.0}) + SPECTRA.replace("SCALE", "free").replace("[430, 650]", window)
    rows = "\n".join([head, *(f"{x:.0f},0.1,0.1" for x in np.arange(420.0, 701.0))])
    (tmp_path / "seen.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        Problem.of(study(text), tmp_path)
