"""Spectra from delimited text: a column of wavelengths and a column of absorbance for each aliquot.

What the exports of real instruments do is expected: axes that fall, times in the headings, several pairs of
wavelength and value side by side, hundreds of empty rows, a log of the method below the data. What can not be
read with certainty is refused with file, line, heading and remedy; nothing is guessed, dropped or filled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.headings import (
    Meaning,
    is_unnamed,
    is_wavelength,
    meaning_of,
    time_of,
)
from aliquot.instruments.formats.quantity import absorbance
from aliquot.instruments.formats.text import Row, Sheet, read_sheet
from aliquot.instruments.signal import Signal, SignalKind

FEWEST = 8
"""Fewest wavelengths that are taken for a spectrum; a table of results has fewer, or other headings."""

UNNAMED_TO_NM = 3300.0
"""Longest wavelength of spectrometers for the visible [nm]; a longer axis must say what it is."""

RANGE_NM = (100.0, 20000.0)
"""Wavelengths that an absorption spectrometer can have [nm]."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Columns that share an axis of wavelengths."""

    axis: int
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows of data, their columns, and the headings above them."""

    sheet: Sheet
    heading: Row
    above: Row
    blocks: tuple[_Block, ...]
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


def read_spectra(
    path: str | Path,
    *,
    path_mm: float | None = None,
    dilution: float | None = None,
    medium: str | None = None,
    transmission: Literal["refuse", "convert"] = "refuse",
) -> tuple[Signal, ...]:
    """Read all absorption spectra of a delimited text file.

    Args:
        path: File of comma, semicolon or tab separated text; a decimal comma is understood where the comma
            does not part the cells. UTF-8, marked UTF-16 or Latin-1; any line ends.

    Rarely needed:
        path_mm: Optical path [mm], which no file of this kind tells.
        dilution: Volume of the diluted liquid over that of the aliquot [1].
        medium: Key of the solvent that surrounds the dots.
        transmission: What to do with transmission: refuse it, or convert it by A = -log10 T.

    Returns:
        A signal for each column of values, in the order of the file, the wavelengths [nm] rising. The time
        [s] is that in the heading, None where it tells none.

    Raises:
        FormatError: If this is no such text, or a cell, axis or unit leaves any doubt.

    Example:
        >>> from pathlib import Path; from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "run.csv"
        ...     rows = ["Wavelength (nm),30 s,5 min", *(f"{nm},0.1,0.2" for nm in range(500, 480, -2))]
        ...     _ = file.write_text(chr(10).join(rows))
        ...     [(signal.time_s, float(signal.wavelengths[0])) for signal in read_spectra(file)]
        [(30.0, 482.0), (300.0, 482.0)]
    """
    table = _table(read_sheet(Path(path)))
    signals = []
    for block in table.blocks:
        rows = _rows_of(table, block)
        order, wavelengths = _axis(table, block, rows)
        for column in block.columns:
            values = np.array([_value(table, row, column) for row in rows])
            where = table.where(table.heading, column)
            signals.append(
                Signal(
                    SignalKind.ABSORBANCE,
                    wavelengths,
                    absorbance(values, table.heading.cell(column), transmission, where)[order],
                    label=table.label(column),
                    time_s=time_of(table.label(column)),
                    path_mm=path_mm,
                    dilution=dilution,
                    medium=medium,
                    where=where,
                )
            )
    return tuple(signals)


def _table(sheet: Sheet) -> _Table:
    """Find the headings, the columns, the data and their end."""
    first = next((place for place, row in enumerate(sheet.rows) if sheet.is_data(row)), None)
    if first is None:
        written = next((row for row in sheet.rows if not row.is_blank), sheet.rows[0])
        raise _no_table(sheet, "no line begins with two numbers", written)
    heading, above = _headings(sheet, first)
    table = _Table(sheet, heading, above, _blocks(sheet, heading, sheet.rows[first]))
    rows = tuple(_data(table, first))
    if len(rows) < FEWEST:
        raise _no_table(sheet, f"{len(rows)} rows of numbers are no spectrum", rows[0])
    _check_unnamed(table, rows)
    return replace(table, rows=rows)


def _headings(sheet: Sheet, first: int) -> tuple[Row, Row]:
    """Return the heading of a table and the row of names above it, empty ones where there are none."""
    nothing = Row(sheet.rows[first].line, ())
    upper = [row for row in sheet.rows[:first] if not row.is_blank]
    if not upper:
        return nothing, nothing
    above = upper[-2] if len(upper) > 1 and upper[-2].line == upper[-1].line - 1 else nothing
    return upper[-1], above


def _blocks(sheet: Sheet, heading: Row, first: Row) -> tuple[_Block, ...]:
    """Return the axes and the columns of values that belong to each, leaving empty columns out."""
    width = max(len(heading.cells), len(first.cells))
    used = [column for column in range(width) if heading.cell(column) or first.cell(column)]
    axes = [column for column in used if is_wavelength(heading.cell(column))]
    if not axes and is_unnamed(heading.cell(0)):
        axes = [0]
    if not axes or axes[0] != 0:
        raise FormatError(
            given=f"a first column called '{heading.cell(0)[:60]}'",
            expected="the wavelength in nm, as in 'Wavelength (nm)'",
            why="without a name nobody can tell wavelengths from times, energies or masses",
            remedy="Name the first column 'Wavelength (nm)', converted to nm if it holds anything else.",
            where=Where(sheet.file, heading.line),
        )
    ends = [*axes[1:], width]
    return tuple(
        _Block(axis, tuple(column for column in used if axis < column < end))
        for axis, end in zip(axes, ends, strict=True)
    )


def _data(table: _Table, first: int) -> Iterator[Row]:
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


def _is_mostly_numbers(table: _Table, row: Row) -> bool:
    """Tell whether at least half of the values in a row are numbers, as in data and unlike in a log."""
    columns = [column for block in table.blocks for column in block.columns]
    numbers = [column for column in columns if table.sheet.number(row, column) is not None]
    return bool(numbers) and len(numbers) >= len(columns) / 2


def _check_unnamed(table: _Table, rows: tuple[Row, ...]) -> None:
    """Refuse an axis without a name that goes where wavenumbers go and no spectrometer of this kind."""
    axis = [table.sheet.number(row, 0) or 0.0 for row in rows]
    if is_unnamed(table.heading.cell(0)) and max(axis) > UNNAMED_TO_NM:
        raise FormatError(
            given=f"a first column without a name that reaches {max(axis):g}",
            expected=f"at most {UNNAMED_TO_NM:g} nm, or the heading 'Wavelength (nm)'",
            why="these may be wavenumbers",
            remedy="Name the first column 'Wavelength (nm)', converted to nm if it holds anything else.",
            where=table.where(rows[0]),
        )


def _rows_of(table: _Table, block: _Block) -> tuple[Row, ...]:
    """Return the rows in which a block holds anything; it ends where its cells are blank."""
    own = (block.axis, *block.columns)
    rows = tuple(row for row in table.rows if any(row.cell(column) for column in own))
    if not block.columns or len(rows) < FEWEST:
        why = "it has no column of values" if not block.columns else f"{len(rows)} rows are no spectrum"
        raise _no_table(table.sheet, why, table.heading)
    return rows


def _axis(table: _Table, block: _Block, rows: tuple[Row, ...]) -> tuple[slice, Float[np.ndarray, " n"]]:
    """Return how to turn the rows so that wavelengths rise, and those wavelengths [nm]."""
    wavelengths = np.array([_value(table, row, block.axis) for row in rows])
    order = slice(None, None, -1) if wavelengths[-1] < wavelengths[0] else slice(None)
    steps = np.diff(wavelengths) * (1.0 if order.step is None else -1.0)
    outside = (wavelengths < RANGE_NM[0]) | (wavelengths > RANGE_NM[1])
    if outside.any():
        place = int(np.argmax(outside))
        raise FormatError(
            given=f"a wavelength of {wavelengths[place]:g}",
            expected=f"wavelengths from {RANGE_NM[0]:g} to {RANGE_NM[1]:g} nm",
            why="no absorption spectrometer goes there",
            remedy="Check the unit of the first column; wavelengths are needed in nm.",
            where=table.where(rows[place], block.axis),
        )
    if np.any(steps <= 0.0):
        place = int(np.argmax(steps <= 0.0)) + 1
        repeated = wavelengths[place] in wavelengths[:place]
        raise FormatError(
            given=f"{wavelengths[place]:g} nm after {wavelengths[place - 1]:g} nm",
            expected="wavelengths that only rise, or only fall",
            why="a wavelength that stands twice has two values" if repeated else "the axis turns back",
            remedy="Keep one of the rows, or one scan in each column.",
            where=table.where(rows[place], block.axis),
        )
    return order, wavelengths[order]


def _value(table: _Table, row: Row, column: int) -> float:
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


def _broken_axis(table: _Table, row: Row) -> FormatError:
    cell = row.cell(0)
    return FormatError(
        given=f"'{cell[:40]}'" if cell else "an empty cell",
        expected="a wavelength in nm",
        why="values stand beside it or in rows below, so that the data do not end here",
        remedy="Correct the cell, or remove the row.",
        where=table.where(row, 0),
    )


def _no_table(sheet: Sheet, why: str, row: Row) -> FormatError:
    quoted = " ".join(cell for cell in row.cells if cell)[:60]
    return FormatError(
        given=f"a text with the line '{quoted}'",
        expected="a heading, then rows of wavelength and absorbance",
        why=why,
        remedy="Export the spectra as CSV with the wavelength in the first column.",
        where=Where(sheet.file, row.line),
    )
