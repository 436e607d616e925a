"""Our tidy CSV: one row for each point, with everything that is known of its trace beside it."""

import csv
import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import Contents, Trace, bounded
from aliquot.instruments.formats.header import UNITS, trace_of
from aliquot.instruments.formats.numbers import number
from aliquot.instruments.formats.source import Source

COLUMNS = (
    "trace",
    "label",
    *UNITS,
    "medium",
    "axis",
    "axis_unit",
    "axis_written",
    "axis_value",
    "quantity",
    "unit",
    "written",
    "value",
)
"""Headings, in order."""


def cell_of(text: str) -> str:
    r"""Return a text as it stands in a cell: as JSON where it holds what no text file should.

    Example:
        >>> cell_of("90 s "), cell_of("a" + chr(8)), text_of(cell_of("a" + chr(8))) == "a" + chr(8)
        ('90 s ', '"a\\b"', True)
    """
    return json.dumps(text) if text.startswith('"') or not text.isprintable() else text


def text_of(cell: str) -> str:
    """Return the text that :func:`cell_of` has put into a cell."""
    try:
        found = json.loads(cell) if cell.startswith('"') else cell
    except ValueError:
        return cell
    return found if isinstance(found, str) else cell


def is_tidy(head: bytes) -> bool:
    """Tell such a file by its headings."""
    return head.removeprefix(b"\xef\xbb\xbf").startswith(",".join(COLUMNS[:4]).encode())


def read_tidy(source: Source) -> Contents:
    """Read a file that our writer, or a hand after it, has made.

    Args:
        source: The file.

    Raises:
        FormatError: If a heading is missing, a cell is no number, or rows of a trace disagree.
    """
    text = source.text()
    bounded(text.count("\n"), 1, source.where())
    traces = [_trace(group, source) for _, group in groupby(_rows(text, source), key=lambda row: row[1][0])]
    if not traces:
        raise _faulty(source, 2, "no row", "a row for each point")
    return Contents("tidy CSV", source.file, tuple(traces))


def _rows(text: str, source: Source) -> Iterator[tuple[int, list[str]]]:
    """Yield the line and the cells of each row, in the order of our columns."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        headings = next(reader)
        missing = [name for name in COLUMNS if name not in headings]
        if missing:
            raise _faulty(source, 1, f"headings without '{missing[0]}'", "the headings that Aliquot writes")
        order = [headings.index(name) for name in COLUMNS]
        for cells in reader:
            if len(cells) == len(headings):
                yield reader.line_num, [cells[place] for place in order]
            elif any(cells):
                raise _faulty(source, reader.line_num, f"{len(cells)} cells", f"{len(headings)}")
    except csv.Error as fault:
        raise _faulty(
            source, reader.line_num, f"a line that can not be parted ({fault})", "quoted cells"
        ) from None


def _trace(rows: Iterator[tuple[int, list[str]]], source: Source) -> Trace:
    """Return the trace of rows that agree in all but their numbers."""
    at_x, at_y = COLUMNS.index("axis_value"), COLUMNS.index("value")
    first: list[str] = []
    start = 0
    points: list[tuple[float, float]] = []
    for line, cells in rows:
        points.append(
            (_number(cells[at_x], "axis_value", line, source), _number(cells[at_y], "value", line, source))
        )
        cells[at_x] = cells[at_y] = ""
        if not first:
            first, start = cells, line
        elif cells != first:
            place = next(i for i, cell in enumerate(cells) if cell != first[i])
            given = f"'{cells[place][:40]}' as {COLUMNS[place]}"
            raise _faulty(source, line, given, f"'{first[place][:40]}', as above")
    header: dict[str, Any] = {name: text_of(cell) for name, cell in zip(COLUMNS, first, strict=True)}
    for name in UNITS:
        header[name] = _number(header[name], name, start, source) if header[name] else None
    x, y = np.array(points).T
    return trace_of(header, x, y, source.where(start, header["label"]))


def _number(cell: str, name: str, line: int, source: Source) -> float:
    value = number(cell)
    if value is None:
        raise _faulty(source, line, f"'{cell[:40]}' as {name}", "a number")
    return value


def _faulty(source: Source, line: int, given: str, expected: str) -> FormatError:
    return FormatError(
        given=given,
        expected=expected,
        why="each row is one point of one trace",
        remedy="Correct the row, or convert the original again.",
        where=source.where(line),
    )
