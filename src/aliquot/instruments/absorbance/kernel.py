"""What a volume of dots of one size absorbs at one wavelength: what stands between population and spectrum.

Per volume of semiconductor, so that absorbance is linear in volume, and its inverse weighted by volume:

    mu(E, d) = scale / norm(d) [ sum_k f_k (3 nm / d)^p S(E; E_k(d), s_k(d), eta) + C(E; E_1(d)) ]
    E_k = E_gap + r_k (E_1 - E_gap)              lines above the first exciton follow its confinement
    S   = (1 - eta) Gaussian + eta Lorentzian    of unit height and equal width at half height
    s_1 = s (3 nm) + slope (3 nm - d)            never below a fifth of s (3 nm)
    C   = c (E - E_1 - onset)_+^q (1 + erf(x / width)) / 2,   x = E - E_1 - onset

The constants are those of the material card; they are one estimated lineshape, and an error in them limits
what can be read back from a spectrum more than noise does.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from aliquot.errors import CardError, RangeError, Where
from aliquot.instruments.absorbance.constants import Constants
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption
from aliquot.instruments.absorbance.lines import REFERENCE_NM, Scene
from aliquot.instruments.absorbance.sizing import energies_by_law, energy, ensemble
from aliquot.knowledge.records import Lineshape, Material, PowerLaw
from aliquot.population import Population
from aliquot.units import AVOGADRO, EV_NM

NEGLIGIBLE = 1e-6
"""Share of the volume that may lie above the diameters of a lineshape and is then left out [1]."""

_BAND_POINTS = 31


@dataclass(frozen=True, slots=True)
class Kernel:
    """Absorption per volume of semiconductor by wavelength and diameter.

    Attributes:
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        diameters: Diameters of the sphere of equal volume [nm], shape (sizes,).
        values: mu [cm-1], read-only, shape (wavelengths, sizes).
        material: Name of the material card.
        n_s: Refractive index of the medium [1].
    """

    wavelengths: Float[np.ndarray, " wavelengths"]
    diameters: Float[np.ndarray, " sizes"]
    values: Float[np.ndarray, "wavelengths sizes"]
    material: str
    n_s: float


def lineshape_of(material: Material) -> Lineshape:
    """Return the lineshape on a material card.

    Raises:
        CardError: If the card has none.
    """
    if material.lineshape is None:
        raise CardError(
            given=f"{material.name} without a 'lineshape'",
            expected="a card that says how one dot absorbs",
            why="a spectrum is the sum of what the dots of every size absorb",
            remedy="Use a material with a lineshape, or add one with its grounds.",
            where=Where(f"cards/materials/{material.id}.yaml", key="lineshape"),
        )
    return material.lineshape


def size_limits(material: Material) -> tuple[float, float]:
    """Return the smallest and largest diameter over which the kernel is evaluated [nm]; CardError if none."""
    low, high = lineshape_of(material).sizes
    return low.value, high.value


def first_exciton(material: Material, diameters: Float[np.ndarray, " sizes"]) -> Float[np.ndarray, " sizes"]:
    """Return E_1(d) [eV] by the law of the lineshape, or of the first sizing curve, beyond its range too.

    A spectrum needs a position for every dot in the flask, also for those that no curve was measured on. A
    diameter read with it outside the range of the curve must not be reported without saying so.

    Args:
        material: Card whose lineshape has a law of position, or whose first sizing curve is a power law.
        diameters: Diameters [nm], shape (sizes,).

    Raises:
        CardError: If the lineshape has no law and the first sizing curve is no power law.
        RangeError: If there is neither a law nor a sizing curve in use.

    Example:
        >>> from aliquot.knowledge import store
        >>> (EV_NM / first_exciton(store.material("InP"), np.array([2.7, 3.4]))).round(0)
        array([518., 590.])
    """
    if material.lineshape is not None and material.lineshape.position is not None:
        return energies_by_law(material.lineshape.position, diameters)
    curve = ensemble(material)[0]
    if not isinstance(curve.law, PowerLaw):
        raise CardError(
            given=f"the sizing curve '{curve.id}', a {curve.law.form}",
            expected="a power law, E1 = E_inf + a d^-b",
            why="a polynomial in wavelength is no law of energy outside its range",
            remedy="Give the lineshape of the card a 'position', fitted to the curve in its range.",
            where=Where(f"cards/materials/{material.id}.yaml", key="sizing"),
        )
    return energy(curve, diameters)


def kernel(
    material: Material,
    wavelengths: Float[np.ndarray, " wavelengths"],
    diameters: Float[np.ndarray, " sizes"],
    n_s: float,
) -> Kernel:
    """Return the absorption per volume of semiconductor, mu(lambda, d) [cm-1].

    All sizes absorb alike in the band ``alike`` of the lineshape, where confinement is small against the
    distance to the gap, and a dot of 3 nm absorbs at the anchor wavelength as the bulk formula says. Where
    the band comes too near the first exciton of a small dot to be a fair measure (InP below 2.1 nm), the dot
    is scaled such that its first line is as strong per PARTICLE as that of a 3 nm dot: oscillator strength
    does not grow on shrinking.

    Args:
        material: Card with lineshape, refraction and a power law for E_1(d).
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        diameters: Diameters of the sphere of equal volume [nm], shape (sizes,).
        n_s: Refractive index of the medium [1]; enters the scale only.

    Raises:
        RangeError: If a diameter lies outside the sizes of the lineshape, or the anchor has no n, k.
        CardError: If the card has no lineshape, or no power law.

    Source:
        Lines on a confined continuum as in Norris and Bawendi 1996 (Phys. Rev. B 53, 16338); equal absorption
        per volume far above the gap, Leatherdale et al. 2002 (J. Phys. Chem. B 106, 7619).

    Example:
        >>> from aliquot.knowledge import store
        >>> inp = store.material("InP")
        >>> kernel(inp, np.array([413.0, 700.0]), np.array([3.0]), 1.40).values.round(-2)
        array([[69700.],
               [  200.]])
    """
    _refuse_outside(material, diameters)
    keys = (
        np.ascontiguousarray(wavelengths, float).tobytes(),
        np.ascontiguousarray(diameters, float).tobytes(),
    )
    return _kernel(material, *keys, n_s)


def absorption(
    population: Population, material: Material, wavelengths: Float[np.ndarray, " wavelengths"], n_s: float
) -> Float[np.ndarray, " wavelengths"]:
    """Return the absorption coefficient of a liquid with this population, mu f summed over its rungs [cm-1].

    Rungs smaller than the lineshape reaches, the dissolved monomer among them, are taken not to absorb: their
    first exciton lies above the window, which is checked. All others absorb, dots or not.

    Args:
        population: Concentration of every rung in the liquid.
        material: Card of the material that it consists of.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        n_s: Refractive index of the medium [1].

    Raises:
        RangeError: If rungs above the largest size of the lineshape hold material, or the window reaches the
            first exciton of rungs below its smallest size.

    Example:
        >>> from aliquot.knowledge import store
        >>> rungs = np.zeros(300); rungs[204] = 1e-3          # 1 uM of dots of 2.70 nm
        >>> population = Population("InP", 0.0503, rungs)
        >>> absorption(population, store.material("InP"), np.array([413.0, 518.0]), 1.40).round(3)
        array([0.287, 0.28 ])
    """
    low, high = size_limits(material)
    diameters = population.diameters
    volumes = population.rungs * population.n * (AVOGADRO * population.unit_volume * 1e-27)
    _refuse_large(material, volumes, diameters > high)
    _refuse_window(material, wavelengths, low)
    seen = (diameters >= low) & (diameters <= high)
    if not np.any(volumes[seen]):
        return np.zeros_like(wavelengths, float)
    return np.asarray(kernel(material, wavelengths, diameters[seen], n_s).values @ volumes[seen])


@lru_cache(maxsize=8)  # a run sees all its aliquots through one kernel; the largest takes 20 MB
def _kernel(material: Material, wavelengths: bytes, diameters: bytes, n_s: float) -> Kernel:
    at, sizes = np.frombuffer(wavelengths), np.frombuffer(diameters)
    constants = Constants.of(lineshape_of(material))
    values = scale_of(material, constants, n_s) * scene_of(material, EV_NM / at, sizes).kernel(constants)
    values.flags.writeable = False
    return Kernel(at, sizes, values, material.id, n_s)


def scale_of(material: Material, constants: Constants, n_s: float) -> float:
    """Return the absorption that a dot of 3 nm has by the bulk formula, over mu at the anchor [cm-1]."""
    anchor = lineshape_of(material).anchor.value
    scene = scene_of(material, EV_NM / np.array([anchor]), np.array([REFERENCE_NM]))
    return intrinsic_absorption(material, anchor, n_s) / float(scene.kernel(constants)[0, 0])


def scene_of(
    material: Material, energies: Float[np.ndarray, " energies"], d: Float[np.ndarray, " sizes"]
) -> Scene:
    """Return where a kernel is to be evaluated, by the law of position of a material."""
    low, high = (EV_NM / bound.value for bound in reversed(lineshape_of(material).alike))
    e1_reference = float(first_exciton(material, np.array([REFERENCE_NM]))[0])
    band = np.linspace(low, high, _BAND_POINTS)
    return Scene(energies, band, d, first_exciton(material, d), e1_reference, gap_of(material))


def gap_of(material: Material) -> float:
    """Return the energy from which confinement is counted [eV]: E_1 of an infinite dot by the same law."""
    return float(first_exciton(material, np.array([np.inf]))[0])


def _refuse_outside(material: Material, diameters: Float[np.ndarray, " sizes"]) -> None:
    low, high = size_limits(material)
    outside = diameters[~((diameters >= low) & (diameters <= high))]
    if outside.size:
        raise RangeError(
            given=f"a diameter of {outside[0]:.4g} nm",
            expected=f"diameters from {low:g} to {high:g} nm",
            why=f"the lineshape of {material.name} is not believed beyond",
            remedy="Restrict the sizes, or widen 'lineshape.sizes' on the card with grounds for it.",
            where=Where(f"cards/materials/{material.id}.yaml", key="lineshape.sizes"),
        )


def _refuse_large(material: Material, volumes: Float[np.ndarray, " N"], large: np.ndarray) -> None:
    share = float(volumes[large].sum()) / max(float(volumes.sum()), np.finfo(float).tiny)
    if share > NEGLIGIBLE:
        high = size_limits(material)[1]
        raise RangeError(
            given=f"a population with {share:.2g} of its volume in dots above {high:g} nm",
            expected=f"at most {NEGLIGIBLE:g} there",
            why=f"the lineshape of {material.name} is not believed beyond that size",
            remedy="Observe an earlier aliquot, or widen 'lineshape.sizes' on the card with grounds for it.",
            where=Where(f"cards/materials/{material.id}.yaml", key="lineshape.sizes"),
        )


def _refuse_window(material: Material, wavelengths: Float[np.ndarray, " wavelengths"], low: float) -> None:
    bound = EV_NM / float(first_exciton(material, np.array([low]))[0])
    if wavelengths[0] <= bound:
        raise RangeError(
            given=f"a window that begins at {wavelengths[0]:g} nm",
            expected=f"one that begins above {bound:.0f} nm",
            why=f"particles below {low:g} nm absorb there, and no lineshape says how",
            remedy="Begin the window at a longer wavelength.",
            where=Where(f"cards/materials/{material.id}.yaml", key="lineshape.sizes"),
        )
