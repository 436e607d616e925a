"""JCAMP-DX files: every block with data becomes traces, whatever form its numbers have."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.claims import contradictions
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
from aliquot.instruments.formats.header import trace_of
from aliquot.instruments.formats.headings import time_of
from aliquot.instruments.formats.jcamp.labels import Block, Record, blocks_of, is_table
from aliquot.instruments.formats.jcamp.own import EXACT, header_of_block
from aliquot.instruments.formats.jcamp.tables import Curve, Scale, table_of
from aliquot.instruments.formats.jcamp.tuples import pages_of
from aliquot.instruments.formats.numbers import number
from aliquot.instruments.formats.source import Source
from aliquot.instruments.formats.words import axis_of, kind_told, quantity_of


def read_jcamp(source: Source) -> Contents:
    """Read all spectra of a JCAMP-DX file, those of linked blocks too.

    Args:
        source: The file.

    Returns:
        A trace for each table; what contradicts the headers is told among the problems.

    Raises:
        FormatError: If it holds no spectrum, or a table can not be decoded.
    """
    blocks = blocks_of(source)
    traces: list[Trace] = []
    problems: list[str] = []
    points = 0
    for block in blocks:
        for trace, odd in _traces(block, source):
            traces.append(trace)
            points += trace.x.size
            bounded(points, len(traces), source.where())
            name = f"'{trace.label[:40]}': " if len(blocks) > 1 else ""
            problems += [name + sentence for sentence in odd]
    if not traces:
        raise _no_spectrum(blocks, source)
    silent = [block for block in blocks if not any(map(is_table, block.records))]
    if len(silent) > 1 or (silent and silent[0] is not blocks[0]):
        problems.append(f"{len(silent)} of {len(blocks)} blocks hold no spectrum.")
    if not all(block.closed for block in blocks):
        problems.append("A block has no END: the file may be truncated.")
    ours = any(block.value(EXACT) for block in blocks)
    told = {} if ours else blocks[0].told
    return Contents("JCAMP-DX", source.file, tuple(traces), told, tuple(problems[:40]))


@dataclass(frozen=True, slots=True)
class _Block:
    """What is the same for all traces of a block."""

    title: str
    told: dict[str, str]
    named: QuantityKind | None
    exact: dict[str, Any] | None


def _traces(block: Block, source: Source) -> Iterator[tuple[Trace, tuple[str, ...]]]:
    """Yield the traces of one block with what is odd about each."""
    title = block.value("TITLE").partition("\n")[0].strip() or source.stem
    same = _Block(title, block.told, kind_told(block.value("DATATYPE")), header_of_block(block, source))
    for page in pages_of(block, source):
        label = ", ".join(part for part in (title, page.name, page.page) if part)
        axis = (
            axis_of(page.x_words[1])
            or axis_of(page.x_words[0])
            or Axis(AxisKind.UNKNOWN, "", page.x_words[1])
        )
        quantity = quantity_of(page.y_words[1] or page.y_words[0])
        yield (
            _trace(same, label, axis, quantity, page.curve, source.where(page.line, label[:60])),
            page.curve.problems,
        )
    for record in block.records:
        if is_table(record) and record.label != "DATATABLE":
            curve = table_of(record, _scale(block), source)
            odd = (*curve.problems, *_claims(block, record, curve))
            where = source.where(record.line, title[:60])
            yield _trace(same, title, _axis(block), quantity_of(block.value("YUNITS")), curve, where), odd


def _scale(block: Block) -> Scale:
    return Scale(
        x_factor=_number(block, "XFACTOR") or 1.0,
        y_factor=_number(block, "YFACTOR") or 1.0,
        first=_number(block, "FIRSTX"),
        last=_number(block, "LASTX"),
        step=_number(block, "DELTAX"),
        points=_number(block, "NPOINTS"),
    )


def _number(block: Block, label: str) -> float | None:
    return number(block.value(label).partition("\n")[0].replace(" ", ""))


def _claims(block: Block, record: Record, curve: Curve) -> tuple[str, ...]:
    """Return what the header claims of the values and the data do not hold."""
    names = ["FIRSTY", "MAXY", "MINY"]
    if "++" not in record.lines[0]:
        names += ["FIRSTX", "LASTX"]
    return contradictions({name: block.value(name).replace(" ", "") for name in names}, curve.x, curve.y)


def _axis(block: Block) -> Axis:
    """Return the axis by XUNITS, by the kind of data where these are silent."""
    units, kind = block.value("XUNITS"), block.value("DATATYPE").upper()
    found = axis_of(units)
    if found is None and "MASS" in kind:
        return Axis(AxisKind.MASS, "", units)
    if found is None:
        return Axis(AxisKind.UNKNOWN, "", units)
    return (
        replace(found, kind=AxisKind.RAMAN)
        if found.kind is AxisKind.WAVENUMBER and "RAMAN" in kind
        else found
    )


def _trace(same: _Block, label: str, axis: Axis, quantity: Quantity, curve: Curve, where: Where) -> Trace:
    """Return a trace; our own header tells exactly what the common labels can not."""
    if same.exact is not None:
        return trace_of(same.exact, curve.x, curve.y, where)
    if quantity.kind is QuantityKind.TRANSMISSION and not quantity.unit:
        quantity = replace(quantity, unit="%" if float(np.max(curve.y)) > 1.5 else "1")
    if same.named is not None and quantity.kind in {QuantityKind.INTENSITY, QuantityKind.UNKNOWN}:
        quantity = replace(quantity, kind=same.named)
    told = Conditions(time_s=time_of(label))
    return Trace(label, axis, curve.x, quantity, curve.y, told, same.told, curve.gaps, where)


def _no_spectrum(blocks: list[Block], source: Source) -> FormatError:
    kinds = ", ".join(dict.fromkeys(block.value("DATA TYPE")[:40] or "?" for block in blocks[:5]))
    return FormatError(
        given=f"{len(blocks)} blocks without a table of data (DATA TYPE: {kinds})",
        expected="XYDATA, XYPOINTS, PEAK TABLE or NTUPLES",
        why="structures and indices are no spectra",
        remedy="Export the spectrum as JCAMP-DX again.",
        where=source.where(1),
    )
