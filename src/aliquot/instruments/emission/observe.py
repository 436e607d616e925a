"""What a fluorimeter sees of a population: emission, and excitation of an emission.

    PL(E)    = sum_d n(d) sigma_abs(E_exc, d) phi(d) G(E; E1(d) - D_st, sigma_PL)
    PLE(E')  = sum_d n(d) sigma_abs(E', d)    phi(d) G(E_em; E1(d) - D_st, sigma_PL)

Photons per nm by photons that enter, for a liquid so dilute that it dims neither lamp nor emission.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, Where
from aliquot.instruments.absorbance.intrinsic import refractive_index
from aliquot.instruments.absorbance.kernel import absorption, kernel, size_limits
from aliquot.instruments.emission.dots import DotLine
from aliquot.instruments.emission.space import jacobian
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.knowledge.records import Material, Solvent
from aliquot.population import Population
from aliquot.units import AVOGADRO, EV_NM


@dataclass(frozen=True, slots=True)
class Fluorimeter:
    """A measurement of emission.

    Raises:
        InputError: If the window, step or noise can not be.

    Example:
        >>> from aliquot.knowledge import store
        >>> Fluorimeter(store.solvent("hexane")).wavelengths[[0, -1]]
        array([450., 800.])
    """

    medium: Solvent
    """What surrounds the dots."""
    window_nm: tuple[float, float] = (450.0, 800.0)
    """First and last wavelength of the scan [nm]."""
    step_nm: float = 1.0
    """Distance between wavelengths [nm]."""
    fixed_nm: float = 420.0
    """The other wavelength: of excitation in an emission scan, of emission in an excitation scan [nm]."""
    noise: float = 2e-3
    """Standard deviation of the noise over the maximum [1]; estimated, as of a scan of some minutes."""

    def __post_init__(self) -> None:
        """Refuse what can not be built."""
        low, high = self.window_nm
        if not (
            0.0 < low < high
            and 0.0 < self.step_nm <= high - low
            and self.noise >= 0.0
            and self.fixed_nm > 0.0
        ):
            raise InputError(
                given=f"a scan from {low:g} to {high:g} nm by {self.step_nm:g} nm, noise {self.noise:g}",
                expected="a rising window with a step that fits into it, and noise of at least 0",
                why="no fluorimeter scans like that",
                remedy="Correct the window, the step or the noise.",
                where=Where(key="fluorimeter"),
            )

    @property
    def wavelengths(self) -> Float[np.ndarray, " wavelengths"]:
        """Wavelengths of the scan [nm], rising, shape (wavelengths,)."""
        low, high = self.window_nm
        return np.asarray(low + self.step_nm * np.arange(int((high - low) / self.step_nm + 1e-9) + 1))


def observe_emission(
    population: Population,
    material: Material,
    seen_in: Fluorimeter,
    line: DotLine | None = None,
    *,
    label: str,
    time_s: float | None = None,
    seed: int | None,
) -> Signal:
    """Return the emission of a population.

    Args:
        population: Concentration of every rung in the liquid.
        material: Card of its material.
        seen_in: Window, excitation, medium and noise.
        line: Emission of one dot, with its yield; that of :meth:`DotLine.of` where None.
        label: Name of the sample.
        time_s: Time of the aliquot [s].
        seed: Seed of the noise; None for a spectrum without noise.

    Returns:
        Photons per nm by photons that enter a layer of 1 cm [nm-1].

    Raises:
        InputError: If population and material are not of one material.
        RangeError, CardError: As :func:`~aliquot.instruments.absorbance.kernel.absorption` does.

    Example:
        >>> from aliquot.knowledge import store
        >>> inp, rungs = store.material("InP"), np.zeros(300)
        >>> rungs[204] = 0.001                                # mol m-3 of dots of 2.70 nm, E1 at 518 nm
        >>> scan = Fluorimeter(store.solvent("hexane"))
        >>> seen = observe_emission(Population("InP", 0.0503, rungs), inp, scan, label="A1", seed=None)
        >>> float(seen.wavelengths[seen.values.argmax()])
        532.0
    """
    nm, dot = seen_in.wavelengths, line or DotLine.of(material)
    sizes = _sizes(population, material, seen_in.fixed_nm, seen_in.medium)
    excited = kernel(material, np.array([seen_in.fixed_nm]), sizes, refractive_index(seen_in.medium)).values[
        0
    ]
    weights = excited * _volumes(population, sizes) * dot.yields(sizes)
    values = dot.at(material, np.asarray(EV_NM / nm), sizes) @ weights / jacobian(nm)
    return _recorded(SignalKind.EMISSION, values, seen_in, label, time_s, seed)


def observe_excitation(
    population: Population,
    material: Material,
    seen_in: Fluorimeter,
    line: DotLine | None = None,
    *,
    label: str,
    time_s: float | None = None,
    seed: int | None,
) -> Signal:
    """Return the excitation spectrum of a population, watched at one wavelength of emission.

    Args:
        population: Concentration of every rung in the liquid.
        material: Card of its material.
        seen_in: Window of the excitation, wavelength that is watched, medium and noise.
        line: Emission of one dot, with its yield; that of :meth:`DotLine.of` where None.
        label: Name of the sample.
        time_s: Time of the aliquot [s].
        seed: Seed of the noise; None for a spectrum without noise.

    Returns:
        Photons per nm at the wavelength that is watched, by photons that enter a layer of 1 cm [nm-1].

    Raises:
        InputError, RangeError, CardError: As :func:`observe_emission`.

    Example:
        >>> from aliquot.knowledge import store
        >>> inp, rungs = store.material("InP"), np.zeros(300)
        >>> rungs[204] = 0.001
        >>> scan = Fluorimeter(store.solvent("hexane"), window_nm=(400.0, 600.0), fixed_nm=540.0)
        >>> seen = observe_excitation(Population("InP", 0.0503, rungs), inp, scan, label="A1", seed=None)
        >>> float(seen.between(500.0, 600.0).wavelengths[seen.between(500.0, 600.0).values.argmax()])
        518.0
    """
    nm, dot = seen_in.wavelengths, line or DotLine.of(material)
    sizes = _sizes(population, material, float(nm[0]), seen_in.medium)
    volumes = _volumes(population, sizes) * dot.yields(sizes)
    watched = np.array([seen_in.fixed_nm])
    shape = dot.at(material, np.asarray(EV_NM / watched), sizes)[0]
    absorbed = kernel(material, nm, sizes, refractive_index(seen_in.medium)).values
    values = absorbed @ (volumes * shape) / float(jacobian(watched)[0])
    return _recorded(SignalKind.EXCITATION, np.asarray(values), seen_in, label, time_s, seed)


def _sizes(
    population: Population, material: Material, excitation_nm: float, medium: Solvent
) -> Float[np.ndarray, " sizes"]:
    """Return the sizes that absorb and emit [nm]; refuse what no lineshape covers."""
    if population.material != material.id:
        raise InputError(
            given=f"a population of {population.material} and the card of {material.id}",
            expected="one material",
            why="each material emits in its own way",
            remedy=f"Load the card of {population.material}.",
            where=Where(material.id),
        )
    absorption(population, material, np.array([excitation_nm]), refractive_index(medium))  # for its refusals
    low, high = size_limits(material)
    diameters = population.diameters
    return np.asarray(diameters[(diameters >= low) & (diameters <= high)])


def _volumes(population: Population, sizes: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
    """Return the volume fraction of each of the sizes [1]."""
    fractions = population.rungs * population.n * (AVOGADRO * population.unit_volume * 1e-27)
    first = int(np.searchsorted(population.diameters, sizes[0]))
    return np.asarray(fractions[first : first + sizes.size])


def _recorded(
    kind: SignalKind,
    values: Float[np.ndarray, " n"],
    seen_in: Fluorimeter,
    label: str,
    time_s: float | None,
    seed: int | None,
) -> Signal:
    """Return a scan as the fluorimeter writes it: with noise relative to its maximum, none without a seed."""
    if seed is not None:
        random = np.random.default_rng(seed)
        noise = seen_in.noise * float(values.max()) * random.standard_normal(values.size)
        values = np.asarray(values + noise)
    return Signal(
        kind,
        seen_in.wavelengths,
        values,
        label,
        time_s=time_s,
        medium=seen_in.medium.id,
        excitation_nm=seen_in.fixed_nm if kind is SignalKind.EMISSION else None,
        emission_nm=seen_in.fixed_nm if kind is SignalKind.EXCITATION else None,
    )
