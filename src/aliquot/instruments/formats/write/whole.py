"""A file is written whole or not at all, and none is replaced unasked."""

import os
from collections.abc import Callable
from pathlib import Path

from aliquot.errors import InputError, Where


def publish(path: Path, write: Callable[[Path], None], *, force: bool) -> Path:
    """Write a file beside its place, then let it take its name.

    Args:
        path: Where it goes; its folder is made.
        write: Writes the content to the path that it is given.
        force: Whether a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If a file of that name is there, or it can not be written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     publish(Path(folder) / "a.csv", lambda draft: draft.touch(), force=False).name
        'a.csv'
    """
    if path.exists() and not force:
        raise InputError(
            given=f"'{path}', which is there already",
            expected="a name that is free",
            why="nothing is replaced unasked",
            remedy="Choose another name by --out, or say --force.",
            where=Where(str(path)),
        )
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as fault:
        raise InputError(
            given=f"'{path}', which can not be written ({fault.strerror or fault})",
            expected="a file name in a folder where files may be written",
            why="the converted file has to go somewhere",
            remedy="Choose another folder, or free the space.",
            where=Where(str(path)),
        ) from fault
    return path
