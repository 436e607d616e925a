"""Our own labels in JCAMP-DX: what the common ones can not tell exactly."""

from typing import Any

from aliquot.instruments.formats.header import UNITS, unpacked
from aliquot.instruments.formats.jcamp.labels import Block
from aliquot.instruments.formats.numbers import number
from aliquot.instruments.formats.source import Source

EXACT = "$ALIQUOT HEADER"
"""Label of the exact header, a line of JSON broken where lines become long."""


def label_of_condition(name: str) -> str:
    """Return the label of a condition that people read.

    Example:
        >>> label_of_condition("time_s")
        '$ALIQUOT TIME S'
    """
    return f"$ALIQUOT {name.upper().replace('_', ' ')}"


def header_of_block(block: Block, source: Source) -> dict[str, Any] | None:
    """Return the header that our writer left in a block, None where it wrote none.

    Numbers under the labels that people read count before the packed ones, as they can be corrected by hand.

    Raises:
        FormatError: If it was changed into what is no header.
    """
    exact = next((record for record in block.records if record.written.strip() == EXACT), None)
    if exact is None:
        return None
    header = unpacked(
        "".join(line.strip("\r") for line in exact.lines).strip(), source.where(exact.line, EXACT)
    )
    for name in UNITS:
        value = number(block.value(label_of_condition(name)))
        if value is not None:
            header[name] = value
    return header
