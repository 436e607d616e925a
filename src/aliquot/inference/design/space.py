"""The design space: all that a search asks of a design."""

from typing import Protocol, runtime_checkable

from aliquot.errors import AliquotError
from aliquot.inference.design.point import Places, Point


@runtime_checkable
class DesignSpace(Protocol):
    """Places of knobs, which of them may be tried, and what is found there.

    A :class:`~aliquot.inference.design.problem.Problem` is one, and so is any formula: a search knows neither
    recipe nor ladder.
    """

    def is_admissible(self, places: Places) -> bool:
        """Tell whether places cross no limit."""
        ...

    def at(self, places: Places, *, slopes: bool = False) -> Point | AliquotError:
        """Return what is found at admissible places, with slopes by the knobs if asked, or why nothing is."""
        ...
