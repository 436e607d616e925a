"""Patterns from files: two columns of text, or the XML of PANalytical; told apart by content.

A heading names the axis: ``2theta`` (the default without a heading), ``q`` with its unit ``nm-1`` or ``A-1``.
Lines that begin with ``#``, ``;``, ``!``, ``'`` or ``/`` are comments; a wavelength that they tell in
Angstrom or nm is read.
"""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.diffraction.pattern import CU_KA1_NM, Pattern
from aliquot.instruments.formats.text import LARGEST, Row, Sheet, decode, readable

FEWEST = 20
"""Fewest points that are taken for a pattern."""

_COMMENT = re.compile(r"\s*[#;!'/*]")
_Q = re.compile(r"(?<![a-z])q(?![a-z])|scattering vector|momentum transfer", re.IGNORECASE)
_PER_NM = re.compile(r"nm\s*\^?\s*[-−⁻{(]*\s*[1¹]|1\s*/\s*nm|/\s*nm|per nm", re.IGNORECASE)
_PER_ANGSTROM = re.compile(
    r"(?:Å|\\AA|A|ang\w*)\s*\^?\s*[-−⁻{(]*\s*[1¹]|1\s*/\s*(?:Å|A\b|ang)|/\s*Å|per (?:Å|ang)", re.IGNORECASE
)
_WAVELENGTH = re.compile(
    r"(?:wave\s*length|lambda|λ)\W{0,4}(?:\[?\(?(?P<before>nm|Å|A|angstrom)\)?\]?\W{1,3})?"
    r"(?P<number>\d*\.\d+)\s*(?P<after>nm|Å|A\b|angstrom)?",
    re.IGNORECASE,
)


def read_pattern(path: str | Path, *, wavelength_nm: float | None = None) -> Pattern:
    """Read a powder pattern.

    Args:
        path: File of two columns (.xy, .dat, .csv, .txt) or .xrdml; what it is, its content decides.
        wavelength_nm: Wavelength [nm]; None for that of the file, or of copper K alpha 1 where it tells none.

    Returns:
        The pattern, its angles rising.

    Raises:
        FormatError: If this is no such file, or a line leaves any doubt.
        SignalError: If what it holds is no pattern.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "inp.xy"
        ...     _ = file.write_text(chr(10).join(f"{20 + 0.1 * i:.1f} {100 + i}" for i in range(300)))
        ...     read_pattern(file).two_theta[[0, -1]]
        array([20. , 49.9])
    """
    file = Path(path)
    text = decode(_content(file), str(file))
    if text.lstrip().startswith("<"):
        return _xrdml(text, file, wavelength_nm)
    return _columns(text, file, wavelength_nm)


def _content(file: Path) -> bytes:
    with readable(file):
        size = file.stat().st_size
        content = file.read_bytes() if size <= LARGEST else b""
    if size > LARGEST:
        raise _no_pattern(file, f"{size / 1024**2:.0f} MiB are far more than a pattern has", None)
    return content


def _columns(text: str, file: Path, wavelength_nm: float | None) -> Pattern:
    """Read two columns of numbers, with or without a heading."""
    lines = text.splitlines()
    told: list[str] = []
    rows: list[tuple[int, float, float]] = []
    for count, line in enumerate(lines, 1):
        if not line.strip():
            continue
        numbers = None if _COMMENT.match(line) else _numbers(line, count, file)
        if numbers is not None:
            rows.append((count, *numbers))
        elif not rows or _COMMENT.match(line):
            told.append(line)
        else:
            raise FormatError(
                given=f"'{line.strip()[:60]}'",
                expected="an angle and an intensity",
                why="a pattern has a number of each in every row",
                remedy="Correct or remove the line.",
                where=Where(str(file), count),
            )
    if len(rows) < FEWEST:
        raise _no_pattern(file, f"{len(rows)} rows of two numbers are no pattern", rows[0][0] if rows else 1)
    header = "\n".join(told)
    x, y = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    if x[0] > x[-1]:
        x, y = x[::-1], y[::-1]
    where = Where(str(file), rows[0][0])
    known = wavelength_nm or _wavelength(header) or CU_KA1_NM
    unit = _unit_of_q(told, where)
    if unit is not None:
        return Pattern.from_q(x * unit, y, known, file.name, where)
    return Pattern(x, y, known, file.name, where)


def _numbers(line: str, count: int, file: Path) -> tuple[float, float] | None:
    """Return the first two numbers of a line, None where it begins with none."""
    for delimiter in ("\t", ";", ",", None):
        cells = tuple(cell.strip() for cell in line.split(delimiter) if cell.strip())
        if len(cells) < 2:
            continue
        sheet = Sheet(str(file), (), decimal_comma=delimiter != ",")
        row = Row(count, cells)
        first, second = sheet.number(row, 0), sheet.number(row, 1)
        if first is not None and second is not None:
            return first, second
    return None


def _unit_of_q(told: list[str], where: Where) -> float | None:
    """Return by what to multiply the axis to have q in 1/nm, None where the axis is an angle."""
    # The heading is the last line above the numbers; comments further up may speak of anything.
    heading = next((line for line in reversed(told) if _Q.search(line)), None)
    if heading is None or re.search(r"2\s*-?\s*th|2θ|two\s*theta|angle", told[-1], re.IGNORECASE):
        return None
    if _PER_NM.search(heading):
        return 1.0
    if _PER_ANGSTROM.search(heading):
        return 10.0
    raise FormatError(
        given=f"an axis called '{heading.strip()[:60]}'",
        expected="the unit of q: 'q (nm-1)' or 'q (A-1)'",
        why="they differ tenfold",
        remedy="Write the unit into the heading.",
        where=where,
    )


def _wavelength(header: str) -> float | None:
    """Return the wavelength that a header tells with its unit [nm], None where it tells none."""
    found = _WAVELENGTH.search(header)
    unit = found and (found["after"] or found["before"])
    if not found or not unit:
        return None
    return float(found["number"]) * (1.0 if unit.casefold() == "nm" else 0.1)


# --- PANalytical -----------------------------------------------------------------------------------------


def _xrdml(text: str, file: Path, wavelength_nm: float | None) -> Pattern:
    """Read the first scan of an XRDML file."""
    if "<!ENTITY" in text:
        raise _no_pattern(file, "an XML file with entities of its own is none of an instrument", 1)
    try:
        root = ET.fromstring(text.lstrip().encode())  # noqa: S314  entities are refused above
    except ET.ParseError as fault:
        raise _no_pattern(file, f"its XML is broken ({fault})", fault.position[0]) from None
    except (LookupError, ValueError) as fault:
        raise _no_pattern(file, f"its XML has an encoding that is not read ({fault})", 1) from None
    scan = next((node for node in root.iter() if _tag(node) == "dataPoints"), None)
    if scan is None:
        raise _no_pattern(file, "its XML has no 'dataPoints'", 1)
    y = _intensities(scan, file)
    axis = next((n for n in scan if _tag(n) == "positions" and n.get("axis") == "2Theta"), None)
    if axis is None:
        raise _no_pattern(file, "its scan has no positions of 2Theta", 1)
    ends = {_tag(node): node.text or "" for node in axis}
    try:
        if "listPositions" in ends:
            x = _values(ends["listPositions"])
        else:
            x = np.linspace(float(ends["startPosition"]), float(ends["endPosition"]), y.size)
    except (KeyError, ValueError):
        raise _no_pattern(file, "its positions of 2Theta are no numbers", 1) from None
    told = next((n for n in root.iter() if _tag(n) == "kAlpha1"), None)
    known = wavelength_nm
    if known is None and told is not None and told.text:
        try:
            known = float(told.text) * (1.0 if "nano" in told.get("unit", "").casefold() else 0.1)
        except ValueError:
            raise _no_pattern(file, f"its wavelength '{told.text.strip()[:40]}' is no number", 1) from None
    return Pattern(x, y, known or CU_KA1_NM, file.name, Where(str(file)))


def _intensities(scan: ET.Element, file: Path) -> Float[np.ndarray, " n"]:
    """Return the intensities of a scan."""
    node = next((n for n in scan if _tag(n) in {"intensities", "counts"}), None)
    try:
        y = _values(node.text or "") if node is not None else np.zeros(0)
    except ValueError:
        y = np.zeros(0)
    if y.size < FEWEST:
        raise _no_pattern(file, f"its scan has {y.size} intensities", 1)
    return y


def _values(text: str) -> Float[np.ndarray, " n"]:
    return np.array([float(word) for word in text.split()])


def _tag(node: ET.Element) -> str:
    """Return the name of an element without its name space, which changes with the version."""
    return node.tag.rpartition("}")[2]


def _no_pattern(file: Path, why: str, line: int | None) -> FormatError:
    return FormatError(
        given=f"the file '{file.name}'",
        expected="two columns, angle and intensity, or an XRDML scan",
        why=why,
        remedy="Export the pattern as .xy from the instrument's software.",
        where=Where(str(file), line),
    )
