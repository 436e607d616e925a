"""The pattern of a particle by Debye's formula, from a histogram of the distances between its atoms.

    I(q) / N = sum_s x_s f_s^2 + sum_ab f_a f_b exp(-2 B k^2) sum_r n_ab(r) sin(q r) / (q r),   k = q / 4 pi

x_s is the share of atoms of a species, n_ab(r) the number of neighbours b at a distance r of an atom a, per
atom of the particle, B the Debye-Waller factor. It holds for crystals of any size and shape, turned every
way.

Cut at all places of the crystal and averaged, a sphere of diameter d has the neighbours of the bulk times
1 - 3/2 (r/d) + 1/2 (r/d)^3, exactly (:func:`sphere_pairs`): a smooth function of d, where a single cut
jumps by whole shells of atoms.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Float, Int

from aliquot.instruments.diffraction.factors import form_factor
from aliquot.instruments.diffraction.structure import Cell, Particle

BIN_NM = 0.001
"""Width of the classes of distance [nm]; their mean distance is kept, so that they act as far finer ones."""

B_NM2 = 0.01
"""Debye-Waller factor [nm2], 1 square Angstrom: estimated, usual for II-VI and III-V at room temperature."""

_BLOCK = 1 << 22  # pairs, or values of a matrix, that are held in memory at a time


@dataclass(frozen=True, slots=True)
class Pairs:
    """How many neighbours stand at which distance.

    Attributes:
        species: Elements.
        shares: Share of each among the atoms [1], shape (species,).
        kinds: Pairs of species, as places among them.
        distances: Mean distance of each class that holds any pair [nm], rising, shape (bins,).
        counts: Neighbours per atom of the particle, both ways counted, shape (kinds, bins).
    """

    species: tuple[str, ...]
    shares: Float[np.ndarray, " species"]
    kinds: tuple[tuple[int, int], ...]
    distances: Float[np.ndarray, " bins"]
    counts: Float[np.ndarray, "kinds bins"]


def pairs(particle: Particle) -> Pairs:
    """Return the neighbours in a particle.

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal, sphere
        >>> found = pairs(sphere(crystal("InP-zinc-blende"), 3.4))
        >>> round(float(found.distances[0]), 4)                       # In-P: a sqrt(3) / 4
        0.2541
    """
    xyz = particle.positions - particle.positions.mean(axis=0)
    bins = int(2.0 * np.sqrt((xyz**2).sum(axis=1).max()) / BIN_NM) + 2
    kinds = _kinds(len(particle.species))
    groups = [xyz[particle.indices == kind] for kind in range(len(particle.species))]
    counts, lengths = np.zeros((len(kinds), bins)), np.zeros(bins)
    for place, (a, b) in enumerate(kinds):
        for r in _distances(groups[a], groups[b], same=a == b):
            where = (r / BIN_NM).astype(np.int64)
            counts[place] += 2.0 * np.bincount(where, minlength=bins)
            lengths += 2.0 * np.bincount(where, weights=r, minlength=bins)
    shares = np.array([len(group) for group in groups]) / particle.atoms
    return _filled(particle.species, shares, kinds, counts / particle.atoms, lengths / particle.atoms)


def bulk_pairs(cell: Cell, reach: float) -> Pairs:
    """Return the neighbours in an endless crystal, up to a distance ``reach`` [nm].

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal
        >>> found = bulk_pairs(crystal("InP-zinc-blende"), 1.0)
        >>> found.counts[:, :2].sum(axis=0)      # 4 of the other element, 12 of the own
        array([ 4., 12.])
    """
    bins = int(reach / BIN_NM) + 2
    kinds = _kinds(len(cell.species))
    counts, lengths = np.zeros((len(kinds), bins)), np.zeros(bins)
    atoms = len(cell.elements)
    for kind, position in zip(cell.indices, cell.positions @ cell.vectors, strict=True):
        others, places = cell.around(position, reach)
        r = np.sqrt(np.einsum("ij,ij->i", places, places))
        far = r > 0.5 * BIN_NM
        where = (r / BIN_NM).astype(np.int64)
        for place, pair in enumerate(kinds):
            if kind not in pair:
                continue
            other = pair[1] if pair[0] == kind else pair[0]
            chosen = far & (others == other)
            counts[place] += np.bincount(where[chosen], minlength=bins) / atoms
            lengths += np.bincount(where[chosen], weights=r[chosen], minlength=bins) / atoms
    shares = np.bincount(cell.indices) / atoms
    return _filled(cell.species, shares, kinds, counts, lengths)


def overlap(distances: Float[np.ndarray, " n"], diameter: float) -> Float[np.ndarray, " n"]:
    """Return the share of pairs at each distance that a sphere keeps [1], shape (n,)."""
    x = np.minimum(distances / diameter, 1.0)
    return np.asarray(1.0 - 1.5 * x + 0.5 * x**3)


def sphere_pairs(bulk: Pairs, diameter: float) -> Pairs:
    """Return the neighbours in a sphere, averaged over all places at which it can be cut.

    Args:
        bulk: Neighbours in the crystal, at least as far as the diameter.
        diameter: Diameter [nm].
    """
    inside = bulk.distances < diameter
    r = bulk.distances[inside]
    return Pairs(bulk.species, bulk.shares, bulk.kinds, r, bulk.counts[:, inside] * overlap(r, diameter))


def waves(
    q: Float[np.ndarray, " n"], distances: Float[np.ndarray, " bins"], weights: Float[np.ndarray, "bins m"]
) -> Float[np.ndarray, "n m"]:
    """Return sum_r w(r) sin(q r) / (q r) for every column of weights, shape (n, m).

    Args:
        q: Scattering vectors [1/nm], above 0, shape (n,).
        distances: Distances r [nm], shape (bins,).
        weights: Weights w, shape (bins, m).
    """
    found = np.zeros((q.size, weights.shape[1]))
    scaled = weights / distances[:, None]
    rows = max(_BLOCK // max(distances.size, 1), 1)
    for first in range(0, q.size, rows):
        some = q[first : first + rows]
        found[first : first + rows] = np.sin(np.outer(some, distances)) @ scaled / some[:, None]
    return found


def intensity(found: Pairs, q: Float[np.ndarray, " n"], b_nm2: float = B_NM2) -> Float[np.ndarray, " n"]:
    """Return the scattered intensity per atom [electrons squared], shape (n,).

    Args:
        found: Neighbours in the particle.
        q: Scattering vectors [1/nm], above 0, shape (n,).
        b_nm2: Debye-Waller factor B [nm2].

    Example:
        >>> from aliquot.instruments.diffraction.structure import crystal, sphere
        >>> q = np.linspace(15.0, 45.0, 301)
        >>> pattern = intensity(pairs(sphere(crystal("InP-zinc-blende"), 5.0)), q)
        >>> float(q[pattern.argmax()].round(1))                        # (111): 2 pi sqrt(3) / a = 18.54
        18.5
    """
    return combined(found, waves(q, found.distances, found.counts.T), q, b_nm2)


def combined(
    found: Pairs, sums: Float[np.ndarray, "n kinds"], q: Float[np.ndarray, " n"], b_nm2: float = B_NM2
) -> Float[np.ndarray, " n"]:
    """Return the intensity per atom from the sums of waves of each kind of pair, shape (n,)."""
    factors = [form_factor(element, q) for element in found.species]
    damped = np.exp(-2.0 * b_nm2 * (q / (4.0 * np.pi)) ** 2)
    alone = sum(share * f**2 for share, f in zip(found.shares, factors, strict=True))
    together = sum(factors[a] * factors[b] * sums[:, place] for place, (a, b) in enumerate(found.kinds))
    return np.asarray(alone + damped * together)


def _kinds(species: int) -> tuple[tuple[int, int], ...]:
    return tuple(combinations_with_replacement(range(species), 2))


def _distances(
    one: Float[np.ndarray, "n 3"], other: Float[np.ndarray, "m 3"], *, same: bool
) -> list[Float[np.ndarray, " pairs"]]:
    """Return all distances between two groups [nm], each pair once, in blocks."""
    blocks = []
    rows = max(_BLOCK // 8 // max(len(other), 1), 1)
    # Products of matrices are several times faster than differences; distances are long against their error.
    squares = (other**2).sum(axis=1)
    for first in range(0, len(one), rows):
        some = one[first : first + rows]
        rest, rest_squares = (other[first:], squares[first:]) if same else (other, squares)
        r2 = (some**2).sum(axis=1)[:, None] + rest_squares - 2.0 * (some @ rest.T)
        if same:
            r2 = r2[np.arange(rest.shape[0]) > np.arange(some.shape[0])[:, None]]
        blocks.append(np.sqrt(np.maximum(r2, 0.0)).ravel())
    return blocks


def _filled(
    species: tuple[str, ...],
    shares: Float[np.ndarray, " species"],
    kinds: tuple[tuple[int, int], ...],
    counts: Float[np.ndarray, "kinds bins"],
    lengths: Float[np.ndarray, " bins"],
) -> Pairs:
    """Keep the classes that hold any pair, each at its mean distance."""
    total = counts.sum(axis=0)
    held: Int[np.ndarray, " held"] = np.flatnonzero(total)
    return Pairs(species, np.asarray(shares), kinds, lengths[held] / total[held], counts[:, held])
