"""Tables in delimited text: where headings, axes, columns and data lie, and where the data end."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.headings import Meaning, meaning_of, time_of
from aliquot.instruments.formats.text import Row, Sheet

NO_TABLE = "a heading, then rows of wavelength and values"
"""What was expected of a text without a table."""

_ONLY_NUMBERS = re.compile(r"[0-9.eE+\-\n]*")

FEWEST = 8
"""Fewest rows that are taken for a spectrum; a table of results has fewer, or other headings."""


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that share an axis.

    Attributes:
        axis: Column of the axis.
        columns: Columns of values.
    """

    axis: int
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of data, their columns, and the headings above them.

    Attributes:
        sheet: The text.
        heading: Row of headings, empty where there is none.
        above: Row of names above it, likewise.
        blocks: Axes with their columns.
        rows: Rows of data.
    """

    sheet: Sheet
    heading: Row
    above: Row
    blocks: tuple[Block, ...]
    rows: tuple[Row, ...] = ()

    def label(self, column: int) -> str:
        """Return what a column is called: its heading, or the name above where that only says ``Abs``."""
        own = self.heading.cell(column)
        if own and meaning_of(own) is not Meaning.UNKNOWN and time_of(own) is None:
            return self.above.cell(column) or self.above.cell(column - 1) or own
        return own or Path(self.sheet.file).stem

    def where(self, row: Row, column: int | None = None) -> Where:
        """Return the place of a cell, or of a row."""
        return Where(self.sheet.file, row.line, None if column is None else self.label(column))

    def has_data(self, row: Row) -> bool:
        """Tell a row of data, faulty cells included, from text: a number on an axis, and cells behind it."""
        return any(
            self.sheet.number(row, block.axis) is not None and any(map(row.cell, block.columns))
            for block in self.blocks
        )


def table_of(sheet: Sheet, axes: Callable[[Sheet, Row, list[int]], list[int]]) -> Table:
    """Find the headings, the columns, the data and their end.

    Args:
        sheet: The rows of a delimited text.
        axes: Finds the axes among the used columns by the heading.

    Raises:
        FormatError: If there is no table, or the data are interrupted.

    Example:
        >>> rows = [Row(1, ("nm", "30 s")), *(Row(i, (f"{500 - i}", "0.1")) for i in range(2, 12))]
        >>> table_of(Sheet("a.csv", tuple(rows), False), lambda *_: [0]).blocks
        (Block(axis=0, columns=(1,)),)
    """
    first = next((place for place, row in enumerate(sheet.rows) if sheet.is_data(row)), None)
    if first is None:
        written = next((row for row in sheet.rows if not row.is_blank), sheet.rows[0])
        raise no_table(sheet, "no line begins with two numbers", written)
    heading, above = _headings(sheet, first)
    table = Table(sheet, heading, above, _blocks(sheet, heading, sheet.rows[first], axes))
    rows = tuple(_data(table, first))
    if len(rows) < FEWEST:
        raise no_table(sheet, f"{len(rows)} rows of numbers are no spectrum", rows[0])
    return replace(table, rows=rows)


def _headings(sheet: Sheet, first: int) -> tuple[Row, Row]:
    """Return the heading of a table and the row of names above it, empty ones where there are none."""
    nothing = Row(sheet.rows[first].line, ())
    upper = [row for row in sheet.rows[:first] if not row.is_blank]
    if not upper:
        return nothing, nothing
    above = upper[-2] if len(upper) > 1 and upper[-2].line == upper[-1].line - 1 else nothing
    return upper[-1], above


def _blocks(
    sheet: Sheet, heading: Row, first: Row, axes: Callable[[Sheet, Row, list[int]], list[int]]
) -> tuple[Block, ...]:
    """Return the axes and the columns of values that belong to each, leaving empty columns out."""
    width = max(len(heading.cells), len(first.cells))
    used = [column for column in range(width) if heading.cell(column) or first.cell(column)]
    found = axes(sheet, heading, used)
    ends = [*found[1:], width]
    return tuple(
        Block(axis, tuple(column for column in used if axis < column < end))
        for axis, end in zip(found, ends, strict=True)
    )


def _data(table: Table, first: int) -> Iterator[Row]:
    """Yield the rows of data; what interrupts them must be blank, or the end."""
    rows = table.sheet.rows
    last = first
    for place in range(first, len(rows)):
        row = rows[place]
        if table.has_data(row):
            yield row
            last = place
        elif not row.is_blank:
            # A log may follow the data; a faulty wavelength among them must not pass for its beginning.
            followed = any(map(table.has_data, rows[place + 1 :]))
            if followed or (place == last + 1 and _is_mostly_numbers(table, row)):
                raise _broken_axis(table, row)
            return


def _is_mostly_numbers(table: Table, row: Row) -> bool:
    """Tell whether at least half of the values in a row are numbers, as in data and unlike in a log."""
    columns = [column for block in table.blocks for column in block.columns]
    numbers = [column for column in columns if table.sheet.number(row, column) is not None]
    return bool(numbers) and len(numbers) >= len(columns) / 2


def rows_of(table: Table, block: Block) -> tuple[Row, ...]:
    """Return the rows in which a block holds anything; it ends where its cells are blank."""
    own = (block.axis, *block.columns)
    rows = tuple(row for row in table.rows if any(row.cell(column) for column in own))
    if not block.columns or len(rows) < FEWEST:
        why = "it has no column of values" if not block.columns else f"{len(rows)} rows are no spectrum"
        raise no_table(table.sheet, why, table.heading)
    return rows


def numbers_of(table: Table, rows: Sequence[Row], column: int) -> Float[np.ndarray, " n"]:
    """Return the numbers in a column of the data, all of which must be there.

    Args:
        table: The table.
        rows: The rows.
        column: The column.

    Raises:
        FormatError: If a cell is empty or no number.
    """
    cells = [row.cell(column) for row in rows]
    joined = "\n".join(cells)
    if table.sheet.decimal_comma:
        joined = joined.replace(",", ".")
    if all(cells) and _ONLY_NUMBERS.fullmatch(joined):
        try:
            numbers = np.array(joined.split("\n"), dtype=float)
        except ValueError:  # such as 1.2.3
            numbers = np.array([np.nan])
        if np.isfinite(numbers).all():
            return numbers
    return np.array([value_of(table, row, column) for row in rows])


def value_of(table: Table, row: Row, column: int) -> float:
    """Return the number in a cell of the data."""
    value = table.sheet.number(row, column)
    if value is None:
        cell = row.cell(column)
        raise FormatError(
            given=f"'{cell[:40]}'" if cell else "an empty cell",
            expected="a number",
            why="a spectrum has a value at each of its wavelengths",
            remedy="Correct the cell, or remove this column or row as a whole.",
            where=table.where(row, column),
        )
    return value


def _broken_axis(table: Table, row: Row) -> FormatError:
    cell = row.cell(0)
    return FormatError(
        given=f"'{cell[:40]}'" if cell else "an empty cell",
        expected="a number on the axis",
        why="values stand beside it or in rows below, so that the data do not end here",
        remedy="Correct the cell, or remove the row.",
        where=table.where(row, 0),
    )


def no_table(sheet: Sheet, why: str, row: Row) -> FormatError:
    """Return the error for a text that holds no table."""
    quoted = " ".join(cell for cell in row.cells if cell)[:60]
    return FormatError(
        given=f"a text with the line '{quoted}'",
        expected=NO_TABLE,
        why=why,
        remedy="Export the spectra as CSV with the wavelength in the first column.",
        where=Where(sheet.file, row.line),
    )
