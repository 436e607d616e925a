"""The honest split: constants that know the calibration rows alone, and what they predict."""

import numpy as np
import pytest

from aliquot.inference.rows import rows_of
from aliquot.inference.study import read_study
from aliquot.knowledge import store
from aliquot.knowledge.chemistries import card_for
from aliquot.knowledge.records.observations import Role
from aliquot.units import to_float
from cdte_courses import changed, courses, extra, missed, thresholds

NAME = "cdte_mech2023_split"
SPLIT = store.chemistry(NAME)
MECH = store.observations("mech2023")
STUDIES = ("cdte_split", "cdte_split_wide", "cdte_split_even")
HELD = {name for name, condition in MECH.conditions.items() if condition.series in MECH.held_out}
PREDICTED = {row.test for row in MECH.observations if row.test and row.role is Role.PREDICTION}
ENERGIES = {
    "reactions": {
        name: {"rate": {"activation": "40 kJ/mol"}}
        for name in ("conversion", "complex forms", "complex breaks")
    },
    "attachment": {"rate": {"activation": "120 kJ/mol"}},
    "solubility": {"activation": "0 kJ/mol"},
    "agglomeration": {
        "channels": {
            name: {"rate": {"activation": "120 kJ/mol"}}
            for name in ("449 + 449", "449 + 469", "449 + dots", "469 + dots")
        }
    },
}
"""Other values of everything that runs at one temperature can not tell."""


@pytest.mark.parametrize("name", STUDIES)
def test_no_fitted_row_looks_at_a_run_that_is_predicted(name):
    rows, conditions = rows_of(read_study(name))
    fitted = [row for row in rows if row.fitted]
    looked_at = {condition for row in fitted for condition in row.conditions}

    assert len({row.entry.test for row in fitted if row.paper == "mech2023" and row.entry.test[0] != "X"}) == 18
    assert all(row.role is Role.CALIBRATION for row in fitted)
    assert looked_at <= set(conditions) - HELD  # and '*' is not among them
    assert {"top5", "t50", "t150"} <= HELD


@pytest.mark.parametrize("name", STUDIES)
def test_every_prior_has_its_grounds_and_room(name):
    for one in read_study(name).free:
        low, high = one.prior.range
        assert len(one.prior.because) > 30
        assert high - low >= 4.0 * one.prior.sd, one.name


def test_what_one_temperature_can_not_tell_stands_at_its_prior():
    energies = [one for one in read_study("cdte_split").free if one.unit == "kJ/mol"]

    assert len(energies) == 5
    for one in energies:
        for key in one.keys:
            value = SPLIT.model_dump(by_alias=True)
            for step in key.split("."):
                value = value[step]
            assert to_float(value, "kJ/mol") == one.prior.mean, key


def test_the_split_is_that_of_the_paper_and_no_recipe_chooses_it():
    assert MECH.chemistry == NAME
    assert NAME not in MECH.everything
    assert SPLIT.variant_of == "cdte_mech2023"
    assert card_for("CdTe", ["TOPTe", "CdOA2"]).id == "cdte_mech2023"


def test_eighteen_sentences_are_met_and_seven_of_ten_are_predicted():
    found = courses(SPLIT)
    out = missed(thresholds(found))

    assert len(PREDICTED) == 10
    assert out.keys() <= PREDICTED
    assert out == {
        "TOP 5 mmol: nothing at 2 h (T11)": [pytest.approx(0.070, abs=0.003)],
        "150 degC: maximum at 1 to 1.5 h (T21)": [0.5],
        "150 degC 4 h: dots of 3.0 to 3.6 nm (T22)": [pytest.approx(2.69, abs=0.02)],
    }
    assert not missed(extra(found))


def test_runs_at_one_temperature_do_not_know_activation_energies():
    base, other = courses(SPLIT), courses(changed(SPLIT, ENERGIES))
    for name in base:
        same = name not in {"t50", "t150"}
        assert np.allclose(base[name].small, other[name].small, rtol=1e-9, atol=1e-12) is same, name


@pytest.mark.slow
def test_the_study_gives_the_card():
    """From the prior means, with nothing of the card: its constants to their last printed digit."""
    from aliquot.inference.evaluator import Evaluator  # noqa: PLC0415
    from aliquot.inference.free import means  # noqa: PLC0415
    from aliquot.inference.margins import best_margins  # noqa: PLC0415
    from aliquot.inference.problem import Problem  # noqa: PLC0415

    study = read_study("cdte_split")
    found = best_margins(Evaluator(Problem.of(study)), means(study.free))
    content = SPLIT.model_dump(by_alias=True)

    assert found.message == "All thresholds are met."
    for one, theta in zip(study.free, found.theta, strict=True):
        value = content
        for step in one.keys[0].split("."):
            value = value[int(step)] if step.isdecimal() and isinstance(value, list | tuple) else value[step]
        assert to_float(value, one.unit) == pytest.approx(one.value(theta), rel=1e-3), one.name
