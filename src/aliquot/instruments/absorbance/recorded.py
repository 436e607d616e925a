"""First excitons that somebody wrote down, against those that we read from the same spectra.

A notebook often holds the peaks of a run. Where they disagree with the second derivative of the spectra, one
of the two was read in another way: at the edge instead of at the line, or on another spectrum.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aliquot.errors import FormatError, InputError, Where, suggestion

AGREE_NM = 3.0
"""Median difference up to which two readings of one series agree [nm]; as far as equal aliquots repeat."""

_TIME = re.compile(r"\s*time\b.*?(?:\((?P<unit>s|min|h)\))?\s*$", re.IGNORECASE)
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_LARGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class RecordedSeries:
    """Peaks of one run as somebody wrote them down.

    Example:
        >>> RecordedSeries("Run 9", {30.0: 489.0}).peaks_nm[30.0]
        489.0
    """

    label: str
    """Heading of the column."""
    peaks_nm: Mapping[float, float]
    """Wavelength [nm] by time [s]."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our first excitons less the recorded ones, over the aliquots that both have."""

    label: str
    """Which recorded series."""
    differences_nm: Mapping[float, float]
    """Ours less recorded [nm] by time [s]; negative where ours lies to the blue."""
    median_nm: float
    """Median of the differences [nm]."""
    low_nm: float
    """Smallest difference [nm]."""
    high_nm: float
    """Largest difference [nm]."""
    agree: bool
    """Whether the median is within :data:`AGREE_NM`."""
    sentence: str
    """The comparison, for a reader."""


def read_recorded(path: Path) -> tuple[RecordedSeries, ...]:
    """Read a table of peaks: a column of times, then columns of wavelengths that share it, and so on.

    Columns whose heading begins with 'Time' hold times, in the unit that they name in parentheses (s where
    they name none); every other column belongs to the last one of times before it. Empty cells are left out.

    Args:
        path: File of comma-separated values.

    Raises:
        FormatError: If it is no such table, with the line.
    """
    where = Where(path.name, line=1)
    if path.stat().st_size > _LARGEST:
        raise _no_table(f"{path.stat().st_size} bytes", where)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or not any(_TIME.match(cell) for cell in rows[0]):
        raise _no_table("no column that is headed 'Time'", where)
    found, clock = [], None
    for column, heading in enumerate(rows[0]):
        if unit := _TIME.match(heading):
            clock = (column, _SECONDS[(unit["unit"] or "s").lower()])
        elif clock is not None and heading.strip():
            found.append(RecordedSeries(heading.strip(), _peaks(rows, clock, column, path.name)))
    if not any(series.peaks_nm for series in found):
        raise _no_table("no wavelength beside any time", where)
    return tuple(found)


def series_for(recorded: Sequence[RecordedSeries], name: str) -> RecordedSeries:
    """Return the series that a file of spectra belongs to: the one whose heading stands in its name.

    Args:
        recorded: Series of a table.
        name: Name of the file of spectra, or the heading itself.

    Raises:
        InputError: If none does, or more than one, where the table has several.

    Example:
        >>> runs = [RecordedSeries("Run 1", {}), RecordedSeries("Run 11", {})]
        >>> series_for(runs, "run 11 uv-vis.csv").label
        'Run 11'
    """
    if len(recorded) == 1:
        return recorded[0]
    alike = [
        series
        for series in recorded
        if re.search(rf"(?<!\w){re.escape(series.label)}(?!\w)", name, re.IGNORECASE)
    ]
    if len(alike) == 1:
        return alike[0]
    raise InputError(
        given=f"'{name}', in which {len(alike)} headings of the recorded table stand",
        expected="the heading of exactly one recorded series in the name of the file",
        why="the peaks of another run would be compared",
        remedy="Rename the file, or give a table of this run alone. "
        + suggestion(name, [series.label for series in recorded]),
        where=Where(name),
    )


def compare_recorded(e1_nm: Mapping[float, float], recorded: RecordedSeries) -> Comparison:
    """Compare our first excitons with recorded ones at the same times.

    Args:
        e1_nm: Our wavelength of the first exciton [nm] by time [s].
        recorded: What was written down.

    Raises:
        InputError: If the two have no time in common.

    Example:
        >>> written = RecordedSeries("Run 7", {30.0: 490.0, 60.0: 500.0})
        >>> told = compare_recorded({30.0: 477.0, 60.0: 488.0}, written)
        >>> told.median_nm, told.agree
        (-12.5, False)
        >>> print(told.sentence)
        Run 7: our E1 lies 12 nm to the blue of the recorded peaks (median of 2, from 12 to 13 nm). ...
    """
    common = sorted(set(e1_nm) & set(recorded.peaks_nm))
    if not common:
        raise InputError(
            given=f"no time that both the spectra and '{recorded.label}' have",
            expected="recorded peaks at the times of the aliquots",
            why="only readings of one aliquot can be compared",
            remedy="Check the unit of the recorded times, and which run the table is of.",
            where=Where(recorded.label),
        )
    differences = {time: e1_nm[time] - recorded.peaks_nm[time] for time in common}
    apart = np.array(list(differences.values()))
    median, low, high = float(np.median(apart)), float(apart.min()), float(apart.max())
    agree = abs(median) <= AGREE_NM
    sentence = _sentence(recorded.label, apart, agree=agree)
    return Comparison(recorded.label, differences, median, low, high, agree, sentence)


def _sentence(label: str, apart: np.ndarray, *, agree: bool) -> str:
    median = float(np.median(apart))
    spread = f"median of {apart.size}, from {apart.min():+.0f} to {apart.max():+.0f} nm"
    if agree:
        return f"{label}: our E1 agrees with the recorded peaks to {median:+.1f} nm ({spread})."
    side = "blue" if median < 0.0 else "red"
    near, far = sorted(np.abs([apart.min(), apart.max()]))
    if apart.min() * apart.max() > 0.0:
        spread = f"median of {apart.size}, from {near:.0f} to {far:.0f} nm"
    return (
        f"{label}: our E1 lies {abs(median):.0f} nm to the {side} of the recorded peaks ({spread}). "
        "Ours is the centre of the line; peaks so far off may have been read at the edge: do not mix the two."
    )


def _peaks(rows: list[list[str]], clock: tuple[int, float], column: int, name: str) -> dict[float, float]:
    """Return the wavelengths of a column by time; raises FormatError for what is no number."""
    times, seconds = clock
    peaks = {}
    for line, row in enumerate(rows[1:], start=2):
        cells = [row[place].strip() if place < len(row) else "" for place in (times, column)]
        if not all(cells):
            continue
        try:
            time, peak = (float(cell) for cell in cells)
        except ValueError:
            raise _no_table(f"{cells} under '{rows[0][column]}'", Where(name, line=line)) from None
        if not (np.isfinite(time) and 100.0 < peak < 10_000.0):
            raise _no_table(f"{cells} under '{rows[0][column]}'", Where(name, line=line))
        peaks[time * seconds] = peak
    return peaks


def _no_table(given: str, where: Where) -> FormatError:
    return FormatError(
        given=given,
        expected="a table of comma-separated values: a column 'Time (s)', then columns of wavelengths [nm]",
        why="recorded peaks are compared by the time of their aliquot",
        remedy="Export times and peaks like this: Time (s),Run 1,Run 2.",
        where=where,
    )
