"""What data can tell: the singular values of the sensitivity in units of the priors."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.inference.free import Free, spreads
from aliquot.inference.laplace import UNDETERMINED

CLEAR = float(np.sqrt(1.0 / UNDETERMINED**2 - 1.0))
"""Singular value from which a direction is determined [1]: the data then leave 30 % of its prior spread."""
_NAMED = 0.3  # least part of a constant in a direction that is told in words


@dataclass(frozen=True, slots=True)
class Direction:
    """A combination of constants, and how well the data know it."""

    strength: float
    """Singular value: by how much its prior spread moves the data, in standard deviations [1]."""
    weights: tuple[float, ...]
    """Part of each constant in it, in units of its prior spread; squares sum to 1 [1]."""
    words: str
    """The same in words, such as ``"0.82 log10 k + 0.53 E_k"``."""

    @property
    def left(self) -> float:
        """Share of its prior spread that the data leave [1]."""
        return float(1.0 / np.sqrt(1.0 + self.strength**2))

    @property
    def determined(self) -> bool:
        """Whether the data determine it."""
        return self.strength >= CLEAR


def directions(free: tuple[Free, ...], slope: Float[np.ndarray, "residuals free"]) -> tuple[Direction, ...]:
    """Return the combinations of constants in the order in which data determine them.

    Args:
        free: Free constants.
        slope: Slopes of the data's residuals by the constants, without those of the prior.

    Returns:
        As many directions as constants, from the best known to the least.

    Source:
        Singular values of the scaled sensitivity, as in Gutenkunst et al. 2007 (PLoS Comput. Biol. 3, e189).

    Example:
        >>> from aliquot.inference.free import Prior
        >>> two = tuple(Free(name=name, keys=(name,), unit="1", prior=Prior(mean=0.0, sd=1.0, because="so"))
        ...             for name in "ab")
        >>> found = directions(two, np.array([[3.0, 4.0]]))        # one observation of 3 a + 4 b
        >>> [(round(one.strength, 3), one.words, one.determined) for one in found]
        [(5.0, '0.80 b + 0.60 a', True), (0.0, '0.80 a - 0.60 b', False)]
    """
    scaled = np.asarray(slope * spreads(free))
    padded = np.concatenate([scaled, np.zeros((max(len(free) - scaled.shape[0], 0), len(free)))])
    _, strengths, rows = np.linalg.svd(padded, full_matrices=False)
    names = [one.name for one in free]
    return tuple(_direction(float(s), row, names) for s, row in zip(strengths, rows, strict=True))


def _direction(strength: float, row: Float[np.ndarray, " free"], names: list[str]) -> Direction:
    order = np.argsort(-np.abs(row))
    row = row * (1.0 if row[order[0]] >= 0.0 else -1.0)
    told = [i for i in order.tolist() if abs(row[i]) >= _NAMED] or [int(order[0])]
    words = f"{row[told[0]]:.2f} {names[told[0]]}"
    words += "".join(f" {'+' if row[i] > 0 else '-'} {abs(row[i]):.2f} {names[i]}" for i in told[1:])
    return Direction(0.0 if strength < 1e-12 else strength, tuple(row.tolist()), words)
