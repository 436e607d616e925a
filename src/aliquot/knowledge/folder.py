"""The user's folder of cards: what may be in it, and where its faults are."""

import os
from collections.abc import Collection
from pathlib import Path

from aliquot.errors import CardError, Where, suggestion
from aliquot.knowledge.document import Document


def read_file(file: Path, name: str) -> Document:
    """Read a file of the user's; faults tell its folder too, for many kinds may have one of its name.

    Args:
        file: The file.
        name: It as seen from the user's folder.

    Raises:
        CardError: If it can not be read, or is no YAML mapping.
    """
    try:
        document = Document.from_file(file, CardError)
    except CardError as fault:
        raise fault.at(Where(name, fault.where.line, fault.where.key)) from None
    document.file = name
    return document


def twice(name: str, place: Where, other: str) -> CardError:
    """Return the error of two cards of one name.

    Args:
        name: The name.
        place: Where the second stands.
        other: File of the first.
    """
    return CardError(
        given=f"the card '{name}' a second time",
        expected="one card of that name",
        why=f"the other stands in {other}, and only one of them would be read",
        remedy="Remove one of the two, or give it a name of its own.",
        where=place,
    )


def check_folder(folder: Path, kinds: Collection[str]) -> None:
    """Refuse a folder of cards that is none, or in which a card would be overlooked.

    Args:
        folder: The folder.
        kinds: Names of the kinds of cards, which are those of its folders.

    Raises:
        CardError: If it does not exist or can not be read, or holds a folder that is no kind, or a YAML file
            that no kind would read.
    """
    if not folder.is_dir():
        raise CardError(
            given=f"the folder '{folder}'",
            expected="a folder of cards",
            why="there is none",
            remedy="Check --cards, or ALIQUOT_CARDS in the environment.",
            where=Where(str(folder)),
        )
    for path, inner, entries in os.walk(folder, onerror=_closed):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        here = Path(path).relative_to(folder)
        for name in inner if not here.parts else ():
            if name not in kinds:
                raise CardError(
                    given=f"the folder '{name}'",
                    expected="a folder named for a kind of card",
                    why="cards in it would be silently lost",
                    remedy=suggestion(name, kinds),
                    where=Where(str(folder)),
                )
        for name in sorted(entries):
            _check_file(here, name, kinds)


def _check_file(here: Path, name: str, kinds: Collection[str]) -> None:
    """Refuse a YAML file that no kind of card would read.

    Args:
        here: Its folder, as seen from the user's.
        name: Its name.
        kinds: Names of the kinds.

    Raises:
        CardError: If it lies outside the folders of the kinds, or ends in anything else than '.yaml'.
    """
    suffix = Path(name).suffix
    if name.startswith(".") or suffix.lower() not in {".yaml", ".yml"}:
        return
    if len(here.parts) == 1 and suffix == ".yaml":
        return
    kind = here.parts[0] if here.parts else "KIND"
    meant = f"{kind}/{Path(name).stem}.yaml"
    among = "" if here.parts else f", where KIND is one of {', '.join(kinds)}"
    raise CardError(
        given=f"the file '{(here / name).as_posix()}'",
        expected=f"'{meant}'{among}",
        why="only files that end in '.yaml', right inside the folder of a kind, are read: its cards would be "
        "silently lost",
        remedy="Move or rename it; a name that begins with a dot is left alone.",
        where=Where((here / name).as_posix()),
    )


def _closed(fault: OSError) -> None:
    """Refuse a folder that can not be looked into."""
    raise CardError(
        given=f"the folder '{fault.filename}'",
        expected="a folder that can be read",
        why=str(fault.strerror),
        remedy="Check its permissions.",
        where=Where(str(fault.filename)),
    ) from None
