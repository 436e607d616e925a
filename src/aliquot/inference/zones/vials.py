"""The vials of a paper: what it says of them, in which role, and what the ensemble makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where, suggestion
from aliquot.inference.zones.coordinates import SOLVENT, TEMPERATURE
from aliquot.inference.zones.flasks import Flasks, stated, value_in
from aliquot.inference.zones.record import Belief, Verdict, Vial
from aliquot.inference.zones.rules import Rules
from aliquot.inference.zones.study import Labels, ZoneStudy
from aliquot.knowledge import records, store
from aliquot.knowledge.records.observations import Condition, Role, Stated


def described(labels: Labels) -> Flasks:
    """Return the flasks of the conditions that a paper describes, each once, in the order of `conditions`.

    Raises:
        InputError: If a condition is not on the card of observations, or its flask is not stated there.
    """
    card = store.observations(labels.card)
    return stated([_stated(name, card) for name in conditions(labels)])


def conditions(labels: Labels) -> tuple[str, ...]:
    """Return the conditions of vials, each once."""
    return tuple(dict.fromkeys(vial.condition for vial in labels.vials))


@dataclass(frozen=True, slots=True)
class Jury:
    """What an ensemble found in the flasks of :func:`described`.

    Attributes:
        shares: Share of the limiting element in each kind [1].
        weights: Belief in each set of constants [1].
    """

    shares: Float[np.ndarray, "members n times kinds"]
    weights: Float[np.ndarray, " members"]

    def verdict(self, i: int, j: int, rules: Rules) -> Verdict:
        """Return what it makes of flask ``i`` at look ``j``."""
        shares = self.shares[:, i, j]
        belief = Belief.of(shares[:, None, None], self.weights, rules)
        return Verdict(tuple(belief.probabilities[0, 0].tolist()), shares)


def judged(
    study: ZoneStudy, flasks: Flasks, times: Float[np.ndarray, " times"], jury: Jury, blind: Jury | None
) -> tuple[Vial, ...]:
    """Return every vial that a paper describes beside what is computed for it.

    Args:
        study: Labels, rules and coordinates.
        flasks: Those of :func:`described`.
        times: When they are looked at [s].
        jury: The ensemble of the map.
        blind: Constants that never saw what is held out, if there are any.
    """
    if study.labels is None:
        return ()
    card = store.observations(study.labels.card)
    places = conditions(study.labels)
    found = []
    for label in study.labels.vials:
        i, j = places.index(label.condition), int(np.argmin(np.abs(times - label.at.value)))
        series = card.conditions[label.condition].series
        one = flasks.some(np.array([i]))
        found.append(
            Vial(
                label,
                Role.PREDICTION if series in card.held_out else Role.CALIBRATION,
                series,
                {part.name: value_in(one, part) for part in study.coordinates},
                _is_plain(one, study),
                jury.verdict(i, j, study.rules),
                None if blind is None else blind.verdict(i, j, study.rules),
            )
        )
    return tuple(found)


def _is_plain(one: Flasks, study: ZoneStudy) -> bool:
    """Return whether all that is no coordinate is in a flask as in the base."""
    base, varied = stated([study.base]), {part.of for part in study.coordinates}
    none = np.zeros(1)
    names = {*one.concentrations, *base.concentrations} - varied
    same = [
        (one.concentrations.get(name, none), base.concentrations.get(name, none)) for name in sorted(names)
    ]
    if TEMPERATURE not in varied:
        same.append((one.temperatures, base.temperatures))
    alike = all(bool(np.allclose(a, b, rtol=0.01)) for a, b in same)
    return alike and (SOLVENT in varied or one.solvents == base.solvents)


def fitted_to_all(labels: Labels, cards: Sequence[records.Chemistry]) -> tuple[str, ...]:
    """Return the chemistries that were fitted to what is held out, too: for them nothing is a prediction."""
    everything = store.observations(labels.card).everything
    return tuple(card.id for card in cards if card.id in everything)


def _stated(name: str, card: records.Observations) -> Stated:
    condition: Condition | None = card.conditions.get(name)
    if condition is not None and condition.stated is not None and not condition.scaled:
        return condition.stated
    raise InputError(
        given=f"a vial of the condition '{name}'",
        expected="a condition whose flask is stated on the card",
        why="a vial is computed from its concentrations",
        remedy=suggestion(name, [key for key, one in card.conditions.items() if one.stated is not None]),
        where=Where(card.id, key="conditions"),
    )
