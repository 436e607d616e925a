"""The signal: what an instrument saw, with everything that is needed to read it."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from aliquot.errors import SignalError, Where
from aliquot.units import EV_NM


class SignalKind(StrEnum):
    """What the values of a signal are."""

    ABSORBANCE = "absorbance"
    """Decadic absorbance against a blank [1]."""
    EMISSION = "emission"
    """Intensity against the wavelength of emission, per wavelength [a.u.]."""
    EXCITATION = "excitation"
    """Intensity of emission at one wavelength, against the wavelength of excitation [a.u.]."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A spectrum of one aliquot.

    Attributes:
        kind: What the values are.
        wavelengths: Wavelengths [nm], rising, shape (n,).
        values: Values of the kind, all finite, shape (n,).
        label: What the column was called, or the name of the sample.
        time_s: Time of the aliquot [s], None where not known.
        path_mm: Optical path [mm], None where not known.
        dilution: Volume of the diluted liquid over that of the aliquot [1], None where not known.
        medium: Key of the solvent that surrounds the dots, None where not known.
        where: File and line of the heading it came from.
        temperature: Temperature of the cuvette or cell [K], None where not known.
        excitation_nm: Wavelength that excited an emission [nm], None where not known or without meaning.
        emission_nm: Wavelength at which an excitation spectrum was watched [nm], likewise.

    Raises:
        SignalError: If wavelengths do not rise, lengths differ, or a value is not finite.

    Example:
        >>> Signal(SignalKind.ABSORBANCE, np.array([400.0, 401.0]), np.array([0.2, 0.1]), "A1").energies
        array([3.0996..., 3.0918...])
    """

    kind: SignalKind
    wavelengths: Float[np.ndarray, " n"]
    values: Float[np.ndarray, " n"]
    label: str
    time_s: float | None = None
    path_mm: float | None = None
    dilution: float | None = None
    medium: str | None = None
    where: Where | None = None
    temperature: float | None = None
    excitation_nm: float | None = None
    emission_nm: float | None = None

    def __post_init__(self) -> None:
        """Refuse what no instrument could have seen."""
        rising = self.wavelengths.size > 1 and bool(np.all(np.diff(self.wavelengths) > 0))
        if not (rising and self.wavelengths.shape == self.values.shape and np.isfinite(self.values).all()):
            raise SignalError(
                given=f"'{self.label}', {self.wavelengths.size} wavelengths and {self.values.size} values",
                expected="rising wavelengths, a finite value for each",
                why="a spectrum is one value at each wavelength",
                remedy="Look at the column for gaps, text or repeated wavelengths.",
                where=self.where,
            )

    @property
    def energies(self) -> Float[np.ndarray, " n"]:
        """Photon energies [eV], falling, shape (n,)."""
        return np.asarray(EV_NM / self.wavelengths)

    def between(self, low_nm: float, high_nm: float) -> "Signal":
        """Return the part between two wavelengths [nm], bounds included."""
        inside = (self.wavelengths >= low_nm) & (self.wavelengths <= high_nm)
        return replace(self, wavelengths=self.wavelengths[inside], values=self.values[inside])
