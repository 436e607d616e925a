"""PerkinElmer .sp: blocks within blocks, each with a number, a size and typed members.

Source: the numbers of blocks and types that specio 0.1.0 reads (BSD-3), extended by those that stand beside
them in the real file; the tests compare with the axis and values that specio documents.
"""

import struct
from collections.abc import Iterator

import numpy as np

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import Axis, AxisKind, Contents, Trace
from aliquot.instruments.formats.source import Source
from aliquot.instruments.formats.words import axis_of, quantity_of

SIGNATURE, INTRODUCTION = b"PEPE", 44
"""First letters of the file, and bytes before the first block."""

_RANGE, _STEP, _COUNT, _X_LABEL, _Y_LABEL = 35698, 35700, 35701, 35703, 35704
_DATA, _NAME, _ALIAS = 35708, 35709, 35713
# How the ordinate is called in one letter; the history of the real file spells it out.
_LETTERS = {"A": "Absorbance"}
_TEXT, _PAIR, _REAL, _WHOLE, _REALS = 29987, 29981, 29979, 29995, 29974


def is_perkin(head: bytes) -> bool:
    """Tell such a file by its signature."""
    return head.startswith(SIGNATURE)


def read_perkin(source: Source) -> Contents:
    """Read the spectrum of a .sp file.

    Args:
        source: The file.

    Raises:
        FormatError: If the file is truncated, or lacks its values or its axis.
    """
    found: dict[int, object] = {}
    for number, body in _members(source.content, source):
        value = _value(body)
        if value is not None:
            found.setdefault(number, value)
    y, ends, count = found.get(_DATA), found.get(_RANGE), found.get(_COUNT)
    if not (isinstance(y, np.ndarray) and y.size and isinstance(ends, tuple)):
        missing = [name for number, name in ((_DATA, "values"), (_RANGE, "axis")) if number not in found]
        raise _damaged(source, f"a file without {' and '.join(missing) or 'values'}")
    x = np.linspace(ends[0], ends[1], y.size)
    odd = []
    if isinstance(count, int) and count != y.size:
        odd.append(f"The header tells {count} points; {y.size} stand in the file.")
    step = found.get(_STEP)
    if isinstance(step, float) and y.size > 1 and abs(abs(step) - abs(x[1] - x[0])) > 0.01 * abs(step):
        odd.append(f"The header tells steps of {step:g}; in the file they are {x[1] - x[0]:g}.")
    x_label, y_label = str(found.get(_X_LABEL, "")), str(found.get(_Y_LABEL, ""))
    name = str(found.get(_ALIAS) or found.get(_NAME) or source.stem)
    axis = axis_of(x_label) or Axis(AxisKind.UNKNOWN, "", x_label)
    trace = Trace(name, axis, x, quantity_of(_LETTERS.get(y_label, y_label)), y, where=source.where())
    words = source.content[4:INTRODUCTION].split(b"\0")[0].decode("latin-1").strip()
    return Contents("PerkinElmer .sp", source.file, (trace,), {"Description": words}, tuple(odd))


def _members(content: bytes, source: Source) -> Iterator[tuple[int, bytes]]:
    """Yield number and body of the members of the first block; what they hold within is passed over."""
    if len(content) < INTRODUCTION + 6:
        raise _damaged(source, f"{len(content)} bytes")
    _, size = struct.unpack_from("<Hi", content, INTRODUCTION)
    place = INTRODUCTION + 6
    end = min(place + size, len(content)) if size > 0 else len(content)
    while place + 6 <= end:
        number, length = struct.unpack_from("<Hi", content, place)
        place += 6
        if length < 0 or place + length > len(content):
            raise _damaged(source, f"a block of {length} bytes where {len(content) - place} are left")
        yield number, content[place : place + length]
        place += length


def _value(body: bytes) -> object:
    """Return what a typed member holds: a text, a number, a pair, an array; None where it is none."""
    kind = int.from_bytes(body[:2], "little")
    if kind == _TEXT and len(body) >= 4:
        size = struct.unpack_from("<H", body, 2)[0]
        return body[4 : 4 + size].decode("latin-1").strip("\0 ")
    if kind == _REALS and len(body) >= 6:
        size = min(struct.unpack_from("<I", body, 2)[0], len(body) - 6)
        return np.frombuffer(body, "<f8", size // 8, 6).astype(float)
    layout = {_PAIR: "<dd", _REAL: "<d", _WHOLE: "<I"}.get(kind)
    if layout is None or len(body) < 2 + struct.calcsize(layout):
        return None
    numbers = struct.unpack_from(layout, body, 2)
    return numbers if kind == _PAIR else numbers[0]


def _damaged(source: Source, given: str) -> FormatError:
    return FormatError(
        given=given,
        expected="a whole .sp file with an axis and values",
        why="it is truncated, or no spectrum",
        remedy="Copy the file from the instrument again, or export it as text.",
        where=source.where(),
    )
