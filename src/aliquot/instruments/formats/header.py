"""What our own files keep of a trace beside its numbers: one flat record, the same in every format."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.formats.contents import Axis, AxisKind, Conditions, Quantity, QuantityKind, Trace

UNITS = {
    "time_s": "s",
    "path_mm": "mm",
    "dilution": "1",
    "temperature_K": "K",
    "excitation_nm": "nm",
    "emission_nm": "nm",
}
"""Conditions that are numbers, as our files call them, with their units."""

_Kind = TypeVar("_Kind", AxisKind, QuantityKind)
_FIELDS = {name: name.removesuffix("_K") for name in UNITS}


def header_of(trace: Trace) -> dict[str, Any]:
    """Return all that a trace is beside x and y; None for what is not known.

    Example:
        >>> axis, absorbance = Axis(AxisKind.WAVELENGTH, "nm"), Quantity(QuantityKind.ABSORBANCE, "1")
        >>> one = np.array([1.0])
        >>> header_of(Trace("A1", axis, one, absorbance, one, Conditions(time_s=30.0)))["time_s"]
        30.0
    """
    return {
        "label": trace.label,
        **{name: getattr(trace.conditions, field) for name, field in _FIELDS.items()},
        "medium": trace.conditions.medium,
        "axis": str(trace.axis.kind),
        "axis_unit": trace.axis.unit,
        "axis_written": trace.axis.written,
        "quantity": str(trace.quantity.kind),
        "unit": trace.quantity.unit,
        "written": trace.quantity.written,
        "gaps": trace.gaps,
        "metadata": dict(trace.metadata),
    }


def trace_of(
    header: Mapping[str, Any], x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], where: Where
) -> Trace:
    """Return the trace of a header and its numbers.

    Args:
        header: As :func:`header_of` makes it; what is missing is not known.
        x: Places, shape (n,).
        y: Values, shape (n,).
        where: Where it stands, for errors.

    Raises:
        FormatError: If the header holds what no writer of ours writes.
    """
    numbers = {field: _number(header, name, where) for name, field in _FIELDS.items()}
    metadata = header.get("metadata") or {}
    gaps = header.get("gaps") or 0
    if not isinstance(metadata, dict) or not isinstance(gaps, int) or isinstance(gaps, bool) or gaps < 0:
        raise _foreign("metadata or gaps", f"{metadata!r}, {gaps!r}"[:60], where)
    return Trace(
        _text(header, "label", where),
        Axis(
            _kind(AxisKind, header, "axis", where),
            _text(header, "axis_unit", where),
            _text(header, "axis_written", where),
        ),
        x,
        Quantity(
            _kind(QuantityKind, header, "quantity", where),
            _text(header, "unit", where),
            _text(header, "written", where),
        ),
        y,
        Conditions(**numbers, medium=_text(header, "medium", where) or None),
        {str(name): str(value) for name, value in metadata.items()},
        gaps,
        where,
    )


def packed(header: Mapping[str, Any]) -> str:
    """Return a header as one line of JSON in ASCII.

    Example:
        >>> unpacked(packed({"label": "é"}), Where("a.h5"))
        {'label': 'é'}
    """
    return json.dumps(header, ensure_ascii=True, allow_nan=False)


def unpacked(text: str, where: Where) -> dict[str, Any]:
    """Return the header in a line of JSON.

    Raises:
        FormatError: If it is none.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _foreign("header", text[:40], where)
    return found


def _number(header: Mapping[str, Any], name: str, where: Where) -> float | None:
    value = header.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise _foreign(name, repr(value)[:40], where)
    return float(value)


def _text(header: Mapping[str, Any], name: str, where: Where) -> str:
    value = header.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _foreign(name, repr(value)[:40], where)
    return value


def _kind(kinds: type[_Kind], header: Mapping[str, Any], name: str, where: Where) -> _Kind:
    known = {str(kind): kind for kind in kinds}
    value = header.get(name)
    if not isinstance(value, str) or value not in known:
        raise _foreign(name, repr(value)[:40], where)
    return known[value]


def _foreign(name: str, given: str, where: Where) -> FormatError:
    return FormatError(
        given=f"{given} as '{name}'",
        expected="what Aliquot writes there",
        why="the file says that Aliquot wrote it, and was changed since",
        remedy="Convert the original again.",
        where=where,
    )
