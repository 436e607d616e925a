"""Absorbances that an instrument can not read: too high, at the detector's limit, under stray light."""

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.quality.limits import BLIND, NEGATIVE, SATURATED
from aliquot.instruments.absorbance.quality.record import Doubt, Gate, doubts_about
from aliquot.instruments.signal import Signal

_EQUAL = 1e-4  # values closer than this are one value of a converter at its limit
_LEAST_CEILING = 1.0  # stray light of a tenth: no instrument is worse
_FLAT, _FLAT_EV = 0.03, 0.100  # a plateau: within 3 % of the highest, over at least 100 meV
_BEFORE_EV = 0.150
_SLOWED = 0.10  # slope on a plateau over that before it
_TAKEN = 0.05  # share of the absorbance that stray light may take before a point is left out


def too_high(signal: Signal) -> tuple[Doubt, ...]:
    """Return doubts about absorbances above 2, and take out those above 3.

    Example:
        >>> from aliquot.instruments.signal import SignalKind
        >>> high = Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([2.5, 1.0]), "A1")
        >>> [str(doubt) for doubt in too_high(high)]
        ['Absorbance reaches 2.5 at 400 nm: above 2 stray light makes it read low; dilute.']
    """
    reached = f"Absorbance reaches {float(signal.values.max()):.2g}"
    blind = signal.values > BLIND
    if blind.any():
        why = "less than a thousandth of the light arrives, and no structure can be seen"
        return doubts_about(Gate.RANGE, f"{reached}, above {BLIND:g}", signal, blind, why, masks=True)
    why = f"above {SATURATED:g} stray light makes it read low; dilute"
    return doubts_about(Gate.RANGE, reached, signal, signal.values > SATURATED, why)


def below_zero(signal: Signal, noise: float) -> tuple[Doubt, ...]:
    """Return doubts about absorbances below zero by more than noise; below -0.1 they are taken out."""
    impossible = signal.values < NEGATIVE
    below = (signal.values < -max(0.01, 5.0 * noise)) & ~impossible
    why = "more light than through the blank: a blank that absorbs, an offset, or a lamp that drifted"
    what = f"Absorbance falls to {float(signal.values.min()):.3f}"
    return (
        *doubts_about(Gate.RANGE, what, signal, below, why),
        *doubts_about(Gate.RANGE, f"{what}, below {NEGATIVE:g}", signal, impossible, why, masks=True),
    )


def saturated(signal: Signal) -> tuple[Doubt, ...]:
    """Return the doubt about a detector that stays at its limit: equal values at the top of the spectrum."""
    top = float(signal.values.max())
    equal = signal.values >= top - _EQUAL
    if top <= 0.5 * SATURATED or np.count_nonzero(equal) <= max(3, signal.values.size // 50):
        return ()
    why = "the detector is at its limit; dilute"
    return doubts_about(Gate.SATURATION, f"Absorbance stays at {top:.3g}", signal, equal, why, masks=True)


def stray_light(signal: Signal) -> tuple[Doubt, ...]:
    """Return the doubt about a ceiling: absorbance that rose steeply to the blue and rises no more.

    A share s of light that misses the sample hides all above -log10 s:
    A_seen = -log10[(10^-A + s) / (1 + s)].
    Points from which it takes more than 5 % are taken out.
    """
    energies, values = signal.energies[::-1], signal.values[::-1]
    top = float(values.max())
    first = _plateau(energies, values, top)
    if first is None:
        return ()
    ceiling = float(np.median(values[first:]))
    share = 10.0**-ceiling
    light = 10.0**-signal.values * (1.0 + share) - share
    with np.errstate(divide="ignore"):
        true = np.where(light > 0.0, -np.log10(np.maximum(light, 1e-300)), np.inf)
    hit = (true - signal.values > _TAKEN * signal.values) & (signal.values > 0.25 * ceiling)
    why = (
        f"rising to the blue it stops at {ceiling:.2f}, as with {100.0 * share:.2g} % of stray light, which "
        "takes more than 5 % of it; dilute"
    )
    return doubts_about(Gate.STRAY_LIGHT, "Absorbance has a ceiling", signal, hit, why, masks=True)


def _plateau(energies: Float[np.ndarray, " n"], values: Float[np.ndarray, " n"], top: float) -> int | None:
    """Return the first point of a plateau that reaches the blue end, None if there is none."""
    if top < _LEAST_CEILING:
        return None
    low = np.flatnonzero(values < (1.0 - _FLAT) * top)
    first = 0 if low.size == 0 else int(low[-1]) + 1
    if first >= values.size - 4 or energies[-1] - energies[first] < _FLAT_EV:
        return None
    before = (energies >= energies[first] - _BEFORE_EV) & (energies < energies[first])
    if np.count_nonzero(before) < 4:
        return None
    slope_before = float(np.polyfit(energies[before], values[before], 1)[0])
    slope = float(np.polyfit(energies[first:], values[first:], 1)[0])
    return first if abs(slope) < _SLOWED * slope_before else None
