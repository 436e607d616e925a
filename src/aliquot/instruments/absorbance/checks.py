"""Whether an absorbance spectrum bears the question for its sizes, and what to doubt if it does."""

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError
from aliquot.instruments.absorbance.edge import SATURATED
from aliquot.instruments.absorbance.kernel import first_exciton
from aliquot.instruments.absorbance.problem import Solution
from aliquot.instruments.absorbance.reduced import Reduced
from aliquot.instruments.signal import Signal
from aliquot.knowledge.records import Material
from aliquot.units import EV_NM

FEWEST = 40
"""Fewest wavelengths that are inverted."""

UNEVEN = 0.10
"""Steps of wavelength may differ by this share [1]: a Cary's do by 0.07; noise is told from neighbours."""

CONTRAST = 20.0
"""Least size of what sizes explain, over what noise alone would, in standard deviations of chi-squared."""

COUNTED = 1.25
"""Chi-squared per degree of freedom of an exact kernel [1]: every size counts as one, smooth as they are."""

STRANGE = 0.05
"""Largest rms of the residual relative to the highest absorbance [1] that still counts as a fit."""

BEYOND = 0.02
"""Largest share of volume [1] in dots whose first exciton lies beyond the red end of the window."""


def refuse_unfit(signal: Signal) -> None:
    """Refuse what is zero, or not on an even grid of enough wavelengths; raises SignalError."""
    steps = np.diff(signal.wavelengths)
    if not signal.values.any():
        given, why = "zeros at all wavelengths", "nothing was measured"
    elif signal.wavelengths.size < FEWEST:
        given, why = f"{signal.wavelengths.size} wavelengths", "sizes could be anything"
    elif float(np.ptp(steps)) > UNEVEN * float(steps.mean()):
        given, why = f"steps from {steps.min():.3g} to {steps.max():.3g} nm", "noise is told from neighbours"
    else:
        return
    raise _error(
        signal, given, f"absorbance at {FEWEST} or more equally spaced wavelengths", why,
        "Export the absorbance of the whole edge, or interpolate it to equal steps of 1 nm.",
    )  # fmt: skip


def refuse_empty(s: Reduced, signal: Signal) -> None:
    """Refuse a spectrum in which nothing but background stands out of the noise; raises SignalError."""
    y = s.frame.beyond(s.rows) / s.noise
    stands_out = (float(y @ y) - y.size) / np.sqrt(2.0 * y.size)
    if stands_out < CONTRAST:
        raise _error(
            signal,
            f"a spectrum whose shape stands {max(stands_out, 0.0):.1f} standard deviations out of its noise",
            f"at least {CONTRAST:g}",
            "noise and background leave too little to tell sizes from",
            "Dilute less, take a longer path, or average more scans.",
        )


def misfit(residual: Float[np.ndarray, " wavelengths"], noise: float, solution: Solution) -> float:
    """Return chi-squared per degree of freedom of a fit [1]."""
    used = int(np.count_nonzero(solution.amounts)) + solution.amplitudes.size
    return float(residual @ residual) / noise**2 / max(residual.size - used, 1)


def tolerated(signal: Signal, *, estimated: bool) -> float:
    """Return the chi-squared per degree of freedom that noise alone may reach, at four sd [1].

    Args:
        signal: The spectrum.
        estimated: Whether its noise was told from the spectrum, which is uncertain by 7 %.
    """
    relative = 2.0 / signal.wavelengths.size + (2.0 * 0.07) ** 2 * estimated
    return COUNTED * (1.0 + 4.0 * float(np.sqrt(relative)))


def refuse_strange(residual: Float[np.ndarray, " wavelengths"], signal: Signal) -> None:
    """Refuse what no distribution of sizes describes; raises SignalError."""
    rms = float(np.sqrt(np.mean(residual**2)) / np.abs(signal.values).max())
    if rms > STRANGE:
        worst = float(signal.wavelengths[int(np.argmax(np.abs(residual)))])
        raise _error(
            signal,
            f"what dots of any sizes miss by {100.0 * rms:.0f} % of its height, worst at {worst:g} nm",
            f"a residual of at most {100.0 * STRANGE:g} %",
            "it is not the sum of what the card's dots absorb",
            "Check material, blank and units; lines of clusters or dyes must be taken off first.",
        )


def refuse_edge(
    diameters: Float[np.ndarray, " sizes"], solution: Solution, signal: Signal, material: Material
) -> None:
    """Refuse a window that ends before the absorption does, or begins behind it; raises SignalError."""
    first = _first_nm(material, diameters)
    share = solution.amounts / solution.amounts.sum()
    mean = _first_nm(material, np.array([share @ diameters]))[0]
    begin, end = (float(w) for w in signal.wavelengths[[0, -1]])
    red = float(share[first > end].sum())
    if red > BEYOND:
        given, why = (
            f"a window that ends at {end:g} nm",
            f"{100.0 * red:.0f} % of the volume seems to lie beyond",
        )
    elif mean < begin:
        given, why = f"a window that begins at {begin:g} nm", f"the first exciton would lie at {mean:.0f} nm"
    else:
        return
    raise _error(
        signal, given, "a window from above the first exciton to where nothing absorbs", why,
        "Record the spectrum over the whole edge and 50 nm beyond.",
    )  # fmt: skip


def doubts(
    signal: Signal,
    diameters: Float[np.ndarray, " sizes"],
    solution: Solution,
    material: Material,
    *,
    missed_by: float,
) -> tuple[str, ...]:
    """Return what to doubt about a fit; ``missed_by`` is its chi-squared over what noise alone may reach."""
    share = solution.amounts / solution.amounts.sum()
    mean = float(share @ diameters)
    curve = material.sizing[0]
    low, high = (bound.value for bound in curve.range)
    hidden = float(share[_first_nm(material, diameters) < signal.wavelengths[0]].sum())
    highest = float(signal.values.max())
    extrapolated = (
        f"The mean of {mean:.2f} nm lies outside {low:g} to {high:g} nm, where the sizing curve "
        f"'{curve.id}' was measured; it is an extrapolation."
    )
    missed = (
        f"The fit misses the spectrum by {np.sqrt(missed_by):.1f} times what noise alone may; the noise was "
        "raised until it covers that, and the lineshape of the card is not quite that of this sample."
    )
    unseen = (
        f"{100.0 * hidden:.0f} % of the volume is put into dots that absorb below "
        f"{signal.wavelengths[0]:g} nm, where the window begins."
    )
    strayed = f"The absorbance reaches {highest:.2f}; above {SATURATED:g} stray light makes it read low."
    found = (
        (not low <= mean <= high, extrapolated),
        (missed_by > 1.0, missed),
        (hidden > BEYOND, unseen),
        (highest > SATURATED, strayed),
    )
    return tuple(sentence for applies, sentence in found if applies)


def _first_nm(material: Material, diameters: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
    return np.asarray(EV_NM / first_exciton(material, diameters))


def _error(signal: Signal, given: str, expected: str, why: str, remedy: str) -> SignalError:
    return SignalError(
        given=f"'{signal.label}': {given}", expected=expected, why=why, remedy=remedy, where=signal.where
    )
