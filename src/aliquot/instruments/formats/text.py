"""From the bytes of a file to numbered rows of cells."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.numbers import number

LARGEST = 64 * 1024 * 1024
"""Largest file that is read [bytes]; a series of spectra has a hundred thousand at most."""

MOST_LINES = 2_500_000
"""Most lines of a text that is parted into cells; each takes some hundred bytes of memory."""

SHOWN = 1000
"""Lines by which is judged what parts the cells."""

_LINE_END = re.compile(r"\r\n|\r|\n")
# Control characters that no text has; tab and line ends do not count.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        line: Line in the file, counted from 1.
        cells: Text of each cell, stripped.
    """

    line: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """Return the text of a cell, empty beyond both ends of the line."""
        return self.cells[column] if 0 <= column < len(self.cells) else ""

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A delimited text.

    Attributes:
        file: Name of the file as the user gave it.
        rows: All lines, blank ones too.
        decimal_comma: Whether a comma may stand for the decimal point, as it does not part the cells.
    """

    file: str
    rows: tuple[Row, ...]
    decimal_comma: bool

    def number(self, row: Row, column: int) -> float | None:
        """Return the number in a cell, None if there is none."""
        return number(row.cell(column), self.decimal_comma)

    def is_data(self, row: Row) -> bool:
        """Tell whether a row begins with a number that another number follows."""
        return self.number(row, 0) is not None and any(
            self.number(row, column) is not None for column in range(1, len(row.cells))
        )


def read_sheet(path: Path) -> Sheet:
    """Read a file as delimited text.

    Args:
        path: File to read.

    Raises:
        FormatError: If the file can not be read, is no text, or is too large.
    """
    file = str(path)
    return sheet_of(decode(read_bytes(path), file), file)


def sheet_of(text: str, file: str) -> Sheet:
    """Part a text at tab, semicolon, comma or blanks, whichever parts the most lines into numbers.

    Args:
        text: The text.
        file: Name of the file, for errors.

    Raises:
        FormatError: If a line can not be parted.

    Example:
        >>> [row.cells for row in sheet_of("Wavelength (nm)  Abs" + chr(10) + "400  0,1", "a.txt").rows]
        [('Wavelength (nm)', 'Abs'), ('400', '0,1')]
    """
    bearable_lines(text, file)
    lines = _LINE_END.split(text)
    # Of a long file a part of the lines shows what parts them.
    some = lines if len(lines) <= SHOWN else lines[:: len(lines) // SHOWN + 1]
    sheets = {delimiter: _sheet(some, delimiter, file) for delimiter in "\t;, "}
    best = max(sheets, key=lambda delimiter: sum(map(sheets[delimiter].is_data, sheets[delimiter].rows)))
    return sheets[best] if some is lines else _sheet(lines, best, file)


def bearable_lines(text: str, file: str) -> None:
    """Refuse a text of more lines than any spectrum has.

    Args:
        text: The text.
        file: Name of the file, for the error.

    Raises:
        FormatError: If it has too many.
    """
    count = text.count("\n") + text.count("\r") - text.count("\r\n")
    if count > MOST_LINES:
        raise FormatError(
            given=f"{count} lines",
            expected=f"at most {MOST_LINES}",
            why="no spectrum is so long, and each line takes some hundred bytes of memory",
            remedy="Export the spectra alone.",
            where=Where(file, MOST_LINES),
        )


def decode(content: bytes, file: str) -> str:
    """Return the text of a file: UTF-8, UTF-16 if it is marked so, else Latin-1.

    Raises:
        FormatError: If it is binary or empty.
    """
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "latin-1"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        text = "\x00"
    fault = _CONTROL.search(text)
    if fault:
        raise FormatError(
            given="a file that is not text",
            expected="delimited text (CSV or tab separated)",
            why="it holds control characters, as pictures and the instruments' own binary formats do",
            remedy="Export the spectra as CSV from the instrument's software.",
            where=Where(file, len(_LINE_END.split(text[: fault.start()]))),
        )
    if not text.strip():
        raise FormatError(
            given="an empty file",
            expected="a heading and rows of numbers",
            why="nothing can be read from it",
            remedy="Export the spectra again and check the size of the file.",
            where=Where(file, 1),
        )
    return text


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Tell that a file can not be read, where something inside finds it so.

    Args:
        path: The file.

    Raises:
        FormatError: If the file is not there, is a folder, or may not be read.

    Example:
        >>> with readable(Path("nowhere.csv")):
        ...     _ = Path("nowhere.csv").read_bytes()
        Traceback (most recent call last):
        ...
        aliquot.errors.FormatError: nowhere.csv: got the file 'nowhere.csv'; expected a file ...
    """
    try:
        yield
    except (OSError, ValueError) as fault:  # a ValueError is a null byte in the name
        reason = fault.strerror if isinstance(fault, OSError) else None
        raise FormatError(
            given=f"the file '{path}'",
            expected="a file that can be read",
            why=str(reason or fault),
            remedy="Check the name, the folder and that it is no folder itself.",
            where=Where(str(path)),
        ) from None


def read_bytes(path: Path) -> bytes:
    """Return the content of a file of bearable size."""
    with readable(path):
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST else b""
    if size > LARGEST:
        raise FormatError(
            given=f"{size / 1024**2:.0f} MiB",
            expected=f"at most {LARGEST // 1024**2} MiB",
            why="a series of spectra is a thousand times smaller",
            remedy="Export the spectra alone, without images or raw scans.",
            where=Where(str(path)),
        )
    return content


def _sheet(lines: list[str], delimiter: str, file: str) -> Sheet:
    """Return the lines parted at a delimiter."""
    rows = tuple(Row(count, _cells(line, delimiter, file, count)) for count, line in enumerate(lines, 1))
    return Sheet(file, rows, decimal_comma=delimiter != ",")


def _cells(line: str, delimiter: str, file: str, count: int) -> tuple[str, ...]:
    """Part one line, with or without quotes."""
    if delimiter == " ":
        # A heading may have blanks within: 'Wavelength (nm)  Abs', 'Wavelength (nm) Abs'.
        parts = line.split()
        if parts and number(parts[0], decimal_comma=True) is None:
            parts = re.split(
                r"\s{2,}|\t" if re.search(r"\S\s{2,}\S|\t", line) else r"\s(?![(\[/])", line.strip()
            )
        return tuple(parts)
    if '"' not in line:
        return tuple(cell.strip() for cell in line.split(delimiter))
    try:
        return tuple(cell.strip() for row in csv.reader([line], delimiter=delimiter) for cell in row)
    except csv.Error as fault:
        raise FormatError(
            given="a line that can not be parted into cells",
            expected="delimited text",
            why=str(fault),
            remedy="Check the quotes on this line.",
            where=Where(file, count),
        ) from None
