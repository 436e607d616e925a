"""What an examination of a spectrum says: which points are trusted, and what is to be doubted where."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool

from aliquot.errors import SignalError
from aliquot.instruments.signal import Signal

_BRIDGED = 10


class Gate(StrEnum):
    """What was looked for."""

    BLANK = "blank"
    """What the blank took of the light."""
    RANGE = "range"
    """Absorbances that are too high, or below zero."""
    SATURATION = "saturation"
    """A detector at its limit."""
    STRAY_LIGHT = "stray light"
    """A ceiling that the absorbance can not pass."""
    CUT_OFF = "cut-off"
    """Lamp or detector at the end of their range."""
    STEP = "detector step"
    """A jump where the instrument changes detector, lamp or grating."""
    WINDOW = "window"
    """Too short, too coarse, or cut off in the edge."""
    NOISE = "noise"
    """Noise that is not small against the spectrum."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt about a part of a spectrum.

    Example:
        >>> str(Doubt(Gate.RANGE, "Absorbance reaches 2.4", 400.0, 410.0, "stray light makes it read low"))
        'Absorbance reaches 2.4 from 400 to 410 nm: stray light makes it read low.'
    """

    gate: Gate
    """The gate that raised it."""
    what: str
    """What was seen, the beginning of a sentence."""
    low_nm: float
    """First wavelength that it is about [nm]."""
    high_nm: float
    """Last wavelength that it is about [nm]."""
    why: str
    """What it means, the end of the sentence."""
    masks: bool = False
    """Whether these points are taken out of use."""

    def __str__(self) -> str:
        """Return what, where and why as one sentence."""
        here = f"from {self.low_nm:.0f} to {self.high_nm:.0f} nm"
        if self.high_nm - self.low_nm < 0.5:
            here = f"at {self.low_nm:.0f} nm"
        left_out = "; left out" if self.masks else ""
        return f"{self.what} {here}: {self.why}{left_out}."


def doubts_about(
    gate: Gate, what: str, signal: Signal, where: Bool[np.ndarray, " n"], why: str, *, masks: bool = False
) -> tuple[Doubt, ...]:
    """Return a doubt for each stretch of the points that are True; gaps of ten points are bridged."""
    places = np.flatnonzero(where)
    if places.size == 0:
        return ()
    stretches = np.split(places, np.flatnonzero(np.diff(places) > _BRIDGED) + 1)
    nm = signal.wavelengths
    return tuple(
        Doubt(gate, what, float(nm[part[0]]), float(nm[part[-1]]), why, masks=masks) for part in stretches
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """A spectrum, untouched, with what can be trusted of it.

    Attributes:
        signal: The spectrum as it was given.
        mask: True where a point is trusted, shape (n,).
        doubts: What was found, by gate.
        noise: Typical standard deviation of the noise [absorbance].
    """

    signal: Signal
    mask: Bool[np.ndarray, " n"]
    doubts: tuple[Doubt, ...]
    noise: float

    @property
    def flags(self) -> tuple[str, ...]:
        """The doubts as whole sentences."""
        return tuple(str(doubt) for doubt in self.doubts)

    def about(self, gate: Gate) -> tuple[Doubt, ...]:
        """Return the doubts that one gate raised."""
        return tuple(doubt for doubt in self.doubts if doubt.gate is gate)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A spectrum that was altered on purpose, with the sentence that says so."""

    signal: Signal
    """The altered copy."""
    flag: str
    """What was done to it, to be carried along."""


def checked_mask(signal: Signal, mask: Bool[np.ndarray, " m"]) -> Bool[np.ndarray, " m"]:
    """Return a mask that fits a signal; raises SignalError if it has another length."""
    if mask.shape != signal.values.shape:
        raise SignalError(
            given=f"a mask of {mask.size} points for '{signal.label}' with {signal.values.size}",
            expected="one for each wavelength",
            why="it says point by point what is trusted",
            remedy="Examine this very signal, not a cut or interpolated copy of it.",
            where=signal.where,
        )
    return mask
