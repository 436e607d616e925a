"""The studies that come with Aliquot: of fits, of designs, of zones, each told apart by its format."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from aliquot.errors import AliquotError, InputError, UnitError, suggestion
from aliquot.knowledge.document import Document, quantity_fault
from aliquot.recipe.read import is_file
from aliquot.units import to_float

BOOK = Path(__file__).parent / "book"
"""Their folder."""
VERBS = {"aliquot-study/1": "fit", "aliquot-design/1": "design", "aliquot-zones/1": "zones"}
"""Commands that read them, by format."""

Place = tuple[str | int, ...]
"""Where something stands in a study: keys, and places in lists counted from 0."""


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
        InputError: If there is none; it says which name was perhaps meant.

    Example:
        >>> document("Inp_wang2023", "aliquot-study/1", "study")
        Traceback (most recent call last):
        ...
        aliquot.errors.InputError: got the study 'Inp_wang2023'; ... Did you mean 'inp_wang2023'?
    """
    known = names(form)
    path = BOOK / f"{name}.yaml" if str(name) in known else Path(name)
    if not is_file(path):
        raise InputError(
            given=f"the {kind} '{name}'",
            expected=f"a file, or a {kind} of the book: " + ", ".join(known),
            why="what is asked is told by a file",
            remedy=_meant(Path(name), known),
        )
    return Document.from_file(path, InputError)


def _meant(path: Path, known: Iterable[str]) -> str:
    """Return what to do about a study that there is not: which one was perhaps meant, or another command."""
    for form, verb in VERBS.items():
        if str(path) in names(form):
            return f"Call 'aliquot {verb} {path}': its format is '{form}'."
    beside = [one.name for one in path.parent.glob("*.y*ml")] if path.suffix or len(path.parts) > 1 else []
    for word, words in ((path.name, beside), (path.name.lower(), list(known))):
        if get_close_matches(word, words):
            return suggestion(word, words)
    return "Check the name and the folder."


def refuse(title: str, faults: Iterable[tuple[Place, str, AliquotError]]) -> None:
    """Refuse entries of a study from within its schema, so that its document tells the line of each.

    Args:
        title: Class of the study.
        faults: Of each entry its place below that class, what stands there, and what is wrong with it.

    Raises:
        ValidationError: If there are any.
    """
    details = [
        InitErrorDetails(type=quantity_fault(fault), loc=place, input=text) for place, text, fault in faults
    ]
    if details:
        raise ValidationError.from_exception_data(title, details)


def unfit(entries: Iterable[tuple[Place, str, str]]) -> Iterable[tuple[Place, str, AliquotError]]:
    """Yield the quantities of a study that do not convert to their unit, for :func:`refuse`.

    Args:
        entries: Place, text and unit of each.

    Example:
        >>> wrong = unfit([(("at", "amine"), "10 mM", "mol m-3"), (("at", "oven"), "10 mL", "K")])
        >>> [place for place, *_ in wrong]
        [('at', 'oven')]
    """
    for place, text, unit in entries:
        try:
            to_float(text, unit)
        except UnitError as fault:
            yield place, text, fault
