"""Mascot generic format: lists of peaks of fragment spectra."""

import re

import numpy as np

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import (
    Axis,
    AxisKind,
    Contents,
    Quantity,
    QuantityKind,
    Trace,
    bounded,
)
from aliquot.instruments.formats.numbers import number
from aliquot.instruments.formats.source import Source

_NAMED = re.compile(r"(?P<name>[A-Z_]+)=(?P<value>.*)")


def is_mgf(head: bytes) -> bool:
    """Tell such a file by the words that begin a spectrum."""
    return re.search(rb"^BEGIN IONS\s*$", head, re.MULTILINE) is not None


def read_mgf(source: Source) -> Contents:
    """Read all lists of peaks of a file.

    Args:
        source: The file.

    Raises:
        FormatError: If a line within a spectrum is neither a name with its value nor a peak.
    """
    traces: list[Trace] = []
    told: dict[str, str] = {}
    peaks: list[tuple[float, float]] = []
    begun, empty = 0, 0
    lines = source.text().splitlines()
    bounded(len(lines), lines.count("BEGIN IONS"), source.where())
    for count, line in enumerate(lines, 1):
        word = line.strip()
        if word == "BEGIN IONS":
            told, peaks, begun = {}, [], count
        elif word == "END IONS" and begun:
            empty += not peaks
            if peaks:
                traces.append(_trace(told, peaks, source, begun))
            begun = 0
        elif begun and word:
            named = _NAMED.fullmatch(word)
            if named:
                told[named["name"]] = named["value"]
            else:
                peaks.append(_peak(word, source, count))
    problems = [f"{empty} spectra without peaks."] if empty else []
    if begun:
        problems.append(f"The spectrum that begins in line {begun} does not end: the file may be truncated.")
    if not traces:
        raise FormatError(
            given="no spectrum with peaks",
            expected="peaks between BEGIN IONS and END IONS",
            why="nothing can be read from it",
            remedy="Export the spectra again.",
            where=source.where(1),
        )
    return Contents("MGF", source.file, tuple(traces), {}, tuple(problems))


def _trace(told: dict[str, str], peaks: list[tuple[float, float]], source: Source, line: int) -> Trace:
    x, y = np.array(peaks).T
    label = told.get("TITLE") or told.get("NAME") or f"spectrum in line {line}"
    intensity = Quantity(QuantityKind.INTENSITY, "")
    return Trace(label, Axis(AxisKind.MASS), x, intensity, y, metadata=told, where=source.where(line, label))


def _peak(word: str, source: Source, line: int) -> tuple[float, float]:
    parts = [number(part) for part in word.split()[:2]]
    if len(parts) == 2 and parts[0] is not None and parts[1] is not None:
        return parts[0], parts[1]
    raise FormatError(
        given=f"the line '{word[:60]}'",
        expected="an m/z and an intensity, or NAME=value",
        why="a list of peaks holds nothing else",
        remedy="Export the spectra again, or remove the line.",
        where=source.where(line),
    )
