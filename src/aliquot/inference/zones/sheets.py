"""Planes and axes through the box: which flasks they need, and what comes of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.inference.zones.coordinates import SOLVENT, TEMPERATURE, Coordinate, grid
from aliquot.inference.zones.flasks import Flasks, flasks_of, held, stated, value_in
from aliquot.inference.zones.record import Belief, Sheet
from aliquot.inference.zones.study import TIME, Lane, Section, ZoneStudy


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
        p = Belief.of(shares, weights, self.study.rules).probabilities
        x, fixed = self.axes[-1].along(self.asked.points), self.held()
        words = ", ".join(written(self.study.coordinate(name), value) for name, value in fixed.items())
        if self.against_time:
            return Sheet(self.asked, x, times / 3600.0, np.swapaxes(p, 0, 1), fixed, None, words)
        y = self.axes[0].along(self.asked.points)
        asked = None if isinstance(self.asked, Lane) else self.asked.time
        time = float(times[-1] if asked is None else asked.value)
        at = p[:, int(np.argmin(np.abs(times - time)))].reshape(y.size, x.size, -1)
        hour = time / 3600.0
        return Sheet(self.asked, x, y, at, fixed, hour, f"{words}, after {hour:g} h")

    def held(self) -> dict[str, float | str]:
        """Return the value of each coordinate that is held [unit], or its word."""
        varied = {one.name for one in self.axes}
        chosen = held(self.study, self.asked.at, 1)
        base = stated([self.study.base])
        fixed = [one for one in self.study.coordinates if one.name not in varied]
        return {one.name: (chosen.get(one.name, value_in(base, one)))[0].item() for one in fixed}


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
