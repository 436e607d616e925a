"""Spectra from delimited text: a column of wavelengths and a column of values for each aliquot.

What the exports of real instruments do is expected: axes that fall, times in the headings, several pairs of
wavelength and value side by side, hundreds of empty rows, a log of the method below the data. What can not be
read with certainty is refused with file, line, heading and remedy; nothing is guessed, dropped or filled.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.headings import is_unnamed, is_wavelength
from aliquot.instruments.formats.table import Block, Table, numbers_of, rows_of, table_of
from aliquot.instruments.formats.text import Row, Sheet

UNNAMED_TO_NM = 3300.0
"""Longest wavelength of spectrometers for the visible [nm]; a longer axis must say what it is."""

RANGE_NM = (100.0, 20000.0)
"""Wavelengths that an absorption spectrometer can have [nm]."""


@dataclass(frozen=True, slots=True)
class Column:
    """One spectrum as it stands in a table, turned so that its wavelengths rise.

    Attributes:
        wavelengths: Wavelengths [nm], rising, shape (n,).
        values: Values as they are written, shape (n,).
        heading: Heading of the column of values, empty where there is none.
        label: What the spectrum is called.
        where: File, line of the heading, and label.
    """

    wavelengths: Float[np.ndarray, " n"]
    values: Float[np.ndarray, " n"]
    heading: str
    label: str
    where: Where


def columns(sheet: Sheet) -> tuple[Column, ...]:
    """Return all spectra of a table against wavelength; every cell has to be there.

    Args:
        sheet: The rows of a delimited text.

    Returns:
        A column for each column of values, in the order of the file.

    Raises:
        FormatError: If this is no such table, or a cell, axis or unit leaves any doubt.

    Example:
        >>> rows = [Row(1, ("nm", "30 s")), *(Row(i, (f"{500 - i}", "0.1")) for i in range(2, 12))]
        >>> (column,) = columns(Sheet("a.csv", tuple(rows), False))
        >>> column.label, float(column.wavelengths[0])
        ('30 s', 489.0)
    """
    table = table_of(sheet, _wavelengths)
    _check_unnamed(table, table.rows)
    found = []
    for block in table.blocks:
        rows = rows_of(table, block)
        order, wavelengths = _axis(table, block, rows)
        for column in block.columns:
            values = numbers_of(table, rows, column)[order]
            heading, where = table.heading.cell(column), table.where(table.heading, column)
            found.append(Column(wavelengths, values, heading, table.label(column), where))
    return tuple(found)


def _wavelengths(sheet: Sheet, heading: Row, used: list[int]) -> list[int]:
    """Return the columns that are wavelengths, or refuse a first column that is anything else."""
    axes = [column for column in used if is_wavelength(heading.cell(column))]
    if not axes and is_unnamed(heading.cell(0)):
        axes = [0]
    if axes and axes[0] == 0:
        return axes
    raise FormatError(
        given=f"a first column called '{heading.cell(0)[:60]}'",
        expected="the wavelength in nm, as in 'Wavelength (nm)'",
        why="without a name nobody can tell wavelengths from times, energies or masses",
        remedy="Name the first column 'Wavelength (nm)', converted to nm if it holds anything else.",
        where=Where(sheet.file, heading.line),
    )


def _check_unnamed(table: Table, rows: tuple[Row, ...]) -> None:
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


def _axis(table: Table, block: Block, rows: tuple[Row, ...]) -> tuple[slice, Float[np.ndarray, " n"]]:
    """Return how to turn the rows so that wavelengths rise, and those wavelengths [nm]."""
    wavelengths = numbers_of(table, rows, block.axis)
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
