"""Absorption of small particles per volume, far above their gap, from the bulk refractive index.

Far above the gap confinement hardly matters, so that a volume of dots absorbs alike whatever their size. It
does not absorb like the bulk, for the field inside a small sphere is screened by its medium. This is the
route from an absorbance to an amount that needs no sizing curve.
"""

import numpy as np

from aliquot.errors import InputError, RangeError, Where
from aliquot.knowledge.records import Material, Refraction, Solvent

NEAR_NM = 1.0
"""A tabulated n, k is used for wavelengths up to this far away [nm]; InP falls by 1.5 % per nm at 413 nm."""


def local_field(eps: complex, n_s: float) -> float:
    """Return |3 n_s^2 / (eps + 2 n_s^2)|^2 [1], the intensity inside a small sphere over that outside.

    Holds for spheres much smaller than the wavelength (Rayleigh limit), each alone in its medium.

    Args:
        eps: Relative permittivity of the semiconductor [1].
        n_s: Refractive index of the medium [1].

    Source:
        Maxwell Garnett; tested on PbSe dots by Moreels et al. 2007 (Chem. Mater. 19, 6101).

    Example:
        >>> local_field(1.96 + 0j, 1.40)         # no contrast, no screening
        1.0
    """
    return float(abs(3.0 * n_s**2 / (eps + 2.0 * n_s**2)) ** 2)


def intrinsic_absorption(material: Material, wavelength_nm: float, n_s: float) -> float:
    """Return the absorption of dots per volume of semiconductor, mu_i [cm-1].

    mu_i = 2 pi / (lambda n_s) |3 n_s^2 / (eps + 2 n_s^2)|^2 Im(eps),  eps = (n + i k)^2

    so that A = mu_i f L / ln 10 for a volume fraction f and a path L. Compared with measurements on CdSe,
    InAs and PbSe it holds to 2-5 % with ellipsometric n, k; for InP two sets of n, k differ by 13 % at 413
    nm. From n_s = 1.40 to 1.53 it grows by 23 %: the medium matters. Below 2.5 nm confinement shifts the
    critical points of the bulk, and InP at 413 nm is less certain.

    Args:
        material: Card with the refraction of the bulk.
        wavelength_nm: Wavelength [nm]; evaluated at the nearest tabulated one.
        n_s: Refractive index of the medium at that wavelength [1].

    Returns:
        mu_i [cm-1].

    Raises:
        RangeError: If the card has no n, k within 1 nm of the wavelength.
        InputError: If n_s is not that of a liquid or solid (1 to 3).

    Example:
        >>> from aliquot.knowledge import store
        >>> round(intrinsic_absorption(store.material("InP"), 413.28, 1.40), -3)
        70000.0
    """
    if not 1.0 <= n_s <= 3.0:
        raise InputError(
            given=f"a refractive index of {n_s:.4g}",
            expected="one between 1 and 3",
            why="the medium screens the field in the dots, so that its index enters squared",
            remedy="Give the index of the liquid at this wavelength, such as 1.375 for hexane.",
            where=Where(material.id),
        )
    bulk = _nearest(material, wavelength_nm)
    eps = complex(bulk.n, bulk.k) ** 2
    lambda_cm = bulk.wavelength.value * 1e-7
    return 2.0 * np.pi / (lambda_cm * n_s) * local_field(eps, n_s) * eps.imag


def refractive_index(medium: Solvent) -> float:
    """Return the refractive index of a solvent from its card [1].

    Raises:
        RangeError: If the card does not know it.
    """
    if medium.refractive_index is None:
        raise RangeError(
            given=f"'{medium.id}', whose card has no refractive index",
            expected="a medium with a known index",
            why="absorption per volume grows by a quarter between n = 1.40 and 1.53",
            remedy="Add 'refractive_index' with its source to the card of the solvent.",
            where=Where(f"cards/solvents/{medium.id}.yaml"),
        )
    return medium.refractive_index.to("1")


def _nearest(material: Material, wavelength_nm: float) -> Refraction:
    """Return the tabulated refraction at most :data:`NEAR_NM` away."""
    known = sorted(material.refraction, key=lambda entry: abs(entry.wavelength.value - wavelength_nm))
    if known and abs(known[0].wavelength.value - wavelength_nm) <= NEAR_NM:
        return known[0]
    listed = ", ".join(f"{w:g}" for w in sorted(entry.wavelength.value for entry in known)) or "none"
    raise RangeError(
        given=f"{wavelength_nm:.4g} nm",
        expected=f"a wavelength within {NEAR_NM:g} nm of one with n and k on the card ({listed} nm)",
        why=f"the refractive index of {material.name} is not interpolated over critical points",
        remedy="Read the absorbance at such a wavelength, or add n and k with their source to the card.",
        where=Where(f"cards/materials/{material.id}.yaml", key="refraction"),
    )
