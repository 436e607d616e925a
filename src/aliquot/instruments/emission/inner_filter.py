"""Light that a sample takes from its own excitation and emission before a fluorimeter sees it.

    F = F_obs 10^((A_ex + A_em) / 2)

as if all light were absorbed, and emitted, in the middle of a square cell of 1 cm, seen at a right angle.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from aliquot.errors import RangeError, SignalError, Where
from aliquot.instruments.signal import Signal, SignalKind

LARGEST = 0.7
"""Largest absorbance that is corrected for [1]: there an emission from the middle and one from all along the
beam differ by a tenth, and no formula without the geometry of the instrument knows which it is."""

SMALL = 0.05
"""Sum of both absorbances below which less than 6 % is lost [1]."""


def inner_filter(
    excitation: float, emission: Float[np.ndarray, " n"], label: str = "sample"
) -> Float[np.ndarray, " n"]:
    """Return the factor by which an observed emission is too small [1], shape (n,).

    Args:
        excitation: Absorbance at the wavelength of excitation, in the cuvette of the measurement [1].
        emission: Absorbance at each wavelength of emission [1], shape (n,).
        label: Name of the sample, for the error.

    Raises:
        RangeError: If an absorbance lies above :data:`LARGEST`, or below what noise of a blank explains.

    Source:
        Right-angle geometry as in text books; Kubista et al. 1994 say 8 % at an absorbance of 0.06.

    Example:
        >>> inner_filter(0.06, np.array([0.0, 0.06])).round(3)
        array([1.072, 1.148])
    """
    highest, lowest = float(max(excitation, np.max(emission))), float(min(excitation, np.min(emission)))
    if highest > LARGEST or lowest < -SMALL:
        wrong = highest if highest > LARGEST else lowest
        raise RangeError(
            given=f"an absorbance of {wrong:.3g}",
            expected=f"from 0 to {LARGEST:g} at the excitation and over the emission",
            why="beyond it the light that is seen depends on the slits and mirrors of the instrument"
            if highest > LARGEST
            else "an absorbance below zero is a fault of the blank",
            remedy="Dilute the sample, best to an absorbance below 0.1, and measure again.",
            where=Where(label),
        )
    return np.asarray(10.0 ** (0.5 * (excitation + np.maximum(emission, 0.0))))


def geometry_doubt(absorbance: float) -> float:
    """Return how far emission from the middle and from all along the beam differ, relative [1].

    Example:
        >>> round(geometry_doubt(0.1), 4), round(geometry_doubt(0.7), 2)
        (0.0022, 0.11)
    """
    a = max(absorbance, 1e-9) * float(np.log(10.0))
    return float(np.expm1(-a) / -a / np.exp(-0.5 * a) - 1.0)


def corrected(signal: Signal, absorbance: Signal) -> tuple[Signal, tuple[str, ...]]:
    """Return an emission without its inner filter, and what is to be said about that.

    Args:
        signal: Emission, with the wavelength of excitation.
        absorbance: Absorbance of the same liquid; its path is taken to be that of the emission, 10 mm, unless
            it has its own, to which it is scaled.

    Raises:
        SignalError: If the excitation is not known, or the absorbance does not span excitation and emission.
        RangeError: As :func:`inner_filter`.

    Example:
        >>> nm = np.arange(400.0, 700.0)
        >>> seen = Signal(SignalKind.EMISSION, nm, np.ones(300), "dots", excitation_nm=420.0)
        >>> dark = Signal(SignalKind.ABSORBANCE, nm, np.where(nm < 500.0, 0.2, 0.0), "dots")
        >>> full, flags = corrected(seen, dark)
        >>> full.values[[0, -1]].round(3), flags
        (array([1.585, 1.259]), ('The inner filter was corrected for: by 26 % to 58 %.',))
    """
    ex, em = _absorbances(signal, absorbance)
    factor = inner_filter(ex, em, signal.label)
    lost = f"{100 * (factor.min() - 1):.0f} % to {100 * (factor.max() - 1):.0f} %"
    flags = [f"The inner filter was corrected for: by {lost}."]
    doubt = geometry_doubt(ex)
    if doubt > 0.02:
        flags.append(
            f"That correction depends on the instrument; at A = {ex:.2f} it is known to {100 * doubt:.0f} %."
        )
    return replace(signal, values=np.asarray(signal.values * factor)), tuple(flags)


def _absorbances(signal: Signal, absorbance: Signal) -> tuple[float, Float[np.ndarray, " n"]]:
    """Return the absorbance over 10 mm at the excitation and at each wavelength of an emission."""
    nm = absorbance.wavelengths
    wanted = [*signal.wavelengths[[0, -1]], signal.excitation_nm]
    # Beyond the red end of an absorption spectrum dots no longer absorb; that is checked, not assumed.
    faded = abs(float(np.median(absorbance.values[-5:]))) < SMALL
    spans = all(at is not None and nm[0] <= at and (at <= nm[-1] or faded) for at in wanted)
    if absorbance.kind is not SignalKind.ABSORBANCE or signal.excitation_nm is None or not spans:
        raise SignalError(
            given=f"'{absorbance.label}', {nm[0]:g} to {nm[-1]:g} nm, excited at {signal.excitation_nm} nm",
            expected="an absorbance that spans the excitation and the emission, and a known excitation",
            why="the light lost on both ways follows from it",
            remedy="Say the excitation (--excitation 405), and give the absorbance over the whole range.",
            where=absorbance.where or Where(absorbance.label),
        )
    scale = 1.0 if absorbance.path_mm is None else 10.0 / absorbance.path_mm
    values = scale * absorbance.values
    return float(np.interp(signal.excitation_nm, nm, values)), np.interp(signal.wavelengths, nm, values)
