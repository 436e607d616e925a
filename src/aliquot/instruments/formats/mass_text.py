"""Mass spectra from plain text: a column of m/z and a column of intensity, as most software exports them."""

import re
from io import StringIO
from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.headings import is_wavelength
from aliquot.instruments.formats.text import decode, read_bytes
from aliquot.instruments.mass.spectrum import MassSpectrum, Mode

UNDERSHOOT = 0.05
"""Depth below zero, as a share of the highest point [1], that is still taken for a ringing baseline."""

FEWEST = 3
"""Fewest points that are taken for a spectrum or a list of peaks."""

_NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_DATA = re.compile(rf"\s*{_NUMBER}\s*[\t;, ]\s*{_NUMBER}(?:\s*$|\s*[\t;, ])")
_OTHER = re.compile(r"2\s*-?theta|2θ|degree|\bs-1\b|absorb|retention|\bppm\b|raman|cm-1", re.IGNORECASE)
_KILO = re.compile(r"\bkDa\b|\bkTh\b|m/z\s*[\[(/]\s*k", re.IGNORECASE)


def read_mass_text(path: str | Path) -> MassSpectrum:
    """Read a mass spectrum from text: m/z and intensity parted by tab, semicolon, comma or blanks.

    Lines above the data are a heading; a heading in kDa is understood. Small undershoots of the baseline are
    set to 0, and the spectrum says so.

    Args:
        path: File to read.

    Raises:
        FormatError: If it holds no such table, names another quantity, or a line can not be read.
        SignalError: If the axis turns back or an intensity is impossible.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     file = Path(folder) / "a.txt"
        ...     _ = file.write_text(chr(10).join(["m/z intensity", "5000.0 1", "5001.0 7", "5002.0 2"]))
        ...     read_mass_text(file).base
        5001.0
    """
    path = Path(path)
    text = decode(read_bytes(path), str(path))
    lines = re.split(r"\r\n|\r|\n", text)
    first = next((i for i, line in enumerate(lines[:500]) if _DATA.match(line)), None)
    if first is None:
        raise _no_table(path, lines)
    heading = " ".join(lines[:first])
    _refuse_other(heading, path)
    columns = _columns(lines, first, path)
    mz = columns[:, 0] * (1e3 if _KILO.search(heading) else 1.0)
    intensities = columns[:, 1]
    if mz.size > 1 and np.all(np.diff(mz) < 0.0):
        mz, intensities = mz[::-1], intensities[::-1]
    return spectrum_of(mz, intensities, path.stem, Where(str(path)))


def spectrum_of(
    mz: Float[np.ndarray, " n"], intensities: Float[np.ndarray, " n"], label: str, where: Where
) -> MassSpectrum:
    """Return a spectrum as a detector gives it: undershoots of the baseline become 0, others are refused.

    Args:
        mz: Mass over charge [Da], shape (n,).
        intensities: Intensities, shape (n,).
        label: Name of the sample.
        where: The file.

    Raises:
        FormatError: If intensities lie further below zero than a baseline undershoots.
        SignalError: As :class:`~aliquot.instruments.mass.spectrum.MassSpectrum` does.

    Example:
        >>> spectrum_of(np.array([1.0, 2.0, 3.0]), np.array([-0.1, 9.0, 1.0]), "A", Where()).flags
        ('1 of 3 intensities lay below zero, down to 1.1 % of the highest; they were set to 0.',)
    """
    below = int(np.sum(intensities < 0.0))
    flags: tuple[str, ...] = ()
    if below and np.isfinite(intensities).all():
        highest = float(intensities.max())
        depth = float(-intensities.min()) / highest if highest > 0.0 else np.inf
        if depth > UNDERSHOOT:
            raise FormatError(
                given=f"{below} intensities below zero, down to {intensities.min():.4g}",
                expected=f"none further below than {100 * UNDERSHOOT:g} % of the highest, as baselines ring",
                why="a detector counts ions",
                remedy="Export the spectrum before it is subtracted or transformed.",
                where=where,
            )
        told = f"{below} of {intensities.size} intensities lay below zero, down to {100 * depth:.1f} % of the"
        flags = (f"{told} highest; they were set to 0.",)
        intensities = np.maximum(intensities, 0.0)
    return MassSpectrum(mz, intensities, label, _mode(mz, intensities), where, flags)


def _mode(mz: Float[np.ndarray, " n"], intensities: Float[np.ndarray, " n"]) -> Mode:
    """Tell a curve from a list of peaks: a curve has many points of which neighbours resemble each other."""
    if mz.size < 50:
        return Mode.CENTROID
    strong = np.flatnonzero(intensities > 0.2 * intensities.max())
    strong = strong[(strong > 0) & (strong < mz.size - 1)]
    beside = np.maximum(intensities[strong - 1], intensities[strong + 1]) / intensities[strong]
    return Mode.PROFILE if strong.size and float(np.median(beside)) > 0.5 else Mode.CENTROID


def _columns(lines: list[str], first: int, path: Path) -> Float[np.ndarray, "n 2"]:
    """Return the two columns of numbers, or refuse the first line that is none."""
    last = len(lines)
    while last > first and not lines[last - 1].strip():
        last -= 1
    body = lines[first:last]
    separator = next((mark for mark in "\t;" if mark in body[0]), None)
    comma = separator is None and "," in body[0]
    if separator is not None and "," in body[0]:
        body = [line.replace(",", ".") for line in body]  # a decimal comma, as it does not part the cells
    delimiter = "," if comma else separator
    try:
        columns = np.loadtxt(StringIO("\n".join(body)), delimiter=delimiter, usecols=(0, 1), ndmin=2)
    except (ValueError, IndexError):
        raise _faulty(lines, first, last, path) from None
    if len(columns) < FEWEST:
        raise _no_table(path, lines[first:])
    return np.asarray(columns)


def _faulty(lines: list[str], first: int, last: int, path: Path) -> FormatError:
    """Return the error for the first line that is no pair of numbers."""
    place = next((i for i in range(first, last) if not _DATA.match(lines[i])), first)
    return FormatError(
        given=f"the line '{lines[place][:60]}'",
        expected="an m/z and an intensity",
        why="a spectrum has one intensity at each m/z; the file may be truncated",
        remedy="Export the spectrum again, or remove what is no data.",
        where=Where(str(path), place + 1),
    )


def _refuse_other(heading: str, path: Path) -> None:
    if not (is_wavelength(heading) or _OTHER.search(heading)) or re.search(r"m\s*/\s*z", heading):
        return
    raise FormatError(
        given=f"a table headed '{' '.join(heading.split())[:60]}'",
        expected="m/z in Da (or kDa, said in the heading) and intensity",
        why="its first column is another quantity",
        remedy="Give the mass spectrum; absorbance is read by 'aliquot analyse'.",
        where=Where(str(path), 1),
    )


def _no_table(path: Path, lines: list[str]) -> FormatError:
    quoted = next((line.strip() for line in lines if line.strip()), "")[:60]
    return FormatError(
        given=f"a text with the line '{quoted}'",
        expected=f"at least {FEWEST} rows of m/z and intensity",
        why="no two columns of numbers were found",
        remedy="Export the spectrum as text with m/z in the first column and intensity in the second.",
        where=Where(str(path), 1),
    )
