"""All gates over one spectrum."""

import numpy as np

from aliquot.instruments.absorbance.curvature import noise_of
from aliquot.instruments.absorbance.quality.blank import blank_doubts
from aliquot.instruments.absorbance.quality.ceiling import below_zero, saturated, stray_light, too_high
from aliquot.instruments.absorbance.quality.ends import cut_off
from aliquot.instruments.absorbance.quality.record import Doubt, Examined
from aliquot.instruments.absorbance.quality.steps import find_steps
from aliquot.instruments.absorbance.quality.window import window
from aliquot.instruments.signal import Signal

_SHORTEST = 20


def examine(signal: Signal, blank: Signal | None = None) -> Examined:
    """Tell which points of an absorption spectrum can be trusted, and what to doubt.

    Blank, range, saturation, stray light, the ends of lamp and detector, detector steps, window and noise are
    looked at. Points are masked or doubts are told; no value is ever altered. What reads a spectrum further
    takes the mask. Noise is told from neighbouring points; a spectrum that was smoothed reads too quiet.

    Args:
        signal: The spectrum.
        blank: Absorbance of medium and cuvette measured in the same way, None where there is none.

    Returns:
        The spectrum as it was given, its mask (True where trusted), the doubts and the typical noise.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> nm = np.arange(350.0, 700.0)
        >>> seen = np.minimum(4.0 * np.exp((350.0 - nm) / 40.0), 2.5)      # the detector ends at 2.5
        >>> found = examine(Signal(SignalKind.ABSORBANCE, nm, seen, "A1"))
        >>> found.flags[0]
        'Absorbance stays at 2.5 from 350 to 368 nm: the detector is at its limit; dilute; left out.'
        >>> int(np.count_nonzero(~found.mask))
        19
    """
    if signal.values.size < _SHORTEST:
        doubts = (*too_high(signal), *below_zero(signal, 0.0), *window(signal, 0.0))
        return _examined(signal, doubts, 0.0)
    noise = noise_of(signal.energies[::-1], signal.values[::-1])[::-1]
    usual = float(np.median(noise))
    clipped = saturated(signal)
    doubts = (
        *(blank_doubts(signal, blank) if blank is not None else ()),
        *clipped,
        *(() if clipped else stray_light(signal)),
        *too_high(signal),
        *below_zero(signal, usual),
        *cut_off(signal, noise),
        *(step.doubt for step in find_steps(signal, noise)),
        *window(signal, usual),
    )
    return _examined(signal, doubts, usual)


def _examined(signal: Signal, doubts: tuple[Doubt, ...], noise: float) -> Examined:
    mask = np.ones(signal.values.size, dtype=bool)
    for doubt in doubts:
        if doubt.masks:
            mask &= (signal.wavelengths < doubt.low_nm) | (signal.wavelengths > doubt.high_nm)
    return Examined(signal, mask, doubts, noise)
