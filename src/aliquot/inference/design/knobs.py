"""Knobs: what of a recipe may be turned, from where to where, and how exactly it is set at the bench."""

from math import ceil, exp, floor, log, log10
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from aliquot.errors import UnitError
from aliquot.inference.design.misfit import misfit, quantity_text, unit_fault
from aliquot.knowledge.document import Schema
from aliquot.units import split, to_float

_EDGE = 1e-9  # of the range: what rounding leaves of a bound


class Knob(Schema):
    """A number of a recipe that may be turned.

    Its place runs from 0 at the lower end to 1 at the upper one: a search knows no units.

    Example:
        >>> flow = Knob(name="flow", keys=("flow.rate",), low="0.02 mL/min", high="0.2 mL/min", scale="log",
        ...             error="1 %", error_because="an example", because="an example")
        >>> flow.value(0.5), flow.text(flow.value(1.0)), flow.place(0.02)
        (0.0632455532033676, '0.2 mL/min', 0.0)
        >>> round(flow.error_at(0.1), 6)                                                        # mL/min
        0.001
    """

    name: str
    """Short name for tables, such as 'flow'."""
    keys: tuple[str, ...] = Field(min_length=1)
    """Dotted keys of the recipe that take its value: several where one dial stands in several places."""
    low: str
    """Lowest setting, with its unit."""
    high: str
    """Highest setting, with its unit."""
    scale: Literal["linear", "log"] = "linear"
    """Whether it is searched evenly, or evenly in its logarithm."""
    step: str | None = None
    """Finest step in which it can be set; a thousandth of its range, or of itself, unless given."""
    error: str | None = None
    """How far from its setting it usually is, one standard deviation, with its unit or in per cent."""
    error_because: str | None = None
    """Grounds of that."""
    because: str
    """Why it may be turned so far and no further."""

    @field_validator("low", "high", "step", "error", mode="before")
    @classmethod
    def _has_a_unit(cls, text: object, told: Any) -> object:  # noqa: ANN401  a protocol that nothing can be checked against
        low = told.data.get("low")
        unit = split(low)[1] if isinstance(low, str) else None
        if told.field_name in {"step", "error"}:  # of a temperature in K: looked at with the ends
            return quantity_text(text, None, such_as="K" if unit and _is_temperature(unit) else unit)
        try:
            if isinstance(text, str):
                split(text)
        except UnitError as fault:
            raise unit_fault(fault, text) from None
        return quantity_text(text, unit if told.field_name == "high" else None, such_as="degC")

    @model_validator(mode="after")
    def _can_be_turned(self) -> "Knob":
        low, high = self.ends
        for name, text in (("step", self.step), ("error", self.error)):
            try:
                wide = text is None or self._difference(text, high) > 0.0
            except UnitError as fault:
                raise unit_fault(fault, text, (name,)) from None
            if not wide:
                raise misfit(
                    (name,), text, "a number above 0", "it is a difference", "Write it without a sign."
                )
        faults = {
            f"'low' is {self.low} and 'high' {self.high}: there is nothing between": not low < high,
            "a knob on a scale of logarithms begins above 0": self.scale == "log" and low <= 0.0,
            "an 'error' needs 'error_because'": self.error is not None and not self.error_because,
        }
        for message, found in faults.items():
            if found:
                raise ValueError(message)
        return self

    @property
    def unit(self) -> str:
        """Unit of its numbers: that of 'low'."""
        return split(self.low)[1]

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest setting [its unit]."""
        low, unit = split(self.low)
        high, written = split(self.high)
        return low, high if written == unit else to_float(self.high, unit)

    def value(self, place: float) -> float:
        """Return the setting at a place between 0 and 1 [its unit]."""
        low, high = self.ends
        if place in {0.0, 1.0}:
            return high if place else low
        if self.scale == "log":
            return low * exp(place * log(high / low))
        return low + place * (high - low)

    def place(self, value: float) -> float:
        """Return where between its ends a setting [its unit] lies; the ends are 0 and 1 exactly."""
        low, high = self.ends
        found = log(value / low) / log(high / low) if self.scale == "log" else (value - low) / (high - low)
        return float(round(found)) if min(abs(found), abs(found - 1.0)) < _EDGE else found

    def text(self, value: float) -> str:
        """Return a setting as a recipe writes it."""
        number = float(f"{value:.12g}")
        return f"{int(number) if number == int(number) else number!r} {self.unit}"

    def error_at(self, value: float) -> float | None:
        """Return how far it usually is from a setting, one sd [its unit], None if not told."""
        return None if self.error is None else self._difference(self.error, value)

    def settings(self, value: float) -> tuple[float, ...]:
        """Return the settings next to a value that can be dialled, within its ends, the nearest first.

        Example:
            >>> Knob(name="T", keys=("a",), low="180 degC", high="250 degC", step="0.5 K",
            ...      because="an example").settings(200.6)
            (200.5, 201.0)
        """
        low, high = self.ends
        grain = self._grain(value)
        both = {float(f"{grain * way(value / grain):.12g}") for way in (floor, ceil)}
        inside = [one for one in both if low <= one <= high]
        return tuple(sorted(inside or [value], key=lambda one: abs(one - value)))

    def coarseness(self, value: float) -> float:
        """Return its step as a share of its range [1]; knobs without a step of their own come last."""
        low, high = self.ends
        return self._grain(value) / (high - low) if self.step is not None else 0.0

    def _grain(self, value: float) -> float:
        if self.step is not None:
            return self._difference(self.step, value)
        low, high = self.ends
        return float(10.0 ** floor(log10((value if self.scale == "log" else high - low) / 100.0) - 1e-9))

    def _difference(self, text: str, value: float) -> float:
        """Return a written step from a value [its unit]; of temperatures in K, in per cent of the value."""
        number, written = split(text)
        if written == "%" and self.unit != "%":
            return 0.01 * number * abs(value)
        if not _is_temperature(self.unit):
            return number if written == self.unit else to_float(text, self.unit)
        if written != "K":
            raise UnitError(
                given=repr(text),
                expected="a step such as '2 K'",
                why="degrees of Celsius begin at another zero",
                remedy="Write differences of temperatures in K.",
            )
        return number


def _is_temperature(unit: str) -> bool:
    try:
        to_float(f"1 {unit}", "K")
    except UnitError:
        return False
    return True
