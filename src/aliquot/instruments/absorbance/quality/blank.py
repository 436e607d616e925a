"""The blank: medium and cuvette without dots, measured in the same way."""

from dataclasses import replace

import numpy as np

from aliquot.errors import SignalError
from aliquot.instruments.absorbance.quality.record import Corrected, Doubt, Gate, doubts_about
from aliquot.instruments.signal import Signal

DARK = 1.0
"""Absorbance of a blank above which nothing behind it is trusted [1]: a tenth of the light is left."""

COLOURED = 0.3
"""Absorbance of a blank above which it is told [1]: half of the light is left."""


def blank_doubts(signal: Signal, blank: Signal) -> tuple[Doubt, ...]:
    """Return doubts about what the medium takes of the light, and where no blank was measured.

    Nothing is subtracted: whether the instrument has done that already, only its user knows.

    Args:
        signal: The spectrum of the sample.
        blank: Absorbance of medium and cuvette.
    """
    nm = signal.wavelengths
    covered = (nm >= blank.wavelengths[0]) & (nm <= blank.wavelengths[-1])
    behind = np.where(covered, np.interp(nm, blank.wavelengths, blank.values), 0.0)
    highest = float(behind.max())
    return (
        *doubts_about(Gate.BLANK, "No blank was measured", signal, ~covered,
                      "what the medium absorbs there can not be told from dots", masks=True),
        *doubts_about(Gate.BLANK, f"The blank absorbs up to {highest:.2g}", signal,
                      (behind > COLOURED) & (behind <= DARK),
                      "less than half of the light is left for the dots"),
        *doubts_about(Gate.BLANK, f"The blank absorbs up to {highest:.2g}, more than {DARK:g},", signal,
                      behind > DARK, "less than a tenth of the light is left for the dots", masks=True),
    )  # fmt: skip


def less_blank(signal: Signal, blank: Signal) -> Corrected:
    """Return a copy of a spectrum with a blank taken off; right only where the instrument has not done so.

    Args:
        signal: The spectrum of the sample, measured against air.
        blank: Absorbance of medium and cuvette against air, over at least the same window.

    Raises:
        SignalError: If the blank does not cover the window; it is not extrapolated.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.array([400.0, 500.0])
        >>> seen = Signal(SignalKind.ABSORBANCE, nm, np.array([0.5, 0.1]), "A1")
        >>> hexane = Signal(SignalKind.ABSORBANCE, nm, np.array([0.1, 0.1]), "hexane")
        >>> less_blank(seen, hexane).signal.values
        array([0.4, 0. ])
    """
    low, high = (float(nm) for nm in blank.wavelengths[[0, -1]])
    if low > signal.wavelengths[0] or high < signal.wavelengths[-1]:
        raise SignalError(
            given=f"a blank from {low:g} to {high:g} nm for '{signal.label}'",
            expected=f"one from {signal.wavelengths[0]:g} to {signal.wavelengths[-1]:g} nm",
            why="what the medium absorbs beyond is not known",
            remedy="Measure the blank over the window of the sample, or cut the sample with between().",
            where=signal.where,
        )
    left = signal.values - np.interp(signal.wavelengths, blank.wavelengths, blank.values)
    return Corrected(replace(signal, values=left), f"The blank '{blank.label}' was taken off.")
