"""Cards by name, from the base in use."""

from aliquot.errors import CardError
from aliquot.knowledge.base import base
from aliquot.knowledge.records import (
    Chemistry,
    Erratum,
    Material,
    Observations,
    Reagent,
    Solvent,
    Source,
    Standard,
)


def material(name: str) -> Material:
    """Return the card of a material, such as ``"InP"``.

    Raises:
        CardError: If there is no such card.

    Example:
        >>> round(material("InP").unit_volume, 4)
        0.0503
    """
    card: Material = base().card("materials", name)
    return card


def solvent(name: str) -> Solvent:
    """Return the card of a solvent, such as ``"hexane"``; raises CardError if there is none."""
    card: Solvent = base().card("solvents", name)
    return card


def standard(name: str) -> Standard:
    """Return the card of a standard of emission, such as ``"quinine"``; raises CardError if there is none."""
    card: Standard = base().card("standards", name)
    return card


def chemistry(name: str) -> Chemistry:
    """Return the card of a chemistry, such as ``"inp_wang2023"``; raises CardError if there is none."""
    card: Chemistry = base().card("chemistries", name)
    return card


def observations(name: str) -> Observations:
    """Return the published observations of a paper, such as ``"wang2023"``; raises CardError if none."""
    card: Observations = base().card("observations", name)
    return card


def reagent(name: str) -> Reagent:
    """Return the card of a reagent by key or alias, such as ``"PDEA"``; raises CardError if none."""
    card: Reagent = base().card("reagents", name)
    return card


def find_reagent(name: str) -> Reagent | None:
    """Return the card of a reagent, None where there is none: the name may be a product of another recipe.

    Example:
        >>> find_reagent("Cd3P2") is None
        True
    """
    try:
        return reagent(name)
    except CardError:
        return None


def source(key: str) -> Source:
    """Return an entry of the bibliography; raises CardError if there is none."""
    card: Source = base().card("sources", key)
    return card


def erratum(key: str) -> Erratum:
    """Return a located error of a seed paper, such as ``"E041"``; raises CardError if there is none."""
    card: Erratum = base().card("errata", key)
    return card


def names(kind: str) -> tuple[str, ...]:
    """Return the names of all cards of a kind (``"materials"``, ``"chemistries"``, ...), sorted."""
    return tuple(sorted(base().cards(kind)))
