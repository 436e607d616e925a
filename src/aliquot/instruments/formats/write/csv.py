"""Tidy CSV: one row for each point, readable by any program and by a person."""

import csv
from io import StringIO
from pathlib import Path

from aliquot.instruments.formats.contents import Contents
from aliquot.instruments.formats.header import UNITS, header_of
from aliquot.instruments.formats.tidy import COLUMNS, cell_of


def write_csv(contents: Contents, path: Path) -> None:
    """Write traces as tidy CSV: the metadata of an instrument does not go with them.

    Args:
        contents: What is written.
        path: File to write.
    """
    text = StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for count, trace in enumerate(contents.traces, 1):
        header = header_of(trace)
        cells = {name: cell_of(value) for name, value in header.items() if isinstance(value, str)}
        cells |= {name: "" if header[name] is None else repr(header[name]) for name in UNITS}
        cells |= {"trace": str(count), "medium": cell_of(header["medium"] or "")}
        for place, value in zip(trace.x.tolist(), trace.y.tolist(), strict=True):
            cells |= {"axis_value": repr(place), "value": repr(value)}
            rows.writerow([cells[name] for name in COLUMNS])
    path.write_bytes(text.getvalue().encode())
