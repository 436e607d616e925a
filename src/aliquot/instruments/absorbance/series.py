"""What a series of aliquots does as a whole: grow, turn back, stand still; and who falls out of line."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import median_filter

from aliquot.errors import InputError

REPEATABILITY_NM = 3.0
"""How far E1 of equal aliquots may lie apart [nm]: sampling, quenching, dilution and reading together."""

FEWEST = 3
"""Fewest aliquots with a time and an exciton that have a trend."""

_LEAST_STALL = 3  # aliquots
_FEWEST_IN_LINE = 5


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


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a series in which E1 goes one way.

    Example:
        >>> Stretch(Trend.GROWING, 30.0, 330.0, 21.5).begin_s
        30.0
    """

    trend: Trend
    """Growing, reversing (to the blue) or stalled."""
    begin_s: float
    """Time of its first aliquot [s]."""
    end_s: float
    """Time of its last aliquot, which is the first of the next stretch [s]."""
    moves_nm: float
    """How far E1 moves in it, positive to the red [nm]."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a series does, stretch by stretch, and aliquot by aliquot.

    Attributes:
        trend: The whole in a word.
        flags: What is to be said about it, whole sentences.
        stretches: Parts in which E1 goes one way, by time; they change where the series turns or stalls.
        in_line: True for each aliquot that fits its neighbours, in the order given, shape (n,).
        off_nm: How far each lies outside what its neighbours span [nm], 0 inside, shape (n,).
        tolerance_nm: What counts as no change [nm].
    """

    trend: Trend
    flags: tuple[str, ...]
    stretches: tuple[Stretch, ...]
    in_line: Bool[np.ndarray, " n"]
    off_nm: Float[np.ndarray, " n"]
    tolerance_nm: float

    @property
    def changes_s(self) -> tuple[float, ...]:
        """Times at which the series turns, stalls or sets out again [s]."""
        return tuple(stretch.begin_s for stretch in self.stretches[1:])


def course_of(times_s: Float[np.ndarray, " n"], e1_nm: Float[np.ndarray, " n"]) -> Course:
    """Return what a series of first excitons does: trend, change points, and aliquots out of line.

    Judged on a running median of three, so that one bad aliquot makes no trend, against the repeatability of
    E1 or three times the scatter of the series itself, whichever is more. The series turns where it leaves an
    extreme by more than that; it stalls where it moves by less to the end of a stretch, for at least a third
    of the time and three aliquots. An aliquot is out of line that lies by more than that outside all that the
    two before and the two after it lead to, on straight lines between them or from one side; the first and
    the last one only against the way that the series goes. Fewer than five are not judged singly.

    Args:
        times_s: Times of the aliquots [s], in any order, shape (n,).
        e1_nm: Wavelength of the first exciton of each [nm], shape (n,).

    Raises:
        InputError: If there are not as many times as wavelengths.

    Example:
        >>> times = np.array([30.0, 60.0, 90.0, 120.0, 150.0])
        >>> course = course_of(times, np.array([480.0, 495.0, 500.0, 488.0, 470.0]))
        >>> course.trend, course.flags, course.changes_s
        (<Trend.REVERSING: 'reversing'>, ('E1 turns back after ~90 s, by 25 nm to the blue.',), (90.0,))
    """
    if times_s.shape != e1_nm.shape:
        raise InputError(
            given=f"{times_s.size} times and {e1_nm.size} first excitons",
            expected="one time for each",
            why="a series is one wavelength at each time",
            remedy="Leave out the aliquots in which no exciton was found, with their times.",
        )
    order = np.argsort(times_s, kind="stable")
    times, e1 = times_s[order], e1_nm[order]
    smooth = median_filter(e1, size=3, mode="nearest") if e1.size else e1
    tolerance = _tolerance(e1, smooth)
    trend, flags = _trend(times, e1, smooth, tolerance)
    stretches = _stretches(times, smooth, tolerance) if trend is not Trend.NONE else ()
    off = np.zeros(e1.size)
    if trend is not Trend.NONE:
        off[order] = _off(times, e1)
    in_line = off <= tolerance
    lost = [f"{times_s[place]:g} s" for place in order if not in_line[place]]
    if lost:
        flags += (f"Out of line with the aliquots before and after: {', '.join(lost)}.",)
    return Course(trend, flags, stretches, in_line, off, tolerance)


def trend_of(
    times_s: Float[np.ndarray, " n"], e1_nm: Float[np.ndarray, " n"]
) -> tuple[Trend, tuple[str, ...]]:
    """Return the trend of a series and what is to be said about it: a :func:`course_of` in short.

    Args:
        times_s: Times of the aliquots [s], in any order, shape (n,).
        e1_nm: Wavelength of the first exciton of each [nm], shape (n,).

    Example:
        >>> times = np.array([30.0, 60.0, 90.0, 120.0, 150.0])
        >>> trend_of(times, np.array([480.0, 495.0, 500.0, 488.0, 470.0]))
        (<Trend.REVERSING: 'reversing'>, ('E1 turns back after ~90 s, by 25 nm to the blue.',))
    """
    course = course_of(times_s, e1_nm)
    return course.trend, course.flags


def _tolerance(e1: Float[np.ndarray, " n"], smooth: Float[np.ndarray, " n"]) -> float:
    """Return what counts as no change [nm]."""
    if e1.size == 0:
        return REPEATABILITY_NM
    # Differences of a median to its neighbours are smaller than the scatter; 1.4826 is for a normal one.
    scatter = 1.4826 * float(np.median(np.abs(e1 - smooth)))
    return max(REPEATABILITY_NM, 3.0 * scatter)


def _trend(
    times: Float[np.ndarray, " n"],
    e1: Float[np.ndarray, " n"],
    smooth: Float[np.ndarray, " n"],
    tolerance: float,
) -> tuple[Trend, tuple[str, ...]]:
    """Return the whole series in a word, with what is to be said about it."""
    repeated = sorted({float(a) for a, b in pairwise(times) if a == b})
    flags = tuple(f"More than one aliquot was taken at {time:g} s." for time in repeated)
    apart = max((float(np.ptp(e1[times == time])) for time in repeated), default=0.0)
    if apart > REPEATABILITY_NM:
        told = f"Aliquots of one time lie {apart:.0f} nm apart: several series have no one trend."
        return Trend.NONE, (*flags, told)
    if np.unique(times).size < FEWEST:
        return Trend.NONE, (*flags, f"A trend needs at least {FEWEST} times with a first exciton.")
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


def _stretches(
    times: Float[np.ndarray, " n"], smooth: Float[np.ndarray, " n"], tolerance: float
) -> tuple[Stretch, ...]:
    """Return the parts of a series between its turning points, each cut where it stalls."""
    bounds = [0, *_turning_points(smooth, tolerance), smooth.size - 1]
    found: list[Stretch] = []
    for first, last in pairwise(bounds):
        rest = _rest(times, smooth, first, last, tolerance)
        for begin, end in ((first, rest), (rest, last)):
            if end > begin:
                moves = float(smooth[end] - smooth[begin])
                found.append(Stretch(_word(moves, tolerance), float(times[begin]), float(times[end]), moves))
    return tuple(found)


def _word(moves_nm: float, tolerance: float) -> Trend:
    if abs(moves_nm) <= tolerance:
        return Trend.STALLED
    return Trend.GROWING if moves_nm > 0.0 else Trend.REVERSING


def _turning_points(smooth: Float[np.ndarray, " n"], tolerance: float) -> list[int]:
    """Return the places of the extremes that the series leaves by more than the tolerance."""
    places: list[int] = []
    lowest = highest = 0
    direction = 0
    for place, value in enumerate(smooth):
        lowest = place if value <= smooth[lowest] else lowest
        highest = place if value >= smooth[highest] else highest
        if direction >= 0 and value < smooth[highest] - tolerance:
            places += [highest] if direction > 0 or highest > 0 else []
            direction, lowest = -1, place
        elif direction <= 0 and value > smooth[lowest] + tolerance:
            places += [lowest] if direction < 0 or lowest > 0 else []
            direction, highest = 1, place
    return places


def _rest(
    times: Float[np.ndarray, " n"],
    smooth: Float[np.ndarray, " n"],
    first: int,
    last: int,
    tolerance: float,
) -> int:
    """Return the place from which a stretch stalls to its end; the end itself where it does not."""
    if abs(float(smooth[last] - smooth[first])) <= tolerance:
        return last  # it stands still as a whole
    near = np.abs(smooth[first : last + 1] - smooth[last]) <= tolerance
    moving = np.flatnonzero(~near)
    place = first + (int(moving[-1]) + 1 if moving.size else 0)
    long = times[last] - times[place] >= (times[-1] - times[0]) / 3.0
    return place if long and last - place + 1 >= _LEAST_STALL else last


def _off(times: Float[np.ndarray, " n"], e1: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return how far each aliquot lies outside what its neighbours let one expect [nm], shape (n,)."""
    off = np.zeros(e1.size)
    if e1.size < _FEWEST_IN_LINE:
        return off
    for place in range(1, e1.size - 1):
        expected = [
            float(np.interp(times[place], times[[a, b]], e1[[a, b]]))
            for a in range(max(place - 2, 0), place)
            for b in range(place + 1, min(place + 3, e1.size))
        ]
        # At a turn an aliquot lies where either side leads to, and not between its neighbours.
        for a, b in ((place - 2, place - 1), (place + 2, place + 1)):
            if 0 <= a < e1.size and times[a] != times[b]:
                slope = (e1[b] - e1[a]) / (times[b] - times[a])
                expected.append(float(e1[b] + slope * (times[place] - times[b])))
        off[place] = max(min(expected) - e1[place], e1[place] - max(expected), 0.0)
    off[[0, -1]] = _off_end(e1[:4]), _off_end(e1[::-1][:4])
    return off


def _off_end(e1: Float[np.ndarray, " k"]) -> float:
    """Return how far an end lies on the wrong side of the one beside it [nm].

    In the direction in which the series goes an end is free: the first seconds move E1 by more than all that
    follows.
    """
    direction = np.sign(e1[3] - e1[1])
    wrong = float(direction * (e1[0] - e1[1]))
    return max(wrong - float(np.abs(np.diff(e1[1:4])).max()), 0.0)
