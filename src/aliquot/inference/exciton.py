"""Spectra of populations with slopes, and the first exciton that is read from them."""

import numpy as np
from jaxtyping import Float

from aliquot.errors import RangeError, SignalError, Where
from aliquot.inference.dual import Dual, joined
from aliquot.inference.reading import Reading
from aliquot.instruments.absorbance.curvature import Curvature, curvature
from aliquot.instruments.absorbance.kernel import NEGLIGIBLE, first_exciton, kernel, size_limits
from aliquot.knowledge import records, store
from aliquot.units import AVOGADRO, EV_NM

MEDIUM = 1.40
"""Refractive index of the medium where only the place of a peak is read [1]; it scales spectra."""
REACH_EV = 0.03
"""Reach of the parabola by which a minimum is refined [eV], because it is half the width of an exciton."""
_STEP_NM = 1.0


def absorptions(
    reading: Reading,
    material: records.Material,
    wavelengths: Float[np.ndarray, " wavelengths"],
    n_s: float,
    where: Where,
) -> Dual:
    """Return the absorption coefficient of the liquid at every look [cm-1], shape (looks, wavelengths).

    As :func:`aliquot.instruments.absorbance.kernel.absorption`, with slopes: it is linear in the rungs.

    Args:
        reading: The condition.
        material: Card of the material.
        wavelengths: Wavelengths [nm], shape (wavelengths,).
        n_s: Refractive index of the medium [1].
        where: For errors.

    Raises:
        RangeError: If dots are larger than the lineshape reaches.
        CardError: If the material has no lineshape.
    """
    low, high = size_limits(material)
    diameters = reading.diameters
    volume = reading.n * (AVOGADRO * reading.unit_volume * 1e-27)
    amounts = np.abs(reading.seen.rungs.value) * volume
    beyond = float((amounts[:, diameters > high].sum(axis=1) / np.maximum(amounts.sum(axis=1), 1e-300)).max())
    if beyond > NEGLIGIBLE:
        raise RangeError(
            given=f"a population with {beyond:.2g} of its volume in dots above {high:g} nm",
            expected=f"at most {NEGLIGIBLE:g} there",
            why=f"the lineshape of {material.name} is not believed beyond that size",
            remedy="Leave the observation out, or widen 'lineshape.sizes' on the card with grounds for it.",
            where=where,
        )
    inside = (diameters >= low) & (diameters <= high)
    operator = np.zeros((diameters.size, wavelengths.size))
    operator[inside] = (kernel(material, wavelengths, diameters[inside], n_s).values * volume[inside]).T
    return reading.seen.rungs.through(operator)


def first_exciton_of(reading: Reading, where: Where) -> Dual:
    """Return the wavelength of the first exciton at every look [nm].

    The lowest minimum of the smoothed second derivative with respect to energy, refined by a parabola: the
    first of two readings of :func:`aliquot.instruments.absorbance.edge.find_edge`, which a test compares.

    Raises:
        SignalError: If a spectrum shows none.
        RangeError, CardError: As :func:`absorptions`.
    """
    material = store.material(reading.card.material)
    low, high = _window(material)
    wavelengths = np.arange(low, high, _STEP_NM)
    seen = absorptions(reading, material, wavelengths, MEDIUM, where)
    energies = EV_NM / wavelengths[::-1]
    found = [_exciton(energies, seen[i][::-1], where) for i in range(reading.times.size)]
    return joined(found)


def _window(material: records.Material) -> tuple[float, float]:
    """Return the wavelengths over which excitons are looked for [nm]: those of the lineshape's sizes."""
    low, high = (
        EV_NM / float(first_exciton(material, np.array([size]))[0]) for size in size_limits(material)
    )
    return np.ceil(low) + 1.0, np.floor(high) + 150.0


def _exciton(energies: Float[np.ndarray, " n"], absorbance: Dual, where: Where) -> Dual:
    """Return the wavelength of the first exciton of one spectrum [nm]."""
    bent = curvature(energies, absorbance.value)
    place = None if bent is None else _lowest(bent)
    if bent is None or place is None:
        raise SignalError(
            given="a computed spectrum without a minimum of its second derivative",
            expected="an exciton",
            why="there are no dots yet, or they are too broad",
            remedy="Observe a later time, or leave E1 out.",
            where=where,
        )
    near = np.flatnonzero(np.abs(bent.energies - bent.energies[place]) <= REACH_EV)
    x = bent.energies[near] - bent.energies[place]
    weights = np.linalg.pinv(np.stack([np.ones_like(x), x, x * x], axis=1))
    parabola = absorbance.through(np.asarray((weights @ bent.operator[near]).T))
    energy = parabola[1] / parabola[2] * -0.5 + float(bent.energies[place])
    return Dual.still(EV_NM, absorbance.constants) / energy


def _lowest(bent: Curvature) -> int | None:
    """Return the place of the first clear minimum from the red, None if there is none."""
    deepest = float(bent.values.min())
    for place, prominence in bent.valleys():
        if prominence > 0.1 * abs(deepest) and bent.values[place] < 0.2 * deepest:
            return place
    return None
