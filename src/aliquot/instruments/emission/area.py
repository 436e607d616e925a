"""How many photons an emission spectrum holds, and what of them it does not show."""

import numpy as np

from aliquot.errors import SignalError, Where
from aliquot.instruments.emission.masks import Mask, seen
from aliquot.instruments.emission.space import Counted, photons, require
from aliquot.instruments.signal import Signal, SignalKind

_CUT = 0.05


def photon_area(
    signal: Signal, masks: tuple[Mask, ...] = (), counted: Counted = Counted.PHOTONS
) -> tuple[float, tuple[str, ...]]:
    """Return the photons of an emission [a.u. nm], and what is to be doubted about them.

    Masked parts are bridged by a straight line.

    Args:
        signal: Emission.
        masks: Parts that are left out.
        counted: What its intensities count.

    Raises:
        SignalError: If nothing is left, or the sum is not above 0.

    Example:
        >>> nm = np.arange(500.0, 651.0)
        >>> band = np.exp(-0.5 * ((nm - 600.0) / 20.0) ** 2)
        >>> area, flags = photon_area(Signal(SignalKind.EMISSION, nm, band, "dots"))
        >>> round(area, 1), flags
        (49.8, ())
    """
    require(signal, SignalKind.EMISSION)
    left = seen(signal, masks)
    counts = photons(signal.wavelengths, signal.values, counted)
    area = float(np.trapezoid(counts[left], signal.wavelengths[left])) if left.sum() > 1 else 0.0
    if area <= 0.0:
        raise SignalError(
            given=f"'{signal.label}' with an area of {area:.3g}",
            expected="an emission above zero",
            why="a yield is a ratio of areas",
            remedy="Check the dark counts that were taken off, and the masks.",
            where=signal.where or Where(signal.label),
        )
    top = float(counts[left].max())
    ends = [
        (float(nm), float(value) / top)
        for nm, value in zip(signal.wavelengths[[0, -1]], counts[[0, -1]], strict=True)
    ]
    return area, tuple(
        f"The emission is cut off at {nm:.0f} nm, at {100 * share:.0f} % of its maximum: an area is missing."
        for nm, share in ends
        if share > _CUT
    )
