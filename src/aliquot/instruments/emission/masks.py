"""Light in an emission spectrum that is no emission: the lamp itself, its second order, Raman of the solvent.

It is named and left out of every fit and sum; the values of the signal are never changed.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from aliquot.instruments.signal import Signal

SLIT_NM = 5.0
"""Spectral bandwidth of excitation and emission together where it is not known [nm].

Estimated because fluorimeters are mostly run with slits of 2 to 10 nm."""

_REACH = (
    2.0  # slit widths to both sides: a triangular slit function ends after one, its foot in real ones later
)

RAMAN_CM = {
    "hexane": 2900.0,
    "octane": 2900.0,
    "octadecene": 2900.0,
    "oleylamine": 2900.0,
    "toluene": 3050.0,
    "ethanol": 2930.0,
    "methanol": 2940.0,
    "water": 3400.0,
}
"""Strongest Raman shift of a solvent [cm-1]: stretching of C-H, of aromatic C-H, of O-H.

Textbook values, not traced to a page; each stands for a band 100 to 400 cm-1 wide."""

_RAMAN_WIDTH_CM = {"water": 400.0}
_RAMAN_USUAL_CM = 150.0
_CM_PER_NM = 1e7


@dataclass(frozen=True, slots=True)
class Mask:
    """A part of a spectrum that is left out, and why.

    Example:
        >>> print(Mask(395.0, 415.0, "scattered excitation at 405 nm"))
        395 to 415 nm: scattered excitation at 405 nm
    """

    low_nm: float
    """First wavelength left out [nm]."""
    high_nm: float
    """Last wavelength left out [nm]."""
    why: str
    """What shines there, in a few words."""

    def __str__(self) -> str:
        """Return it as it is told."""
        return f"{self.low_nm:.0f} to {self.high_nm:.0f} nm: {self.why}"

    def covers(self, wavelengths: Float[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
        """Tell for each wavelength [nm] whether it is left out, shape (n,)."""
        return np.asarray((wavelengths >= self.low_nm) & (wavelengths <= self.high_nm))


def masks_of(signal: Signal, *, slit_nm: float = SLIT_NM) -> tuple[Mask, ...]:
    """Return what of an emission spectrum is scattered or second-order excitation, or Raman scatter.

    Args:
        signal: Emission, with the wavelength of excitation, and the medium where its Raman line is known.
        slit_nm: Spectral bandwidth [nm]; the line of the lamp is left out to twice that on both sides.

    Returns:
        The masks that touch the spectrum, by rising wavelength; none where the excitation is not known.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(380.0, 850.0)
        >>> signal = Signal(SignalKind.EMISSION, nm, 0.0 * nm, "dots", medium="hexane", excitation_nm=405.0)
        >>> [str(mask) for mask in masks_of(signal)]  # doctest: +NORMALIZE_WHITESPACE
        ['395 to 415 nm: scattered excitation at 405 nm',
         '446 to 472 nm: Raman scatter of hexane at 459 nm',
         '800 to 820 nm: second order of the excitation at 810 nm']
    """
    line = signal.excitation_nm
    if line is None:
        return ()
    reach = _REACH * slit_nm
    found = [
        Mask(line - reach, line + reach, f"scattered excitation at {line:g} nm"),
        Mask(2.0 * line - reach, 2.0 * line + reach, f"second order of the excitation at {2.0 * line:g} nm"),
    ]
    shift = RAMAN_CM.get(signal.medium or "")
    if shift is not None:
        half = _RAMAN_WIDTH_CM.get(signal.medium or "", _RAMAN_USUAL_CM)
        at, red = raman_nm(line, shift), raman_nm(line, shift + half)
        wide = red - at + reach
        found.append(Mask(at - wide, at + wide, f"Raman scatter of {signal.medium} at {at:.0f} nm"))
    first, last = signal.wavelengths[[0, -1]]
    touching = [mask for mask in found if mask.high_nm >= first and mask.low_nm <= last]
    return tuple(sorted(touching, key=lambda mask: mask.low_nm))


def raman_nm(excitation_nm: float, shift_cm: float) -> float:
    """Return where light scattered with a Raman shift appears [nm].

    Example:
        >>> round(raman_nm(350.0, 3400.0))  # water, by which fluorimeters are tested
        397
    """
    return _CM_PER_NM / (_CM_PER_NM / excitation_nm - shift_cm)


def seen(signal: Signal, masks: tuple[Mask, ...]) -> Bool[np.ndarray, " n"]:
    """Return which values of a signal are left by the masks, shape (n,)."""
    hidden = np.zeros(signal.wavelengths.size, dtype=bool)
    for mask in masks:
        hidden |= mask.covers(signal.wavelengths)
    return np.asarray(~hidden)
