"""Measured dots: fits, designs and reproductions start with them, not with what a recipe would give."""

import numpy as np
import pytest

from aliquot.errors import InputError, TopRungError, Where
from aliquot.inference.constants import Constants
from aliquot.inference.design.moved import Moved
from aliquot.inference.design.reactor import seen_with_slopes
from aliquot.inference.forward import Accuracy, Forward, Outcome, Seen
from aliquot.inference.free import Free, Prior
from aliquot.inference.plan import FlaskPlan, Measured
from aliquot.inference.planning import plan_of
from aliquot.knowledge import store
from aliquot.knowledge.records.observations import Condition

CARD = store.chemistry("cd3p2_tiwari2025")
TIWARI = store.observations("tiwari2025")
VOLUME = store.material("Cd3P2").unit_volume
PAPER = TIWARI.conditions["overgrowth-1010"]
LITTLE = {"reagents.phosphorus.dose": "3 uL", "reagents.free acid.dose": "0.01 mmol"}
GROWN = PAPER.model_copy(update={"given": {**PAPER.given, **LITTLE}})
"""Overgrowth with little that grows on the dots or dissolves them, so that a short ladder suffices."""
NAME = Where("grown")


def sizes(size: int) -> np.ndarray:
    """Diameters of the rungs [nm]."""
    return np.cbrt(6.0 / np.pi * VOLUME * np.arange(1.0, size + 1.0))


def planned(condition: Condition = GROWN, times: tuple[float, ...] = (0.0, 60.0)) -> FlaskPlan:
    plan = plan_of(condition, CARD, times, NAME)
    assert isinstance(plan, FlaskPlan)
    return plan


def forward(plan: FlaskPlan, *free: Free, rungs: int = 400) -> Forward:
    return Forward(Constants.of(CARD, free, [plan.variant]), {"grown": plan}, Accuracy(rungs, rungs))


def seen(outcome: Outcome) -> Seen:
    assert isinstance(outcome, Seen), outcome
    return outcome


def test_measured_dots_have_their_mean_and_width() -> None:
    found, d = Measured(4.1, 0.08).rungs(3000, VOLUME), sizes(3000)
    mean = float(found @ d / found.sum())
    assert mean == pytest.approx(4.1, rel=1e-3)
    assert np.sqrt(found @ (d - mean) ** 2 / found.sum()) / mean == pytest.approx(0.08, rel=1e-2)


def test_a_plan_holds_them_and_follows_no_other_recipe() -> None:
    assert planned().products == {"cd3p2_tiwari2025_dots:1010": Measured(2.7, 0.08, NAME)}
    made = planned(GROWN.model_copy(update={"seeds": None})).products["cd3p2_tiwari2025_dots:1010"]
    assert isinstance(made, FlaskPlan)


def test_a_run_starts_with_their_mass_and_their_mean() -> None:
    plan = planned(times=(0.0,))
    start = seen(forward(plan).run(np.zeros(0))["grown"]).rungs.value[0]
    n = np.arange(1.0, start.size + 1.0)
    assert n @ start == pytest.approx(sum(plan.dots.values()), rel=1e-6)
    assert start @ sizes(start.size) / start.sum() == pytest.approx(2.7, rel=1e-3)


def test_no_constant_moves_them_but_it_moves_what_grows_on_them() -> None:
    rate = Free(
        name="log10 k",
        keys=("reactions.conversion.rate.value",),
        unit="s-1",
        transform="log10",
        prior=Prior(mean=-2.0, sd=0.3, because="an example"),
    )
    mapped = forward(planned(), rate)
    found = seen(mapped.run(np.array([-2.0]), slopes=True)["grown"]).rungs
    aside = seen(mapped.run(np.array([-1.999]))["grown"]).rungs.value[-1]
    difference = (aside - found.value[-1]) / 1e-3
    assert np.abs(found.slope[0]).max() < 1e-9 * found.value[0].max()
    biggest = np.abs(difference).max()
    assert biggest > 1e-6
    np.testing.assert_allclose(found.slope[-1][:, 0], difference, atol=0.01 * biggest)


@pytest.mark.slow
def test_a_design_starts_with_the_same_dots() -> None:
    plan = planned()
    mapped = forward(plan)
    moving = seen_with_slopes(mapped, Moved(plan, ()), NAME)
    np.testing.assert_allclose(
        moving.rungs.value, seen(mapped.run(np.zeros(0))["grown"]).rungs.value, rtol=1e-6, atol=1e-9
    )


@pytest.mark.slow
def test_a_ladder_grows_until_they_have_room() -> None:
    with pytest.raises(TopRungError, match=r"dots of 2.7 nm, 88 formula units.* at most 80 units"):
        Measured(2.7, 0.08).rungs(80, VOLUME)
    plan = planned(times=(0.0,))
    mapped = Forward(Constants.of(CARD, (), [plan.variant]), {"grown": plan}, Accuracy(80, 320))
    assert seen(mapped.run(np.zeros(0))["grown"]).rungs.value.shape[1] > 80


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"recipe": "cd3p2_tiwari2025_dots:965", "given": {}}, "takes the products of no recipes"),
        ({"recipe": "cd3p2_tiwari2025_overgrowth:1010", "diameter": "1.2 nm"}, "at least 1.50 nm"),
    ],
)
def test_dots_that_can_not_be_there_are_refused(change: dict, word: str) -> None:
    seeds = {"diameter": change.pop("diameter", "4.1 nm"), "rsd": "8 %", "because": "an example"}
    given = change.pop("given", GROWN.given)
    condition = Condition.model_validate(
        {**change, "given": given, "given_because": "an example", "seeds": {**seeds, "mark": "estimated"}}
    )
    with pytest.raises(InputError, match=word):
        plan_of(condition, CARD, (), NAME)
