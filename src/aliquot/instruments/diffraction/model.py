"""Patterns of spheres of a crystal over all diameters: computed once on a grid, then looked up.

A crystal whose lattice is s times as large scatters at q as the first does at s q. So one table in q and d
serves every lattice constant too.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline

from aliquot.instruments.diffraction.debye import B_NM2, Pairs, bulk_pairs, combined, overlap, waves
from aliquot.instruments.diffraction.pattern import to_q
from aliquot.instruments.diffraction.profile import Diffractometer
from aliquot.instruments.diffraction.structure import Cell

DIAMETERS_NM = (0.9, 12.0)
"""Smallest and largest sphere of the tables [nm]."""
STRAIN = 0.04
"""Largest change of the lattice constant that is looked for [1]."""

_GRID = np.geomspace(*DIAMETERS_NM, 54)  # 5 % apart: a cubic between them is right to a part in a thousand
_Q_STEP = 0.06  # 1/nm; waves of 12 nm have a period of 0.5
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(11)


@dataclass(frozen=True, eq=False)
class SphereTable:
    """Sums of waves of every kind of pair, for spheres of a crystal on a grid of q and diameter.

    Attributes:
        cell: The crystal.
        bulk: Its neighbours.
        q: Scattering vectors [1/nm], at equal steps, shape (q,).
        sums: Spline in the logarithm of the diameter, of values of shape (kinds, q).
    """

    cell: Cell
    bulk: Pairs
    q: Float[np.ndarray, " q"]
    sums: CubicSpline

    def intensity(
        self, q: Float[np.ndarray, " n"], diameter: float, strain: float = 0.0, rsd: float = 0.0
    ) -> Float[np.ndarray, " n"]:
        """Return the intensity per atom of spheres [electrons squared], shape (n,).

        Args:
            q: Scattering vectors [1/nm], shape (n,).
            diameter: Mean diameter by volume [nm].
            strain: By how much the lattice is larger than that of the card [1].
            rsd: Relative standard deviation of the diameter by volume, log-normal [1].
        """
        log_d = np.log(diameter / (1.0 + strain))
        if rsd > 0.0:
            spread = np.sqrt(np.log1p(rsd**2))
            logs = np.clip(log_d - 0.5 * spread**2 + spread * _NODES, *np.log(DIAMETERS_NM))
            table = np.tensordot(_WEIGHTS / _WEIGHTS.sum(), self.sums(logs), 1)
        else:
            table = self.sums(log_d)
        sums = CubicSpline(self.q, table.T)(q * (1.0 + strain))
        return combined(self.bulk, sums, q, B_NM2)


def sphere_table(cell: Cell, q_from: float, q_to: float) -> SphereTable:
    """Return the table of a crystal for scattering vectors between two bounds [1/nm].

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal
        >>> table = sphere_table(crystal("InP-zinc-blende"), 15.0, 25.0)
        >>> q = np.linspace(15.0, 25.0, 201)
        >>> [float(q[table.intensity(q, d).argmax()].round(2)) for d in (2.0, 8.0)]
        [18..., 18.5...]
    """
    key = (cell.name, cell.vectors.tobytes(), cell.positions.tobytes(), cell.elements)
    low = np.floor(max(q_from * (1.0 - STRAIN), 0.5))
    high = np.ceil(q_to * (1.0 + STRAIN))
    return _table(_Keyed(key, cell), float(low), float(high))


@dataclass(frozen=True)
class _Keyed:
    """A crystal that a cache can know again."""

    key: tuple[object, ...]
    cell: Cell

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self.key == other.key


@lru_cache(maxsize=12)
def _table(keyed: _Keyed, q_from: float, q_to: float) -> SphereTable:
    bulk = bulk_pairs(keyed.cell, DIAMETERS_NM[1])
    q = np.arange(q_from, q_to + _Q_STEP, _Q_STEP)
    kept = np.stack([overlap(bulk.distances, float(d)) for d in _GRID], axis=1)  # (bins, diameters)
    sums = np.stack(
        [waves(q, bulk.distances, counts[:, None] * kept) for counts in bulk.counts]
    )  # (kinds, q, diameters)
    return SphereTable(keyed.cell, bulk, q, CubicSpline(np.log(_GRID), sums.transpose(2, 0, 1)))


def seen(
    table: SphereTable,
    two_theta: Float[np.ndarray, " n"],
    wavelength_nm: float,
    instrument: Diffractometer,
    shape: tuple[float, float, float],
) -> Float[np.ndarray, " n"]:
    """Return the pattern per atom as an instrument sees it [electrons squared], shape (n,), no background.

    Args:
        table: Spheres of the crystal.
        two_theta: Angles [deg], rising, shape (n,).
        wavelength_nm: Wavelength [nm].
        instrument: The diffractometer.
        shape: Diameter [nm], strain [1] and relative standard deviation [1].
    """
    step = min(max(instrument.fwhm_deg / 5.0, 0.02), 0.1)
    fine = np.arange(two_theta[0], two_theta[-1] + 1.5 * step, step)
    pattern = table.intensity(to_q(fine, wavelength_nm), *shape) * instrument.polarisation(fine)
    return np.asarray(CubicSpline(fine, instrument.blurred(pattern, step))(two_theta))
