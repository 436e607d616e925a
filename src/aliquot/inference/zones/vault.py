"""Chunks on the disk: each a file, whole or not at all, found again by the content of what was asked.

A map that is called again asks for the same chunks, finds those that are there, and computes the others. A
file that is damaged counts as missing, and is told.
"""

import json
import os
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from aliquot.errors import InputError, Where
from aliquot.inference.zones.block import Found

FORMAT = "aliquot-zones-chunk/1"
"""Name and version of the format: a NumPy archive of the text ``meta`` (JSON) and the arrays of a block."""


@dataclass(frozen=True, slots=True)
class Vault:
    """The folder of a map.

    Attributes:
        folder: Where the chunks are; None keeps nothing.
        damaged: Files that could not be read, by name.

    Example:
        >>> from tempfile import mkdtemp
        >>> vault = Vault.at(Path(mkdtemp()))
        >>> vault.load("0" * 64) is None
        True
    """

    folder: Path | None
    damaged: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, folder: Path | None) -> "Vault":
        """Open a folder, or make it; raises InputError where that can not be done."""
        if folder is None:
            return cls(None)
        try:
            (folder / "chunks").mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise _unusable(folder, fault) from None
        return cls(folder)

    def load(self, key: str) -> Found | None:
        """Return a chunk, None where there is none or its file is damaged."""
        if self.folder is None:
            return None
        path = self._path(key)
        try:
            with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            meta = json.loads(arrays.pop("meta").tobytes())
            found = Found(**arrays)
            if (meta["format"], meta["key"], meta["checksum"]) == (FORMAT, key, _checksum(found)):
                return found
        except FileNotFoundError:
            return None
        except Exception:  # noqa: BLE001, S110  a damaged file may fail in any way, and none may stop a map
            pass
        self.damaged.append(path.name)
        return None

    def save(self, key: str, found: Found) -> None:
        """Keep a chunk; raises InputError if the folder can not be written."""
        if self.folder is None:
            return
        meta: dict[str, Any] = {"format": FORMAT, "key": key, "checksum": _checksum(found)}
        file = BytesIO()
        text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
        np.savez(file, allow_pickle=False, meta=text, **found._asdict())
        self.write(f"chunks/{key}.npz", file.getvalue())

    def write(self, name: str, content: bytes) -> Path:
        """Write a file, whole or not at all."""
        folder = self.folder or Path()
        target = folder / name
        draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
        try:
            draft.write_bytes(content)
            draft.replace(target)
        except OSError as fault:
            raise _unusable(folder, fault) from None
        return target

    def _path(self, key: str) -> Path:
        return (self.folder or Path()) / "chunks" / f"{key}.npz"


def _checksum(found: Found) -> str:
    """Return a digest of all numbers of a chunk."""
    whole = sha256()
    for part in found:
        whole.update(np.ascontiguousarray(part).tobytes())
    return whole.hexdigest()


def _unusable(folder: Path, fault: OSError) -> InputError:
    return InputError(
        given=f"the folder '{folder}'",
        expected="one that can be written",
        why=str(fault.strerror),
        remedy="Choose another by '--out', or make room there.",
        where=Where(str(folder)),
    )
