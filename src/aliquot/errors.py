"""Everything that Aliquot raises on purpose, in one tree.

    AliquotError
    ├── InputError               what was given can not be used; the command line exits with 2
    │   ├── UnitError            a quantity that is none, or has the wrong dimension
    │   ├── CardError            a card of the knowledge base is missing or malformed
    │   ├── RecipeError          a recipe that can not be read, or contradicts itself
    │   ├── FormatError          a measured file that can not be read
    │   ├── SignalError          a signal that can not bear the question put to it
    │   └── RangeError           a value outside the range in which a law or curve is known to hold
    └── SimulationError          the numerics gave up; the command line exits with 1
        └── TopRungError         the population reached the top of its ladder; exits with 2: ask for more

Each error says what was given, what was expected, why that matters and what to do about it, and where:
the file, line and key, the card, or the step of the recipe.

Example:
    >>> error = UnitError(given="'5 furlongs'", expected="a volume such as '0.145 mL'",
    ...                   why="furlongs measure length", remedy="Write the volume that was dosed.",
    ...                   where=Where(file="inp.yaml", line=12, key="reagents.pdea.dose"))
    >>> print(error)
    inp.yaml, line 12, reagents.pdea.dose: got '5 furlongs'; expected a volume such as '0.145 mL':
    furlongs measure length. Write the volume that was dosed.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Where:
    """A place that a person can turn to.

    Attributes:
        file: File name as the user gave it, or the name of a card.
        line: Line in that file, counted from 1.
        key: Dotted path of the key, or the step of a recipe.
    """

    file: str | None = None
    line: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Return the place as people say it, empty when nothing is known."""
        line = None if self.line is None else f"line {self.line}"
        return ", ".join(part for part in (self.file, line, self.key) if part)


class AliquotError(Exception):
    """Anything that Aliquot raises on purpose.

    Args:
        given: What was found, quoted as it was written.
        expected: What would have been accepted.
        why: The reason, in one clause.
        remedy: What to do next, a whole sentence.
        where: File, line and key, card, or step.
    """

    exit_code = 1

    def __init__(
        self, *, given: str, expected: str, why: str, remedy: str, where: Where | None = None
    ) -> None:
        self.given = given
        self.expected = expected
        self.why = why
        self.remedy = remedy
        self.where = where if where is not None else Where()
        super().__init__(given, expected, why, remedy)

    def __str__(self) -> str:
        """Return place, fault, expectation, reason and remedy as one paragraph."""
        place = str(self.where)
        head = f"{place}: " if place else ""
        return f"{head}got {self.given}; expected {self.expected}: {self.why}. {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        """Let an error travel from one process to another."""
        parts = {"given": self.given, "expected": self.expected, "why": self.why, "remedy": self.remedy}
        return partial(type(self), **parts, where=self.where), ()

    def at(self, where: Where) -> "AliquotError":
        """Return the same error, told at a place that only the caller knows."""
        return type(self)(
            given=self.given, expected=self.expected, why=self.why, remedy=self.remedy, where=where
        )


class InputError(AliquotError):
    """What was given can not be used."""

    exit_code = 2


class UnitError(InputError):
    """A quantity that is none, or has the wrong dimension."""


class CardError(InputError):
    """A card of the knowledge base is missing or malformed."""


class RecipeError(InputError):
    """A recipe that can not be read, or contradicts itself."""


class FormatError(InputError):
    """A measured file that can not be read."""


class SignalError(InputError):
    """A signal that can not bear the question put to it."""


class RangeError(InputError):
    """A value outside the range in which a law or curve is known to hold."""


class SimulationError(AliquotError):
    """The numerics gave up."""


class TopRungError(SimulationError):
    """The population reached the top of its ladder."""

    exit_code = 2


@contextmanager
def needs_extra(name: str, why: str, where: Where) -> "Iterator[None]":
    """Tell which extra to install where a package is missing.

    Args:
        name: Name of the extra, such as ``"report"``.
        why: What it is for.
        where: File or option that needs it.

    Raises:
        InputError: If something inside imports a package that is not installed.

    Example:
        >>> with needs_extra("images", "pictures are read with it", Where("a.png")):
        ...     import nothing_of_this_name
        Traceback (most recent call last):
        aliquot.errors.InputError: a.png: got an installation without 'nothing_of_this_name'; ...
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        raise InputError(
            given=f"an installation without '{missing.name}'",
            expected=f"the {name} extra",
            why=why,
            remedy=f"Install it: pip install 'aliquot[{name}]'.",
            where=where,
        ) from None


def suggestion(word: str, known: "Iterable[str]") -> str:
    """Return ``Did you mean 'x'?`` for a misspelt word, else the words that are known.

    Example:
        >>> suggestion("purty", ["purity", "dose", "role"])
        "Did you mean 'purity'?"
        >>> suggestion("zebra", ["dose", "purity"])
        "Known here: 'dose', 'purity'."
    """
    words = sorted(known)
    close = get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    listed = ", ".join(repr(w) for w in words)
    return f"Known here: {listed}."
