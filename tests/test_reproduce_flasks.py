"""Papers of flasks: the honest split and the fits to everything, side by side and counted apart."""

from dataclasses import replace

import numpy as np
import pytest

from aliquot.cli.reproduce import as_json
from aliquot.cli.reproduce_told import show
from aliquot.knowledge import store
from aliquot.knowledge.records import Role
from aliquot.reproduce import Fitted, Reproduction, Row, reproduce
from aliquot.reproduce.courses import NO_CONSTANTS, NOTHING, courses
from aliquot.reproduce.flasks import course_rows
from aliquot.reproduce.rows import bounds_of, unit_of
from cdte_courses import FLASKS, course

MECH, TIWARI = store.observations("mech2023"), store.observations("tiwari2025")
TWO = ("ode", "top5")
"""One condition of the calibration and one of the prediction."""


@pytest.fixture(scope="module")
def two() -> Reproduction:
    card = MECH.model_copy(update={"everything": ("cdte_mech2023",)})  # of the structure of the split
    rows = course_rows(card, str, TWO)
    return Reproduction("mech2023", None, (), rows, 2023, card.chemistry, card.everything)


def row(result: Reproduction, name: str) -> Row:
    return next(row for row in result.rows if row.id == name)


def test_rows_of_other_conditions_are_not_computed(two: Reproduction) -> None:
    runs = [one for one in two.rows if one.role is not Role.ARITHMETIC]
    assert {one.condition for one in runs} == set(TWO)
    assert {one.role for one in runs} == {Role.CALIBRATION, Role.PREDICTION}


def test_calibration_and_prediction_count_apart_from_the_fit_to_everything(two: Reproduction) -> None:
    tried = [one for one in two.rows if one.role is Role.PREDICTION and one.is_tried]
    assert [one.id for one in tried if not one.met] == ["top5-late"]
    assert two.counted(Role.PREDICTION) == (len(tried) - 1, len(tried))
    assert two.sentences(Role.CALIBRATION) == two.sentences(Role.CALIBRATION, 0) == (8, 8)
    late = row(two, "top5-late")
    assert not late.met
    assert late.everything[0].met
    assert late.everything[0].chemistry == "cdte_mech2023"
    assert late.note


def test_every_row_is_met_missed_with_a_sentence_or_not_computed_with_one(two: Reproduction) -> None:
    for one in two.rows:
        assert one.met or (one.note if one.is_tried else one.beyond), one.id
        assert (one.computed is None) is not one.is_tried, one.id


@pytest.mark.slow
def test_a_course_is_that_of_the_simulation(two: Reproduction) -> None:
    """The forward map of fits against the flask that the thresholds of CdTe are tested with."""
    run = course(store.chemistry("cdte_mech2023"), FLASKS["top5"])
    for name, hour in (("top5-late", 2.0), ("top5-there", 4.0)):
        assert row(two, name).everything[0].computed == pytest.approx(run.at("small", hour), rel=1e-3)


def test_the_json_tells_both(two: Reproduction) -> None:
    (content,) = as_json([two])["papers"]
    (fit,) = content["everything"]
    assert fit["chemistry"] == "cdte_mech2023"
    assert fit["sentences_met"] == fit["sentences_of"] == sum(two.sentences(role)[1] for role in Role)
    told = {entry["id"]: entry for entry in content["rows"]}
    late = told["top5-late"]
    assert (late["met"], late["everything"][0]["met"]) == (False, True)
    assert told["amount-TOP"]["everything"] == []
    tried = [entry for entry in content["rows"] if entry["not_computed_because"] is None]
    assert content["met"] == sum(entry["met"] for entry in tried)  # nothing of the fit to everything


def test_the_table_marks_the_fit_to_everything(two: Reproduction, capsys: pytest.CaptureFixture[str]) -> None:
    show(two)
    printed = capsys.readouterr().out
    for role in ("calibration", "prediction"):
        assert f"mech2023, {role}, cdte_mech2023_split" in printed
    assert "² cdte_mech2023, fit to everything, no prediction: 10 of 10 sentences" in printed
    assert "sentences, whose rows have to be met together: calibration: 8 of 8 met" in printed
    assert "missed, prediction: top5-late" in printed


def test_a_fit_that_misses_one_row_of_a_sentence_misses_it(two: Reproduction) -> None:
    broken = [
        replace(one, everything=(Fitted("other", 0.9, met=False),)) if one.id == "ode-dots-1h" else one
        for one in two.rows
    ]
    other = replace(two, rows=tuple(broken))
    assert other.sentences(Role.CALIBRATION, 0) == (7, 8)
    assert other.sentences(Role.CALIBRATION) == (8, 8)


def test_what_can_not_be_computed_says_why() -> None:
    none = courses(MECH, None, ("ode",))
    assert {one.why for one in none.values()} == {NO_CONSTANTS}


@pytest.mark.slow
def test_a_run_starts_with_the_dots_that_were_measured() -> None:
    """At 0 min the emission is that of the seeds by volume: 2.4 nm, and 3 RSD² more."""
    entry = next(one for one in TIWARI.observations if one.id == "overgrowth-965-red-1")
    start = entry.model_copy(update={"id": "start", "at": "0 min", "less": None})
    card = TIWARI.model_copy(update={"observations": (start,)})
    found = courses(card, "cd3p2_tiwari2025")["start"]
    assert found.value == pytest.approx(2.4 * (1.0 + 3.0 * 0.08**2), rel=5e-3)


def test_a_condition_that_can_not_be_planned_is_a_sentence_and_no_error() -> None:
    runs = {**MECH.conditions}
    stated = runs["top5"].stated
    assert stated is not None
    strange = stated.model_copy(update={"concentrations": {**stated.concentrations, "InCl3": "1 mM"}})
    runs["top5"] = runs["top5"].model_copy(update={"stated": strange})
    card = MECH.model_copy(update={"conditions": runs})
    found = courses(card, "cdte_mech2023_split", ("top5",))
    assert all(one.value is None and "InCl3" in (one.why or "") for one in found.values())
    found = courses(card, "cdte_mech2023_split", ("top0", "top5"))
    assert "InCl3" in (found["top5-late"].why or "")
    assert found["top0-none"].value == pytest.approx(0.0, abs=NOTHING)


@pytest.mark.slow
def test_the_fits_to_everything_meet_all_sentences_and_the_split_is_counted() -> None:
    result = reproduce("mech2023")
    assert result.everything == ("cdte_mech2023", "cdte_mech2023_wide", "cdte_mech2023_even")
    for place in range(3):
        counts = [result.sentences(role, place) for role in (Role.CALIBRATION, Role.PREDICTION)]
        assert counts == [(18, 18), (10, 10)]
    assert result.sentences(Role.CALIBRATION) == (18, 18)
    assert result.sentences(Role.PREDICTION) == (7, 10)
    tried = [one for one in result.rows if one.is_tried]
    assert all(one.note for one in tried if not one.met)
    assert all(fit.met or fit.note for one in tried for fit in one.everything)
    assert not [one.id for one in tried if "fitted to everything reach it" in (one.note or "")]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gazis2023", "tiwari2025"])
def test_a_paper_is_whole(name: str) -> None:
    result = reproduce(name)
    card = store.observations(name)
    met, of = result.counted(Role.ARITHMETIC)
    assert met == of > 0
    assert [one.id for one in result.rows] == [entry.id for entry in card.observations]
    for one in result.rows:
        assert one.met or (one.note if one.is_tried else one.beyond), one.id
        assert all(fit.computed is not None or fit.why or fit.note for fit in one.everything)
        numbers = [one.computed, *(fit.computed for fit in one.everything)]
        assert np.isfinite([number for number in numbers if number is not None]).all()
    for entry in card.observations:
        assert bounds_of(entry, unit_of(entry))[0] <= bounds_of(entry, unit_of(entry))[1]
