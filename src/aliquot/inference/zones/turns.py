"""What rests on the thresholds: vials that change their zone where thresholds are moved."""

import numpy as np
from jaxtyping import Float

from aliquot.inference.zones.record import Belief, Turn, Vial
from aliquot.inference.zones.rules import ZONES, Rules, moved

MOVED = 1.5
"""Factor by which thresholds are moved [1]: because absorption of clusters is known to 30 %, eyes differ."""


def turns(
    shares: Float[np.ndarray, "members n times kinds"],
    weights: Float[np.ndarray, " members"],
    rules: Rules,
    vials: tuple[Vial, ...],
) -> tuple[Turn, ...]:
    """Return what changes where thresholds are moved by :data:`MOVED`, all and one kind at a time.

    Args:
        shares: Share of the limiting element in each kind [1].
        weights: Belief in each set of constants [1].
        rules: What is seen from when on.
        vials: Those of the paper.
    """
    before = Belief.of(shares, weights, rules).zones
    told = []
    for name in (None, *(kind.name for kind in rules if kind.looks != "unnamed")):
        for factor in (1.0 / MOVED, MOVED):
            others = moved(rules, factor, name)
            after = Belief.of(shares, weights, others).zones
            met = sum(_met(vial, weights, others) for vial in vials)
            told.append(Turn(name, factor, float((after != before).mean()), (met, len(vials))))
    return tuple(told)


def _met(vial: Vial, weights: Float[np.ndarray, " members"], rules: Rules) -> bool:
    again = Belief.of(vial.shares[:, None, None, :], weights, rules)
    return ZONES[int(again.zones[0, 0])] is vial.label.zone
