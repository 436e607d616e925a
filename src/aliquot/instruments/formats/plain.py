"""Delimited text of every shape: what stands in its columns, told with what is odd about it.

:func:`aliquot.instruments.formats.delimited.columns` reads the same text and refuses what leaves a doubt.
"""

import re

import numpy as np
from jaxtyping import Float

from aliquot.instruments.formats.cary import Log, log_of
from aliquot.instruments.formats.contents import (
    Axis,
    AxisKind,
    Conditions,
    Contents,
    Quantity,
    QuantityKind,
    Trace,
    bounded,
)
from aliquot.instruments.formats.delimited import UNNAMED_TO_NM
from aliquot.instruments.formats.headings import time_of
from aliquot.instruments.formats.pairs import bare_pairs
from aliquot.instruments.formats.source import Source
from aliquot.instruments.formats.table import FEWEST, Block, Table, numbers_of, rows_of, table_of
from aliquot.instruments.formats.text import Row, Sheet, sheet_of
from aliquot.instruments.formats.words import axis_of, kind_told, quantity_of

# Bruker's table of data points: two bare columns, five decimals in both.
_FIVE = re.compile(r"-?\d+\.\d{5}[\t, ]-?\d+\.\d{5}", re.ASCII)


def read_plain(source: Source) -> Contents:
    """Read delimited text: axes and columns as they stand, the log of a Cary below them.

    Args:
        source: The file.

    Returns:
        A trace for each column of values; empty cells are left out and counted.

    Raises:
        FormatError: If there is no table of numbers, or a cell is no number.
    """
    text = source.text()
    bare = bare_pairs(text)
    if bare is not None and len(bare) >= FEWEST:
        return _bare(source, text, bare)
    sheet = sheet_of(text, source.file)
    table = table_of(sheet, _axes)
    bounded(sum(len(block.columns) for block in table.blocks) * len(table.rows), 1, source.where())
    after = _after(table)
    logs = log_of([" ".join(row.cells) for row in after])
    named = kind_told(source.stem.replace("_", " "))
    traces = tuple(trace for block in table.blocks for trace in _traces(table, block, logs, named))
    problems = [*_odd(table, traces, [] if logs else after), *_encoding(source)]
    return Contents(
        "Cary, delimited text" if logs else "delimited text",
        source.file,
        traces,
        _above(table),
        tuple(problems),
    )


def _bare(source: Source, text: str, numbers: Float[np.ndarray, "n 2"]) -> Contents:
    """Return two columns without a heading."""
    bounded(len(numbers), 1, source.where())
    first = text[: len(text) - len(text.lstrip())].count("\n") + 1
    named = kind_told(source.stem.replace("_", " "))
    axis = _unnamed(numbers[:, 0])
    quantity = Quantity(named or QuantityKind.UNKNOWN, "1" if named is QuantityKind.ABSORBANCE else "")
    conditions = Conditions(time_s=time_of(source.stem))
    where = source.where(first)
    trace = Trace(source.stem, axis, numbers[:, 0], quantity, numbers[:, 1], conditions, where=where)
    problems = ["No heading: neither axis nor quantity is named."]
    if axis.kind is AxisKind.WAVENUMBER:
        problems.append("The axis falls from beyond 3300 as wavenumbers do; the file does not say so.")
    if named is not None:
        problems.append(f"Only the name of the file says that this is {named}.")
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    name = "Bruker .dpt" if all(_FIVE.fullmatch(line.strip()) for line in lines) else "delimited text"
    return Contents(name, source.file, (trace,), {}, (*problems, *_encoding(source)))


def _unnamed(places: Float[np.ndarray, " n"]) -> Axis:
    """Return what a bare axis must be: only wavenumbers fall from far beyond 3300."""
    falls = places.size > 1 and places[0] > places[-1]
    if falls and places[0] > UNNAMED_TO_NM and places.min() > 0.0:
        return Axis(AxisKind.WAVENUMBER, "cm-1", "")
    return Axis(AxisKind.UNKNOWN)


def _axes(_: Sheet, heading: Row, used: list[int]) -> list[int]:
    """Return the columns whose headings name an axis; the first is one, whatever it is called."""
    first = axis_of(heading.cell(0))
    if first is None:
        return [0]
    # A later column is another axis only if it is called like the first: 'emission / nm' may be a result.
    return [column for column in used if axis_of(heading.cell(column)) == first]


def _traces(table: Table, block: Block, logs: tuple[Log, ...], named: QuantityKind | None) -> list[Trace]:
    """Return the traces of columns that share an axis."""
    rows = rows_of(table, block)
    places = numbers_of(table, rows, block.axis)
    axis = _axis(table, block, places)
    found = []
    for column in block.columns:
        there = np.array([bool(row.cell(column)) for row in rows])
        if not there.any():
            continue
        filled = [row for row, is_there in zip(rows, there, strict=True) if is_there]
        first, last = np.flatnonzero(there)[[0, -1]]
        label = table.label(column)
        log = next((log for log in logs if log.label == label), None)
        found.append(
            Trace(
                label,
                axis,
                places[there],
                _quantity(table, column, log, named if axis.kind is AxisKind.WAVELENGTH else None),
                numbers_of(table, filled, column),
                conditions=Conditions(time_s=time_of(label)),
                metadata={} if log is None else log.told,
                gaps=int((~there[first : last + 1]).sum()),
                where=table.where(table.heading, column),
            )
        )
    return found


def _axis(table: Table, block: Block, places: np.ndarray) -> Axis:
    """Return what the heading says, or what a bare axis must be: only wavenumbers go far beyond 3300."""
    heading = table.heading.cell(block.axis)
    known = axis_of(heading)
    if known is not None:
        return known
    return Axis(AxisKind.UNKNOWN, "", heading) if heading else _unnamed(places)


def _quantity(table: Table, column: int, log: Log | None, named: QuantityKind | None) -> Quantity:
    """Return what the values are: by the heading, the row above, the log, and last the name of the file."""
    for words in (
        table.heading.cell(column),
        table.above.cell(column),
        log.told.get("Y Mode", "") if log else "",
    ):
        found = quantity_of(words)
        if found.kind is not QuantityKind.UNKNOWN:
            return found
    if named is None:
        return Quantity(QuantityKind.UNKNOWN, "", table.heading.cell(column))
    return Quantity(named, "1" if named is QuantityKind.ABSORBANCE else "", "")


def _above(table: Table) -> dict[str, str]:
    """Return what stands above the headings, line by line or as names with values."""
    told = {}
    for row in table.sheet.rows:
        if row.line >= table.heading.line or row is table.above:
            break
        if not row.is_blank:
            name, _, value = " ".join(filter(None, row.cells)).partition(":")
            told[name.strip() if value else f"line {row.line}"] = value.strip() or name.strip()
    return told


def _after(table: Table) -> list[Row]:
    """Return the rows below the data that hold anything."""
    last = table.rows[-1].line
    return [row for row in table.sheet.rows[last:] if not row.is_blank]


def _odd(table: Table, traces: tuple[Trace, ...], after: list[Row]) -> list[str]:
    """Return what is odd about the text itself."""
    first, last = table.rows[0].line, table.rows[-1].line
    rows = table.sheet.rows
    filled = max((row.line for row in rows if not row.is_blank), default=last)
    end = next((row.line for row in reversed(rows) if row.cells not in {(), ("",)}), last)
    told = []
    within = sum(row.is_blank for row in rows[first - 1 : last])
    if within:
        told.append(f"{within} empty rows among the data, between the lines {first} and {last}.")
    if end > filled + 1:
        told.append(f"{end - filled} empty rows of delimiters at the end, from line {filled + 1}.")
    if not table.heading.cells:
        told.append("No heading: neither axis nor quantity is named.")
    elif any(
        trace.quantity.kind is not QuantityKind.UNKNOWN and not trace.quantity.written for trace in traces
    ):
        told.append(f"Only the name of the file says that this is {traces[0].quantity.kind}.")
    if traces and traces[0].axis.kind is AxisKind.WAVENUMBER and not traces[0].axis.written:
        told.append("The axis falls from beyond 3300 as wavenumbers do; the file does not say so.")
    if after:
        told.append(f"{len(after)} lines of text below the data, from line {after[0].line}.")
    return told


def _encoding(source: Source) -> list[str]:
    if source.content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return []
    try:
        source.content.decode("utf-8")
    except UnicodeDecodeError as fault:
        return [f"The text is not UTF-8 (byte {fault.start}); it was read as Latin-1."]
    return []
