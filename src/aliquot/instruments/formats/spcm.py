"""Becker & Hickl SPCM: text with counted photons against time, one block for each curve."""

import re

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import Axis, AxisKind, Contents, Trace, bounded
from aliquot.instruments.formats.named import named_of
from aliquot.instruments.formats.pairs import pairs_of
from aliquot.instruments.formats.source import Source
from aliquot.instruments.formats.words import axis_of, quantity_of

_BLOCK = re.compile(r"\*BLOCK\s+(?P<number>\d+)\s*(?:\(\s*(?P<axis>\S+)\s+(?P<quantity>\S+)\s*\))?")
_PARAMETER = re.compile(r"#\w\w \[(?P<name>\w+),\w,(?P<value>[^\]]*)\]")


def is_spcm(head: bytes) -> bool:
    """Tell such a file by its first line and by a block or a parameter."""
    return head.lstrip().startswith(b"Title :") and (b"*BLOCK" in head or b"SYS_PARA_BEGIN" in head)


def read_spcm(source: Source) -> Contents:
    """Read the decays of a .asc file.

    Args:
        source: The file.

    Raises:
        FormatError: If there is no block of data, or a line is no pair of numbers.
    """
    lines = source.text().replace("\r\n", "\n").split("\n")
    blocks = [(place, found) for place, line in enumerate(lines) if (found := _BLOCK.match(line))]
    bounded(len(lines), len(blocks), source.where())
    if not blocks:
        raise FormatError(
            given="a header without '*BLOCK 1'",
            expected="blocks of time and photons",
            why="the file holds a setup and no decay, or it is truncated",
            remedy="Save the trace as ASCII again.",
            where=source.where(1),
        )
    header = lines[: blocks[0][0]]
    told = named_of(line for line in header if "[" not in line)
    told |= {found["name"]: found["value"] for line in header for found in _PARAMETER.finditer(line)}
    title = told.get("Title") or source.stem
    traces, open_ = [], 0
    for (place, block), after in zip(blocks, [*(place for place, _ in blocks[1:]), len(lines)], strict=True):
        end = next((at for at in range(place, after) if lines[at].startswith("*END")), None)
        open_ += end is None
        where = source.where(place + 2, f"block {block['number']}")
        x, y = pairs_of(lines[place + 1 : after if end is None else end], where)
        axis = axis_of((block["axis"] or "").replace("[", " [")) or Axis(AxisKind.UNKNOWN)
        label = title if len(blocks) == 1 else f"{title}, block {block['number']}"
        traces.append(Trace(label, axis, x, quantity_of(block["quantity"] or ""), y, where=where))
    odd = (f"{open_} blocks have no end: the file may be truncated.",) if open_ else ()
    return Contents("Becker & Hickl SPCM", source.file, tuple(traces), told, odd)
