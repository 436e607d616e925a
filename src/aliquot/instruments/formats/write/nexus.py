"""NeXus: NXentry with an NXdata for each trace, its signal and axis named, units as attributes."""

from pathlib import Path
from typing import TYPE_CHECKING

from aliquot.errors import Where, needs_extra
from aliquot.instruments.formats.contents import Contents, Trace
from aliquot.instruments.formats.header import UNITS, header_of, packed

if TYPE_CHECKING:
    import h5py

_PLAIN = {"cm-1": "1/cm", "Å-1": "1/angstrom", "Å": "angstrom", "µm": "um", "µs": "us", "deg": "degree"}


def write_nexus(contents: Contents, path: Path) -> None:
    """Write traces as NeXus.

    Args:
        contents: What is written.
        path: File to write.

    Raises:
        InputError: If the extra is missing.
    """
    with needs_extra("files", "NeXus is written with it", Where(key="--to nexus")):
        import h5py  # noqa: PLC0415

    with h5py.File(path, "w", track_order=True) as file:
        file.attrs["NX_class"] = "NXroot"
        file.attrs["default"] = "entry"
        entry = file.create_group("entry")
        entry.attrs["NX_class"] = "NXentry"
        entry.attrs["default"] = "trace_1"
        entry["title"] = contents.file.replace("\0", "")
        for count, trace in enumerate(contents.traces, 1):
            _data(entry.create_group(f"trace_{count}"), trace)


def _data(group: "h5py.Group", trace: Trace) -> None:
    """Write one trace."""
    header = header_of(trace)
    axis = "".join(c if c.isalnum() and c.isascii() else "_" for c in str(trace.axis.kind))
    group.attrs["NX_class"] = "NXdata"
    group.attrs["signal"] = "value"
    group.attrs["axes"] = [axis]
    group.attrs[f"{axis}_indices"] = 0
    group.attrs["title"] = trace.label.replace("\0", "").encode("utf-8", "replace").decode()
    group.attrs["aliquot_header"] = packed(header)
    for name in UNITS:
        if header[name] is not None:
            group.attrs[name] = header[name]
    for name, values, unit, words in (
        (axis, trace.x, trace.axis.unit, str(trace.axis.kind)),
        ("value", trace.y, trace.quantity.unit, str(trace.quantity.kind)),
    ):
        # The sum of Fletcher finds a changed byte; HDF5 itself would read it as another number.
        data = group.create_dataset(name, data=values, fletcher32=True, track_times=False)
        data.attrs["units"] = _PLAIN.get(unit, "" if unit == "1" else unit)
        data.attrs["long_name"] = words
