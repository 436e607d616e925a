"""What follows from wavelengths: energies, widths, colours, sizes by a curve."""

import numpy as np

from aliquot.instruments.absorbance import sizing
from aliquot.instruments.emission.colour import tristimulus
from aliquot.knowledge import store
from aliquot.reproduce.arithmetic.asked import Answer, Asked
from aliquot.units import EV_NM


def energy(asked: Asked) -> Answer:
    """Return the photon energy of a wavelength: E = hc/lambda."""
    return EV_NM / asked.number("wavelength", "nm"), "eV"


def apart(asked: Asked) -> Answer:
    """Return how far two wavelengths lie apart in energy, such as a Stokes shift."""
    return EV_NM / asked.number("shorter", "nm") - EV_NM / asked.number("longer", "nm"), "eV"


def width(asked: Asked) -> Answer:
    """Return the width in energy of a band: between the ends of its width in wavelength."""
    peak, half = asked.number("peak", "nm"), asked.number("width", "nm") / 2.0
    return EV_NM / (peak - half) - EV_NM / (peak + half), "eV"


def size(asked: Asked) -> Answer:
    """Return the size at a wavelength by a curve of the material; raises RangeError beyond its range."""
    curve = store.material(asked.of).curve(asked.term.given["curve"])
    return sizing.diameter(curve, asked.number("wavelength", "nm")), "nm"


def colour(asked: Asked) -> Answer:
    """Return a coordinate, 'x' or 'y', of the colour of a Gaussian band of emission (CIE 1931)."""
    nm = np.arange(360.0, 831.0)
    peak, width = asked.number("peak", "nm"), asked.number("width", "nm")
    xyz = tristimulus(nm, np.exp(-4.0 * np.log(2.0) * ((nm - peak) / width) ** 2))
    if asked.of not in ("x", "y"):
        raise asked.unasked("a colour has the coordinates x and y")
    return float(xyz["xy".index(asked.of)] / xyz.sum()), "1"
