"""Runs in files: one for each simulation, found again by the content of what was simulated."""

import json
import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from aliquot.errors import FormatError, InputError, Where
from aliquot.synthesis.content import tree, value_of
from aliquot.synthesis.run import Run

FORMAT = "aliquot-run/1"
"""Name and version of the format: a NumPy archive of the text ``meta`` (JSON) and arrays ``0``, ``1``, ..."""


def pack(run: Run, key: str) -> bytes:
    """Write a run as the content of a file, all of it.

    Args:
        run: The run.
        key: What it is found by, see :func:`aliquot.synthesis.content.key_of`.

    Raises:
        InputError: If something in the run is no record, text, number or array.

    Example:
        >>> from aliquot.synthesis.run import Provenance
        >>> run = Run(Provenance.SIMULATED, (), flags=("Nothing was simulated.",))
        >>> unpack(pack(run, "k"), "k", "k.npz") == run
        True
    """
    arrays: list[np.ndarray] = []

    def keep(array: np.ndarray) -> int:
        arrays.append(array)
        return len(arrays) - 1

    meta = json.dumps({"format": FORMAT, "key": key, "run": tree(run, keep)}, allow_nan=False)
    file = BytesIO()
    named = {str(number): array for number, array in enumerate(arrays)}
    np.savez(file, allow_pickle=False, meta=np.frombuffer(meta.encode(), np.uint8), **named)
    return file.getvalue()


def unpack(content: bytes, key: str, file: str) -> Run:
    """Read a run from the content of its file.

    Args:
        content: All bytes of the file.
        key: What it was stored by.
        file: Name of the file, for messages.

    Raises:
        FormatError: If the file is truncated, damaged, of another format or of another simulation.
    """
    try:
        # Each array is read whole, and with it its checksum.
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        meta = json.loads(arrays.pop("meta").tobytes())
        if (meta["format"], meta["key"]) == (FORMAT, key):
            run = value_of(meta["run"], [arrays[str(number)] for number in range(len(arrays))])
            if isinstance(run, Run):
                return run
        reason = "it holds something else"
    except Exception as fault:  # noqa: BLE001  a foreign file may fail in any way, and none may stop a campaign
        reason = " ".join(str(fault).split())[:120] or type(fault).__name__
    raise FormatError(
        given="a file that can not be read as this run",
        expected=f"{FORMAT}, as a campaign wrote it",
        why=reason,
        remedy="Delete it, or run the campaign again: the run is then computed anew.",
        where=Where(file),
    )


@dataclass(frozen=True, slots=True)
class Archive:
    """The folder of a campaign.

    Example:
        >>> from tempfile import mkdtemp
        >>> Archive.at(mkdtemp()).load("0" * 64) is None
        True
    """

    folder: Path
    """Where the files are."""

    @classmethod
    def at(cls, folder: Path | str) -> "Archive":
        """Open a folder, or make it; raises InputError where that can not be done."""
        path = Path(folder).expanduser()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise _unusable(path, fault) from None
        return cls(path)

    def load(self, key: str) -> Run | None:
        """Return the run of a key, None where there is none.

        Raises:
            FormatError: If a file of that name is there and is not that run.
        """
        file = self._file(key)
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as fault:
            raise FormatError(
                given="a file that can not be opened",
                expected=FORMAT,
                why=str(fault.strerror),
                remedy="Look at its permissions, or delete it.",
                where=Where(file.name),
            ) from None
        return unpack(content, key, file.name)

    def save(self, key: str, content: bytes) -> None:
        """Store what :func:`pack` wrote: whole or not at all, whenever the process ends.

        Raises:
            InputError: If the folder can not be written.
        """
        part = self.folder / f".{key}.{os.getpid()}.part"
        try:
            part.write_bytes(content)
            part.replace(self._file(key))
        except OSError as fault:
            raise _unusable(self.folder, fault) from None

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.npz"


def _unusable(folder: Path, fault: OSError) -> InputError:
    """Return the error of a folder in which nothing can be stored."""
    return InputError(
        given=f"the folder '{folder}'",
        expected="one that can be written",
        why=str(fault.strerror),
        remedy="Name another, or make room there.",
        where=Where(str(folder)),
    )
