"""Whether a fit shows the crystal it assumes: its lattice, what it leaves unexplained, and its amount."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.instruments.diffraction.fit import weights_of
from aliquot.instruments.diffraction.pattern import Pattern

FAR_STRAIN = 0.015
"""Difference of the lattice from its card from which another material is likelier [1]; estimated: alloys and
strained dots stay below, and the lattices of InP, InAs and CdSe are 3 % apart."""
DOUBTFUL_R, USELESS_R = 0.10, 0.20
"""Residual beyond the noise from which a fit is doubted, and from which it tells nothing [1]; estimated."""
DOUBTFUL_REST, USELESS_REST = 0.30, 0.50
"""Share of the lines left unexplained from which a fit is doubted, and from which it tells nothing [1]:
measured on made patterns of InP of 2 to 7 nm, 0.01 to 0.04 as InP, 0.21 to 0.26 as CdSe or InAs, 0.56 to 0.93
as Cd3P2."""
LEAST_GAIN = 25.0
"""Gain in the sum of squares, in units of the noise, from which lines are there; measured: pure noise gives
up to 9, lines of a fortieth of the ground's height 37."""
LARGEST_SD = 0.3
"""Standard uncertainty over diameter from which no diameter is told [1]."""


@dataclass(frozen=True, slots=True)
class Trust:
    """How well a model explains a pattern.

    Attributes:
        strain: By how much the lattice is larger than that of the card [1].
        residual: Weighted residual beyond the noise, over the weighted intensity [1].
        rest: The same over what lies above a bent background: the share of the lines not explained [1].
        gain: By how much the lines lower the sum of squares, in units of the noise.
    """

    strain: float
    residual: float
    rest: float
    gain: float

    @classmethod
    def of(cls, pattern: Pattern, model: Float[np.ndarray, " n"], degree: int, strain: float) -> "Trust":
        """Judge a model.

        Args:
            pattern: What was measured.
            model: Fitted intensities, shape (n,).
            degree: Degree of the background.
            strain: By how much the fitted lattice is larger than that of the card [1].
        """
        weights, x = weights_of(pattern), pattern.two_theta
        target, off = weights * pattern.intensities, weights * (pattern.intensities - model)
        unit = 2.0 * (x - x[0]) / (x[-1] - x[0]) - 1.0
        ground = weights[:, None] * np.polynomial.chebyshev.chebvander(unit, degree)
        lines = target - ground @ np.linalg.lstsq(ground, target, rcond=None)[0]
        chi2, bare = float(off @ off), float(lines @ lines)
        # Noise differs from point to point, misfit hardly: the differences hold twice the noise.
        noise = 0.5 * float((np.diff(off) ** 2).sum())
        excess = max(chi2 - noise, 0.0)
        return cls(
            strain,
            float(np.sqrt(excess / float(target @ target))),
            float(np.sqrt(excess / bare)) if bare > 0.0 else 0.0,
            (bare - chi2) / max(chi2 / x.size, 1e-300),
        )

    @property
    def doubt(self) -> str | None:
        """A sentence that doubts material and phase, None where nothing speaks against them."""
        close = abs(self.strain) <= FAR_STRAIN
        if close and self.residual <= DOUBTFUL_R and self.rest <= DOUBTFUL_REST:
            return None
        return (
            f"likely another material or phase: the fitted lattice differs from the card by "
            f"{100.0 * self.strain:+.1f} % and the residual R beyond noise is {100.0 * self.residual:.1f} % "
            f"of the pattern, {100.0 * self.rest:.0f} % of its lines."
        )

    @property
    def refusal(self) -> str | None:
        """Why nothing can be told from the fit, None where something can."""
        if self.gain < LEAST_GAIN:
            return "No diameter: the lines of this crystal do not stand out of the noise."
        if self.residual > USELESS_R or self.rest > USELESS_REST:
            return (
                f"No diameter: the residual R beyond noise is {100.0 * self.residual:.1f} % of the pattern "
                f"and {100.0 * self.rest:.0f} % of its lines; this crystal does not explain it."
            )
        return None
