"""NTUPLES: several variables in pages, such as real and imaginary part, or scans over a retention time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aliquot.errors import FormatError
from aliquot.instruments.formats.jcamp.labels import Block, Record
from aliquot.instruments.formats.jcamp.tables import Curve, Scale, table_of
from aliquot.instruments.formats.numbers import number
from aliquot.instruments.formats.source import Source


@dataclass(frozen=True, slots=True)
class Page:
    """One table of a set of tuples.

    Attributes:
        name: What its variable is called, and which page it is.
        x_words: Name and unit of the axis.
        y_words: Name and unit of the values.
        curve: The numbers.
        page: What the page stands for, such as ``T= 272``.
        line: Line of the table.
    """

    name: str
    x_words: tuple[str, str]
    y_words: tuple[str, str]
    curve: Curve
    page: str
    line: int


def pages_of(block: Block, source: Source) -> Iterator[Page]:
    """Yield the tables of a block of tuples.

    Args:
        block: The block.
        source: The file.

    Raises:
        FormatError: If a table names a variable that is not declared, or can not be read.
    """
    page, points = "", None
    declared: dict[str, list[str]] = {}
    for record in block.records:
        if record.label == "PAGE":
            page, points = record.value, None
        elif record.label == "NPOINTS":
            points = number(record.value)
        elif record.label == "DATATABLE":
            yield _page(record, declared, page, points, source)
        else:
            declared[record.label] = [part.strip() for part in record.value.split(",")]


def _page(
    record: Record, declared: dict[str, list[str]], page: str, points: float | None, source: Source
) -> Page:
    """Return one table with the names, units and factors of its two variables."""
    form = re.sub(r"\s", "", record.lines[0])
    symbols = re.match(r"\(?([A-Za-z]\w*?)(?:\+\+\(([A-Za-z]\w*)\.\.|([A-Za-z]\w*)\.\.)", form)
    known = [symbol.upper() for symbol in declared.get("SYMBOL", [])]
    pair = [] if symbols is None else [symbols[1].upper(), (symbols[2] or symbols[3]).upper()]
    if not pair or any(symbol not in known for symbol in pair):
        raise FormatError(
            given=f"a table of {form[:40]}",
            expected="variables among " + (", ".join(known[:20]) or "those of SYMBOL="),
            why="a table of variables that are not declared has no axis",
            remedy="Export the spectrum again, or as XYDATA.",
            where=source.where(record.line),
        )
    x, y = (known.index(symbol) for symbol in pair)
    scale = Scale(
        x_factor=_number(declared, "FACTOR", x) or 1.0,
        y_factor=_number(declared, "FACTOR", y) or 1.0,
        first=_number(declared, "FIRST", x),
        last=_number(declared, "LAST", x),
        points=points if points is not None else _number(declared, "VARDIM", x),
    )
    curve = table_of(record, scale, source)
    words = [(_word(declared, "VARNAME", place), _word(declared, "UNITS", place)) for place in (x, y)]
    return Page(words[1][0], words[0], words[1], curve, page, record.line)


def _word(declared: dict[str, list[str]], label: str, place: int) -> str:
    words = declared.get(label, [])
    return words[place] if place < len(words) else ""


def _number(declared: dict[str, list[str]], label: str, place: int) -> float | None:
    return number(_word(declared, label, place))
