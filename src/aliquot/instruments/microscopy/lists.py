"""Sizes that another program has measured: ImageJ's results, or a plain list."""

import csv
import re
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, SignalError, Where
from aliquot.instruments.microscopy.records import ParticleList

_FERET = ("feret", "minferet")
_NAMES_OF_SIZE = ("diameter", "size", "d", "length")
_NM = {"nm": 1.0, "µm": 1e3, "um": 1e3, "å": 0.1, "angstrom": 0.1, "pm": 1e-3}
_WHOLE_OR_COMMA = re.compile(r"\s*\d+(?:,\d+)?\s*", re.ASCII)
_SMALLEST_NM, _LARGEST_NM = 0.3, 200.0


def read_list(file: Path, scale: float | None) -> ParticleList:
    """Read ImageJ's results or a list of sizes.

    Args:
        file: Comma, semicolon or tab separated text. ImageJ's ``Area`` becomes the diameter of a disc of that
            area; without areas, the mean of ``Feret`` and ``MinFeret`` is taken.
        scale: Side of a pixel [nm] where the numbers count pixels; None where they are in nm, and the heading
            says so.

    Returns:
        The particles.

    Raises:
        FormatError: If there is no column of sizes, a cell is no number, or a row is wider than the heading,
            as decimal commas among commas make it.
        SignalError: If the unit is not told.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     results = Path(folder) / "Results.csv"
        ...     _ = results.write_text(" ,Area,Mean" + chr(10) + "1,700,90" + chr(10) + "2,720,91")
        ...     [round(float(size), 3) for size in read_list(results, 0.12).diameters]
        [3.582, 3.633]
    """
    text = _text(file)
    separator = _separator(text)
    rows = _rows(text, separator, file)
    if not rows:
        raise _no_list(file, "no line of text", 1)
    heading, data = _headed(rows)
    first = len(rows) - len(data) + 1
    if separator == ",":
        data = _with_points(heading, data)
    _no_wider(heading, data, file, first)
    column, power, unit = _column(heading, data, file)
    if not data:
        raise _no_list(file, "a heading without a line of numbers", 1)
    values = np.array([_number(row, column, file, first + line) for line, row in enumerate(data)])
    if power == 2:
        values = np.sqrt(4.0 * np.clip(values, 0.0, None) / np.pi)
    elif power == 11:  # two calipers
        other = [cell.strip().lower() for cell in heading].index("minferet")
        values = 0.5 * (
            values + np.array([_number(row, other, file, first + line) for line, row in enumerate(data)])
        )
    return ParticleList.of_diameters(_in_nm(values, unit, scale, file), file.stem)


def _text(file: Path) -> str:
    content = file.read_bytes()
    for code in ("utf-8-sig", "latin-1"):
        try:
            return content.decode(code)
        except UnicodeDecodeError:
            continue
    return ""


def _separator(text: str) -> str:
    head = "\n".join(text.splitlines()[:5])
    return max("\t;,", key=head.count) if any(mark in head for mark in "\t;,") else ","


def _rows(text: str, separator: str, file: Path) -> list[list[str]]:
    """Return the lines that hold anything, parted into cells."""
    rows = csv.reader(text.splitlines(), delimiter=separator)
    try:
        return [row for row in rows if any(map(str.strip, row))]
    except csv.Error as fault:
        raise _no_list(file, f"a line that can not be parted into cells ({fault})", rows.line_num) from None


def _with_points(heading: list[str], data: list[list[str]]) -> list[list[str]]:
    """Return rows such as ``3,47`` as one number each, where the heading has one cell."""
    joined = [",".join(row) for row in data]
    if len(_filled(heading)) == 1 and all(map(_WHOLE_OR_COMMA.fullmatch, joined)):
        return [[row.replace(",", ".")] for row in joined]
    return data


def _filled(row: list[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    width = max((place for place, cell in enumerate(row, 1) if cell.strip()), default=0)
    return row[:width]


def _no_wider(heading: list[str], data: list[list[str]], file: Path, first: int) -> None:
    """Refuse rows wider than their heading: nobody can tell which cell is the size."""
    width = len(_filled(heading))
    # The comma of 'diameter, nm' parts no columns.
    width -= sum(cell.strip().lower() in _NM for cell in heading[1:])
    for line, row in enumerate(data if heading else [], first):
        if len(_filled(row)) > width:
            given = f"{len(_filled(row))} cells under a heading of {width}, perhaps by decimal commas"
            raise _no_list(file, given, line)


def _headed(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Part the heading, if there is one, and lines of remarks, from the data."""
    for place, row in enumerate(rows[:20]):
        if any(_as_number(cell) is not None for cell in row):
            return (rows[place - 1] if place else []), rows[place:]
    return rows[0], []


def _column(heading: list[str], data: list[list[str]], file: Path) -> tuple[int, int, str | None]:
    """Return the column of sizes, what it is (1 length, 2 area, 11 two calipers), and its unit."""
    names = [re.sub(r"[\[(].*", "", cell).strip().lower() for cell in heading]
    units = [(re.search(r"[\[(]\s*([^\W\d]+)", cell) or [None, None])[1] for cell in heading]
    for name, power in (*((size, 1) for size in _NAMES_OF_SIZE), ("area", 2)):
        if name in names:
            at = names.index(name)
            return at, power, units[at]
    if all(name in names for name in _FERET):
        return names.index("feret"), 11, units[names.index("feret")]
    if "feret" in names:
        return names.index("feret"), 1, units[names.index("feret")]
    width = max((len(row) for row in data), default=0)
    if width == 1:
        told = re.search(r"\b(nm|µm|um|pm)\b", heading[0]) if heading else None
        return 0, 1, told[1] if told else None
    listed = ", ".join(f"'{cell.strip()}'" for cell in heading[:8] if cell.strip()) or "none"
    raise _no_list(file, f"columns {listed}, of which none is a size", 1)


def _number(row: list[str], column: int, file: Path, line: int) -> float:
    value = _as_number(row[column]) if column < len(row) else None
    if value is None:
        cell = row[column].strip() if column < len(row) else ""
        raise _no_list(file, f"'{cell}' in the column of sizes", line)
    return value


def _as_number(cell: str) -> float | None:
    try:
        value = float(cell.strip().replace(",", "."))
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _in_nm(
    values: Float[np.ndarray, " n"], unit: str | None, scale: float | None, file: Path
) -> Float[np.ndarray, " n"]:
    """Return lengths [nm]: from pixels by the scale, or from the unit of the heading."""
    known = _NM.get((unit or "").lower())
    if known is not None:
        sizes = values * known
    elif scale is not None:
        sizes = values * scale
    else:
        raise SignalError(
            given="sizes without a unit",
            expected="a heading such as 'diameter (nm)', or the scale of the pixels",
            why="ImageJ counts pixels until it is given a scale, and its table does not tell which",
            remedy="Pixels: --scale '0.12 nm/px'. Already in nm: --scale '1 nm/px'.",
            where=Where(str(file)),
        )
    odd = sizes[(sizes < _SMALLEST_NM) | (sizes > _LARGEST_NM)]
    if odd.size:
        raise SignalError(
            given=f"{odd.size} sizes outside {_SMALLEST_NM:g} to {_LARGEST_NM:g} nm, such as {odd[0]:.3g} nm",
            expected="diameters of dots",
            why="the unit or the scale is likely another, or specks were counted",
            remedy="Check the unit, and leave specks out in the program that measured.",
            where=Where(str(file)),
        )
    return sizes


def _no_list(file: Path, given: str, line: int) -> FormatError:
    return FormatError(
        given=given,
        expected="ImageJ's results with 'Area' or 'Feret', a column 'diameter (nm)', or one number a line",
        why="a distribution is counted from sizes",
        remedy="Export the results again, with these measurements set.",
        where=Where(str(file), line),
    )
