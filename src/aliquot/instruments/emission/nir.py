"""Names for emission that no eye sees: windows of tissue, bands of glass fibres, detectors."""

from dataclasses import dataclass

VISIBLE_NM = (380.0, 780.0)
"""Wavelengths between which light has a colour [nm]."""


@dataclass(frozen=True, slots=True)
class Window:
    """A named range of wavelengths.

    Example:
        >>> Window("C band", 1530.0, 1565.0).holds(1550.0)
        True
    """

    name: str
    low_nm: float
    """First wavelength [nm]."""
    high_nm: float
    """Last wavelength [nm]."""

    def holds(self, nm: float) -> bool:
        """Tell whether a wavelength [nm] lies in it."""
        return self.low_nm <= nm < self.high_nm


TISSUE = (Window("NIR-I", 700.0, 950.0), Window("NIR-II", 1000.0, 1700.0))
"""Windows of tissue; usual limits, which authors draw differently by 50 nm."""

TELECOM = (
    Window("O band", 1260.0, 1360.0),
    Window("E band", 1360.0, 1460.0),
    Window("S band", 1460.0, 1530.0),
    Window("C band", 1530.0, 1565.0),
    Window("L band", 1565.0, 1625.0),
)
"""Bands of glass fibres as the ITU-T names them; text-book limits."""

DETECTORS = (Window("silicon", 300.0, 1100.0), Window("InGaAs", 900.0, 1700.0))
"""Detectors and where they see, roughly."""


def windows(peak_nm: float) -> tuple[str, ...]:
    """Return the names of the windows and bands in which a peak lies, none in the visible.

    Example:
        >>> windows(1338.0), windows(607.0), windows(1900.0)
        (('NIR-II', 'O band'), (), ('beyond NIR-II',))
    """
    named = tuple(window.name for window in (*TISSUE, *TELECOM) if window.holds(peak_nm))
    if named or peak_nm < TISSUE[0].low_nm:
        return named
    return ("between NIR-I and NIR-II",) if peak_nm < TISSUE[1].low_nm else ("beyond NIR-II",)


def detectors(peak_nm: float) -> tuple[str, ...]:
    """Return the detectors that see a peak.

    Example:
        >>> detectors(1000.0), detectors(1900.0)
        (('silicon', 'InGaAs'), ())
    """
    return tuple(window.name for window in DETECTORS if window.holds(peak_nm))
