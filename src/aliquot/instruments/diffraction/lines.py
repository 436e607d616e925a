"""The lines of an endless crystal: where a report draws its marks, and where Scherrer's widths are read."""

from dataclasses import dataclass

import numpy as np

from aliquot.instruments.diffraction.debye import B_NM2
from aliquot.instruments.diffraction.factors import form_factor
from aliquot.instruments.diffraction.structure import Cell


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a powder.

    Attributes:
        hkl: Indices of one of its planes.
        two_theta: Angle [deg].
        intensity: Share of the strongest line [1].
    """

    hkl: tuple[int, int, int]
    two_theta: float
    intensity: float

    @property
    def name(self) -> str:
        """Indices as they are written."""
        return "".join(f"{index}" if index >= 0 else f"-{-index}" for index in self.hkl)


def powder_lines(
    cell: Cell, wavelength_nm: float, two_theta: tuple[float, float], least: float = 0.01
) -> tuple[Line, ...]:
    """Return the lines of a powder of large crystals between two angles, by angle.

    Args:
        cell: The crystal.
        wavelength_nm: Wavelength [nm].
        two_theta: First and last angle [deg].
        least: Weakest line that is told, as a share of the strongest [1].

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal
        >>> found = powder_lines(crystal("InP-zinc-blende"), 0.15406, (20.0, 55.0))
        >>> [(line.name, round(line.two_theta, 2)) for line in found]
        [('111', 26.28), ('200', 30.44), ('220', 43.58), ('311', 51.61), ('222', 54.09)]
    """
    reciprocal = 2.0 * np.pi * np.linalg.inv(cell.vectors).T
    q_most = 4.0 * np.pi / wavelength_nm * np.sin(np.radians(min(two_theta[1], 179.0)) / 2.0)
    most = np.ceil(q_most * np.linalg.norm(cell.vectors, axis=1) / (2.0 * np.pi)).astype(int)
    axes = [np.arange(-n, n + 1) for n in most]
    hkl = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    q = np.linalg.norm(hkl @ reciprocal, axis=1)
    inside = (q > 1e-6) & (q <= q_most)
    hkl, q = hkl[inside], q[inside]
    factors = np.stack([form_factor(element, q) for element in cell.species])
    phases = np.exp(2j * np.pi * (hkl @ cell.positions.T))
    amplitude = np.einsum("na,an->n", phases, factors[cell.indices])
    theta = np.arcsin(np.minimum(q * wavelength_nm / (4.0 * np.pi), 1.0))
    lorentz = (1.0 + np.cos(2.0 * theta) ** 2) / (np.sin(theta) ** 2 * np.cos(theta))
    strength = np.abs(amplitude) ** 2 * lorentz * np.exp(-2.0 * B_NM2 * (q / (4.0 * np.pi)) ** 2)
    found: dict[float, tuple[tuple[int, int, int], float]] = {}
    for angle, planes, one in zip(np.degrees(2.0 * theta).round(4), hkl, strength, strict=True):
        name = (int(planes[0]), int(planes[1]), int(planes[2]))
        known, total = found.get(float(angle), (name, 0.0))
        found[float(angle)] = (max(known, name), total + float(one))
    top = max((total for _, total in found.values()), default=1.0)
    return tuple(
        Line(name, angle, total / top)
        for angle, (name, total) in sorted(found.items())
        if total >= least * top and angle >= two_theta[0]
    )
