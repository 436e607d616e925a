"""Crystals, and small particles cut from them.

The diameter of a particle is that of the sphere of equal volume, each atom counted with its share of the
cell. A sphere of few atoms is rough: cut at 2.70 nm around the middle of a bond, InP keeps 384 atoms, which
fill a sphere of 2.65 nm. :attr:`Particle.diameter` is the latter.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from aliquot.errors import RangeError, Where
from aliquot.knowledge.base import base
from aliquot.knowledge.records import CrystalStructure

_CENTRING = {
    "P": ((0.0, 0.0, 0.0),),
    "I": ((0.0, 0.0, 0.0), (0.5, 0.5, 0.5)),
    "F": ((0.0, 0.0, 0.0), (0.0, 0.5, 0.5), (0.5, 0.0, 0.5), (0.5, 0.5, 0.0)),
}
LARGEST_NM = 30.0
"""Largest particle that is built atom by atom [nm]: seven hundred thousand atoms."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A crystal: its cell and the atoms in it.

    Attributes:
        name: Name of the card or file.
        phase: What a report calls it.
        vectors: Edges of the cell as rows [nm], shape (3, 3).
        elements: Symbol of each atom.
        positions: Fractional coordinates of each atom, shape (atoms, 3).

    Example:
        >>> inp = crystal("InP-zinc-blende")
        >>> len(inp.elements), round(inp.atom_volume, 5)
        (8, 0.02527)
    """

    name: str
    phase: str
    vectors: Float[np.ndarray, "3 3"]
    elements: tuple[str, ...]
    positions: Float[np.ndarray, "atoms 3"]

    @property
    def volume(self) -> float:
        """Volume of the cell [nm3]."""
        return float(abs(np.linalg.det(self.vectors)))

    @property
    def atom_volume(self) -> float:
        """Volume per atom [nm3]."""
        return self.volume / len(self.elements)

    @property
    def edge(self) -> float:
        """First lattice constant [nm]."""
        return float(np.linalg.norm(self.vectors[0]))

    @property
    def species(self) -> tuple[str, ...]:
        """Elements, each once, in the order of the cell."""
        return tuple(dict.fromkeys(self.elements))

    @property
    def indices(self) -> Int[np.ndarray, " atoms"]:
        """Place of each atom's element among the species, shape (atoms,)."""
        return np.array([self.species.index(element) for element in self.elements])

    def around(
        self, centre: Float[np.ndarray, " 3"], reach: float
    ) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, "n 3"]]:
        """Return element and place [nm] of all atoms within a distance ``reach`` [nm] of a place [nm]."""
        heights = self.volume / np.linalg.norm(
            np.cross(np.roll(self.vectors, -1, 0), np.roll(self.vectors, -2, 0)), axis=1
        )
        middle = centre @ np.linalg.inv(self.vectors)
        low, high = np.floor(middle - reach / heights) - 1, np.ceil(middle + reach / heights) + 1
        axes = [np.arange(first, last + 1) for first, last in zip(low, high, strict=True)]
        cells = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
        kinds, places = [], []
        for kind, position in zip(self.indices, self.positions, strict=True):
            xyz = (cells + position) @ self.vectors - centre
            inside = np.einsum("ij,ij->i", xyz, xyz) <= (reach * (1.0 + 1e-9)) ** 2
            places.append(xyz[inside])
            kinds.append(np.full(int(inside.sum()), kind))
        return np.concatenate(kinds), np.concatenate(places)


@dataclass(frozen=True, slots=True)
class Particle:
    """Atoms in space.

    Attributes:
        species: Elements.
        indices: Element of each atom, as its place among the species, shape (atoms,).
        positions: Where each atom is [nm], shape (atoms, 3).
        atom_volume: Volume of the crystal per atom [nm3].
    """

    species: tuple[str, ...]
    indices: Int[np.ndarray, " atoms"]
    positions: Float[np.ndarray, "atoms 3"]
    atom_volume: float

    @property
    def atoms(self) -> int:
        """Number of atoms."""
        return int(self.indices.size)

    @property
    def diameter(self) -> float:
        """Diameter of the sphere of equal volume [nm]."""
        return float(np.cbrt(6.0 * self.atoms * self.atom_volume / np.pi))


def crystal(name: str) -> Cell:
    """Return the crystal of a card of structures.

    Args:
        name: Name of the card, such as ``"InP-zinc-blende"``.

    Raises:
        CardError: If there is no such card.
    """
    return cell_of(base().card("structures", name))


def phases_of(material: str) -> tuple[Cell, ...]:
    """Return the crystals of a material, in the order of the cards.

    Example:
        >>> [cell.phase for cell in phases_of("InP")]
        ['InP wurtzite', 'InP zinc blende']
    """
    cards = base().cards("structures").values()
    return tuple(cell_of(card) for card in cards if card.material.casefold() == material.casefold())


def cell_of(card: CrystalStructure) -> Cell:
    """Return the crystal that a card describes."""
    a, c = card.lattice.a_nm, card.lattice.c_nm
    vectors = np.diag([a, a, c])
    if card.lattice.system == "hexagonal":
        vectors[1] = [-0.5 * a, np.sqrt(0.75) * a, 0.0]
    pairs = [
        (site.element, (np.array(place) + shift) % 1.0)
        for site in card.sites
        for place in site.at
        for shift in _CENTRING[card.lattice.centring]
    ]
    elements = tuple(element for element, _ in pairs)
    return Cell(
        card.id, f"{card.material} {card.phase}", vectors, elements, np.array([at for _, at in pairs])
    )


def sphere(cell: Cell, diameter: float, centre: tuple[float, float, float] | None = None) -> Particle:
    """Cut a sphere out of a crystal.

    Args:
        cell: The crystal.
        diameter: Diameter of the cut [nm]; the atoms kept fill a sphere of about that size.
        centre: Where its centre lies in the cell, fractional; None for the middle of the first bond.

    Raises:
        RangeError: If it would hold no atoms, or far too many.

    Example:
        >>> [sphere(crystal("InP-zinc-blende"), d).atoms for d in (2.0, 2.7, 3.4, 5.0, 7.0)]
        [166, 384, 822, 2620, 7154]
    """
    _check(diameter)
    middle = _middle(cell) if centre is None else np.array(centre) @ cell.vectors
    kinds, places = cell.around(middle, diameter / 2.0)
    return _particle(cell, kinds, places, diameter)


def tetrahedron(cell: Cell, diameter: float, centre: tuple[float, float, float] | None = None) -> Particle:
    """Cut a regular tetrahedron with faces (111) out of a cubic crystal.

    Args:
        cell: The crystal.
        diameter: Diameter of the sphere of equal volume [nm].
        centre: Where its centre lies in the cell, fractional; None for the middle of the first bond.

    Raises:
        RangeError: As :func:`sphere`.

    Example:
        >>> particle = tetrahedron(crystal("InP-zinc-blende"), 3.4)
        >>> abs(particle.diameter / 3.4 - 1) < 0.03
        True
    """
    _check(diameter)
    volume = np.pi / 6.0 * diameter**3
    edge = np.cbrt(6.0 * np.sqrt(2.0) * volume)
    middle = _middle(cell) if centre is None else np.array(centre) @ cell.vectors
    kinds, places = cell.around(middle, edge * np.sqrt(6.0) / 4.0)
    faces = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]) / np.sqrt(
        3.0
    )
    inside = (places @ faces.T <= edge / (2.0 * np.sqrt(6.0)) * (1.0 + 1e-9)).all(axis=1)
    return _particle(cell, kinds[inside], places[inside], diameter)


def _middle(cell: Cell) -> Float[np.ndarray, " 3"]:
    """Return the middle of a shortest bond of the first atom [nm]."""
    first = cell.positions[0] @ cell.vectors
    _, places = cell.around(first, 1.01 * cell.edge)
    lengths = np.linalg.norm(places, axis=1)
    lengths[lengths < 1e-6] = np.inf
    # Of bonds that are equally long, always the same one, whatever the rounding.
    nearest = places[lengths < lengths.min() + 1e-6].round(6)
    return np.asarray(first + 0.5 * nearest[np.lexsort(nearest.T)[-1]])


def _particle(
    cell: Cell, kinds: Int[np.ndarray, " n"], places: Float[np.ndarray, "n 3"], diameter: float
) -> Particle:
    if kinds.size < 2:
        raise _impossible(diameter)
    return Particle(cell.species, kinds, places, cell.atom_volume)


def _check(diameter: float) -> None:
    if not 0.0 < diameter <= LARGEST_NM:
        raise _impossible(diameter)


def _impossible(diameter: float) -> RangeError:
    return RangeError(
        given=f"a particle of {diameter:g} nm",
        expected=f"more than a bond and at most {LARGEST_NM:g} nm",
        why="it is built atom by atom",
        remedy="Give a diameter in nm.",
        where=Where(key="diameter"),
    )
