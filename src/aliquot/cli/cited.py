"""Things to cite, and the files among them: what a command printed with --json."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aliquot.errors import CardError, InputError, Where

FILES = frozenset((".yaml", ".yml", ".json", ".txt", ".csv", ".eln"))
"""Endings of what must be a file: no recipe of the book and no card has a name that ends so."""

MARKS = frozenset(("aliquot", "schema", "citations", "error"))
"""Keys by which what a command printed is told from a recipe."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One thing that was asked for, and what it stands on."""

    given: str
    """As it was asked for."""
    kind: str
    """'recipe', 'run', or the kind of the card."""
    name: str
    """Its name."""
    keys: tuple[str, ...]
    """Keys of the bibliography, or of a paper's own list."""
    errata: tuple[str, ...]
    """Located errors that it touches."""
    notes: tuple[str, ...] = ()
    """What of it could not be followed."""


def is_file(name: str) -> bool:
    """Tell whether a word is a file, or ``file.yaml:name``, one recipe of a file of several."""
    for path in (name, name.rpartition(":")[0]):
        try:
            if path and Path(path).is_file():
                return True
        except OSError:  # no file can have so long a name
            continue
    return False


def looks_like_a_file(name: str) -> bool:
    """Tell whether a word that names nothing was meant as a file: by its ending, or by its folder.

    Example:
        >>> looks_like_a_file("my.yaml"), looks_like_a_file("my.yaml:5mmol"), looks_like_a_file("InP/ZnS")
        (True, True, False)
    """
    endings = {Path(path).suffix.lower() for path in (name, name.rpartition(":")[0])}
    folder = name.partition("/")[0]
    return not FILES.isdisjoint(endings) or name.startswith((".", "/", "~")) or _is_folder(folder)


def printed(given: str) -> Cited | None:
    """Return what is cited in a file that a command printed, None for a recipe; the content decides.

    A recipe may be written in braces too: it is JSON, or YAML in the style of JSON.

    Args:
        given: The file.

    Returns:
        The thing to cite; None where the reader of recipes has the word, be it to say what is wrong.

    Raises:
        InputError: If it is neither, or cites nothing.
    """
    path = Path(given)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        content = json.loads(text)
        if isinstance(content, list) or not MARKS.isdisjoint(content):
            return _run(path, given, content)
    except ValueError as fault:
        if not _is_mapping(text):
            raise _unreadable(path, str(fault)) from None
    except RecursionError:
        raise _unreadable(path, "its parts are nested too deeply") from None
    return None


def _is_mapping(text: str) -> bool:
    """Tell whether a text is a mapping in YAML."""
    from aliquot.knowledge.document import Document

    try:
        Document(text, "any")
    except CardError:
        return False
    return True


def _is_folder(name: str) -> bool:
    try:
        return bool(name) and Path(name).is_dir()
    except OSError:
        return False


def _run(path: Path, given: str, content: Any) -> Cited:  # noqa: ANN401  JSON holds anything
    """Return what is cited in the JSON that a command printed."""
    keys = tuple(dict.fromkeys(_listed(content, "citations", "key")))
    if not keys:
        failed = isinstance(content, dict) and "error" in content
        raise InputError(
            given="a command that failed" if failed else "JSON without 'citations'",
            expected="what a command printed with --json",
            why="only 'citations' tells what a result stands on",
            remedy="Run the command again and keep what it prints.",
            where=Where(path.name),
        )
    schema = str(content.get("schema", "")) if isinstance(content, dict) else ""
    name = f"{path.name} ({schema})" if schema else path.name
    return Cited(given, "run", name, keys, tuple(dict.fromkeys(_listed(content, "errata", "id"))))


def _listed(node: Any, field: str, key: str) -> Iterator[str]:  # noqa: ANN401  JSON holds anything
    """Yield the names in every list of a field, wherever it stands."""
    if isinstance(node, list):
        for inner in node:
            yield from _listed(inner, field, key)
    elif isinstance(node, dict):
        for name, inner in node.items():
            if name == field and isinstance(inner, list):
                named = (part.get(key) if isinstance(part, dict) else part for part in inner)
                yield from (word for word in named if isinstance(word, str))
            else:
                yield from _listed(inner, field, key)


def _unreadable(path: Path, why: str) -> InputError:
    """Return the error of a file that is neither JSON nor a recipe."""
    return InputError(
        given=f"the file '{path}'",
        expected="what a command printed with --json, or a recipe",
        why=f"it can not be read ({why})",
        remedy="Write it anew, such as with: aliquot simulate RECIPE --json > run.json",
        where=Where(path.name),
    )


def no_file(thing: str) -> InputError:
    """Return the error for a word that was meant as a file."""
    return InputError(
        given=f"'{thing}'",
        expected="a file: a recipe, or what a command printed with --json",
        why="it is a folder"
        if _is_folder(thing)
        else "there is no such file, and no recipe or card of that name",
        remedy="Check the name, and the folder that it is in.",
        where=Where("command line"),
    )
