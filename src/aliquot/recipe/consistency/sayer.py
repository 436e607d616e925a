"""Words for the faults of one document."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from aliquot.errors import CardError, RecipeError, suggestion
from aliquot.knowledge.document import Document

Key = Sequence[str | int]
"""Path of a key in the file."""


class Sayer:
    """Words faults of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def __call__(self, path: Key, *, given: str, expected: str, why: str, remedy: str) -> RecipeError:
        """Return a fault at a place."""
        return RecipeError(
            given=given, expected=expected, why=why, remedy=remedy, where=self.document.where(path)
        )

    def unknown(self, path: Key, word: str, kind: str, known: Iterable[str]) -> RecipeError:
        """Return the fault of a name that nothing has."""
        return self(
            path,
            given=f"'{word}'",
            expected=f"the name of a {kind}",
            why=f"no {kind} has that name",
            remedy=suggestion(word, known),
        )

    def missing_card(self, path: Key, look_up: Callable[[str], object], word: str) -> Iterator[RecipeError]:
        """Yield a fault if the knowledge base has no card of that name."""
        try:
            look_up(word)
        except CardError as error:
            yield self(path, given=error.given, expected=error.expected, why=error.why, remedy=error.remedy)

    def repeated(self, words: Iterable[tuple[Key, str]], kind: str) -> Iterator[RecipeError]:
        """Yield a fault for every name after its first use."""
        seen: set[str] = set()
        for path, word in words:
            if word in seen:
                yield self(
                    path,
                    given=f"'{word}' for the second time",
                    expected=f"another name for every {kind}",
                    why="results are told apart by their names",
                    remedy=f"Rename this {kind}, or remove it if it is the same.",
                )
            seen.add(word)
