"""Sizes of dots for which nobody has published a curve that one could trust: a two-band model of the bulk.

Electron and hole sit in a sphere with a wall of finite height. The electron's band is not parabolic, for it
mixes with the valence band across the gap; the hole, heavy, is. Both attract each other.

E1(d)  = Eg + Ee + Eh - 1.786 e^2 / (4 pi eps0 eps R)                          R = d / 2
k R    = pi - arctan(k / q)                                                    ground state in a finite wall
k^2    = m(E) E / H,    q^2 = m(E) (V - E) / H                                 H = hbar^2 / 2 m0
m(E)   = me (1 + E / Eg) for the electron, mh for the hole                     in electron masses

As d grows E1 goes to the gap of the bulk; for a high wall and small energies it is the parabolic box, pi^2 H
(1/me + 1/mh) / R^2. What it gets wrong is told: it reads the dots of the measured curves of CdSe, CdTe, CdS,
ZnSe and InP, and the one anchor of InAs, between 30 % too small (CdS, larger than its exciton) and 36 % too
large (ZnSe and CdSe of 2 nm), so that its interval is 40 %. An infinite wall is worse, up to 57 % too large.
On lead salts it errs by 24 to 69 %, and tetrahedra of InP (almeida2023) are 1.6 to 2.6 times smaller, as
spheres of equal volume, than it says: it is not used for these.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from jaxtyping import Float

from aliquot.errors import RangeError, Where
from aliquot.finding import Finding, Interval
from aliquot.knowledge.records import Constant, Material
from aliquot.units import EV_NM

HALF_HBAR2_M0 = 0.0380998212
"""hbar^2 / 2 m0 [eV nm2], from CODATA 2018."""

COULOMB = 1.439964548
"""e^2 / (4 pi eps0) [eV nm], from CODATA 2018."""

ATTRACTION = 1.786
"""Mean of R / r between electron and hole, each in the ground state of an infinite wall [1]."""

LABEL = "theory"
"""Name under which sizes of the model stand where others name their curves."""

DEFINITION = "diameter of the sphere of a two-band model (theory, not measured)"
"""What the size of the model means."""

_HALVINGS = 80
_NODES = 400
_TWO_SIDED = 1.959964


@dataclass(frozen=True, slots=True)
class TwoBand:
    """The constants of the model, of one material.

    Example:
        >>> inas = TwoBand(gap=0.354, electron_mass=0.023, hole_mass=0.41, permittivity=15.15, wall=4.0)
        >>> inas.energies(np.array([4.0, 8.0, 1000.0])).round(3)
        array([1.324, 0.756, 0.354])
    """

    gap: float
    """Gap of the bulk [eV]."""
    electron_mass: float
    """Mass of the electron at the edge of its band, in electron masses [1]."""
    hole_mass: float
    """Mass of the heavy hole, in electron masses [1]."""
    permittivity: float
    """Static relative permittivity [1]."""
    wall: float
    """Height of the wall, for electron and hole alike [eV]; infinite is allowed."""

    def energies(self, d_nm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the energy of the first exciton [eV] of spheres of diameter ``d_nm`` [nm], shape (n,).

        Raises:
            RangeError: If a sphere is too small to hold an electron or a hole.

        Source:
            Two bands: Kane 1957 (J. Phys. Chem. Solids 1, 249), without spin-orbit splitting. Attraction:
            Brus 1984 (J. Chem. Phys. 80, 4403). The wall of equal mass on both sides is ours.
        """
        radii = d_nm / 2.0
        electron = _ground(radii, self.electron_mass, self.wall, self.gap)
        hole = _ground(radii, self.hole_mass, self.wall, np.inf)
        return np.asarray(self.gap + electron + hole - ATTRACTION * COULOMB / (self.permittivity * radii))

    def diameter(self, energy_ev: float, low_nm: float, high_nm: float) -> float:
        """Return the diameter of the sphere with a first exciton [nm], between two bounds [nm].

        Args:
            energy_ev: Energy of the first exciton [eV].
            low_nm: Smallest diameter that is meant [nm].
            high_nm: Largest [nm].

        Raises:
            RangeError: If no sphere between the bounds has that energy.

        Example:
            >>> inas = TwoBand(0.354, 0.023, 0.41, 15.15, 4.0)
            >>> round(inas.diameter(EV_NM / 1600.0, 2.0, 12.0), 2)            # 1600 nm; published: 10 nm
            7.74
        """
        nodes, energies = _curve(self, low_nm, high_nm)
        if not energies[-1] <= energy_ev <= energies[0]:
            red, blue = EV_NM / energies[-1], EV_NM / energies[0]
            raise RangeError(
                given=f"{EV_NM / energy_ev:.4g} nm",
                expected=f"a first exciton from {blue:.0f} to {red:.0f} nm",
                why=f"the two-band model is used for {low_nm:g} to {high_nm:g} nm only",
                remedy="Measure the size by other means.",
            )
        return float(np.interp(-energy_ev, -energies, nodes))


@lru_cache(maxsize=64)
def _curve(
    model: TwoBand, low_nm: float, high_nm: float
) -> tuple[Float[np.ndarray, " nodes"], Float[np.ndarray, " nodes"]]:
    """Return diameters between two bounds [nm], and their energies [eV]."""
    nodes = np.linspace(low_nm, high_nm, _NODES)
    return nodes, model.energies(nodes)


def two_band(material: Material) -> TwoBand:
    """Return the model with the constants of a card.

    Raises:
        RangeError: If the card has no theory curve, or lacks a constant.

    Example:
        >>> from aliquot.knowledge import store
        >>> two_band(store.material("InAs")).electron_mass
        0.023
    """
    if material.theory is None:
        raise _missing(material, "no theory curve")
    named = {
        "electron_mass": material.electron_mass,
        "hole_mass": material.hole_mass,
        "permittivity_static": material.permittivity_static,
    }
    lacking = [name for name, constant in named.items() if constant is None]
    if lacking:
        raise _missing(material, f"no {lacking[0]}")
    masses = [constant.to("1") for constant in named.values() if constant is not None]
    gap = material.theory.gap or material.gap
    electron, hole, permittivity = masses
    return TwoBand(gap.to("eV"), electron, hole, permittivity, material.theory.wall.to("eV"))


def theory_size(material: Material, e1: Finding) -> Finding:
    """Return the diameter behind a first exciton by the two-band model of a material.

    For a material without a measured curve. It is labelled, carries the wide interval of its card, and never
    stands in an ensemble beside measured curves; no concentration is read from it.

    Args:
        material: Card with a theory curve.
        e1: Wavelength of the first exciton [nm], with its budget.

    Returns:
        The diameter [nm]; without value, and with the reason, outside the range of the model.

    Raises:
        RangeError: If the card has no theory curve.

    Example:
        >>> from aliquot.knowledge import store
        >>> size = theory_size(store.material("InAs"), Finding("E1", "nm", Interval.normal(1600.0, 1.0)))
        >>> [round(nm, 1) for nm in (size.value.low, size.value.value, size.value.high)], size.flags[0][:36]
        ([4.6, 7.7, 10.8], 'The diameter of InAs is by theory: n')
    """
    model = two_band(material)
    curve = material.theory
    if e1.value is None or curve is None:
        return Finding("diameter", "nm", None, flags=("No diameter without a first exciton.", *e1.flags))
    blank = Finding("diameter", "nm", None, definition=DEFINITION, flags=_told(material))
    low, high = (bound.value for bound in curve.range)
    try:
        size, beside = (
            model.diameter(EV_NM / nm, low, high) for nm in (e1.value.value, e1.value.value - 0.05)
        )
    except RangeError as error:
        return replace(blank, flags=(f"{error.given} is not {error.expected}: {error.why}.",))
    budget = {cause: abs(size - beside) / 0.05 * sd for cause, sd in e1.budget.items()}
    budget["two-band model"] = curve.spread * size / _TWO_SIDED
    total = float(np.sqrt(sum(part**2 for part in budget.values())))
    parts: list[Constant | None] = [
        curve.gap or material.gap, material.electron_mass, material.hole_mass, material.permittivity_static,
    ]  # fmt: skip
    return replace(
        blank,
        value=Interval.normal(size, total),
        budget=MappingProxyType(budget),
        evidence=f"first exciton at {e1.value.value:.1f} nm through a two-band model, wall {model.wall:g} eV",
        sources=tuple(dict.fromkeys(part.source for part in parts if part is not None and part.source)),
    )


def _told(material: Material) -> tuple[str, ...]:
    """Return what a reader of such a size has to know."""
    curve = material.theory
    if curve is None:
        return ()
    told = (
        f"The diameter of {material.id} is by theory: no measured sizing curve is trusted, and the two-band "
        f"model is good to {100.0 * curve.spread:.0f} %."
    )
    return (told,) if curve.note is None else (told, curve.note)


def _ground(radii: Float[np.ndarray, " n"], mass: float, wall: float, gap: float) -> Float[np.ndarray, " n"]:
    """Return the energy of the ground state in a sphere [eV], shape (n,).

    The radius that belongs to an energy is explicit and falls as that rises, so that halving finds it.
    """

    def radius(energy: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        heavier = mass * (1.0 + energy / gap)
        k = np.sqrt(heavier * energy / HALF_HBAR2_M0)
        out = np.sqrt(energy / (wall - energy)) if np.isfinite(wall) else np.zeros_like(energy)
        return np.asarray((np.pi - np.arctan(out)) / k)

    # In an infinite wall nothing bounds the energy but that of the parabolic box.
    box = np.pi**2 * HALF_HBAR2_M0 / (mass * radii**2)
    low, high = np.full_like(radii, 1e-12), np.minimum(box * (1.0 + 1e-9), wall * (1.0 - 1e-12))
    if np.any(radius(high) > radii * (1.0 + 1e-9)):
        raise RangeError(
            given=f"a sphere of {2.0 * float(radii.min()):.3g} nm",
            expected=f"one that holds a state below a wall of {wall:g} eV",
            why="a smaller sphere binds no such electron or hole",
            remedy="Ask for larger dots: below 2 nm the model means nothing.",
        )
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        larger = radius(middle) > radii
        low, high = np.where(larger, middle, low), np.where(larger, high, middle)
    return np.asarray(0.5 * (low + high))


def _missing(material: Material, what: str) -> RangeError:
    return RangeError(
        given=f"{material.name}, whose card has {what}",
        expected="a material with a theory curve, masses and permittivity",
        why="the two-band model is made of them",
        remedy="Use a measured sizing curve, or measure the size by other means.",
        where=Where(f"cards/materials/{material.id}.yaml", key="theory"),
    )
