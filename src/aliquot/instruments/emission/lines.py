"""A line of emission in energy that may lean to one side, with its maximum and its width as parameters.

    f(E) = exp(-ln 2 [ln(1 + 2 sinh(b) (E - E0) / w) / b]^2)      where the logarithm has an argument above 0

E0 is the maximum and w the full width at half maximum, whatever b; b = 0 is a Gaussian, b < 0 leans to the
red. Lines of dots lean to the red: large dots crowd into less energy, and phonons take their part.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

_STRAIGHT = 1e-4


@dataclass(frozen=True, slots=True)
class EnergyLine:
    """A line in energy.

    Example:
        >>> line = EnergyLine(center=2.2, fwhm=0.12, lean=-0.3)
        >>> line.at(np.array([2.2])).round(3)
        array([1.])
    """

    center: float
    """Energy of the maximum [eV]."""
    fwhm: float
    """Full width at half maximum [eV]."""
    lean: float
    """Asymmetry b [1]; negative if the red side is the longer one."""

    def at(self, energies: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the line, of unit height, at photon energies [eV], shape (n,).

        Source:
            R. D. B. Fraser and E. Suzuki 1969; with b scaled such that w is the full width.
        """
        x = (energies - self.center) / self.fwhm
        if self.lean == 0.0:
            return np.asarray(np.exp(-4.0 * np.log(2.0) * x**2))
        # at half height the logarithm is +b or -b, its argument exp(+b) or exp(-b): 2 sinh(b) apart
        inner = np.maximum(2.0 * np.sinh(self.lean) * x, -1.0 + 1e-12)
        return np.asarray(np.exp(-np.log(2.0) * (np.log1p(inner) / self.lean) ** 2))

    def slopes(self, energies: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n three"]:
        """Return the derivatives of the line by its centre, width and lean, shape (n, 3)."""
        lean = self.lean if abs(self.lean) > _STRAIGHT else _STRAIGHT  # the limit, without its 0 / 0
        x = (energies - self.center) / self.fwhm
        inner = np.maximum(2.0 * np.sinh(lean) * x, -1.0 + 1e-12)
        logs = np.log1p(inner) / lean
        line = np.exp(-np.log(2.0) * logs**2)
        by_inner = -2.0 * np.log(2.0) * line * logs / (lean * (1.0 + inner))
        by_center = -2.0 * np.sinh(lean) / self.fwhm * by_inner
        by_lean = 2.0 * np.cosh(lean) * x * by_inner + 2.0 * np.log(2.0) * line * logs**2 / lean
        return np.stack([by_center, -inner / self.fwhm * by_inner, by_lean], axis=1)

    @property
    def area(self) -> float:
        """Integral of the line of unit height over energy [eV]; of a Gaussian 1.0645 full widths.

        Exact: with the logarithm as the variable it is that of a shifted Gaussian.
        """
        stretched = np.exp(self.lean**2 / (4.0 * np.log(2.0)))
        ratio = 1.0 if self.lean == 0.0 else self.lean / np.sinh(self.lean)
        return float(0.5 * self.fwhm * ratio * np.sqrt(np.pi / np.log(2.0)) * stretched)

    @property
    def half_heights(self) -> tuple[float, float]:
        """Energies at which the line is at half height, the red one first [eV]."""
        if self.lean == 0.0:
            return self.center - 0.5 * self.fwhm, self.center + 0.5 * self.fwhm
        scale = self.fwhm / (2.0 * np.sinh(self.lean))
        ends = sorted(float(self.center + scale * np.expm1(side * self.lean)) for side in (-1.0, 1.0))
        return ends[0], ends[1]
