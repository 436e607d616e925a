"""Contents and signals into files of the four formats that are written."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from aliquot.errors import InputError, Where, suggestion
from aliquot.instruments.formats.contents import Contents
from aliquot.instruments.formats.signals import traces_of
from aliquot.instruments.formats.write.csv import write_csv
from aliquot.instruments.formats.write.jcamp import write_jcamp
from aliquot.instruments.formats.write.nexus import write_nexus
from aliquot.instruments.formats.write.parquet import write_parquet
from aliquot.instruments.formats.write.whole import publish
from aliquot.instruments.signal import Signal

_WRITERS: dict[str, Callable[[Contents, Path], None]] = {
    "jcamp": write_jcamp,
    "csv": write_csv,
    "parquet": write_parquet,
    "nexus": write_nexus,
}

ENDINGS = {"jcamp": ".jdx", "csv": ".csv", "parquet": ".parquet", "nexus": ".nxs"}
"""Formats that are written, with the endings of their files."""


def write_contents(contents: Contents, to: str, path: str | Path, *, force: bool = False) -> Path:
    """Write what a file holds in another format, whole or not at all.

    Args:
        contents: What is written; there must be a trace.
        to: ``"jcamp"``, ``"csv"``, ``"parquet"`` or ``"nexus"``.
        path: File to write.
        force: Whether a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the format is not known, a file is there already, an extra is missing, or nothing can
            be written there.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> import numpy as np
        >>> from aliquot.instruments.formats.files import read_file
        >>> from aliquot.instruments.signal import SignalKind
        >>> x, y = np.array([400.0, 401.0]), np.array([0.2, 0.1])
        >>> signal = Signal(SignalKind.ABSORBANCE, x, y, "A1", time_s=30.0)
        >>> with TemporaryDirectory() as folder:
        ...     file = write_signals([signal], "jcamp", Path(folder) / "a.jdx")
        ...     read_file(file).traces[0].conditions.time_s
        30.0
    """
    if to not in _WRITERS:
        raise InputError(
            given=f"'{to}'",
            expected="a format that is written",
            why="others are only read",
            remedy=suggestion(to, _WRITERS),
            where=Where(key="--to"),
        )
    if not contents.traces:
        raise InputError(
            given=f"'{contents.file}' without a trace",
            expected="one trace at least",
            why="an empty file helps nobody",
            remedy="Give a file that holds a spectrum.",
            where=Where(contents.file),
        )
    whole = replace(
        contents,
        traces=tuple(
            replace(trace, metadata={**contents.metadata, **trace.metadata}) for trace in contents.traces
        ),
    )
    return publish(Path(path), lambda draft: _WRITERS[to](whole, draft), force=force)


def write_signals(signals: Sequence[Signal], to: str, path: str | Path, *, force: bool = False) -> Path:
    """Write signals, as :func:`write_contents` does.

    Args:
        signals: One at least.
        to: ``"jcamp"``, ``"csv"``, ``"parquet"`` or ``"nexus"``.
        path: File to write.
        force: Whether a file of that name is replaced.

    Returns:
        The path.
    """
    return write_contents(
        Contents("signals", Path(path).stem, traces_of(tuple(signals))), to, path, force=force
    )
