"""Distributions of few parameters: log-normal modes, and a front with a tail to small sizes.

Each is written by logarithms, so that no width can be negative:

    log-normal   q(d) = exp(-t^2 / 2) / (d s sqrt(2 pi)),   t = (ln d - ln m) / s
    tailed       a Gaussian front at m, of width w m, convolved with an exponential of decay t m to small
    sizes

weighted by volume, as absorbance sees them.
"""

from enum import StrEnum

import numpy as np
from jaxtyping import Float
from scipy.special import log_ndtr

_STEP = 1e-5  # of a logarithm, for derivatives


class Form(StrEnum):
    """The form of one mode."""

    LOG_NORMAL = "log-normal"
    """ln m and ln s."""
    TAILED = "tailed"
    """ln m, ln w and ln t."""

    @property
    def parameters(self) -> int:
        """Number of parameters."""
        return 2 if self is Form.LOG_NORMAL else 3

    def density(
        self, parameters: Float[np.ndarray, " parameters"], d: Float[np.ndarray, " sizes"]
    ) -> Float[np.ndarray, " sizes"]:
        """Return the density by volume at diameters [nm], shape (sizes,), of integral 1 [nm-1].

        Example:
            >>> d = np.linspace(1.0, 6.0, 501)
            >>> q = Form.LOG_NORMAL.density(np.log([2.8, 0.1]), d)
            >>> round(float(np.trapezoid(q, d)), 6), round(float(d[q.argmax()]), 2)
            (1.0, 2.77)
        """
        if self is Form.LOG_NORMAL:
            m, s = np.exp(parameters)
            t = np.log(d / m) / s
            return np.asarray(np.exp(-0.5 * t * t) / (d * s * np.sqrt(2.0 * np.pi)))
        m, w, t = np.exp(parameters)
        front, decay = w * m, t * m
        x = (d - m) / front
        return np.asarray(
            np.exp((d - m) / decay + 0.5 * (front / decay) ** 2 + log_ndtr(-x - front / decay)) / decay
        )

    def slopes(
        self, parameters: Float[np.ndarray, " parameters"], d: Float[np.ndarray, " sizes"]
    ) -> Float[np.ndarray, "parameters sizes"]:
        """Return the derivatives of the density to each parameter, shape (parameters, sizes)."""
        steps = _STEP * np.eye(self.parameters)
        up = np.stack([self.density(parameters + step, d) for step in steps])
        down = np.stack([self.density(parameters - step, d) for step in steps])
        return np.asarray((up - down) / (2.0 * _STEP))


Shape = tuple[Form, ...]
"""The modes of a distribution."""

ONE: Shape = (Form.LOG_NORMAL,)
TWO: Shape = (Form.LOG_NORMAL, Form.LOG_NORMAL)
TAILED: Shape = (Form.TAILED,)

NAMES = {ONE: "one log-normal", TWO: "two log-normals", TAILED: "front with a tail"}
"""What people call them."""
