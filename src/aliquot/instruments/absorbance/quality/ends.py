"""The ends of a window: where the lamp has no light or the detector no response."""

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import median_filter

from aliquot.instruments.absorbance.quality.record import Doubt, Gate, doubts_about
from aliquot.instruments.signal import Signal

_LOUDER = 5.0  # noise at an end over that of the whole spectrum
_LEAST_NOISE = 0.003
_REACH_EV = 0.30
_FALLEN = 0.10  # of the highest absorbance near the end


def cut_off(signal: Signal, noise: Float[np.ndarray, " n"]) -> tuple[Doubt, ...]:
    """Return doubts about the ends: noise that explodes, absorbance that falls to the blue end.

    An end is taken out where its noise is five times the usual one. A fall alone is only told, for a line
    close to the end looks the same.

    Args:
        signal: The spectrum.
        noise: Standard deviation of its noise at each point [absorbance], shape (n,).
    """
    usual = float(np.median(noise))
    loud = noise > max(_LOUDER * usual, _LEAST_NOISE)
    if loud.mean() > 0.5:
        return ()
    return (*_loud_ends(signal, noise, loud, usual), *_falls(signal, usual, loud_blue=bool(loud[0])))


def _loud_ends(
    signal: Signal, noise: Float[np.ndarray, " n"], loud: Bool[np.ndarray, " n"], usual: float
) -> tuple[Doubt, ...]:
    """Return a doubt for each end at which all points are loud."""
    quiet = np.flatnonzero(~loud)
    ends = {"lamp": np.arange(loud.size) < quiet[0], "detector": np.arange(loud.size) > quiet[-1]}
    found: tuple[Doubt, ...] = ()
    for device, end in ends.items():
        if end.any():
            worst = float(noise[end].max())
            what = f"Noise grows to {worst:.2g}, {worst / usual:.0f} times that of the rest,"
            found += doubts_about(
                Gate.CUT_OFF, what, signal, end, f"the {device} has its end there", masks=True
            )
    return found


def _falls(signal: Signal, usual: float, *, loud_blue: bool) -> tuple[Doubt, ...]:
    """Return the doubt about absorbance that falls towards the blue end by more than a tenth."""
    near = signal.energies > signal.energies[0] - _REACH_EV
    smooth = median_filter(signal.values, size=min(9, signal.values.size), mode="nearest")[near]
    top = int(np.argmax(smooth))
    fall = float(smooth[top] - smooth[0])
    if top == near.sum() - 1 or fall < max(0.02, 10.0 * usual, _FALLEN * float(smooth[top])):
        return ()
    fallen = np.arange(signal.values.size) < top
    why = "the lamp has its end there, glass or solvent takes the light, or a line lies close to the end"
    return doubts_about(
        Gate.CUT_OFF,
        f"Absorbance falls by {fall:.2g} towards the blue end",
        signal,
        fallen,
        why,
        masks=loud_blue,
    )
