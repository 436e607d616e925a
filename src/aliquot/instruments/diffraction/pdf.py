"""Pair distribution functions, for export only: G(r) of a sphere, and files of type .gr.

    G(r) = 1 / (r N <f>^2) sum_ij f_i f_j delta(r - r_ij) - 4 pi r rho gamma(r)

f is the atomic number, every distance a Gaussian, rho the atoms per volume, gamma the share of pairs that the
sphere keeps. Fitting such functions is a specialist's job. Files count in Angstrom, as all programs for
them do.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from aliquot.errors import FormatError, Where
from aliquot.instruments.diffraction.debye import bulk_pairs, overlap, sphere_pairs
from aliquot.instruments.diffraction.factors import NUMBERS
from aliquot.instruments.diffraction.structure import Cell


def pair_distribution(
    cell: Cell, r: Float[np.ndarray, " n"], diameter: float, sigma_nm: float = 0.01
) -> Float[np.ndarray, " n"]:
    """Return G(r) of a sphere [1/nm2], shape (n,).

    Args:
        cell: The crystal.
        r: Distances [nm], above 0, shape (n,).
        diameter: Diameter of the sphere [nm].
        sigma_nm: Standard deviation of every distance, by heat and by the range of q [nm].

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal
        >>> r = np.arange(0.15, 0.5, 0.001)
        >>> found = pair_distribution(crystal("CdSe-wurtzite"), r, 3.0)
        >>> bool(0.260 < r[found.argmax()] < 0.265) or bool(0.425 < r[found.argmax()] < 0.435)
        True
    """
    held = sphere_pairs(bulk_pairs(cell, min(diameter, float(r[-1]) + 6.0 * sigma_nm)), diameter)
    numbers = np.array([NUMBERS[element] for element in held.species], float)
    weights = np.array([numbers[a] * numbers[b] for a, b in held.kinds]) / float(held.shares @ numbers) ** 2
    total = np.zeros_like(r)
    for distance, count in zip(held.distances, weights @ held.counts, strict=True):
        near = np.abs(r - distance) < 6.0 * sigma_nm
        total[near] += count * np.exp(-0.5 * ((r[near] - distance) / sigma_nm) ** 2)
    total /= sigma_nm * np.sqrt(2.0 * np.pi) * r
    return np.asarray(total - 4.0 * np.pi * r / cell.atom_volume * overlap(r, diameter))


def write_gr(path: Path, r: Float[np.ndarray, " n"], g: Float[np.ndarray, " n"], told: str) -> Path:
    """Write G(r) [1/nm2] over r [nm] into a file in Angstrom, and return its path.

    Args:
        path: File to write.
        r: Distances [nm], shape (n,).
        g: G(r) [1/nm2], shape (n,).
        told: What it is, in a line.
    """
    rows = (f"{x * 10.0:.6f} {y / 100.0:.8e}" for x, y in zip(r.tolist(), g.tolist(), strict=True))
    head = f"# {' '.join(told.split())}\n#### start data\n#S 1\n#L r($\\AA$)  G($\\AA^{{-2}}$)\n"
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def read_gr(path: Path) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return r [nm] and G(r) [1/nm2] of a file in Angstrom.

    Raises:
        FormatError: If it can not be read, or holds no two columns of numbers.
    """
    rows = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            cells = line.split()
            if len(cells) >= 2 and cells[0][0] in "0123456789.-+":
                rows.append((float(cells[0]), float(cells[1])))
    except (OSError, ValueError) as fault:
        raise _no_function(path, str(fault)) from None
    if len(rows) < 20:
        raise _no_function(path, f"{len(rows)} rows of numbers are no function")
    table = np.array(rows)
    return table[:, 0] / 10.0, table[:, 1] * 100.0


def _no_function(path: Path, why: str) -> FormatError:
    return FormatError(
        given=f"the file '{path}'",
        expected="two columns, r in Angstrom and G(r)",
        why=why,
        remedy="Export G(r) as text.",
        where=Where(str(path)),
    )
