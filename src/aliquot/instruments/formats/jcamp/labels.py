"""Labelled records: ``##LABEL= value``, comments behind ``$$``, blocks from TITLE to END.

Source: McDonald & Wilks, Appl. Spectrosc. 42, 151 (1988), as implemented by the files that the tests read.
"""

import re
from dataclasses import dataclass, field

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import MOST_TRACES
from aliquot.instruments.formats.source import Source

_LABEL = re.compile(r"[ \t]*##(?P<label>[^=]{0,80})=(?P<value>.*)", re.DOTALL)
_NOISE = re.compile(r"[\s\-/_]")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Record:
    """One labelled record.

    Attributes:
        label: Label without blanks, hyphens, slashes and underscores, in capitals.
        written: Label as it is written.
        lines: Lines of the value, comments taken away; the first stands behind the label.
        line: Line of the label in the file, from 1.
    """

    label: str
    written: str
    lines: tuple[str, ...]
    line: int

    @property
    def value(self) -> str:
        """The value, its lines joined by line ends."""
        return "\n".join(self.lines).strip()


@dataclass(slots=True)
class Block:
    """The records from a TITLE to its END, those of blocks within taken out.

    Attributes:
        records: In the order of the file.
        closed: Whether an END was found.
    """

    records: list[Record] = field(default_factory=list)
    closed: bool = False

    def value(self, *labels: str) -> str:
        """Return the first value under one of these labels, empty where there is none."""
        wanted = {label_of(label) for label in labels}
        return next((record.value for record in self.records if record.label in wanted), "")

    @property
    def told(self) -> dict[str, str]:
        """The short records as names and values, tables left out."""
        return {
            record.written: record.value[:500]
            for record in self.records
            if record.written
            and len(record.lines) < 40
            and not is_table(record)
            and not record.label.startswith("$ALIQUOT")
        }


def label_of(written: str) -> str:
    """Return a label as it is compared.

    Example:
        >>> label_of("JCAMP-DX"), label_of("Data Type"), label_of("$Aliquot time")
        ('JCAMPDX', 'DATATYPE', '$ALIQUOTTIME')
    """
    return _NOISE.sub("", written).upper()


TABLES = frozenset({"XYDATA", "XYPOINTS", "PEAKTABLE", "PEAKASSIGNMENTS", "DATATABLE", "RADATA"})
"""Labels under which numbers stand."""


def is_table(record: Record) -> bool:
    """Tell a record that holds data."""
    return record.label in TABLES


def is_jcamp(head: bytes) -> bool:
    """Tell such a file by its first label."""
    return re.match(rb"(?:\xef\xbb\xbf)?(?:\s|\$\$[^\r\n]*)*##\s*TITLE\s*=", head, re.IGNORECASE) is not None


def blocks_of(source: Source) -> list[Block]:
    """Return the blocks of a file in the order in which they begin, blocks within blocks too.

    Args:
        source: The file.

    Raises:
        FormatError: If it is no text, or has more blocks than any file.
    """
    found: list[Block] = []
    open_: list[Block] = []
    for record in _records(source):
        if record.label == "TITLE":
            open_.append(Block())
            found.append(open_[-1])
            if len(found) > MOST_TRACES:
                raise FormatError(
                    given=f"more than {MOST_TRACES} blocks",
                    expected=f"at most {MOST_TRACES}",
                    why="no file of spectra has so many",
                    remedy="Part the file.",
                    where=source.where(record.line),
                )
        if record.label == "END":
            if open_:
                open_.pop().closed = True
        elif open_:
            open_[-1].records.append(record)
    return found


def _records(source: Source) -> list[Record]:
    """Part the lines of a file at their labels."""
    found: list[Record] = []
    label, start = "", 1
    lines: list[str] = []
    for count, line in enumerate(_LINE_END.split(source.text()), 1):
        begins = _LABEL.match(line) if "##" in line[:80] else None
        if begins:
            found.append(Record(label_of(label), label.strip(), tuple(lines), start))
            label, lines, start = begins["label"], [_bare(begins["value"])], count
        else:
            lines.append(_bare(line))
    found.append(Record(label_of(label), label.strip(), tuple(lines), start))
    return found[1:]


def _bare(line: str) -> str:
    """Return a line without its comment."""
    return line.partition("$$")[0] if "$$" in line else line
