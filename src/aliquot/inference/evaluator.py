"""The forward map as a search asks for it: by constants, remembered, counted, and honest about failures."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from aliquot.errors import AliquotError, InputError, SimulationError, Where
from aliquot.inference.dual import Dual
from aliquot.inference.folder import Answer, Key, RunFolder
from aliquot.inference.likelihood import residuals
from aliquot.inference.problem import Problem

Theta = Float[np.ndarray, " free"]


@dataclass(slots=True)
class Evaluator:
    """Numbers and residuals of a problem by its free constants.

    Attributes:
        problem: What is fitted to what.
        folder: Where answers are kept, None for memory alone.
        told: Called with a line after each evaluation.
        scope: Name of the choice of rows, so that answers of several are not mixed.
        asked: How often an answer was asked for.
        computed: How often it had to be computed.
        best: Least sum of squared residuals so far [1].
    """

    problem: Problem
    folder: RunFolder | None = None
    told: Callable[[str], None] | None = None
    scope: str = ""
    asked: int = 0
    computed: int = 0
    best: float = np.inf
    _known: dict[Key, Answer] = field(default_factory=dict)

    def numbers(self, theta: Theta, *, slopes: bool = False) -> Answer:
        """Return what constants give, or why they give nothing."""
        self.asked += 1
        theta = np.ascontiguousarray(theta, float)
        key = (self.scope, theta.tobytes(), slopes)
        known = self._known if self.folder is None else self.folder.answers
        with_slopes = (self.scope, theta.tobytes(), True)
        if with_slopes in known:
            return known[with_slopes]
        if key not in known:
            self._keep(key, self._compute(theta, slopes=slopes))
        return known[key]

    def residuals(self, theta: Theta, *, slopes: bool = False) -> Dual | None:
        """Return distances over standard deviations, those of the prior last; None where there are none."""
        found = self.numbers(theta, slopes=slopes)
        if isinstance(found, AliquotError):
            self._tell("nothing could be computed")
            return None
        data, free = residuals(self.problem, found), self.problem.study.free
        means, sds = (np.array([getattr(one.prior, name) for one in free]) for name in ("mean", "sd"))
        slope = np.concatenate([data.slope, np.diag(1.0 / sds)[:, : data.constants]])
        whole = Dual(np.concatenate([data.value, (theta - means) / sds]), slope)
        cost = float(whole.value @ whole.value)
        self.best = min(self.best, cost)
        self._tell(f"cost {cost:.4g}, best {self.best:.4g}")
        return whole

    def _tell(self, line: str) -> None:
        if self.told is not None:
            self.told(line)

    def _compute(self, theta: Theta, *, slopes: bool) -> Answer:
        try:
            return finite(self.problem, self.problem.numbers(theta, slopes=slopes))
        except (SimulationError, InputError) as fault:
            return fault

    def _keep(self, key: Key, answer: Answer) -> None:
        self.computed += 1
        if self.folder is None:
            self._known[key] = answer
        else:
            self.folder.save(key, answer)


def finite(problem: Problem, numbers: Dual) -> Dual:
    """Return numbers of which every value and every slope is finite: no search can go on from others.

    Args:
        problem: The study.
        numbers: What constants give, by :meth:`~aliquot.inference.problem.Problem.numbers`.

    Raises:
        SimulationError: If a value or a slope is not finite; it names the first, and its observation.
    """
    odd = np.column_stack([~np.isfinite(numbers.value), ~np.isfinite(numbers.slope)])
    if not odd.any():
        return numbers
    place = int(odd.any(axis=1).argmax())
    first = int(odd[place].argmax())
    if first == 0:
        given = f"{numbers.value[place]}"
    else:
        given = f"a slope by {problem.study.free[first - 1].name} of {numbers.slope[place, first - 1]}"
    raise SimulationError(
        given=given,
        expected="finite numbers, with finite slopes, of every observation",
        why="what is not finite can not be compared with what was observed",
        remedy="Leave the observation out, or narrow the bounds of the priors.",
        where=_where(problem, place),
    )


def _where(problem: Problem, place: int) -> Where:
    """Return the observation, or the spectra, whose number stands at a place of the numbers of a problem."""
    rows = (*problem.fitted, *(row for row in problem.fitted if row.has_lead))
    return rows[place].where if place < len(rows) else Where(problem.study.id, key="spectra")
