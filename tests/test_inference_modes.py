"""Populations that are counted, by volume and by number, and how far a second one stands out."""

import numpy as np
import pytest

from aliquot.errors import Where
from aliquot.inference.dual import Dual
from aliquot.inference.forward import Seen
from aliquot.inference.modes import populations, second_hump
from aliquot.inference.plan import Look
from aliquot.inference.reading import Reading
from aliquot.inference.rows import rows_of, tells_two_from_one
from aliquot.inference.study import read_study
from aliquot.inference.terms import apart
from aliquot.knowledge import store
from aliquot.knowledge.records.observations import Observation, Term

CARD = store.chemistry("cd3p2_tiwari2025")
VOLUME = store.material("Cd3P2").unit_volume
N = np.arange(1.0, 901.0)
TIMES = ("0 min", "maximum", "end")
D = np.cbrt(6.0 * VOLUME * N / np.pi)


def hump(centre: float, width: float) -> np.ndarray:
    """Particles by rung, the volume of which is one at the centre of a bell of diameters."""
    return np.exp(-0.5 * ((D - centre) / width) ** 2) * (CARD.dot_from <= N) / N / N ** (2.0 / 3.0)


def mixed(*shares: float, centre: float = 2.2) -> Reading:
    """Dots of 4 nm, and shares of small ones at each look; the only constant is the share."""
    large, small = hump(4.0, 0.3), hump(centre, 0.15)
    rungs = np.stack([large + share * small for share in shares])
    slope = np.broadcast_to(small[:, None], (len(shares), N.size, 1))
    looks = tuple(Look(60.0 * i, 0, i, np.zeros(4), 0.0, 453.15) for i in range(len(shares)))
    species = Dual.still(np.zeros((len(shares), 4)), 1)
    return Reading(Seen(looks, species, Dual(rungs, np.array(slope)), 0), CARD, VOLUME, 1)


def test_the_sign_of_the_lead_is_the_count() -> None:
    reading = mixed(0.0, 1e-3, 0.02, 0.05, 0.06, 0.08, 0.3, 1.0, 3.0)
    counts, leads = populations(reading).value, second_hump(reading).value
    assert set(counts) == {1.0, 2.0}
    np.testing.assert_array_equal(leads > 0.0, counts > 1.0)


def test_by_number_small_dots_are_seen_that_no_spectrum_shows() -> None:
    reading = mixed(0.02)
    assert populations(reading).value.tolist() == [1.0]
    assert populations(reading, "number").value.tolist() == [2.0]
    assert float(second_hump(reading).value[0]) < 0.0 < float(second_hump(reading, "number").value[0])


@pytest.mark.parametrize("share", [0.03, 0.2, 0.6])
def test_the_slope_is_a_derivative_and_more_small_dots_stand_out_more(share: float) -> None:
    step = 1e-6
    here, there = (second_hump(mixed(one)) for one in (share, share + step))
    slope = float(here.slope[0, 0])
    assert slope == pytest.approx(float(there.value[0] - here.value[0]) / step, rel=1e-3)
    assert slope > 0.0


def test_a_flask_without_dots_is_far_from_two_populations() -> None:
    reading = mixed(0.0)
    none = Reading(
        Seen(reading.seen.looks, reading.seen.species, reading.seen.rungs * 0.0, 0), CARD, VOLUME, 1
    )
    assert populations(none).value.tolist() == [0.0]
    assert float(second_hump(none).value[0]) < -3.0


def test_a_term_says_when() -> None:
    reading = mixed(0.0, 0.3, 0.02)
    found = {
        at: float(
            apart(Term(quantity="populations", of="dots", condition="x", at=at), reading, Where()).value
        )
        for at in ("0 min", "maximum", "end")
    }
    assert found["0 min"] < 0.0 < found["maximum"]
    assert found["end"] < 0.0


def test_rows_of_counts_are_fitted_where_they_tell_two_from_one() -> None:
    entry = next(one for one in store.observations("tiwari2025").observations if one.id.endswith("010-two"))
    assert tells_two_from_one(entry)
    content = entry.model_dump(exclude_none=True)
    for bounds in ({"above": "3"}, {"above": "1", "below": "2"}, {"condition": "*"}):
        assert not tells_two_from_one(Observation.model_validate({**content, **bounds}))
    fitted = {row.entry.id for row in rows_of(read_study("cd3p2_split"))[0] if row.fitted and row.has_lead}
    assert {"overgrowth-1010-two", "overgrowth-1010-one", "overgrowth-1010-masses"} <= fitted
