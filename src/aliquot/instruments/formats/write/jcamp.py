"""JCAMP-DX 5.01: one block for each trace, linked where there are several; plain numbers in full."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from aliquot.instruments.formats.contents import AxisKind, Contents, QuantityKind, Trace
from aliquot.instruments.formats.header import UNITS, header_of, packed
from aliquot.instruments.formats.jcamp.own import EXACT, label_of_condition

_UNITS = {
    (AxisKind.WAVELENGTH, "nm"): "NANOMETERS",
    (AxisKind.WAVELENGTH, "µm"): "MICROMETERS",
    (AxisKind.WAVENUMBER, "cm-1"): "1/CM",
    (AxisKind.RAMAN, "cm-1"): "1/CM",
    (AxisKind.TIME, "s"): "SECONDS",
    (AxisKind.TIME, "ms"): "MILLISECONDS",
    (AxisKind.FREQUENCY, "Hz"): "HZ",
    (AxisKind.SHIFT, "ppm"): "PPM",
    (AxisKind.MASS, ""): "M/Z",
}
_QUANTITIES = {
    QuantityKind.ABSORBANCE: "ABSORBANCE",
    QuantityKind.TRANSMISSION: "TRANSMITTANCE",
    QuantityKind.REFLECTION: "REFLECTANCE",
}
_TYPES = {
    AxisKind.MASS: "MASS SPECTRUM",
    AxisKind.RAMAN: "RAMAN SPECTRUM",
    AxisKind.WAVENUMBER: "INFRARED SPECTRUM",
    AxisKind.SHIFT: "NMR SPECTRUM",
}
_WIDTH = 76


def write_jcamp(contents: Contents, path: Path) -> None:
    """Write traces as JCAMP-DX.

    Args:
        contents: What is written.
        path: File to write.
    """
    traces = contents.traces
    lines: list[str] = []
    if len(traces) > 1:
        lines += ["##TITLE= " + _plain(contents.file), "##JCAMP-DX= 5.01", "##DATA TYPE= LINK"]
        lines += ["##ORIGIN= Aliquot", "##OWNER= not stated", f"##BLOCKS= {len(traces)}"]
    for count, trace in enumerate(traces, 1):
        lines += _block(trace, count if len(traces) > 1 else None)
    if len(traces) > 1:
        lines.append("##END=")
    path.write_bytes("\r\n".join([*lines, ""]).encode("ascii"))


def _block(trace: Trace, count: int | None) -> Iterator[str]:
    """Yield the records of one trace."""
    header = header_of(trace)
    yield "##TITLE= " + (_plain(trace.label) or "untitled")
    yield "##JCAMP-DX= 5.01 $$ Aliquot"
    yield "##DATA TYPE= " + _type(trace)
    yield "##DATA CLASS= XYPOINTS"
    if count is not None:
        yield f"##BLOCK_ID= {count}"
    yield "##ORIGIN= Aliquot"
    yield "##OWNER= not stated"
    for name in UNITS:
        if header[name] is not None:
            yield f"##{label_of_condition(name)}= {header[name]!r}"
    if header["medium"]:
        yield "##$ALIQUOT MEDIUM= " + _plain(header["medium"])
    # '$$' would begin a comment and '##' a label.
    exact = packed(header).replace("$", "\\u0024").replace("#", "\\u0023")
    yield f"##{EXACT}= " + exact[:_WIDTH]
    yield from (exact[place : place + _WIDTH] for place in range(_WIDTH, len(exact), _WIDTH))
    yield from _numbers(trace)
    yield "##END="


def _numbers(trace: Trace) -> Iterator[str]:
    """Yield units, bounds and points."""
    x, y = trace.x, trace.y
    yield "##XUNITS= " + _UNITS.get((trace.axis.kind, trace.axis.unit), _plain(trace.axis.told).upper())
    yield "##YUNITS= " + _QUANTITIES.get(trace.quantity.kind, _plain(trace.quantity.told).upper())
    yield from ("##XFACTOR= 1", "##YFACTOR= 1")
    for name, value in (("FIRSTX", x[0]), ("LASTX", x[-1]), ("FIRSTY", y[0])):
        yield f"##{name}= {float(value)!r}"
    for name, value in (("MAXX", np.max(x)), ("MINX", np.min(x)), ("MAXY", np.max(y)), ("MINY", np.min(y))):
        yield f"##{name}= {float(value)!r}"
    yield f"##NPOINTS= {x.size}"
    yield "##XYPOINTS= (XY..XY)"
    yield from (f"{a!r}, {b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True))


def _type(trace: Trace) -> str:
    """Return the kind of data in the words of JCAMP-DX; emission has none of its own and gets plain ones."""
    if trace.axis.kind is AxisKind.WAVELENGTH:
        kinds = {QuantityKind.EMISSION: "EMISSION SPECTRUM", QuantityKind.EXCITATION: "EXCITATION SPECTRUM"}
        return kinds.get(trace.quantity.kind, "UV/VIS SPECTRUM")
    return _TYPES.get(trace.axis.kind, "SPECTRUM")


def _plain(text: str) -> str:
    """Return a text in one line of ASCII that begins no comment and no label."""
    ascii_ = text.encode("ascii", "replace").decode("ascii")
    return " ".join(
        "".join(c if c.isprintable() else " " for c in ascii_).replace("$$", "$").replace("##", "#").split()
    )
