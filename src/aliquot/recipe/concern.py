"""Concerns: what a careful colleague would say about a recipe."""

from dataclasses import dataclass
from enum import StrEnum

from aliquot.errors import Where


class Severity(StrEnum):
    """How much it matters."""

    ERROR = "error"
    """It contradicts itself: it can not be as written."""
    WARNING = "warning"
    """Decide before you start: something is missing, or will not happen as written."""
    NOTE = "note"
    """Know it: a hazard, an estimate, a limit."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What a careful colleague would say.

    Example:
        >>> place = Where("my.yaml", 12, "steps.3.heat")
        >>> told = Concern(Severity.WARNING, "boiling", "toluene boils at 111 °C, the set point is 150 °C",
        ...                why="it will reflux, and never get there", where=place)
        >>> str(told.severity), told.erratum
        ('warning', None)
    """

    severity: Severity
    code: str
    """Name of the check that raised it."""
    text: str
    """What is the matter, with its numbers."""
    why: str
    """Why it matters."""
    where: Where
    """Place in the recipe."""
    source: str | None = None
    """Card that the check stands on, as 'kind:name'."""
    erratum: str | None = None
    """Located error of the source that it is, where it is a known one."""
