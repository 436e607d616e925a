"""What the codes of an SPC file mean: axes, quantities, and times in seconds.

Source: the enumerations fxtype and fytype of Galactic's SPC.H, as spc-io 0.2.1 lists them.
"""

from aliquot.instruments.formats.contents import Axis, AxisKind, Quantity, QuantityKind
from aliquot.instruments.formats.words import axis_of, quantity_of

_AXES = {
    1: (AxisKind.WAVENUMBER, "cm-1"),
    2: (AxisKind.WAVELENGTH, "µm"),
    3: (AxisKind.WAVELENGTH, "nm"),
    4: (AxisKind.TIME, "s"),
    5: (AxisKind.TIME, "min"),
    6: (AxisKind.FREQUENCY, "Hz"),
    7: (AxisKind.FREQUENCY, "kHz"),
    8: (AxisKind.FREQUENCY, "MHz"),
    9: (AxisKind.MASS, ""),
    10: (AxisKind.SHIFT, "ppm"),
    11: (AxisKind.TIME, "d"),
    13: (AxisKind.RAMAN, "cm-1"),
    14: (AxisKind.ENERGY, "eV"),
    18: (AxisKind.ANGLE, "deg"),
    19: (AxisKind.TEMPERATURE, "°F"),
    20: (AxisKind.TEMPERATURE, "°C"),
    21: (AxisKind.TEMPERATURE, "K"),
    23: (AxisKind.TIME, "ms"),
    24: (AxisKind.TIME, "µs"),
    25: (AxisKind.TIME, "ns"),
    26: (AxisKind.FREQUENCY, "GHz"),
    27: (AxisKind.DISTANCE, "cm"),
    28: (AxisKind.DISTANCE, "m"),
    29: (AxisKind.DISTANCE, "mm"),
    30: (AxisKind.TIME, "h"),
}
_QUANTITIES = {
    2: (QuantityKind.ABSORBANCE, "1", "Absorbance"),
    3: (QuantityKind.REFLECTION, "", "Kubelka-Munk"),
    4: (QuantityKind.INTENSITY, "counts", "Counts"),
    10: (QuantityKind.REFLECTION, "", "log(1/R)"),
    12: (QuantityKind.INTENSITY, "", "Intensity"),
    13: (QuantityKind.INTENSITY, "relative", "Relative intensity"),
    128: (QuantityKind.TRANSMISSION, "", "Transmission"),
    129: (QuantityKind.REFLECTION, "", "Reflectance"),
    131: (QuantityKind.EMISSION, "", "Emission"),
}
_OTHERS = {
    1: "Interferogram",
    5: "Volts",
    6: "Degrees",
    7: "Milliamperes",
    8: "Millimetres",
    9: "Millivolts",
    11: "Percent",
    14: "Energy",
    16: "Decibel",
    22: "Index of refraction",
    23: "Extinction coefficient",
    24: "Real part",
    25: "Imaginary part",
    26: "Complex",
    130: "Single beam",
}
_SECONDS = {4: 1.0, 5: 60.0, 11: 86400.0, 23: 1e-3, 24: 1e-6, 25: 1e-9, 30: 3600.0}


def axis_coded(code: int, label: str = "") -> Axis:
    """Return the axis of a code, or of the label that the file has in its place.

    Example:
        >>> axis_coded(3).told, axis_coded(0, "Wavelength (nm)").told, axis_coded(16).told
        ('wavelength / nm', 'wavelength / nm', 'not said')
    """
    named = axis_of(label)
    if code in _AXES and (named is None or code != 0):
        kind, unit = _AXES[code]
        return Axis(kind, unit, label)
    return named or Axis(AxisKind.UNKNOWN, "", label)


def quantity_coded(code: int, label: str = "") -> Quantity:
    """Return the quantity of a code, or of the label that the file has in its place.

    Example:
        >>> quantity_coded(2).told, quantity_coded(0, "Abundance").told, quantity_coded(5).written
        ('absorbance', 'intensity / relative', 'Volts')
    """
    if code in _QUANTITIES:
        kind, unit, written = _QUANTITIES[code]
        return Quantity(kind, unit, label or written)
    if code in _OTHERS:
        return Quantity(QuantityKind.OTHER, "", label or _OTHERS[code])
    return quantity_of(label)


def seconds_coded(code: int) -> float | None:
    """Return the seconds in the unit of a code, None where it is no time."""
    return _SECONDS.get(code)
