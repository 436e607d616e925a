"""Planes and axes through the box: which flasks they need, and what comes of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.inference.zones.coordinates import SOLVENT, TEMPERATURE, Coordinate, grid
from aliquot.inference.zones.flasks import Flasks, flasks_of, held, stated, value_in
from aliquot.inference.zones.record import Belief, Drawn, Sheet
from aliquot.inference.zones.study import TIME, Lane, Section, ZoneStudy

FINER = 8
"""Steps between two computed points in which a figure is drawn: shares are smooth, labels are not."""
TRACE = 1e-4
"""Share below which nothing is told apart where figures are interpolated [1]: far from every threshold."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A section or an axis that is to be computed.

    Attributes:
        study: Base and coordinates.
        asked: The section, or the axis.
    """

    study: ZoneStudy
    asked: Section | Lane

    @property
    def axes(self) -> tuple[Coordinate, ...]:
        """Coordinates that vary, y before x: the last runs fastest."""
        if isinstance(self.asked, Lane):
            return (self.study.coordinate(self.asked.along),)
        names = [name for name in (self.asked.y, self.asked.x) if name != TIME]
        return tuple(self.study.coordinate(name) for name in names)

    @property
    def against_time(self) -> bool:
        """Whether time goes from bottom to top."""
        return isinstance(self.asked, Lane) or self.asked.y == TIME

    def flasks(self) -> Flasks:
        """Return the flasks that it needs."""
        values = grid(self.axes, self.asked.points)
        count = next(iter(values.values())).size
        fixed = {name: text for name, text in self.asked.at.items() if name not in values}
        return flasks_of(self.study, {**held(self.study, fixed, count), **values})

    def sheet(
        self,
        shares: Float[np.ndarray, "members n times kinds"],
        weights: Float[np.ndarray, " members"],
        times: Float[np.ndarray, " times"],
    ) -> Sheet:
        """Return what came of its flasks.

        Args:
            shares: What they come to.
            weights: Belief in each set of constants [1].
            times: When they are looked at [s].
        """
        study, fixed = self.study, self.held()
        x, hours = self.axes[-1].along(self.asked.points), times / 3600.0
        words = ", ".join(written(study.coordinate(name), value) for name, value in fixed.items())
        if self.against_time:
            y, hour = hours, None
            held = np.swapaxes(shares, 1, 2)
        else:
            y, hour = self.axes[0].along(self.asked.points), self._hour(times)
            at = shares[:, :, int(np.argmin(np.abs(hours - hour)))]
            held = at.reshape(at.shape[0], y.size, x.size, -1)
            words = f"{words}, after {hour:g} h"
        p = Belief.of(held, weights, study.rules).probabilities
        return Sheet(self.asked, x, y, p, fixed, hour, words, self._drawn(x, y, held, weights))

    def _hour(self, times: Float[np.ndarray, " times"]) -> float:
        """Return when vials of a section are looked at [h]."""
        asked = None if isinstance(self.asked, Lane) else self.asked.time
        return float(times[-1] if asked is None else asked.value) / 3600.0

    def _drawn(
        self,
        x: np.ndarray,
        y: np.ndarray,
        held: Float[np.ndarray, "members ny nx kinds"],
        weights: Float[np.ndarray, " members"],
    ) -> Drawn:
        """Return the zones on a finer grid, for the eye."""
        across, along_x = _finer(x, self.axes[-1])
        up, along_y = _finer(y, None if self.against_time else self.axes[0])
        shares = _between(_between(held, along_y, 1), along_x, 2)
        return Drawn(across, up, Belief.of(shares, weights, self.study.rules).probabilities)

    def held(self) -> dict[str, float | str]:
        """Return the value of each coordinate that is held [unit], or its word."""
        varied = {one.name for one in self.axes}
        chosen = held(self.study, self.asked.at, 1)
        base = stated([self.study.base])
        fixed = [one for one in self.study.coordinates if one.name not in varied]
        return {one.name: (chosen.get(one.name, value_in(base, one)))[0].item() for one in fixed}


def _finer(
    values: np.ndarray, one: Coordinate | None
) -> tuple[Float[np.ndarray, " fine"], Float[np.ndarray, " fine"]]:
    """Return more values along a coordinate or along time (None), and their places among the given ones."""
    places = np.arange(float(values.size))
    if one is not None and one.values:
        return places, places
    fine = np.linspace(0.0, places[-1], (values.size - 1) * FINER + 1)
    if one is not None and one.scale == "linear":
        return np.interp(fine, places, values), fine
    return np.exp(np.interp(fine, places, np.log(values))), fine


def _between(shares: np.ndarray, places: Float[np.ndarray, " fine"], axis: int) -> np.ndarray:
    """Return shares at places between the numbers along an axis, by straight lines of their logarithms.

    What could not be computed leaves a gap up to its neighbours, which stay.
    """
    below = np.minimum(places.astype(int), max(shares.shape[axis] - 2, 0))
    above = np.minimum(below + 1, shares.shape[axis] - 1)
    part = (places - below).reshape([-1 if i == axis else 1 for i in range(shares.ndim)])
    logs = np.log(np.maximum(shares, TRACE))
    one, other = np.take(logs, below, axis), np.take(logs, above, axis)
    between = (1.0 - part) * one + part * other
    # Nothing times what is no number is none: at the ends of a line only that end counts.
    return np.asarray(np.exp(np.where(part == 0.0, one, np.where(part == 1.0, other, between))))


def written(one: Coordinate, value: float | str) -> str:
    """Return a value of a coordinate in words.

    Example:
        >>> written(Coordinate(name="amine", of="OAM", low=0.0, high=1.0, unit="M"), 0.5)
        '0.5 M amine'
    """
    if one.of == SOLVENT:
        return f"in {one.word(str(value))}"
    unit = "°C" if one.unit == "degC" else one.unit
    number = f"{float(value):.4g} {unit}"
    return number if one.of == TEMPERATURE else f"{number} {one.name}"
