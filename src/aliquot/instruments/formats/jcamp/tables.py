"""Tables of JCAMP-DX: evenly spaced ordinates, pairs, lists of peaks, assignments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.contents import bounded
from aliquot.instruments.formats.jcamp.digits import Decoded, decoded, most_values
from aliquot.instruments.formats.jcamp.labels import Record
from aliquot.instruments.formats.source import Source

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_BETWEEN = re.compile(r"[\s,;]*", re.ASCII)
_GROUP = re.compile(r"\(([^()<>]*(?:<[^<>]*>[^()<>]*)*)\)")


@dataclass(frozen=True, slots=True)
class Curve:
    """Numbers of one table.

    Attributes:
        x: Places, shape (n,).
        y: Values, shape (n,).
        gaps: Values that the file leaves open within.
        problems: What is odd about them.
    """

    x: Float[np.ndarray, " n"]
    y: Float[np.ndarray, " n"]
    gaps: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """How the numbers of a table become quantities: factors, and the ends of the axis where they are told."""

    x_factor: float = 1.0
    y_factor: float = 1.0
    first: float | None = None
    last: float | None = None
    step: float | None = None
    points: float | None = None


def table_of(record: Record, scale: Scale, source: Source) -> Curve:
    """Return the numbers of a table.

    Args:
        record: The record that holds it; its first line says in which form.
        scale: Factors and ends of the axis.
        source: The file.

    Raises:
        FormatError: If the form is not known, or a line can not be read.
    """
    form = re.sub(r"\s", "", record.lines[0]).upper()
    where = source.where(record.line, record.written)
    lines = record.lines[1:]
    if "++" in form:
        return _even(lines, record.line + 1, scale, source, where)
    if re.match(r"\(?(?:XY[A-Z]*\.\.|[A-Z]{2,3}\.\.)", form) and ".." in form:
        return _pairs(lines, record.line + 1, _width(form), scale, source)
    if form.startswith("(X"):
        return _assigned("\n".join(lines), form, where)
    raise FormatError(
        given=f"a table in the form '{record.lines[0].strip()[:40]}'",
        expected="(X++(Y..Y)), (XY..XY) or (XYMA)",
        why="other forms are not read",
        remedy="Export the spectrum as XYDATA or XYPOINTS.",
        where=where,
    )


def _width(form: str) -> int:
    """Return how many numbers make a point: 2 in (XY..XY), 3 in (XYW..XYW)."""
    return len(form.lstrip("(").partition("..")[0])


def _even(lines: Sequence[str], first: int, scale: Scale, source: Source, where: Where) -> Curve:
    """Return ordinates on an even axis; its ends are those of the header."""
    found = decoded(lines, first, most_values(scale.points, where), source.where)
    if not found.values:
        raise _empty(where)
    count = len(found.values)
    x, problems = _axis(found, count, scale)
    there = np.array([value is not None for value in found.values])
    if not there.any():
        raise _empty(where)
    y = np.array([value for value in found.values if value is not None]) * scale.y_factor
    at = np.flatnonzero(there)
    gaps = int((~there[at[0] : at[-1] + 1]).sum())
    if found.unmet:
        line, expected, value = found.unmet[0]
        problems.append(
            f"{len(found.unmet)} checks of values fail, the first in line {line}: {value:g} where the line "
            f"before ends with {expected:g}; the file is damaged, or was written by a faulty program."
        )
    return Curve(x[there], y, gaps, tuple(problems))


def _axis(found: Decoded, count: int, scale: Scale) -> tuple[Float[np.ndarray, " n"], list[str]]:
    """Return the axis, and what contradicts it: the abscissas of the lines, or the number of points."""
    problems = []
    starts = np.array([[start, place] for start, place, _ in found.starts])
    if scale.points is not None and scale.points != count:
        problems.append(f"The header tells {scale.points:.0f} points; {count} stand in the file.")
    first = scale.first if scale.first is not None else starts[0, 0] * scale.x_factor
    if scale.last is not None and (scale.points or count) > 1:
        step = (scale.last - first) / ((scale.points or count) - 1)
    elif scale.step is not None:
        step = scale.step
    else:
        slope = np.polyfit(starts[:, 1], starts[:, 0], 1)[0] if len(starts) > 1 else 1.0
        step = float(slope) * scale.x_factor
    places = np.arange(count)
    x = first + step * places
    off = np.abs(starts[:, 0] * scale.x_factor - (first + step * starts[:, 1]))
    # Abscissas are written rounded, to a whole number times XFACTOR at worst.
    borne = max(0.6 * abs(step), abs(scale.x_factor), 1e-3 * abs(x[-1] - first) / max(count, 1))
    unmet = np.flatnonzero(off > borne)
    if unmet.size:
        line = found.starts[int(unmet[0])][2]
        taken = "the ends that the header tells were taken"
        if problems:  # points are missing: where, the lines know better than the header
            of_line = np.searchsorted(starts[:, 1], places, side="right") - 1
            x = starts[of_line, 0] * scale.x_factor + step * (places - starts[of_line, 1])
            taken = "the places that the lines tell were taken"
        problems.append(
            f"{unmet.size} of {len(starts)} lines begin elsewhere on the axis than the header says, "
            f"line {line} by {off[unmet[0]]:.3g}; {taken}."
        )
    return x, problems


def _pairs(lines: Sequence[str], first: int, width: int, scale: Scale, source: Source) -> Curve:
    """Return the points of a list, the first two numbers of each."""
    numbers: list[float] = []
    for count, line in enumerate(lines):
        end = 0
        for token in _NUMBER.finditer(line):
            if not _BETWEEN.fullmatch(line, end, token.start()):
                break
            numbers.append(float(token[0]))
            end = token.end()
        if not _BETWEEN.fullmatch(line, end):
            raise FormatError(
                given=f"'{line[end:].strip()[:40]}' in a list of points",
                expected="numbers, parted by commas, semicolons or blanks",
                why="a point is a place and a value",
                remedy="Export the spectrum again; the file may be damaged.",
                where=source.where(first + count),
            )
        bounded(len(numbers) // width, 1, source.where(first + count))
    where = source.where(first - 1)
    if len(numbers) % width or not numbers:
        raise FormatError(
            given=f"{len(numbers)} numbers",
            expected=f"{width} for each point",
            why="a list of points holds whole points" if numbers else "the table is empty",
            remedy="Export the spectrum again; the file may be truncated.",
            where=where,
        )
    points = np.array(numbers).reshape(-1, width)
    problems = []
    if scale.points is not None and scale.points != len(points):
        problems.append(f"The header tells {scale.points:.0f} points; {len(points)} stand in the file.")
    return Curve(points[:, 0] * scale.x_factor, points[:, 1] * scale.y_factor, 0, tuple(problems))


def _assigned(text: str, form: str, where: Where) -> Curve:
    """Return places and heights of assigned peaks, ``( 27.00, 1.0,, < 7>)``; without heights they are 1."""
    names = form.strip("()")
    high = names.find("Y")
    x, y = [], []
    for group in _GROUP.finditer(text):
        parts = re.sub(r"<[^<>]*>", "", group[1]).split(",")
        place = _NUMBER.fullmatch(parts[0].strip())
        height = _NUMBER.fullmatch(parts[high].strip()) if 0 < high < len(parts) else None
        if place is None or (height is None and high > 0):
            raise FormatError(
                given=f"'({group[1][:40]})' in a list of assignments",
                expected="a place" + (" and a height" if high > 0 else ""),
                why="a peak without them can not be placed",
                remedy="Correct the entry.",
                where=where,
            )
        x.append(float(place[0]))
        y.append(1.0 if height is None else float(height[0]))
    if not x:
        raise _empty(where)
    return Curve(np.array(x), np.array(y))


def _empty(where: Where) -> FormatError:
    return FormatError(
        given="a table without numbers",
        expected="one point at least",
        why="nothing can be read from it",
        remedy="Export the spectrum again; the file may be truncated.",
        where=where,
    )
