"""The pattern: what a diffractometer saw, on the axis of the scattering angle."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError, Where

CU_KA1_NM = 0.15406
"""Wavelength of copper K alpha 1 [nm], taken where none is told."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A powder pattern.

    Attributes:
        two_theta: Scattering angle [deg], rising, between 0 and 180, shape (n,).
        intensities: Intensity, in counts or any unit, all finite and at least 0, shape (n,).
        wavelength_nm: Wavelength [nm].
        label: Name of the sample or file.
        where: File and line it came from.

    Raises:
        SignalError: If angles do not rise or can not be, an intensity is negative or missing, or nothing
            was seen.

    Example:
        >>> angles = np.linspace(20.0, 60.0, 401)
        >>> Pattern(angles, np.ones(401), CU_KA1_NM, "flat").q[[0, -1]].round(2)
        array([14.16, 40.78])
    """

    two_theta: Float[np.ndarray, " n"]
    intensities: Float[np.ndarray, " k"]
    wavelength_nm: float
    label: str
    where: Where | None = None

    def __post_init__(self) -> None:
        """Refuse what no diffractometer could have seen."""
        x, y = self.two_theta, self.intensities
        if x.size < 2 or x.shape != y.shape or not np.isfinite(x).all() or not np.isfinite(y).all():
            raise self._nonsense(
                f"{x.size} angles and {y.size} intensities", "a finite intensity for each angle"
            )
        if not np.all(np.diff(x) > 0.0):
            raise self._nonsense("angles that do not rise", "rising angles, each once")
        if not (np.isfinite(self.wavelength_nm) and 0.001 < self.wavelength_nm < 1.0):
            raise self._nonsense(
                f"a wavelength of {self.wavelength_nm:g} nm",
                "X-rays of 0.001 to 1 nm",
                "Give it in nm: copper K alpha 1 has 0.15406 nm.",
            )
        if x[0] <= 0.0 or x[-1] >= 180.0:
            raise self._nonsense(
                f"angles from {x[0]:g} to {x[-1]:g} degrees",
                "scattering angles between 0 and 180 degrees",
                "Check the unit of the axis: 2 theta in degrees, or name it as q.",
            )
        if np.any(y < 0.0):
            raise self._nonsense(
                f"a negative intensity of {y.min():g} at {x[int(y.argmin())]:g} degrees",
                "intensities of 0 or more",
                "Give the pattern as measured; the background is fitted with it.",
            )
        if not np.any(y > 0.0):
            raise self._nonsense("intensities that are all zero", "some intensity")

    def _nonsense(
        self, given: str, expected: str, remedy: str = "Look at the file for gaps and text."
    ) -> SignalError:
        return SignalError(
            given=f"'{self.label}' with {given}",
            expected=expected,
            why="no diffractometer sees such a pattern",
            remedy=remedy,
            where=self.where,
        )

    @classmethod
    def from_q(
        cls,
        q: Float[np.ndarray, " n"],
        intensities: Float[np.ndarray, " k"],
        wavelength_nm: float,
        label: str,
        where: Where | None = None,
    ) -> "Pattern":
        """Make a pattern from scattering vectors q = 4 pi sin(theta) / lambda [1/nm].

        Raises:
            SignalError: As the class, and if the wavelength can not reach these vectors.
        """
        sine = np.asarray(q) * wavelength_nm / (4.0 * np.pi)
        if not np.all((sine > 0.0) & (sine < 1.0)):
            raise SignalError(
                given=f"'{label}' with q from {np.min(q):g} to {np.max(q):g} 1/nm",
                expected=f"q above 0 and below {4.0 * np.pi / wavelength_nm:.4g} 1/nm",
                why="no angle belongs to it at this wavelength",
                remedy="Check the unit of q (1/nm or 1/A) and the wavelength.",
                where=where,
            )
        return cls(np.degrees(2.0 * np.arcsin(sine)), intensities, wavelength_nm, label, where)

    @property
    def q(self) -> Float[np.ndarray, " n"]:
        """Scattering vectors [1/nm], shape (n,)."""
        return to_q(self.two_theta, self.wavelength_nm)


def to_q(two_theta: Float[np.ndarray, " n"], wavelength_nm: float) -> Float[np.ndarray, " n"]:
    """Return the scattering vectors [1/nm] of angles [deg], shape (n,)."""
    return np.asarray(4.0 * np.pi / wavelength_nm * np.sin(np.radians(two_theta) / 2.0))
