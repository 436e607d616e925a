"""Absorption of small particles per volume, far above their gap, from the bulk refractive index.

Far above the gap confinement hardly matters, so that a volume of dots absorbs alike whatever their size. It
does not absorb like the bulk, for the field inside a small sphere is screened by its medium. This is the
route from an absorbance to an amount that needs no sizing curve.
"""

import numpy as np

from aliquot.errors import InputError, RangeError, Where
from aliquot.knowledge.records import Material, OpticalTable, Refraction, Solvent

NEAR_NM = 1.0
"""A single n, k is used for wavelengths up to this far away [nm]; InP falls by 1.5 % per nm at 413 nm."""


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


def intrinsic_absorption(
    material: Material, wavelength_nm: float, n_s: float, table: str | None = None
) -> float:
    """Return the absorption of dots per volume of semiconductor, mu_i [cm-1].

    mu_i = 2 pi / (lambda n_s) |3 n_s^2 / (eps + 2 n_s^2)|^2 Im(eps),  eps = (n + i k)^2

    so that A = mu_i f L / ln 10 for a volume fraction f and a path L. Compared with measurements on CdSe,
    InAs and PbSe it holds to 2-5 % with ellipsometric n, k; for InP two sets of n, k differ by 13 % at 413
    nm, for InAs by 44 %. From n_s = 1.40 to 1.53 InP grows by 23 %: the medium matters. Below 2.5 nm
    confinement shifts the critical points of the bulk, and InP at 413 nm is less certain.

    Where the card has a single n, k within :data:`NEAR_NM`, that row is used as it stands: it anchors
    a lineshape. Elsewhere eps is interpolated in the first table that covers the wavelength; beyond the
    longest wavelength at which the absorption of that table is real, the result is 0.

    Args:
        material: Card with single rows (``refraction``) or tables (``optics``) of n and k of the bulk.
        wavelength_nm: Wavelength [nm].
        n_s: Refractive index of the medium at that wavelength [1].
        table: Name of the table to use, None for the choice above.

    Returns:
        mu_i [cm-1].

    Raises:
        RangeError: If the card has no n, k there, or not the table named; it is never extrapolated.
        InputError: If n_s is not that of a liquid or solid (1 to 3).

    Example:
        >>> from aliquot.knowledge import store
        >>> round(intrinsic_absorption(store.material("InP"), 413.28, 1.40), -3)
        70000.0
        >>> round(intrinsic_absorption(store.material("InAs"), 413.0, 1.40), -3)
        182000.0
    """
    if not 1.0 <= n_s <= 3.0:
        raise InputError(
            given=f"a refractive index of {n_s:.4g}",
            expected="one between 1 and 3",
            why="the medium screens the field in the dots, so that its index enters squared",
            remedy="Give the index of the liquid at this wavelength, such as 1.375 for hexane.",
            where=Where(material.id),
        )
    at_nm, eps = _permittivity(material, wavelength_nm, table)
    lambda_cm = at_nm * 1e-7
    return 2.0 * np.pi / (lambda_cm * n_s) * local_field(eps, n_s) * eps.imag


def parent_of(material: Material, wavelength_nm: float) -> tuple[str, ...]:
    """Return the keys of the bibliography on which the absorption at a wavelength stands.

    Raises:
        RangeError: If the card has no n, k there.

    Example:
        >>> from aliquot.knowledge import store
        >>> parent_of(store.material("InP"), 413.0), parent_of(store.material("CdTe"), 350.0)
        (('aspnes1983',), ('treharne2011',))
    """
    near = _near(material, wavelength_nm)
    if near is not None:
        return (near.source,) if near.source else ()
    for optics in material.optics:
        if optics.rows[0][0] <= wavelength_nm <= optics.rows[-1][0]:
            return (optics.source,) if optics.source else ()
    raise _unknown(material, wavelength_nm, None)


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


def _permittivity(material: Material, wavelength_nm: float, table: str | None) -> tuple[float, complex]:
    """Return the wavelength at which the bulk is known [nm], and its eps there [1]."""
    near = _near(material, wavelength_nm)
    if table is None and near is not None:
        return near.wavelength.value, complex(near.n, near.k) ** 2
    for optics in material.optics:
        covers = optics.rows[0][0] <= wavelength_nm <= optics.rows[-1][0]
        if covers and table in (None, optics.id):
            return wavelength_nm, _interpolated(optics, wavelength_nm)
    raise _unknown(material, wavelength_nm, table)


def _near(material: Material, wavelength_nm: float) -> Refraction | None:
    """Return the single n, k within reach of a wavelength [nm], None where there is none."""
    near = min(material.refraction, key=lambda row: abs(row.wavelength.value - wavelength_nm), default=None)
    if near is None or abs(near.wavelength.value - wavelength_nm) > NEAR_NM:
        return None
    return near


def _interpolated(optics: OpticalTable, wavelength_nm: float) -> complex:
    """Return eps of a table at a wavelength inside it [1]; without absorption where that is an artefact."""
    wavelengths, n, k = np.array(optics.rows).T
    eps = (n + 1j * k) ** 2
    found = complex(np.interp(wavelength_nm, wavelengths, eps))
    if optics.opaque_below is not None and wavelength_nm > optics.opaque_below.value:
        return complex(found.real)
    return found


def _unknown(material: Material, wavelength_nm: float, table: str | None) -> RangeError:
    single = sorted(row.wavelength.value for row in material.refraction)
    known = [f"{nm:g} nm (within {NEAR_NM:g} nm)" for nm in single]
    known += [f"{t.id} from {t.rows[0][0]:g} to {t.rows[-1][0]:g} nm" for t in material.optics]
    return RangeError(
        given=f"{wavelength_nm:.4g} nm" + ("" if table is None else f" in the table '{table}'"),
        expected="a wavelength with n and k on the card: " + (", ".join(known) or "it has none"),
        why=f"the refractive index of {material.name} is not extrapolated beyond what is tabulated",
        remedy="Read the absorbance at such a wavelength, or add n and k with their source to the card.",
        where=Where(f"cards/materials/{material.id}.yaml", key="optics"),
    )
