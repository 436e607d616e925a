"""What of a recipe a foreign format has no place for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that does not survive an export.

    Example:
        >>> print(Loss("steps.3.heat.rate", "XDL heats as fast as it can"))
        steps.3.heat.rate: XDL heats as fast as it can
    """

    field: str
    """Dotted key of the recipe."""
    why: str
    """Why the format can not say it, and what stands there instead."""

    def __str__(self) -> str:
        """Return both in a line."""
        return f"{self.field}: {self.why}"
