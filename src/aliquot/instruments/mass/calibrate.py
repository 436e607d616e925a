"""Recalibration by anchors: ions of known mass, and where on the axis they were found.

one anchor:        sqrt(m/z) = a sqrt(measured)
two and more:      sqrt(m/z) = a sqrt(measured) + b         as times of flight drift

The error of the corrected axis is what each anchor is missed by when the others alone decide; with two it is
that of a scale without shift, and so an upper bound between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, SignalError, Where
from aliquot.instruments.mass.spectrum import MassSpectrum, Peak

BEYOND = 1.1
"""How far beyond the outermost anchor, as a ratio of m/z [1], the axis is still trusted."""

LARGEST = 0.02
"""Largest relative distance of an anchor from its reading [1]; beyond it the wrong peak was named."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """An ion of known m/z.

    Example:
        >>> round(Anchor(212.2373, 212.323).ppm)
        404
    """

    known: float
    """Its m/z by its formula [Da]."""
    measured: float
    """Where it stands on the axis of the file [Da]."""

    @property
    def ppm(self) -> float:
        """How far it was read too high, in millionths of its m/z [1e-6]."""
        return 1e6 * (self.measured / self.known - 1.0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A corrected axis: sqrt(m/z) = slope sqrt(measured) + intercept."""

    anchors: tuple[Anchor, ...]
    """What it rests on, by rising m/z."""
    slope: float
    """Factor of the root of m/z [1]."""
    intercept: float
    """Shift of the root of m/z [Da^0.5]; 0 for a single anchor."""
    error_ppm: float | None
    """Root mean square miss of each anchor by the others [1e-6]; None for a single one."""

    @property
    def shift_ppm(self) -> float:
        """How far the axis of the file reads too high at the mean of the anchors [1e-6]."""
        middle = np.array([float(np.mean([anchor.measured for anchor in self.anchors]))])
        return float(1e6 * (middle / self.corrected(middle) - 1.0)[0])

    @property
    def reach(self) -> tuple[float, float]:
        """Lowest and highest m/z that is anchored [Da]."""
        return self.anchors[0].known, self.anchors[-1].known

    def corrected(self, mz: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the corrected axis [Da], shape (n,)."""
        return np.asarray((self.slope * np.sqrt(mz) + self.intercept) ** 2)

    def flags(self, low: float, high: float) -> tuple[str, ...]:
        """Tell where between two values of m/z [Da] the axis is not anchored."""
        first, last = self.reach
        told = []
        if high > BEYOND * last:
            told.append(
                f"Calibrants reach {_mass(last)}; beyond, up to {_mass(high)}, the axis is extrapolated."
            )
        if low < first / BEYOND:
            told.append(
                f"Calibrants begin at {_mass(first)}; below, down to {_mass(low)}, the axis is extrapolated."
            )
        return tuple(told)


def _mass(mz: float) -> str:
    return f"{mz / 1e3:.3g} kDa" if mz >= 1e3 else f"{mz:.4g} Da"


def calibrate(anchors: Sequence[Anchor]) -> Calibration:
    """Return the axis that a set of anchors gives.

    Args:
        anchors: At least one; from two on the root of m/z may shift as well as scale.

    Raises:
        InputError: If there is none, two are of the same m/z, or one is off by more than :data:`LARGEST`.

    Example:
        >>> found = calibrate([Anchor(212.2373, 212.3232), Anchor(245.2172, 245.3166)])
        >>> round(found.shift_ppm), round(found.error_ppm, 1)
        (405, 0.6)
    """
    ordered = tuple(sorted(anchors, key=lambda anchor: anchor.known))
    known = np.array([anchor.known for anchor in ordered])
    measured = np.array([anchor.measured for anchor in ordered])
    far = [a for a in ordered if not (min(a.known, a.measured) > 0.0 and abs(a.ppm) < 1e6 * LARGEST)]
    if far or not ordered or np.any(np.diff(known) <= 0.0) or np.any(np.diff(measured) <= 0.0):
        raise InputError(
            given=f"{len(ordered)} anchors"
            + (f", {far[0].known:g} read at {far[0].measured:g}" if far else ""),
            expected=f"ions of different m/z, each within {100 * LARGEST:g} % of its reading, in order",
            why="an axis that is off by more belongs to another peak",
            remedy="Write each as KNOWN=MEASURED, such as 212.2373=212.323.",
            where=Where(key="--anchor"),
        )
    slope, intercept = _fitted(known, measured)
    error = None
    if len(ordered) > 1:
        missed = []
        for i in range(len(ordered)):
            a, b = _fitted(np.delete(known, i), np.delete(measured, i))
            missed.append((a * np.sqrt(measured[i]) + b) ** 2 / known[i] - 1.0)
        error = float(1e6 * np.sqrt(np.mean(np.square(missed))))
    return Calibration(ordered, slope, intercept, error)


def _fitted(known: Float[np.ndarray, " n"], measured: Float[np.ndarray, " n"]) -> tuple[float, float]:
    """Return slope and intercept of the roots, each anchor weighted by its relative error."""
    if known.size < 2:
        return float(np.sqrt(np.mean(known / measured))), 0.0
    # A relative error of m/z is one of its root: rows are divided by the root of the known m/z.
    rows = np.column_stack([np.sqrt(measured), np.ones(known.size)]) / np.sqrt(known)[:, None]
    slope, intercept = np.linalg.lstsq(rows, np.ones(known.size), rcond=None)[0]
    return float(slope), float(intercept)


def located(anchor: Anchor, peaks: Sequence[Peak], tolerance: float = 0.05) -> Anchor:
    """Return an anchor at the centre of the peak it was read from.

    Args:
        anchor: Known m/z, and roughly where it was read [Da].
        peaks: Peaks of the spectrum.
        tolerance: How far the centre may lie from the reading [Da]; the highest within counts.

    Raises:
        SignalError: If there is no peak.
    """
    near = [peak for peak in peaks if abs(peak.mz - anchor.measured) <= max(tolerance, peak.sd)]
    if near:
        return replace(anchor, measured=max(near, key=lambda peak: peak.height).mz)
    nearest = min(peaks, key=lambda peak: abs(peak.mz - anchor.measured), default=None)
    raise SignalError(
        given=f"an anchor at {anchor.measured:g}" + (f", nearest peak {nearest.mz:.3f}" if nearest else ""),
        expected=f"a peak within {tolerance:g} Da of it",
        why="an anchor is the centre of a peak",
        remedy="Read the anchor from the spectrum again.",
        where=Where(key="--anchor"),
    )


def recalibrated(spectrum: MassSpectrum, calibration: Calibration) -> MassSpectrum:
    """Return a spectrum on the corrected axis, with flags where it is extrapolated."""
    mz = calibration.corrected(spectrum.mz)
    flags = (*spectrum.flags, *calibration.flags(float(mz[0]), float(mz[-1])))
    return replace(spectrum, mz=mz, flags=flags)
