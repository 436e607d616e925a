"""NeXus: HDF5 with named groups, NXdata with a signal and its axis, units as attributes.

HDF5 is read by :mod:`aliquot.instruments.formats.nexus_child` in a process of its own.
"""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where, needs_extra
from aliquot.instruments.formats.contents import (
    MOST_POINTS,
    Axis,
    AxisKind,
    Conditions,
    Contents,
    Quantity,
    QuantityKind,
    Trace,
    bounded,
)
from aliquot.instruments.formats.header import trace_of, unpacked
from aliquot.instruments.formats.headings import time_of
from aliquot.instruments.formats.source import Source
from aliquot.instruments.formats.words import axis_of, quantity_of

MAGIC = b"\x89HDF\r\n\x1a\n"
"""First bytes of HDF5."""

SECONDS = 8.0
"""Longest that reading may take [s]; the largest file that is read takes one."""


def is_hdf5(head: bytes) -> bool:
    """Tell HDF5 by its first bytes."""
    return head.startswith(MAGIC)


def read_nexus(source: Source) -> Contents:
    """Read all one-dimensional NXdata of a NeXus file.

    Args:
        source: The file.

    Raises:
        FormatError: If the file is damaged, or holds no such data.
        InputError: If the extra that reads HDF5 is missing.
    """
    with needs_extra("files", "NeXus is read with it", source.where()):
        if find_spec("h5py") is None:
            raise ModuleNotFoundError(name="h5py")
    told, numbers = _answer(source)
    if told["fault"]:
        raise _damaged(source, told["fault"])
    if not told["traces"]:
        raise _damaged(source, "no NXdata with one signal against one axis is in it")
    bounded(numbers.size // 2, len(told["traces"]), source.where())
    traces, at = [], 0
    for each in told["traces"]:
        points = each["points"]
        x, y = numbers[at : at + points], numbers[at + points : at + 2 * points]
        traces.append(_trace(each, x, y, source.where(None, each["name"])))
        at += 2 * points
    return Contents("NeXus", source.file, tuple(traces))


def _answer(source: Source) -> tuple[dict[str, Any], Float[np.ndarray, " n"]]:
    """Return what the other process tells of the file, and all numbers."""
    child = Path(__file__).with_name("nexus_child.py")
    command = [sys.executable, "-P", str(child), str(MOST_POINTS)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "HDF5_USE_FILE_LOCKING": "FALSE"}
    try:
        done = subprocess.run(  # noqa: S603  our own file, by our own interpreter
            command, input=source.content, capture_output=True, timeout=SECONDS, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        raise _damaged(source, f"reading it does not end within {SECONDS:g} s") from None
    head, mark, numbers = done.stdout.partition(b"\n")
    if done.returncode != 0 or not mark:
        raise _damaged(source, f"HDF5 crashes on it ({done.returncode})")
    return json.loads(head), np.frombuffer(numbers, "<f8").astype(float)


def _trace(
    each: dict[str, Any], x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], where: Where
) -> Trace:
    """Return a trace: by our own header, or by the names and units that another program has written."""
    if each["header"]:
        return trace_of(unpacked(each["header"], where), x, y, where)
    (x_words, y_words), (x_unit, y_unit) = each["words"], each["units"]
    words = f"{x_words} ({x_unit})" if x_unit else x_words
    quantity = quantity_of(y_words)
    if quantity.kind is QuantityKind.UNKNOWN:
        quantity = Quantity(quantity.kind, y_unit, y_words)
    label = each["title"] or each["name"]
    axis = axis_of(words) or Axis(AxisKind.UNKNOWN, x_unit, words)
    return Trace(label, axis, x, quantity, y, Conditions(time_s=time_of(label)), where=where)


def _damaged(source: Source, why: str) -> FormatError:
    return FormatError(
        given="an HDF5 file that can not be read",
        expected="NeXus: NXdata with the attributes 'signal' and 'axes'",
        why=why,
        remedy="Write the file again, or export the spectra as CSV.",
        where=source.where(),
    )
