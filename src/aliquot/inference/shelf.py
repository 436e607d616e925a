"""The studies that come with Aliquot: of fits, of designs, of zones, each told apart by its format."""

from pathlib import Path

from aliquot.errors import InputError
from aliquot.knowledge.document import Document

BOOK = Path(__file__).parent / "book"
"""Their folder."""


def names(form: str) -> tuple[str, ...]:
    """Return the names of the studies of a format, sorted.

    Args:
        form: What their file says after 'format', such as ``"aliquot-study/1"``.

    Example:
        >>> "inp_wang2023" in names("aliquot-study/1")
        True
    """
    pages = {path.stem: path.read_text(encoding="utf-8") for path in BOOK.glob("*.yaml")}
    return tuple(sorted(name for name, text in pages.items() if f"\nformat: {form}\n" in text))


def document(name: str | Path, form: str, kind: str) -> Document:
    """Return the document of a study, by a name of the book or a path.

    Args:
        name: The name or path.
        form: Its format.
        kind: What it is called in an error: 'study', 'design', 'zone study'.

    Raises:
        InputError: If there is none.
    """
    known = names(form)
    path = BOOK / f"{name}.yaml" if str(name) in known else Path(name)
    if not path.is_file():
        raise InputError(
            given=f"the {kind} '{name}'",
            expected=f"a file, or a {kind} of the book: " + ", ".join(known),
            why="what is asked is told by a file",
            remedy="Check the name and the folder.",
        )
    return Document.from_file(path, InputError)
