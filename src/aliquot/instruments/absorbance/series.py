"""What a series of aliquots does as a whole: grow, turn back, stand still."""

from enum import StrEnum
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from scipy.ndimage import median_filter

REPEATABILITY_NM = 3.0
"""How far E1 of equal aliquots may lie apart [nm]: sampling, quenching, dilution and reading together."""

FEWEST = 3
"""Fewest aliquots with a time and an exciton that have a trend."""


class Trend(StrEnum):
    """What the first exciton does over a series."""

    GROWING = "growing"
    """It moves to the red."""
    REVERSING = "reversing"
    """It moves to the blue, at once or after growth: dots dissolve, or smaller ones take over."""
    STALLED = "stalled"
    """It stays where it is."""
    NONE = "none"
    """Too few aliquots to tell."""


def trend_of(
    times_s: Float[np.ndarray, " n"], e1_nm: Float[np.ndarray, " n"]
) -> tuple[Trend, tuple[str, ...]]:
    """Return the trend of a series and what is to be said about it.

    Judged on a running median of three, so that one bad aliquot makes no trend, against the repeatability of
    E1 or three times the scatter of the series itself, whichever is more.

    Args:
        times_s: Times of the aliquots [s], in any order, shape (n,).
        e1_nm: Wavelength of the first exciton of each [nm], shape (n,).

    Example:
        >>> times = np.array([30.0, 60.0, 90.0, 120.0, 150.0])
        >>> trend_of(times, np.array([480.0, 495.0, 500.0, 488.0, 470.0]))
        (<Trend.REVERSING: 'reversing'>, ('E1 turns back after ~90 s, by 25 nm to the blue.',))
    """
    order = np.argsort(times_s, kind="stable")
    times, e1 = times_s[order], e1_nm[order]
    repeated = sorted({float(a) for a, b in pairwise(times) if a == b})
    flags = tuple(f"More than one aliquot was taken at {time:g} s." for time in repeated)
    apart = max((float(np.ptp(e1[times == time])) for time in repeated), default=0.0)
    if apart > REPEATABILITY_NM:
        told = f"Aliquots of one time lie {apart:.0f} nm apart: several series have no one trend."
        return Trend.NONE, (*flags, told)
    if np.unique(times).size < FEWEST:
        return Trend.NONE, (*flags, f"A trend needs at least {FEWEST} times with a first exciton.")
    smooth = median_filter(e1, size=3, mode="nearest")
    # Differences of a median to its neighbours are smaller than the scatter; 1.4826 is for a normal one.
    scatter = 1.4826 * float(np.median(np.abs(e1 - smooth)))
    tolerance = max(REPEATABILITY_NM, 3.0 * scatter)
    top = int(np.argmax(smooth))
    fall = float(smooth[top] - smooth[top:].min())
    rise = float(smooth[top] - smooth[0])
    if fall > tolerance:
        turn = _turn(times, smooth, top, tolerance)
        verb = "turns back" if rise > tolerance else "moves to the blue"
        return Trend.REVERSING, (*flags, f"E1 {verb} after ~{turn:g} s, by {fall:.0f} nm to the blue.")
    if rise > tolerance:
        return Trend.GROWING, flags
    return Trend.STALLED, (*flags, f"E1 moves by no more than {tolerance:.1f} nm over the whole series.")


def _turn(
    times: Float[np.ndarray, " n"], smooth: Float[np.ndarray, " n"], top: int, tolerance: float
) -> float:
    """Return the last time before the series has left its reddest value by more than the tolerance [s]."""
    gone = np.flatnonzero(smooth[top:] < smooth[top] - tolerance)
    return float(times[top + max(int(gone[0]) - 1, 0)])
