"""Files of a design: whole or not at all."""

import os
from pathlib import Path

from aliquot.errors import InputError, Where


def write(text: str, path: Path) -> Path:
    """Write a file, whole or not at all.

    Args:
        text: What stands in it.
        path: The file; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If it can not be written there.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as place:
        ...     write("id: small", Path(place) / "new" / "recipe.yaml").read_text(encoding="utf-8")
        'id: small'
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    except OSError as fault:
        raise InputError(
            given=f"'{path}'",
            expected="a file in a folder where files may be written",
            why=str(fault.strerror or fault),
            remedy="Choose another place by '--out'.",
            where=Where(str(path)),
        ) from None
    return path
