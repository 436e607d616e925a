"""Crystals from CIF: cell, symmetry and sites, of ordered structures; nothing else of that format."""

import re
import shlex
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.diffraction.structure import Cell

_NUMBER = re.compile(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?")
_TERM = re.compile(r"([+-]?)(?:(\d+)/(\d+)|(\d*\.\d+|\d+)|([xyz]))")
_OPERATIONS = ("_symmetry_equiv_pos_as_xyz", "_space_group_symop_operation_xyz")


def read_cif(path: Path) -> Cell:
    """Return the crystal of a CIF file.

    Args:
        path: File with cell, all symmetry operations and the sites.

    Raises:
        FormatError: If a part is missing, or a site is not fully occupied.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise _faulty(path, str(fault.strerror)) from None
    single, tables = _parts(text)
    try:
        lengths = [_number(single[f"_cell_length_{edge}"]) / 10.0 for edge in "abc"]
        angles = [np.radians(_number(single[f"_cell_angle_{angle}"])) for angle in ("alpha", "beta", "gamma")]
        sites = next(table for table in tables if "_atom_site_fract_x" in table)
        symbols = sites.get("_atom_site_type_symbol", sites.get("_atom_site_label", []))
        places = np.array([[_number(v) for v in sites[f"_atom_site_fract_{axis}"]] for axis in "xyz"]).T
    except (KeyError, StopIteration, ValueError) as missing:
        raise _faulty(path, f"it lacks cell or sites ({missing})") from None
    if any(_number(share) < 0.99 for share in sites.get("_atom_site_occupancy", [])):
        raise _faulty(path, "a site is occupied in part, and no sphere can be cut from that")
    operations = next((t[key] for t in tables for key in _OPERATIONS if key in t), ["x,y,z"])
    elements, positions = [], []
    for symbol, place in zip(symbols, places, strict=True):
        orbit: list[Float[np.ndarray, " 3"]] = []
        for operation in operations:
            at = _moved(operation, place, path) % 1.0
            if all(np.abs((at - known + 0.5) % 1.0 - 0.5).max() > 1e-3 for known in orbit):
                orbit.append(at)
        elements += [re.sub(r"[^A-Za-z].*", "", symbol)] * len(orbit)
        positions += orbit
    return Cell(path.stem, path.stem, _vectors(lengths, angles), tuple(elements), np.array(positions))


def _parts(text: str) -> tuple[dict[str, str], list[dict[str, list[str]]]]:
    """Return single values by key, and every table by its columns."""
    single: dict[str, str] = {}
    tables: list[dict[str, list[str]]] = []
    keys: list[str] | None = None
    for line in text.splitlines():
        words = _words(line)
        if not words:
            continue
        if words[0] == "loop_":
            keys = []
            tables.append({})
        elif words[0].startswith("_"):
            if keys is not None and not any(tables[-1].values()) and len(words) == 1:
                keys.append(words[0])
                tables[-1][words[0]] = []
            else:
                keys = None
                single[words[0]] = words[-1]
        elif keys and len(words) == len(keys):
            for key, word in zip(keys, words, strict=True):
                tables[-1][key].append(word)
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
    return float(found.group())


def _moved(operation: str, place: Float[np.ndarray, " 3"], path: Path) -> Float[np.ndarray, " 3"]:
    """Return where a symmetry operation, such as '-x,1/2+y,-z', brings a place."""
    rows = operation.replace(" ", "").casefold().split(",")
    if len(rows) != 3 or any(_TERM.sub("", row) for row in rows):
        raise _faulty(path, f"'{operation}' is no symmetry operation")
    moved = np.zeros(3)
    for k, row in enumerate(rows):
        for sign, above, below, plain, axis in _TERM.findall(row):
            value = (
                place["xyz".index(axis)] if axis else float(Fraction(f"{above}/{below}") if above else plain)
            )
            moved[k] += -value if sign == "-" else value
    return moved


def _vectors(lengths: list[float], angles: list[float]) -> Float[np.ndarray, "3 3"]:
    """Return the edges of a cell as rows [nm], the first along x."""
    (a, b, c), (alpha, beta, gamma) = lengths, np.cos(angles)
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
