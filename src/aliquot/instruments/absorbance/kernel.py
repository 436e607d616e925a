"""What a volume of dots of one size absorbs at one wavelength: what stands between population and spectrum.

Per volume of semiconductor, so that absorbance is linear in volume, and its inverse weighted by volume:

    mu(E, d) = scale / norm(d) [ sum_k f_k (3 nm / d)^p S(E; E_k(d), s_k(d), eta) + C(E; E_1(d)) ]
    E_k = E_gap + r_k (E_1 - E_gap)              lines above the first exciton follow its confinement
    S   = (1 - eta) Gaussian + eta Lorentzian    of unit height and equal width at half height
    C   = c (E - E_1 - onset)_+^q (1 + erf(x / width)) / 2,   x = E - E_1 - onset

The constants are those of the material card; they are one estimated lineshape, and an error in them limits
what can be read back from a spectrum more than noise does.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.special import erf

from aliquot.errors import CardError, RangeError, Where
from aliquot.instruments.absorbance.intrinsic import intrinsic_absorption
from aliquot.instruments.absorbance.sizing import energy, ensemble
from aliquot.knowledge.records import Lineshape, Material, PowerLaw
from aliquot.population import Population
from aliquot.units import AVOGADRO, EV_NM, to_float

REFERENCE_NM = 3.0
"""Diameter of the dot to which strengths, widths and the scale of a lineshape refer [nm]."""

NEGLIGIBLE = 1e-6
"""Share of the volume that may lie above the diameters of a lineshape and is then left out [1]."""

_BAND_POINTS = 31
_LORENTZ = 1.0 / (2.0 * np.log(2.0))  # gives the Lorentzian the half width of a Gaussian of unit sd


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
    """Return E_1(d) [eV] by the law of the material's first sizing curve, beyond the range of that curve too.

    A spectrum needs a position for every dot in the flask, also for those that no curve was measured on. A
    diameter read with it outside the range of the curve must not be reported without saying so.

    Args:
        material: Card whose first sizing curve is a power law.
        diameters: Diameters [nm], shape (sizes,).

    Raises:
        CardError: If the first sizing curve is no power law.
        RangeError: If the card has no sizing curve in use.

    Example:
        >>> from aliquot.knowledge import store
        >>> (EV_NM / first_exciton(store.material("InP"), np.array([2.7, 3.4]))).round(0)
        array([518., 590.])
    """
    curve = ensemble(material)[0]
    if not isinstance(curve.law, PowerLaw):
        raise CardError(
            given=f"the sizing curve '{curve.id}', a {curve.law.form}",
            expected="a power law, E1 = E_inf + a d^-b",
            why="a polynomial in wavelength is no law of energy outside its range",
            remedy="Put a power law first among the sizing curves of the card.",
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
    shape = lineshape_of(material)
    anchor = np.array([shape.anchor.value])
    reference = np.array([REFERENCE_NM])
    unit = float(_normalised(material, shape, EV_NM / anchor, reference)[0, 0])
    scale = intrinsic_absorption(material, shape.anchor.value, n_s) / unit
    values = scale * _normalised(material, shape, EV_NM / at, sizes)
    values.flags.writeable = False
    return Kernel(at, sizes, values, material.id, n_s)


def _normalised(
    material: Material,
    shape: Lineshape,
    energies: Float[np.ndarray, " energies"],
    d: Float[np.ndarray, " sizes"],
) -> Float[np.ndarray, "energies sizes"]:
    """Return mu over its mean in the band in which all sizes are alike [1]."""
    low, high = (EV_NM / bound.value for bound in reversed(shape.alike))
    band = np.linspace(low, high, _BAND_POINTS)
    e1 = first_exciton(material, d)
    norm = _raw(material, shape, band, d, e1).mean(axis=0)
    reference = np.array([REFERENCE_NM])
    whole = _raw(material, shape, band, reference, first_exciton(material, reference)).mean()
    # constant oscillator strength per particle is (d / 3 nm)^-3 per volume; the strengths carry (d / 3 nm)^-p
    floor = whole * (d / REFERENCE_NM) ** (3.0 - shape.strength_exponent)
    norm = np.where(d < REFERENCE_NM, np.maximum(norm, floor), norm)
    return np.asarray(_raw(material, shape, energies, d, e1) / norm)


def _raw(
    material: Material,
    shape: Lineshape,
    energies: Float[np.ndarray, " energies"],
    d: Float[np.ndarray, " sizes"],
    e1: Float[np.ndarray, " sizes"],
) -> Float[np.ndarray, "energies sizes"]:
    """Return lines and continuum in units of the first line of a 3 nm dot [1]."""
    gap = _gap(material)
    slope = to_float(shape.width_slope, "eV/nm")
    total = _continuum(shape, energies[:, None] - e1)
    for k, line in enumerate(shape.transitions):
        width = to_float(line.width, "eV") + (slope * (REFERENCE_NM - d) if k == 0 else 0.0)
        x = (energies[:, None] - (gap + line.ratio * (e1 - gap))) / width
        total += line.strength * (REFERENCE_NM / d) ** shape.strength_exponent * _line(x, shape.lorentzian)
    return total


def _line(x: Float[np.ndarray, "energies sizes"], eta: float) -> Float[np.ndarray, "energies sizes"]:
    """Return a pseudo-Voigt line of unit height, x in standard deviations of its Gaussian part."""
    square = x * x
    return np.asarray((1.0 - eta) * np.exp(-0.5 * square) + eta / (1.0 + _LORENTZ * square))


def _continuum(
    shape: Lineshape, above: Float[np.ndarray, "energies sizes"]
) -> Float[np.ndarray, "energies sizes"]:
    """Return the smeared edge of the continuum, ``above`` being E - E_1 [eV]."""
    x = above - to_float(shape.continuum_onset, "eV")
    smeared = 0.5 * (1.0 + erf(x / to_float(shape.continuum_width, "eV")))
    return np.asarray(shape.continuum * np.maximum(x, 0.0) ** shape.continuum_exponent * smeared)


def _gap(material: Material) -> float:
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
