"""A run folder: everything that a fit stands on, all that it has computed, and what came of it.

    study.yaml            what was asked, as it was written
    basis.json            versions of the programs, digests of the study and of every card
    evaluations.jsonl     every evaluation of the forward map, one a line, only ever appended to
    result.json           what came of it
    cards/                the chemistry with its fitted constants and intervals, as a folder of own cards

A search is deterministic: what it asks next follows from the answers that it got. So nothing of its state has
to be kept but the answers; a fit that was interrupted asks the same again, finds them here, and goes on.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import IO, Any

import numpy as np
from jaxtyping import Float

from aliquot.errors import AliquotError, InputError, SimulationError, Where
from aliquot.inference.dual import Dual

if sys.platform != "win32":  # where nothing hinders two fits in one folder
    import fcntl

PROGRAMS = ("aliquot", "jax", "jaxlib", "diffrax", "numpy", "scipy")
"""Packages whose versions decide the last digit of a number."""

Key = tuple[str, bytes, bool]
"""What was asked: which rows, at which constants, with slopes or without."""
Answer = Dual | AliquotError
"""What was found: numbers, or why there are none."""


def _kinds(kind: type[AliquotError]) -> Iterator[type[AliquotError]]:
    """Yield a kind of error and all that are of it."""
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


_ERRORS = {kind.__name__: kind for kind in _kinds(AliquotError)}
"""Kinds of errors by name: one that was kept comes back as what it was, with its exit code."""


class RunFolder:
    """The folder of a fit.

    Args:
        path: The folder; made where there is none.
        text: The study, as it was written.
        stands_on: Digests of what it stands on besides its text, by name.

    Raises:
        InputError: If the folder holds another fit, or the same is at work in it, or it can not be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as place:
        ...     folder = RunFolder(Path(place) / "fit", "id: example", {})
        ...     folder.save(("", np.array([1.0]).tobytes(), False), Dual.still([2.0], 0))
        ...     folder.close()
        ...     [answer.value.tolist() for answer in folder.answers.values()]
        [[2.0]]
    """

    def __init__(self, path: Path, text: str, stands_on: Mapping[str, str]) -> None:
        self.path = path
        self.basis = {
            "programs": {name: metadata.version(name) for name in PROGRAMS},
            "study": digest(text),
            "stands_on": dict(stands_on),
        }
        self.answers: dict[Key, Answer] = {}
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._claim(text)
            self._file: IO[bytes] = (path / "evaluations.jsonl").open("a+b")
        except OSError as fault:
            raise InputError(
                given=f"the folder '{path}'",
                expected="a folder that can be written",
                why=str(fault.strerror or fault),
                remedy="Choose another by '--out'.",
                where=Where(str(path)),
            ) from None
        try:
            self._lock()
            self._load()
        except InputError:
            self._file.close()
            raise

    def close(self) -> None:
        """Let others at the folder; also by ``contextlib.closing``."""
        self._file.close()

    def save(self, key: Key, answer: Answer) -> None:
        """Keep an answer; on the disk before anything is built on it."""
        self.answers[key] = answer
        line = json.dumps(_written(key, answer)) + "\n"
        self._file.write(line.encode())
        self._file.flush()
        os.fsync(self._file.fileno())

    def write(self, name: str, text: str) -> Path:
        """Write a file, whole or not at all."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.draft")
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(target)
        return target

    def _claim(self, text: str) -> None:
        """Write down what the fit stands on, or compare it with what stands there."""
        known = self.path / "basis.json"
        if known.is_file():
            found = json.loads(known.read_text(encoding="utf-8"))
            if found != self.basis:
                raise self._other(found)
            return
        strangers = [entry.name for entry in self.path.iterdir() if not entry.name.startswith(".")]
        if set(strangers) - {"study.yaml"}:
            raise InputError(
                given=f"'{self.path}', which holds {strangers[0]}",
                expected="an empty folder, or that of the same fit",
                why="nothing of yours is to be overwritten",
                remedy="Choose another folder by '--out'.",
                where=Where(str(self.path)),
            )
        self.write("study.yaml", text)
        self.write("basis.json", json.dumps(self.basis, indent=2) + "\n")

    def _other(self, found: Mapping[str, Any]) -> InputError:
        """Return the error of a folder in which another fit was begun."""
        parts = [name for name in self.basis if found.get(name) != self.basis[name]]
        words = {
            "programs": "other versions of programs",
            "study": "another study",
            "stands_on": "other cards",
        }
        return InputError(
            given=f"a fit that was begun with {' and '.join(words[name] for name in parts)}",
            expected="the fit that was begun there",
            why="results of both would be mixed",
            remedy="Begin anew in another folder, or take back the change.",
            where=Where(str(self.path / "basis.json")),
        )

    def _lock(self) -> None:
        """Hinder a second process; the lock goes with the process, however that ends."""
        try:
            if sys.platform != "win32":
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                given=f"'{self.path}', in which a fit is at work",
                expected="a folder of its own for each fit",
                why="both would write into one file",
                remedy="Wait until it is done, or choose another folder.",
                where=Where(str(self.path)),
            ) from None

    def _load(self) -> None:
        """Read what is kept; a line that was cut off when the process died is dropped."""
        self._file.seek(0)
        content = self._file.read()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            self._file.truncate(whole)
        for number, line in enumerate(content[:whole].splitlines(), 1):
            try:
                key, answer = _read(json.loads(line))
            except (ValueError, KeyError, TypeError):
                raise InputError(
                    given="a line that is no evaluation",
                    expected="lines as a fit writes them",
                    why="what was computed can not be told from what was not",
                    remedy="Begin anew in another folder.",
                    where=Where(str(self.path / "evaluations.jsonl"), number),
                ) from None
            self.answers[key] = answer


def digest(text: str) -> str:
    """Return a digest of a text.

    Example:
        >>> digest("a")[:8]
        'ca978112'
    """
    return sha256(text.encode()).hexdigest()


def _written(key: Key, answer: Answer) -> dict[str, Any]:
    """Return an evaluation as it is kept; Python writes every digit of a float."""
    scope, theta, slopes = key
    entry: dict[str, Any] = {"rows": scope, "theta": np.frombuffer(theta).tolist(), "slopes": slopes}
    if isinstance(answer, AliquotError):
        parts = {name: getattr(answer, name) for name in ("given", "expected", "why", "remedy")}
        return {**entry, "error": {"kind": type(answer).__name__, **parts, "where": str(answer.where)}}
    return {**entry, "value": answer.value.tolist(), "slope": answer.slope.tolist()}


def _read(entry: Mapping[str, Any]) -> tuple[Key, Answer]:
    """Return an evaluation as it was kept."""
    theta: Float[np.ndarray, " free"] = np.array(entry["theta"], float)
    key = (str(entry["rows"]), theta.tobytes(), bool(entry["slopes"]))
    if "error" in entry:
        parts = dict(entry["error"])
        kind, where = parts.pop("kind"), Where(parts.pop("where") or None)
        return key, _ERRORS.get(kind, SimulationError)(**parts, where=where)
    value = np.array(entry["value"], float)
    return key, Dual(value, np.array(entry["slope"], float).reshape(value.size, -1))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the evaluations of a run folder, for a plot of how a fit went."""
    with (path / "evaluations.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
