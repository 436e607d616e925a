"""Recipes that could not be computed: how many, why, and where in the box they lie."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from aliquot.errors import AliquotError, TopRungError
from aliquot.inference.design.problem import Problem
from aliquot.inference.design.record import Failed


def failed(problem: Problem) -> Failed | None:
    """Return what could not be computed of all that was tried, None where everything could.

    Args:
        problem: The design, after its searches.
    """
    faults = problem.faults
    if not faults:
        return None
    places = np.array([where for where, _ in faults])
    knobs = problem.study.knobs
    at = tuple(
        (knob.name, knob.value(float(low)), knob.value(float(high)), knob.unit)
        for knob, low, high in zip(knobs, places.min(axis=0), places.max(axis=0), strict=True)
    )
    why = [fault for _, fault in faults]
    outgrown = sum(isinstance(fault, TopRungError) for fault in why)
    most = max(problem.study.numerics.most, problem.study.numerics.rungs)
    return Failed(len(faults), reasons(why), at, outgrown, most)


def reasons(faults: Sequence[AliquotError]) -> str:
    """Return why things failed: reasons with their counts, the most frequent first.

    Example:
        >>> fault = TopRungError(given="a ladder", expected="room", why="it is full", remedy="None.")
        >>> reasons([fault, fault])
        '2 × it is full, such as a ladder'
    """
    counts = Counter(one.why for one in faults)
    given = {one.why: one.given for one in reversed(faults)}
    return "; ".join(f"{count} × {why}, such as {given[why]}" for why, count in counts.most_common())
