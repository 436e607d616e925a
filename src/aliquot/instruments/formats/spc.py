"""Galactic SPC, the new form: one or many spectra, on an even axis, a common one, or one of their own.

File      header of 512 bytes, [x], then for each spectrum a header of 32 bytes, [x], y; a log at the end
y         32-bit reals, or integers of 16 or 32 bits as fractions of 2^exponent

Source: the structures of Galactic's SPC.H as spc-io 0.2.1 declares them (MIT), with which the tests compare.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError
from aliquot.instruments.formats.contents import AxisKind, Conditions, Contents, Trace, bounded
from aliquot.instruments.formats.source import Source
from aliquot.instruments.formats.spc_codes import axis_coded, quantity_coded, seconds_coded

HEADER, SUBHEADER, LOG = 512, 32, 64
"""Sizes of the header, of that of one spectrum and of that of the log [bytes]."""

SHORT, MULTI, RANDOM, ORDERED, LABELS, OWN_X, WITH_X = 0x01, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80
REALS = -128
"""Exponent that says that y are reals."""


@dataclass(frozen=True, slots=True)
class _Header:
    flags: int
    order: str
    exponent: int
    points: int
    first: float
    last: float
    spectra: int
    codes: tuple[int, int, int]
    date: int
    comment: str
    labels: tuple[str, ...]
    log: int
    step_z: float


def is_spc(head: bytes) -> bool:
    """Tell such a file by its version and by zeros where they are reserved."""
    if len(head) < HEADER or head[1] not in b"\x4b\x4c\x4d":
        return False
    # A text may have such a letter in the second place, but no zeros.
    return head[1:2] == b"\x4d" or b"\0" in head[325:HEADER]


def read_spc(source: Source) -> Contents:
    """Read all spectra of an SPC file.

    Args:
        source: The file.

    Raises:
        FormatError: If it is of the old form, truncated, or claims more than it holds.
    """
    header = _header(source)
    found = list(_traces(source, header))
    end = found[-1][1] if found else HEADER
    told = {"Comment": header.comment, "Date": _date(header.date)}
    told |= _log(source.content, header)
    expected = header.log or (header.points if header.flags & OWN_X else 0) or len(source.content)
    odd = []
    if header.flags & OWN_X == 0 and end > expected:
        odd.append(f"The spectra end at byte {end}, behind the beginning of the log, {expected}.")
    if header.date == 0:
        odd.append("The file tells no date.")
    return Contents(
        "Galactic SPC",
        source.file,
        tuple(trace for trace, _ in found),
        {k: v for k, v in told.items() if v},
        tuple(odd),
    )


def _header(source: Source) -> _Header:
    """Return the header, and refuse what it claims beyond the size of the file."""
    content = source.content
    if content[1] == 0x4D:
        raise FormatError(
            given="an SPC file of the old form (version 0x4D, Lab Calc and Spectra Calc)",
            expected="the new form (0x4B or 0x4C)",
            why="no file of the old form was at hand to test a reader with",
            remedy="Open it in GRAMS or Spectragryph and save it as SPC or JCAMP-DX.",
            where=source.where(),
        )
    order = "<" if content[1] == 0x4B else ">"
    flags, _, _, exponent, points, first, last, spectra, *codes = struct.unpack_from(
        order + "BBBbIddI3B", content
    )
    (date,) = struct.unpack_from(order + "I", content, 32)
    (log,) = struct.unpack_from(order + "I", content, 248)
    (step_z,) = struct.unpack_from(order + "f", content, 312)
    comment = content[88:218].split(b"\0")[0].decode("latin-1").strip()
    labels = tuple(part.decode("latin-1").strip() for part in content[218:248].split(b"\0")[:3])
    header = _Header(
        flags, order, exponent, points, first, last, spectra, tuple(codes), date, comment,
        labels if flags & LABELS else (), log, step_z,
    )  # fmt: skip
    own = bool(flags & OWN_X)
    width = 2 if flags & SHORT and exponent != REALS else 4
    least = SUBHEADER if own else SUBHEADER + width * points
    bounded(0 if own else points * spectra, spectra, source.where())
    if spectra < 1 or HEADER + least * spectra > len(content):
        raise _short(source, f"{spectra} spectra of {points} points", HEADER + least * spectra)
    if not own and not flags & WITH_X and not (isfinite(first) and isfinite(last)):
        raise _short(source, "an axis without ends", HEADER)
    return header


def _traces(source: Source, header: _Header) -> Iterator[tuple[Trace, int]]:
    """Yield the spectra with the byte at which each ends."""
    place = HEADER
    x: Float[np.ndarray, " n"] | None = None
    if header.flags & WITH_X and not header.flags & OWN_X:
        x = _numbers(source, place, header.points, header.order + "f4")
        place += 4 * header.points
    elif not header.flags & OWN_X:
        x = np.linspace(header.first, header.last, header.points)
    z_first, total = 0.0, 0
    for index in range(header.spectra):
        if place + SUBHEADER > len(source.content):
            raise _short(source, f"spectrum {index + 1} of {header.spectra}", place + SUBHEADER)
        _, own_exponent, _, z, _, _, own_points = struct.unpack_from(
            header.order + "BbHfffI", source.content, place
        )
        z_first = z if index == 0 else z_first
        place += SUBHEADER
        exponent = own_exponent if header.flags & MULTI and header.exponent != REALS else header.exponent
        count = own_points if header.flags & OWN_X else header.points
        total += count
        bounded(total, header.spectra, source.where())
        if header.flags & OWN_X:
            x = _numbers(source, place, count, header.order + "f4")
            place += 4 * count
        y, place = _values(source, place, count, exponent, header)
        if not header.flags & (RANDOM | ORDERED) and header.step_z:
            z = z_first + index * header.step_z
        if x is not None and count:
            yield _trace(source, header, x, y, z if header.flags & MULTI else None, index), place


def _values(
    source: Source, place: int, count: int, exponent: int, header: _Header
) -> tuple[Float[np.ndarray, " n"], int]:
    """Return the values of one spectrum and where they end."""
    if exponent == REALS:
        return _numbers(source, place, count, header.order + "f4"), place + 4 * count
    bits = 16 if header.flags & SHORT else 32
    raw = _numbers(source, place, count, f"{header.order}i{bits // 8}")
    return np.asarray(np.ldexp(raw, exponent - bits)), place + bits // 8 * count


def _numbers(source: Source, place: int, count: int, kind: str) -> Float[np.ndarray, " n"]:
    """Return numbers of a kind from a place of the file."""
    size = np.dtype(kind).itemsize
    if place + count * size > len(source.content):
        raise _short(source, f"{count} numbers from byte {place}", place + count * size)
    return np.frombuffer(source.content, kind, count, place).astype(float)


def _trace(
    source: Source,
    header: _Header,
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    z: float | None,
    index: int,
) -> Trace:
    """Return one spectrum; the third axis becomes its name, and its time where it is one."""
    label = header.comment or source.stem
    axis = axis_coded(header.codes[0], *header.labels[:1])
    quantity = quantity_coded(header.codes[1], *header.labels[1:2])
    time_s = None
    if z is not None and isfinite(z):
        z_axis = axis_coded(header.codes[2])
        label = f"{label[:60]}, {index + 1}: {z:g} {z_axis.unit}".rstrip()
        seconds = seconds_coded(header.codes[2])
        # The time of a chromatogram is none of an aliquot.
        time_s = None if seconds is None or axis.kind is AxisKind.MASS else z * seconds
    conditions = Conditions(time_s=time_s)
    return Trace(label, axis, x, quantity, y, conditions, where=source.where(None, f"spectrum {index + 1}"))


def _date(packed: int) -> str:
    """Return the date and time as they are packed into 32 bits, empty where there is none."""
    if packed == 0:
        return ""
    minute, hour, day = packed & 0x3F, packed >> 6 & 0x1F, packed >> 11 & 0x1F
    month, year = packed >> 16 & 0xF, packed >> 20
    # Some programs write the years since 1900; whose month is right then nobody knows.
    told = f"{year:04}" if year >= 1000 else f"year {year}"
    return f"{told}-{month:02}-{day:02} {hour:02}:{minute:02}"


def _log(content: bytes, header: _Header) -> dict[str, str]:
    """Return names and values of the log's text."""
    if not header.log or header.log + LOG > len(content):
        return {}
    size, _, text = struct.unpack_from(header.order + "III", content, header.log)
    lines = content[header.log + text : header.log + size].split(b"\0")[0].decode("latin-1").splitlines()
    pairs = (line.partition("=") for line in lines[:400])
    return {name.strip(): value.strip()[:500] for name, _, value in pairs if value}


def _short(source: Source, given: str, needed: int) -> FormatError:
    return FormatError(
        given=f"a header that tells {given}",
        expected=f"a file of at least {needed} bytes; it has {len(source.content)}",
        why="the file is truncated, or its header is damaged",
        remedy="Copy the file from the instrument again.",
        where=source.where(),
    )
