"""What rests on the thresholds: vials that change their zone where thresholds are moved."""

import numpy as np
from jaxtyping import Float

from aliquot.inference.zones.record import Belief, Turn, Verdict, Vial, mean_of_known
from aliquot.inference.zones.rules import UNKNOWN, ZONES, Rules, moved
from aliquot.knowledge.records.observations import Role

MOVED = 1.5
"""Factor by which thresholds are moved [1]: because absorption of clusters is known to 30 %, eyes differ."""


def turns(
    shares: Float[np.ndarray, "members n times kinds"],
    weights: Float[np.ndarray, " members"],
    rules: Rules,
    vials: tuple[Vial, ...],
    blind: Float[np.ndarray, " others"],
) -> tuple[Turn, ...]:
    """Return what changes where thresholds are moved by :data:`MOVED`, all and one kind at a time.

    Args:
        shares: Share of the limiting element in each kind [1].
        weights: Belief in each set of constants [1].
        rules: What is seen from when on.
        vials: Those of the paper.
        blind: Belief in each set of constants that never saw what is held out [1]; empty where there is none.
    """
    before = Belief.of(shares, weights, rules).zones
    told = []
    for name in (None, *(kind.name for kind in rules if kind.looks != "unnamed")):
        for factor in (1.0 / MOVED, MOVED):
            others = moved(rules, factor, name)
            after = Belief.of(shares, weights, others).zones
            met = sum(_met(vial, vial.verdict, weights, others) for vial in vials)
            foretold = _foretold(vials, blind, others)
            share = mean_of_known(np.where(before == UNKNOWN, np.nan, after != before))
            told.append(Turn(name, factor, share, (met, len(vials)), foretold))
    return tuple(told)


def _met(vial: Vial, verdict: Verdict, weights: Float[np.ndarray, " members"], rules: Rules) -> bool:
    again = int(Belief.of(verdict.shares[:, None, None, :], weights, rules).zones[0, 0])
    return again != UNKNOWN and ZONES[again] is vial.label.zone  # as a place, UNKNOWN is that of the last


def _foretold(
    vials: tuple[Vial, ...], weights: Float[np.ndarray, " others"], rules: Rules
) -> tuple[int, int] | None:
    """Return how many held-out vials are met by constants that never saw them, and how many there are."""
    if not weights.size:
        return None
    held = [(one, one.blind) for one in vials if one.role is Role.PREDICTION and one.blind is not None]
    return sum(_met(one, verdict, weights, rules) for one, verdict in held), len(held)
