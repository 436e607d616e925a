"""Hazards of a route: what is dangerous among all that goes in, and what can not be known.

A reminder, never a safety assessment: the supplier's safety data sheet decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from aliquot.errors import InputError, Where, suggestion
from aliquot.knowledge.base import Base
from aliquot.knowledge.query import says, words
from aliquot.knowledge.records import Reagent, Route, RouteClass, RouteSpecies

CODES = {
    "pyrophoric": ("H250",),
    "carcinogen": ("H350",),
    "water-reactive": ("H260", "H261"),
}
"""Hazard statements of the GHS that say the same as a flag of the cards; of several, any one."""

_OF_PRECURSORS = frozenset({"pyrophoric", "H250"})
"""Hazards that a solvent named by its class alone ('a non-coordinating solvent') is taken to be free of."""

_METAL, _NON_METAL, _MEDIUM = "precursor of the metal", "precursor of the non-metal", "medium"
_SILENT = "not given"
"""What the text of a species says where the source names none."""

_CODE = re.compile(r"(?:EU)?H\d{3}\w*")

_WHOLE = frozenset(
    {RouteClass.SINGLE_SOURCE, RouteClass.AZIDE, RouteClass.UREA, RouteClass.CLUSTER, RouteClass.PROCESS}
)
"""Classes in which one species may bring both elements, so that no second precursor has to be named."""


class Presence(StrEnum):
    """Whether a hazard is among what goes into a route."""

    CONTAINS = "contains"
    FREE = "free"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RouteHazard:
    """What is known of one hazard in one route."""

    presence: Presence
    because: tuple[str, ...]
    """The species that have it, or that are not known well enough to tell."""


def route_hazard(base: Base, route: Route, hazard: str) -> RouteHazard:
    """Tell whether a route contains a hazard, is free of it, or can not be judged.

    A route is free of a hazard only if every precursor and additive has a card that does not name it. A
    solvent named by its class alone is no doubt about pyrophoric substances, but about every other hazard.

    Args:
        base: Where the reagents are.
        route: The route.
        hazard: A flag ('pyrophoric', 'toxic gas'), a hazard statement ('H250'), a gas that is evolved
            ('PH3'), or a reagent itself.

    Raises:
        InputError: If no reagent has such a hazard: a misspelt word would call every route free of it.

    Example:
        >>> from aliquot.knowledge.base import Base
        >>> route = Route.model_validate(
        ...     {"id": "told", "source": "wang2023", "place": "l.40", "mark": "seed", "targets": ("InP",),
        ...      "class": "dehalosilylation", "method": "flow", "methods": ("flow",),
        ...      "cation": {"text": "InCl3", "reagent": "InCl3"},
        ...      "anion": {"text": "P(SiMe3)3", "reagent": "TMSP"}, "outcome": "dots", "result": "dots"})
        >>> route_hazard(Base(), route, "pyrophoric")
        RouteHazard(presence=<Presence.CONTAINS: 'contains'>, because=('P(SiMe3)3',))
    """
    name = _known(base, hazard)
    having: list[str] = []
    doubtful = list(_not_named(route))
    for species, part in _species(route):
        if species.reagent is None:
            if not (part == _MEDIUM and name in _OF_PRECURSORS):
                doubtful.append(f"{part} {_SILENT}" if species.text == _SILENT else species.text)
            continue
        has = _has(base.card("reagents", species.reagent), name)
        if has is None:
            doubtful.append(f"{species.text} (its card doubts it)")
        elif has:
            having.append(species.text)
    if having:
        return RouteHazard(Presence.CONTAINS, tuple(dict.fromkeys(having)))
    if doubtful:
        return RouteHazard(Presence.UNKNOWN, tuple(dict.fromkeys(doubtful)))
    return RouteHazard(Presence.FREE, ())


def _species(route: Route) -> Iterator[tuple[RouteSpecies, str]]:
    """Yield all that goes in, and as what."""
    if route.cation is not None:
        yield route.cation, _METAL
    if route.anion is not None:
        yield route.anion, _NON_METAL
    yield from ((part, "additive") for part in route.additives)
    yield from ((part, _MEDIUM) for part in route.medium)


def _not_named(route: Route) -> Iterator[str]:
    """Yield what must have gone in, and is not told."""
    if route.cation is None:
        yield f"{_METAL} {_SILENT}"
    if route.anion is None and (route.cation is None or route.class_ not in _WHOLE):
        yield f"{_NON_METAL} {_SILENT}"


def _has(reagent: Reagent, hazard: str) -> bool | None:
    """Tell whether a reagent has a hazard, None where its card doubts it.

    A card without hazards stands for: none are known.
    """
    if hazard in reagent.names:
        return True
    if reagent.hazards is None:
        return False
    codes = (hazard,) if _CODE.fullmatch(hazard) else CODES.get(hazard, ())
    if any(says(hazard, flag) for flag in reagent.hazards.flags) or hazard in reagent.hazards.evolves:
        return True
    meant = [statements for flag, statements in CODES.items() if flag in reagent.hazards.flags]
    if (hazard,) in meant:  # 'H250' is what 'pyrophoric' says
        return True
    if any(statement.startswith(codes) and "?" not in statement for statement in reagent.hazards.statements):
        return True
    doubted = any(statement.startswith(codes) for statement in reagent.hazards.statements)
    one_of = any(hazard in statements for statements in meant)  # 'water-reactive' may be H260 or H261
    return None if doubted or (one_of and not _told_apart(reagent, hazard)) else False


def _told_apart(reagent: Reagent, code: str) -> bool:
    """Tell whether a card names another statement than this one for the flag that both stand for."""
    others = {other for codes in CODES.values() if code in codes for other in codes} - {code}
    said = reagent.hazards.statements if reagent.hazards else ()
    return any(statement.rstrip("?") in others for statement in said)


def _known(base: Base, hazard: str) -> str:
    """Return a hazard as the cards write it; refuse one that none of them names."""
    known = _vocabulary(base)
    folded = " ".join(words(hazard))
    if folded in known:
        return known[folded]
    raise InputError(
        given=f"'{hazard}'",
        expected="a hazard that the card of a reagent names",
        why="every route would be called free of it",
        remedy=suggestion(hazard, _flags(base)),
        where=Where(key="--avoid"),
    )


@cache
def _vocabulary(base: Base) -> dict[str, str]:
    """Return all hazards, gases and reagents, by their folded name."""
    found: dict[str, str] = {}
    for reagent in base.cards("reagents").values():
        for name in reagent.names:
            found.setdefault(" ".join(words(name)), name)
    for reagent in base.cards("reagents").values():
        if reagent.hazards is None:
            continue
        said = (*reagent.hazards.flags, *reagent.hazards.evolves)
        codes = (statement.rstrip("?") for statement in reagent.hazards.statements)
        for name in (*said, *codes):
            found[" ".join(words(name))] = name
    return found


def _flags(base: Base) -> set[str]:
    """Return the hazards that are told in words, for a suggestion."""
    cards = base.cards("reagents").values()
    return {flag for reagent in cards if reagent.hazards is not None for flag in reagent.hazards.flags}
