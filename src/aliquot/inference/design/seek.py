"""Searches from several starts: the best recipe, or the nearest where no recipe meets the targets."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aliquot.errors import AliquotError, SimulationError
from aliquot.inference.design.failed import reasons
from aliquot.inference.design.merit import DEAR, Merit, violation
from aliquot.inference.design.point import Point
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.scan import Scan, apart
from aliquot.inference.design.search import Ended, search

NEAREST = 2
"""Points from which the nearest is searched: so many of the scan, and as many ends of searches."""


@dataclass(slots=True)
class Seeker:
    """Searches a design.

    Attributes:
        problem: The design, ready to be computed.
        ended: Searches that have ended, in order.
        dead: Why others could not begin.
    """

    problem: Problem
    ended: list[Ended] = field(default_factory=list)
    dead: list[AliquotError] = field(default_factory=list)

    def best(self, begin: Sequence[Point], merit: Merit, seen: Scan) -> Point:
        """Return the best point of all searches; where targets can not be met, the nearest.

        Args:
            begin: Where searches begin.
            merit: How points are compared.
            seen: All that is known of the box: the nearest may lie where no start led.

        Raises:
            SimulationError: If no slopes can be computed at any start.
        """
        study = merit.study
        found = self.searched(begin, merit)
        best = min(found, key=lambda point: merit.of(point, DEAR))
        if violation(study, best) == 0.0:
            return best
        ends = apart(sorted(found, key=lambda point: violation(study, point)), NEAREST)
        near = [*ends, *seen.nearest(merit, NEAREST)]
        closer = self.searched(near, Merit(study, merit.scale, nearest=True))
        nearest = min([*closer, *found], key=lambda point: violation(study, point))
        if violation(study, nearest) > 0.0:
            return nearest
        return min(self.searched([nearest], merit), key=lambda point: merit.of(point, DEAR))

    def searched(self, begin: Sequence[Point], merit: Merit) -> list[Point]:
        """Return where searches from these points end.

        Raises:
            SimulationError: If no slopes can be computed at any.
        """
        ended = [search(self.problem, point.places, merit) for point in begin]
        kept = [one for one in ended if isinstance(one, Ended)]
        self.ended += kept
        self.dead += [one for one in ended if isinstance(one, AliquotError)]
        if not kept:
            raise SimulationError(
                given="starts at which no slopes can be computed",
                expected="some that can",
                why=f"a search follows slopes, and there is none: {reasons(self.dead)}",
                remedy="Narrow the ranges of the knobs, or allow longer ladders: 'numerics: {most: ...}'.",
                where=self.problem.where,
            )
        return [one.point for one in kept]

    def doubts(self) -> tuple[str, ...]:
        """Return doubts about the searches, whole sentences: how many could not begin, and why."""
        if not self.dead:
            return ()
        of = len(self.dead) + len(self.ended)
        return (f"{len(self.dead)} of {of} searches could not begin: {reasons(self.dead)}.",)
