"""What a spectrometer sees of a population: Beer-Lambert, and what a real instrument adds.

A(lambda) = mu f L / (ln 10 D)                 dots and clusters, path L, diluted D-fold
seen      = -log10[(10^-(A + scatter) + s) / (1 + s)] + offset + noise
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, SignalError, Where
from aliquot.instruments.absorbance.clusters.forward import BY_SIZE, Reading, absorption_by_lines, as_dots
from aliquot.instruments.absorbance.intrinsic import refractive_index
from aliquot.instruments.absorbance.kernel import absorption
from aliquot.instruments.absorbance.problem import Background
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge.records import Material, Solvent
from aliquot.population import Population

SATURATED = 3.0
"""Absorbance in the cuvette above which a spectrum is refused [1]: one photon in a thousand arrives."""


@dataclass(frozen=True, slots=True)
class Spectrometer:
    """An absorbance measurement: cuvette, dilution and instrument.

    Window and path are by default those of wang2023; its dilutions are not printed, and twentyfold brings a
    crude solution into range. Noise is estimated, as usual for a fibre spectrometer; it does not grow with
    absorbance.

    Raises:
        InputError: If the window, path, dilution or an amplitude can not be.

    Example:
        >>> from aliquot.knowledge import store
        >>> Spectrometer(store.solvent("hexane")).wavelengths[[0, -1]]
        array([400., 900.])
    """

    medium: Solvent
    """What surrounds the dots in the cuvette; its refractive index scales all absorption."""
    window_nm: tuple[float, float] = (400.0, 900.0)
    """First and last wavelength [nm]."""
    step_nm: float = 1.0
    """Distance between wavelengths [nm]."""
    path_mm: float = 1.0
    """Optical path [mm]."""
    dilution: float = 20.0
    """Volume of the diluted liquid over that of the aliquot [1]."""
    noise: float = 1e-3
    """Standard deviation of absorbance, equal and independent at all wavelengths [1]."""
    stray_light: float = 0.0
    """Share of light that misses the cuvette [1]."""
    scatter: float = 0.0
    """Absorbance in the cuvette at 400 nm by scatter, falling as lambda^-4 [1]."""
    offset: float = 0.0
    """Constant absorbance added by blank or cuvette [1]."""

    def __post_init__(self) -> None:
        """Refuse what can not be built."""
        low, high = self.window_nm
        possible = {
            "window": 0.0 < low < high and 0.0 < self.step_nm <= high - low,
            "path": self.path_mm > 0.0,
            "dilution": self.dilution >= 1.0,
            "noise": self.noise >= 0.0,
            "stray light": 0.0 <= self.stray_light < 1.0,
            "scatter": self.scatter >= 0.0,
        }
        wrong = [name for name, good in possible.items() if not good]
        if wrong:
            raise InputError(
                given=f"a spectrometer with an impossible {wrong[0]}",
                expected="a rising window, path > 0, dilution >= 1, noise, stray light and scatter >= 0",
                why="no cuvette absorbs like that",
                remedy=f"Correct the {wrong[0]}.",
                where=Where(key=wrong[0]),
            )

    @property
    def wavelengths(self) -> Float[np.ndarray, " wavelengths"]:
        """Wavelengths [nm], rising, shape (wavelengths,)."""
        low, high = self.window_nm
        return np.asarray(low + self.step_nm * np.arange(int((high - low) / self.step_nm + 1e-9) + 1))

    def distorted(self, absorbance: Float[np.ndarray, " wavelengths"]) -> Float[np.ndarray, " wavelengths"]:
        """Return the absorbance of dots [1] as the instrument shows it, without noise."""
        turbid = absorbance + self.scatter * Background.SCATTER.column(self.wavelengths)
        s = self.stray_light
        return np.asarray(self.offset - np.log10((10.0**-turbid + s) / (1.0 + s)))


def observe(
    population: Population,
    material: Material,
    spectrometer: Spectrometer,
    *,
    label: str,
    time_s: float | None = None,
    seed: int | None,
    reading: Reading = BY_SIZE,
) -> Signal:
    """Return the absorbance spectrum of a population.

    Clusters and complexes that the reading names absorb by the lines of their families. All other rungs
    absorb as dots of their size, and those too small for the lineshape not at all.

    Args:
        population: Concentration of every rung in the aliquot as it was drawn, before dilution.
        material: Card of its material.
        spectrometer: Cuvette, dilution and instrument.
        label: Name of the sample.
        time_s: Time of the aliquot [s].
        seed: Seed of the noise; None for a spectrum without noise.
        reading: What absorbs by a line of its own, to 30 % in amount, and how the rungs of dots are smoothed.

    Returns:
        The signal, with path, dilution and medium, so that an amount can be read back.

    Raises:
        SignalError: If the cuvette absorbs more than :data:`SATURATED`.
        InputError: If population and material are not of one material.
        RangeError, CardError: As :func:`~aliquot.instruments.absorbance.kernel.absorption` does.

    Example:
        >>> from aliquot.knowledge import store
        >>> rungs = np.zeros(300); rungs[204] = 0.2          # mol m-3 of dots of 2.70 nm
        >>> population, seen_in = Population("InP", 0.0503, rungs), Spectrometer(store.solvent("hexane"))
        >>> signal = observe(population, store.material("InP"), seen_in, label="A1", seed=1)
        >>> round(float(signal.values.max()), 2)
        0.14
    """
    if population.material != material.id:
        raise InputError(
            given=f"a population of {population.material} and the card of {material.id}",
            expected="one material",
            why="each material absorbs in its own way",
            remedy=f"Load the card of {population.material}.",
            where=Where(label),
        )
    wavelengths = spectrometer.wavelengths
    n_s = refractive_index(spectrometer.medium)
    mu_f = absorption(as_dots(population, reading), material, wavelengths, n_s)
    if reading.by_lines:
        mu_f = mu_f + absorption_by_lines(population, material, reading.by_lines, wavelengths, n_s)
    path_cm = spectrometer.path_mm / 10.0
    seen = spectrometer.distorted(mu_f * path_cm / (np.log(10.0) * spectrometer.dilution))
    _refuse_saturated(seen, spectrometer, label)
    if seed is not None:
        seen = seen + spectrometer.noise * np.random.default_rng(seed).standard_normal(seen.size)
    return Signal(
        SignalKind.ABSORBANCE,
        wavelengths,
        seen,
        label,
        time_s=time_s,
        path_mm=spectrometer.path_mm,
        dilution=spectrometer.dilution,
        medium=spectrometer.medium.id,
    )


def _refuse_saturated(
    seen: Float[np.ndarray, " wavelengths"], spectrometer: Spectrometer, label: str
) -> None:
    highest = float(seen.max())
    if highest > SATURATED:
        raise SignalError(
            given=f"an absorbance of {highest:.3g} in the cuvette",
            expected=f"at most {SATURATED:g}, better below 2",
            why="less than a thousandth of the light arrives, and stray light is read instead",
            remedy=f"Dilute at least {spectrometer.dilution * highest / 2.0:.0f}-fold, or shorten the path.",
            where=Where(label),
        )
