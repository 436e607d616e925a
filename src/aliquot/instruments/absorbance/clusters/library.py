"""The library of lines: which families a spectrum may hold, and which family a line belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from aliquot.errors import CardError, InputError, Where, suggestion
from aliquot.knowledge.base import base
from aliquot.knowledge.records.clusters import Absorption, Family

NEAR_NM = 4.0
"""How far from a band a line still counts as its own [nm]: batches and solvents move lines by 2 to 3 nm."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A family that has a line near a wavelength.

    Example:
        >>> [(hit.family.id, hit.lines_nm, hit.partner) for hit in identify("CdTe", 405.0)]
        [('CdTe-449', (449.0, 405.0), True)]
    """

    family: Family
    """Card of the family."""
    distance_nm: float
    """How far the wavelength is from the band of the line [nm], 0 within it."""
    lines_nm: tuple[float, ...]
    """First line and its partners [nm], as far as they are known."""
    partner: bool
    """Whether it is the partner line that lies there, and not the first one."""


def identify(material: str, line_nm: float, tolerance_nm: float = NEAR_NM) -> tuple[Hit, ...]:
    """Return the families of a material with a line near a wavelength, the nearest first.

    A line of the library is never sized by a curve: the curve of yu2003 would read a CdTe dot of 0.17 nm from
    449 nm, and refuses.

    Args:
        material: Card or formula of the material, such as ``"CdTe"``.
        line_nm: Wavelength of the line [nm].
        tolerance_nm: How far outside of a printed band it may lie [nm].

    Raises:
        InputError: If the wavelength is no positive number.

    Example:
        >>> [(hit.family.id, hit.lines_nm) for hit in identify("CdTe", 449.0)]
        [('CdTe-449', (449.0, 405.0))]
    """
    if not line_nm > 0.0:
        raise InputError(
            given=f"a line at {line_nm} nm",
            expected="a wavelength above 0",
            why="nothing absorbs there",
            remedy="Give the place of the line in nm.",
        )
    hits = []
    for one in _of(material):
        for band, partner in ((one.e1, False), (one.e2, True)):
            if band is None:
                continue
            distance = max(band.measure.low - line_nm, line_nm - band.measure.high, 0.0)
            if distance <= tolerance_nm:
                hits.append(Hit(one, distance, _lines(one), partner))
    return tuple(sorted(hits, key=lambda hit: (hit.distance_nm, hit.partner, abs(hit.lines_nm[0] - line_nm))))


def families(material: str, names: Sequence[str] | None = None) -> tuple[Family, ...]:
    """Return families with known absorption, from blue to red.

    Args:
        material: Card or formula of the material.
        names: Names or lines, such as ``"CdTe-449"`` or ``"449"``; all of the material unless given.

    Raises:
        CardError: If a name is not that of a family with known absorption.

    Example:
        >>> [one.id for one in families("CdTe", ["469", "449 nm"])]
        ['CdTe-449', 'CdTe-469']
    """
    if names is None:
        found = [one for one in _of(material) if one.absorption is not None]
    else:
        found = [family(material, name) for name in dict.fromkeys(names)]
    return tuple(sorted(found, key=lambda one: absorption_of(one).line.value))


def family(material: str, name: str) -> Family:
    """Return the family of a material by its name, or by the wavelength of its line.

    Args:
        material: Card or formula of the material.
        name: ``"CdTe-449"``, one of its aliases, or the line as chemistries write it: ``"449"``.

    Raises:
        CardError: If there is none, or its absorption is not known.

    Example:
        >>> family("Cd3P2", "447").id
        'Cd3P2-447'
    """
    known = [one for one in _of(material) if one.absorption is not None]
    for one in known:
        line = f"{absorption_of(one).line.value:g}"
        if name.casefold() in {word.casefold() for word in (*one.names, line, f"{line} nm")}:
            return one
    raise CardError(
        given=f"the cluster '{name}' of {material}",
        expected="a family with an 'absorption' on its card",
        why="its line, partners and tail are the column that is looked for in a spectrum",
        remedy=suggestion(name, [one.id for one in known]) if known else "Add a card with its grounds.",
        where=Where("cards/families", key=name),
    )


def absorption_of(one: Family) -> Absorption:
    """Return the absorption on the card of a family.

    Raises:
        CardError: If the card has none.
    """
    if one.absorption is None:
        raise CardError(
            given=f"{one.id} without an 'absorption'",
            expected="a family whose line, partners and tail are known",
            why="they are the column that is looked for in a spectrum",
            remedy="Leave it out, or add the block to its card with its grounds.",
            where=Where("cards/families", key=one.id),
        )
    return one.absorption


def _of(material: str) -> list[Family]:
    return [one for one in base().cards("families").values() if one.material == material]


def _lines(one: Family) -> tuple[float, ...]:
    """Return first line and partners, as on the absorption, or as the middles of the bands [nm]."""
    if one.absorption is not None:
        return (one.absorption.line.value, *(partner.line.value for partner in one.absorption.partners))
    bands = [band.measure for band in (one.e1, one.e2) if band is not None]
    return tuple(0.5 * (band.low + band.high) for band in bands)
