"""What the remarks of the CdTe cards say would mend a miss does so: their figures, computed again."""

import numpy as np
import pytest

from aliquot.knowledge.store import chemistry
from cdte_courses import HOURS, changed, courses, extra, missed, thresholds

pytestmark = pytest.mark.slow


def with_rates(**factors):
    """Multiply rates of agglomeration; an underscore stands for ' + '."""

    def change(card):
        channels = {}
        for name, factor in factors.items():
            key = name.replace("_", " + ")
            number, unit = card.agglomeration.channels[key].rate.value.split(" ", 1)
            channels[key] = {"rate": {"value": f"{float(number) * factor:.6g} {unit}"}}
        return {"agglomeration": {"channels": channels}}

    return change


def with_energies(attachment=None, solubility=None, **channels):
    """Set activation energies [kJ/mol]."""

    def change(_):
        told = {"agglomeration": {"channels": {}}}
        for name, energy in channels.items():
            told["agglomeration"]["channels"][name.replace("_", " + ")] = {
                "rate": {"activation": f"{energy} kJ/mol"}
            }
        if attachment is not None:
            told["attachment"] = {"rate": {"activation": f"{attachment} kJ/mol"}}
        if solubility is not None:
            told["solubility"] = {"activation": f"{solubility} kJ/mol"}
        return told

    return change


def at(course, what, hour):
    return float(getattr(course, what)[HOURS.index(hour)])


def rise(found):
    return at(found["t150"], "small", 1.5) / at(found["t150"], "small", 0.5)


DOTS = {"449_469": 150, "449_dots": 150, "469_dots": 150}
CASES = [
    ("cdte_mech2023_split", with_energies(attachment=10, solubility=0, **DOTS), 2.8, None),
    ("cdte_mech2023", with_energies(attachment=0), 1.6, (28, 5)),
    ("cdte_mech2023_wide", with_energies(**{"449_449": 35}), 1.03, (28, 5)),
]


@pytest.mark.parametrize(("name", "change", "expected", "met"), CASES)
def test_at_150_degc_the_cluster_rises_once_what_the_remark_names_is_changed(name, change, expected, met):
    card = chemistry(name)
    found = courses(changed(card, change(card)))

    assert "t150-rise" in card.remarks
    assert rise(courses(card)) < 1.0
    assert rise(found) == pytest.approx(expected, abs=0.05)
    if met is not None:
        assert (28 - len(missed(thresholds(found))), 5 - len(missed(extra(found)))) == met


def test_dots_that_grow_faster_than_they_are_born_mend_sizes_that_the_split_misses():
    card = chemistry("cdte_mech2023_split")
    found = courses(changed(card, with_rates(**{"449_dots": 4.0, "469_dots": 4.0, "449_469": 0.5})(card)))

    assert {"cd48-peak-525", "t150-size"} <= set(card.remarks)
    assert at(found["t150"], "diameter", 4.0) == pytest.approx(3.2, abs=0.05)  # of the mean volume
    assert set(missed(thresholds(found))) == {
        "TOP 5 mmol: nothing at 2 h (T11)",
        "150 degC: maximum at 1 to 1.5 h (T21)",
    }


def test_a_third_of_the_joining_of_469_keeps_the_sentences_but_not_the_purity():
    card = chemistry("cdte_mech2023_wide")
    found = courses(changed(card, with_rates(**{"469_469": 1.0 / 3.0})(card)))

    assert "ode-peak-500" in card.remarks
    assert not missed(thresholds(found))
    assert [name[:2] for name in missed(extra(found))] == ["X1"]


def test_what_joins_dots_more_readily_when_hot_lets_them_reach_the_top():
    card = chemistry("cdte_mech2023_even")
    change = with_energies(**{"449_dots": 155, "469_dots": 155})
    found = courses(changed(card, change(card)))

    assert "t150-peak-530" in card.remarks
    assert not missed(thresholds(found))
    assert [name[:2] for name in missed(extra(found))] == ["X5"]
    assert np.isfinite(found["t150"].diameter).all()
