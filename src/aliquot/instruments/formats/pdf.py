"""Pair distribution functions, as diffpy and PDFgetX write them: names with values, ``#L`` with headings."""

import re

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import Axis, AxisKind, Contents, Quantity, QuantityKind, Trace
from aliquot.instruments.formats.named import named_of
from aliquot.instruments.formats.numbers import number
from aliquot.instruments.formats.pairs import pairs_of
from aliquot.instruments.formats.source import Source

_LABELS = re.compile(r"^#L[ \t]+(?P<axis>r\S*)\s+(?P<quantity>G\S*)(?P<more>.*)$", re.MULTILINE)


def is_pdf(head: bytes) -> bool:
    """Tell such a file by its line of labels, r and G."""
    return re.search(rb"^#L[ \t]+r\S*\s+G", head, re.MULTILINE) is not None


def read_pdf(source: Source) -> Contents:
    """Read a pair distribution function.

    Args:
        source: The file.

    Raises:
        FormatError: If numbers do not follow the labels.
    """
    text = source.text().replace("\r\n", "\n")
    labels = _LABELS.search(text)
    if labels is None:
        raise FormatError(
            given="a file without the line '#L r G'",
            expected="that line, then the function",
            why="nothing else says what the columns are",
            remedy="Write the function again.",
            where=source.where(1),
        )
    first = text.count("\n", 0, labels.end()) + 1
    lines = text[labels.end() :].split("\n")
    if any(len(line.split()) > 2 for line in lines[1:4]):
        # PDFgetX2 adds columns of uncertainty.
        lines = [" ".join(line.split()[:2]) for line in lines]
    x, y = pairs_of(lines, source.where(first))
    unit = "nm" if "nm" in labels["axis"] else "Å"
    axis = Axis(AxisKind.DISTANCE, unit, labels["axis"])
    quantity = Quantity(QuantityKind.CORRELATION, f"{unit}-2", labels["quantity"])
    told = {name: value for name, value in named_of(text[: labels.start()].splitlines()).items() if value}
    trace = Trace(source.stem, axis, x, quantity, y, where=source.where(first))
    most = number(told.get("rmax", ""))
    odd = (
        ()
        if most is None or abs(most - x[-1]) < 0.1
        else (f"The header ends at {most:g}, the data at {x[-1]:g}.",)
    )
    return Contents("pair distribution function", source.file, (trace,), told, odd)
