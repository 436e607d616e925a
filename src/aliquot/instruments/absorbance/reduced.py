"""A spectrum in the few directions of its frame, in units of its own size."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.evidence import MODES
from aliquot.instruments.absorbance.frame import Frame
from aliquot.instruments.signal import Signal


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """What a spectrum says, in the basis of its frame.

    Attributes:
        frame: Sizes and directions of its window.
        scale: Norm of its absorbance, by which all is divided: amounts become of order 1 [1].
        rows: The spectrum in the basis, shape (rows,).
        noise: Standard deviation of its values, in units of the scale [1].
        beside: Square of what it holds outside of the basis, in the same units [1].
        count: Number of wavelengths.
    """

    frame: Frame
    scale: float
    rows: Float[np.ndarray, " rows"]
    noise: float
    beside: float
    count: int

    @property
    def beyond(self) -> Float[np.ndarray, " modes"]:
        """What it holds beyond any background, in the directions that are weighed."""
        return self.frame.beyond(self.rows)[:MODES]

    def noisier(self, noise: float) -> "Reduced":
        """Return it with another noise of absorbance [1]."""
        return replace(self, noise=noise / self.scale)


def reduced(frame: Frame, signal: Signal, noise: float) -> Reduced:
    """Return a signal in the basis of a frame, with the standard deviation of its absorbance [1]."""
    scale = float(np.linalg.norm(signal.values))
    values = signal.values / scale
    rows = frame.basis.T @ values
    beside = max(float(values @ values - rows @ rows), 0.0)
    return Reduced(frame, scale, rows, noise / scale, beside, signal.values.size)
