"""JASCO's text: names and values parted by a tab, the word XYDATA, two columns."""

import re

from aliquot.instruments.formats.claims import contradictions
from aliquot.instruments.formats.contents import Axis, AxisKind, Conditions, Contents, Trace
from aliquot.instruments.formats.headings import time_of
from aliquot.instruments.formats.named import named_of
from aliquot.instruments.formats.pairs import pairs_of
from aliquot.instruments.formats.source import Source
from aliquot.instruments.formats.words import axis_of, quantity_of

_BEGIN = re.compile(r"^XYDATA[ \t]*$", re.MULTILINE)
_EXTENDED = re.compile(r"^#+\s*Extended|^\[", re.MULTILINE)


def is_jasco(head: bytes) -> bool:
    """Tell such a file by TITLE in its first line and XYDATA alone in a later one."""
    return head.startswith(b"TITLE\t") and re.search(rb"^XYDATA\s*$", head, re.MULTILINE) is not None


def read_jasco(source: Source) -> Contents:
    """Read a spectrum of JASCO's Spectra Manager.

    Args:
        source: The file.

    Raises:
        FormatError: If no pairs of numbers follow XYDATA.
    """
    text = source.text().replace("\r\n", "\n").replace("\r", "\n")
    begin = _BEGIN.search(text)
    start = begin.end() if begin else len(text)
    # Newer versions write comments behind the data.
    end = _EXTENDED.search(text, start)
    told = named_of(text[: begin.start() if begin else 0].splitlines())
    first = text.count("\n", 0, start) + 1
    where = source.where(first)
    x, y = pairs_of(text[start : end.start() if end else len(text)].split("\n"), where)
    label = told.get("TITLE") or source.stem
    trace = Trace(
        label,
        axis_of(told.get("XUNITS", "")) or Axis(AxisKind.UNKNOWN, "", told.get("XUNITS", "")),
        x,
        quantity_of(told.get("YUNITS", "")),
        y,
        conditions=Conditions(time_s=time_of(label)),
        where=where,
    )
    return Contents("JASCO", source.file, (trace,), told, contradictions(told, x, y))
