"""Horiba LabRAM: a header of ``#Name=<tab>value``, then a spectrum, or a map with its places in front."""

import numpy as np

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import (
    Axis,
    AxisKind,
    Conditions,
    Contents,
    Quantity,
    QuantityKind,
    Trace,
    bounded,
)
from aliquot.instruments.formats.named import named_of
from aliquot.instruments.formats.numbers import number
from aliquot.instruments.formats.pairs import pairs_of
from aliquot.instruments.formats.source import Source

_QUANTITY = Quantity(QuantityKind.INTENSITY, "counts")


def is_labram(head: bytes) -> bool:
    """Tell such a file by the header that LabSpec writes."""
    return head.startswith(b"#Acq. time") or (head.startswith(b"#") and b"#Instrument=\tLabRAM" in head)


def read_labram(source: Source) -> Contents:
    """Read a spectrum or a map of LabSpec.

    Args:
        source: The file.

    Returns:
        A trace for each spectrum; those of a map are called by their place on the stage [µm].

    Raises:
        FormatError: If a row is no spectrum.
    """
    lines = source.text().replace("\r\n", "\n").split("\n")
    first = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    told = named_of(lines[:first])
    axis = _axis(told)
    body = lines[first:]
    if not body or not body[0].startswith("\t"):
        x, y = pairs_of(body, source.where(first + 1))
        label = told.get("Title") or source.stem
        traces: tuple[Trace, ...] = (
            Trace(label, axis, x, _QUANTITY, y, conditions=_conditions(told), where=source.where(first + 1)),
        )
    else:
        traces = _map(source, body, first, axis, told)
    doubt = ["The file does not name its axis; it is that of 'Range'."] if axis.unit else []
    return Contents("Horiba LabRAM", source.file, traces, told, tuple(doubt))


def _axis(told: dict[str, str]) -> Axis:
    """Return the axis: the unit of the range is that of the columns, shifts in cm-1 or wavelengths."""
    if any(name.startswith("Range (nm)") for name in told):
        return Axis(AxisKind.WAVELENGTH, "nm", "Range (nm)")
    if any(name.startswith(("Range (cm", "Range (1/cm")) for name in told):
        return Axis(AxisKind.RAMAN, "cm-1", "Range (cm-1)")
    if any(name.startswith("Range (eV)") for name in told):
        return Axis(AxisKind.ENERGY, "eV", "Range (eV)")
    return Axis(AxisKind.UNKNOWN)


def _conditions(told: dict[str, str]) -> Conditions:
    return Conditions(excitation_nm=number(told.get("Laser (nm)", "")))


def _map(source: Source, body: list[str], first: int, axis: Axis, told: dict[str, str]) -> tuple[Trace, ...]:
    """Return the spectra of a map: one row of places on the axis, then a row for each point of the stage."""
    head = body[0].rstrip().split("\t")
    lead = next(count for count, cell in enumerate([*head, "end"]) if cell)
    places = [number(cell) for cell in head[lead:]]
    rows = [
        (first + count, line.rstrip().split("\t")) for count, line in enumerate(body[1:], 2) if line.strip()
    ]
    bounded(len(places) * len(rows), len(rows), source.where(first + 1))
    if None in places or not places:
        raise _no_row(source, first + 1, head)
    x = np.array(places, dtype=float)
    traces = []
    for line, cells in rows:
        values = [number(cell) for cell in cells]
        if len(cells) != lead + x.size or None in values:
            raise _no_row(source, line, cells)
        label = f"{told.get('Title') or source.stem}, place {', '.join(cells[:lead])}"
        y = np.array(values[lead:], dtype=float)
        traces.append(
            Trace(label, axis, x, _QUANTITY, y, conditions=_conditions(told), where=source.where(line))
        )
    return tuple(traces)


def _no_row(source: Source, line: int, cells: list[str]) -> FormatError:
    return FormatError(
        given=f"a row of {len(cells)} cells, beginning with '{' '.join(cells)[:40]}'",
        expected="a number in each cell, as many as the axis has",
        why="a map has one value for each place on the axis",
        remedy="Export the map again; it may be truncated.",
        where=source.where(line),
    )
