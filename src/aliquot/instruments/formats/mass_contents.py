"""Mass spectra of mzML, mzXML and flex folders as traces."""

from pathlib import Path

from aliquot.errors import Where
from aliquot.instruments.formats.contents import (
    Axis,
    AxisKind,
    Contents,
    Quantity,
    QuantityKind,
    Trace,
    bounded,
)
from aliquot.instruments.formats.flex import read_flex
from aliquot.instruments.formats.mzml import is_mzml, read_scans

_AXIS, _QUANTITY = Axis(AxisKind.MASS, "", "m/z"), Quantity(QuantityKind.INTENSITY, "", "intensity")


def read_mzml_contents(path: Path) -> Contents:
    """Read all spectra of an mzML or mzXML file.

    Args:
        path: The file.

    Raises:
        FormatError: As :func:`aliquot.instruments.formats.mzml.read_mzml` does.
    """
    traces: list[Trace] = []
    empty, points = 0, 0
    for scan in read_scans(path):
        points += scan.mz.size
        bounded(points, len(traces) + 1, Where(str(path)))
        if scan.mz.size == 0:
            empty += 1
            continue
        told = {"MS level": str(scan.level)} | ({} if scan.mode is None else {"mode": str(scan.mode)})
        where = Where(str(path), key=scan.label)
        traces.append(
            Trace(scan.label, _AXIS, scan.mz, _QUANTITY, scan.intensities, metadata=told, where=where)
        )
    problems = (f"{empty} spectra hold no ion.",) if empty else ()
    return Contents(is_mzml(path) or "mzML", str(path), tuple(traces), {}, problems)


def read_flex_contents(path: Path) -> Contents:
    """Read the spectrum of a flex folder.

    Args:
        path: The folder, or its ``fid``.

    Raises:
        FormatError: As :func:`aliquot.instruments.formats.flex.read_flex` does.
    """
    found = read_flex(path)
    trace = Trace(found.label, _AXIS, found.mz, _QUANTITY, found.intensities, where=found.where)
    return Contents("Bruker flex", str(path), (trace,), {}, found.flags)
