"""What the rows of a fit tell of its constants: the singular values of their sensitivity at the card.

A constant that is printed with four digits may be one of many that do as well. So every row to which a card
was fitted is differentiated by every constant that was free, and their singular values say how many
combinations the rows know.
"""

import numpy as np

from aliquot.inference.cards import values
from aliquot.inference.identify import directions
from aliquot.inference.laplace import stuck
from aliquot.inference.problem import Problem
from aliquot.inference.rows import SOFT, Row
from aliquot.inference.study import read_study
from aliquot.knowledge.records import Chemistry
from aliquot.reproduce.closeup import Told


def what_rows_tell(card: Chemistry) -> Told | None:
    """Differentiate the rows of a fit by its constants, where the card stands.

    A row near a value counts in its standard deviation. A bound counts in its softness, or in a tenth of the
    number that the constants give if that is more: as if the paper had printed this number. So the answer is
    the most that rows of this kind could tell.

    Args:
        card: Constants; its 'study' names what they were fitted to.

    Returns:
        None where no study of the book gave them.

    Raises:
        InputError: If the study is gone, or no longer fits the card.
        SimulationError: If a run can not be computed.

    Source:
        Singular values of the scaled sensitivity, as in Gutenkunst et al. 2007 (PLoS Comput. Biol. 3, e189).

    Example:
        >>> from aliquot.knowledge.store import chemistry
        >>> found = what_rows_tell(chemistry("cdte_mech2023_split"))                          # doctest: +SKIP
        >>> len(found.free), found.bounds == found.rows                             # doctest: +SKIP
        (16, True)
    """
    if card.study is None:
        return None
    study = read_study(card.study).model_copy(update={"chemistry": card.id})
    problem = Problem.of(study)
    theta = values(card, study.free)
    numbers = problem.numbers(theta, slopes=True)[: len(problem.fitted)]
    spread = np.array([_spread(row, abs(v)) for row, v in zip(problem.fitted, numbers.value, strict=True)])
    return Told(
        study=study.id,
        chemistry=card.id,
        free=tuple(one.name for one in study.free),
        rows=spread.size,
        bounds=sum(row.value is None for row in problem.fitted),
        directions=directions(study.free, numbers.slope / spread[:, None]),
        at_bound=stuck(study.free, theta),
    )


def _spread(row: Row, size: float) -> float:
    """Return the standard deviation with which a row counts [its unit]."""
    return row.spread if row.value is not None else max(row.spread, SOFT * size)
