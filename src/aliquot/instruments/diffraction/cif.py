"""Crystals from CIF: cell, symmetry and sites, of ordered structures; nothing else of that format."""

import re
import shlex
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.diffraction.factors import NUMBERS
from aliquot.instruments.diffraction.structure import Cell

_NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?")
_TERM = re.compile(r"([+-]?)(?:(\d+)/(\d+)|(\d*\.\d+|\d+)|([xyz]))")
_EDGES_NM = (0.2, 10.0)
_LARGEST = 4 * 1024**2
"""Bytes of a file that is read; a structure has some thousand."""
_MOST_ATOMS = 400
_DENSEST = 250.0
"""Atoms per nm3 that are believed: diamond, the densest, has 176 (textbook)."""
_FLATTEST = 0.05
"""Least volume over the product of the edges [1]; flatter cells are slips of an angle."""
_GROUPS = (
    "_symmetry_space_group_name_H-M",
    "_space_group_name_H-M_alt",
    "_symmetry_space_group_name_Hall",
    "_space_group_name_Hall",
    "_symmetry_Int_Tables_number",
    "_space_group_IT_number",
)
_OPERATIONS = ("_symmetry_equiv_pos_as_xyz", "_space_group_symop_operation_xyz")


def read_cif(path: Path) -> Cell:
    """Return the crystal of a CIF file.

    Args:
        path: File with cell, all symmetry operations and the sites.

    Raises:
        FormatError: If a part is missing or impossible, or a site is not fully occupied.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise _faulty(path, "it is far larger than a structure")
        text = path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as fault:
        raise _faulty(path, str(getattr(fault, "strerror", None) or fault)) from None
    single, tables = _parts(text, path)
    try:
        lengths = [_number(single[f"_cell_length_{edge}"]) / 10.0 for edge in "abc"]
        angles = [np.radians(_number(single[f"_cell_angle_{angle}"])) for angle in ("alpha", "beta", "gamma")]
        sites = next(table for table in tables if "_atom_site_fract_x" in table)
        symbols = sites["_atom_site_type_symbol" if "_atom_site_type_symbol" in sites else "_atom_site_label"]
        places = np.array([[_number(v) for v in sites[f"_atom_site_fract_{axis}"]] for axis in "xyz"]).T
        shares = [_number(share) for share in sites.get("_atom_site_occupancy", [])]
    except (KeyError, StopIteration, ValueError) as missing:
        raise _faulty(path, f"it lacks cell or sites, or a number of them ({missing})") from None
    if any(share < 0.99 for share in shares):
        raise _faulty(path, "a site is occupied in part, and no sphere can be cut from that")
    vectors = _vectors(lengths, angles, path)
    elements, positions = _orbits(symbols, places, _operations(single, tables, path), path)
    if len(elements) > _DENSEST * float(np.linalg.det(vectors)):
        raise _faulty(path, f"{len(elements)} atoms do not fit into its cell")
    return Cell(path.stem, path.stem, vectors, tuple(elements), np.array(positions))


def _operations(single: dict[str, str], tables: list[dict[str, list[str]]], path: Path) -> list[str]:
    """Return the symmetry operations; the identity alone only where no other space group is named."""
    told = next((t[key] for t in tables for key in _OPERATIONS if t.get(key)), None)
    if told is None:
        named = {key: single[key].strip("'\" ") for key in _GROUPS if key in single}
        for key, name in named.items():
            if name.replace(" ", "").casefold() not in {"", "?", ".", "p1", "1", key.casefold()}:
                raise _faulty(path, f"it names the space group '{name}' but lists no symmetry operations")
        return ["x,y,z"]
    if len(told) > 192:
        raise _faulty(path, f"{len(told)} symmetry operations are more than any space group has")
    for operation in told:
        origin = _moved(operation, np.zeros(3), path)
        turned = np.array([_moved(operation, axis, path) - origin for axis in np.eye(3)])
        if not abs(abs(float(np.linalg.det(turned))) - 1.0) < 1e-6:
            raise _faulty(path, f"'{operation[:60]}' is no symmetry operation")
    return told


def _orbits(
    symbols: list[str], places: Float[np.ndarray, "n 3"], operations: list[str], path: Path
) -> tuple[list[str], list[Float[np.ndarray, " 3"]]]:
    """Return elements and positions of all atoms in the cell."""
    elements: list[str] = []
    positions: list[Float[np.ndarray, " 3"]] = []
    if not symbols:
        raise _faulty(path, "its table of sites is empty")
    for symbol, place in zip(symbols, places, strict=True):
        orbit: list[Float[np.ndarray, " 3"]] = []
        for operation in operations:
            at = _moved(operation, place, path) % 1.0
            if all(np.abs((at - known + 0.5) % 1.0 - 0.5).max() > 1e-3 for known in orbit):
                orbit.append(at)
        element = re.sub(r"[^A-Za-z].*", "", symbol)
        if element not in NUMBERS:
            raise _faulty(path, f"'{symbol[:20]}' is no element whose scattering is known")
        elements += [element] * len(orbit)
        positions += orbit
        if len(elements) > _MOST_ATOMS:
            raise _faulty(path, f"more than {_MOST_ATOMS} atoms in a cell are not taken")
    return elements, positions


def _parts(text: str, path: Path) -> tuple[dict[str, str], list[dict[str, list[str]]]]:
    """Return single values by key, and every table by its columns."""
    single: dict[str, str] = {}
    tables: list[dict[str, list[str]]] = []
    keys: list[str] | None = None
    for line in text.splitlines():
        words = _words(line)
        if not words:
            continue
        if words[0].startswith(("data_", ";")):
            keys = None
        elif words[0] == "loop_":
            keys = []
            tables.append({})
        elif words[0].startswith("_"):
            if keys is not None and not any(tables[-1].values()) and len(words) == 1:
                keys.append(words[0])
                tables[-1][words[0]] = []
            else:
                keys = None
                single[words[0]] = " ".join(words[1:])
        elif keys and len(words) == len(keys):
            for key, word in zip(keys, words, strict=True):
                tables[-1][key].append(word)
        elif keys and any(key in (*_OPERATIONS, "_atom_site_fract_x") for key in keys):
            why = f"the row '{line.strip()[:60]}' has {len(words)} values for {len(keys)} columns"
            raise _faulty(path, f"{why} (operations with spaces need quotes)")
    return single, tables


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # an apostrophe in a name or a comment
        return line.split()


def _number(word: str) -> float:
    """Return a number without its uncertainty in brackets."""
    found = _NUMBER.match(word)
    if found is None:
        raise ValueError(word)
    value = float(found.group())
    if not np.isfinite(value):
        raise ValueError(word)
    return value


def _moved(operation: str, place: Float[np.ndarray, " 3"], path: Path) -> Float[np.ndarray, " 3"]:
    """Return where a symmetry operation, such as '-x,1/2+y,-z', brings a place."""
    rows = operation.replace(" ", "").casefold().split(",")
    if len(rows) != 3 or any(_TERM.sub("", row) for row in rows):
        raise _faulty(path, f"'{operation}' is no symmetry operation")
    moved = np.zeros(3)
    for k, row in enumerate(rows):
        for sign, above, below, plain, axis in _TERM.findall(row):
            try:
                value = float(Fraction(f"{above}/{below}") if above else plain or 0.0)
            except (ArithmeticError, ValueError):
                raise _faulty(path, f"'{operation[:60]}' is no symmetry operation") from None
            if axis:
                value = float(place["xyz".index(axis)])
            moved[k] += -value if sign == "-" else value
    return moved


def _vectors(lengths: list[float], angles: list[float], path: Path) -> Float[np.ndarray, "3 3"]:
    """Return the edges of a cell as rows [nm], the first along x; refuse a cell that can not be."""
    if not all(_EDGES_NM[0] <= edge <= _EDGES_NM[1] for edge in lengths):
        raise _faulty(path, f"edges of {', '.join(f'{e:g}' for e in lengths)} nm are not within 0.2 to 10 nm")
    (a, b, c), (alpha, beta, gamma) = lengths, np.cos(angles)
    # The square of the volume over that of the product of the edges.
    volume = 1.0 - alpha**2 - beta**2 - gamma**2 + 2.0 * alpha * beta * gamma
    if not all(0.0 < angle < np.pi for angle in angles) or not volume > _FLATTEST**2:
        told = ", ".join(f"{np.degrees(angle):g}" for angle in angles)
        raise _faulty(path, f"with angles of {told} degrees the cell has no volume")
    sine = float(np.sqrt(1.0 - gamma**2))
    y = (alpha - beta * gamma) / sine
    height = float(np.sqrt(1.0 - beta**2 - y**2))
    return np.array([[a, 0.0, 0.0], [b * gamma, b * sine, 0.0], [c * beta, c * y, c * height]])


def _faulty(path: Path, why: str) -> FormatError:
    return FormatError(
        given=f"the file '{path}'",
        expected="a CIF with cell, symmetry operations and fully occupied sites",
        why=why,
        remedy="Export the structure with all its operations, or as P1.",
        where=Where(str(path)),
    )
