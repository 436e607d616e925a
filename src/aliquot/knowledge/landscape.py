"""The landscape: which chemistry has been tried for which material, and which has not.

It is counted from the routes of the base, and says nothing of routes that the base does not hold: a gap is a
cell of which no card of the base tells, not a proof that nobody tried. A cell without a route of its own is
no gap if a report of a cluster, a statement of a paper, a failure of the whole family or a route of a
chemistry that can not be told apart shows that it was tried.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aliquot.knowledge.base import Base
from aliquot.knowledge.records import Outcome, Route, RouteClass, Statement

III_V = ("InN", "InP", "InAs", "InSb", "GaN", "GaP", "GaAs", "GaSb")
"""The eight binary III-V of the review's table 1."""

CADMIUM = ("Cd3P2", "CdSe", "CdTe")
"""The cadmium compounds of the other papers."""

GENERAL = "general"
"""Column of the routes whose target is a family ('III-V', 'III-N') and no material."""

_ANION = MappingProxyType(
    {
        RouteClass.AZIDE: ("N",),
        RouteClass.UREA: ("N",),
        RouteClass.NITRIDE: ("N",),
        RouteClass.CLEAVAGE: ("P",),
        RouteClass.PHOSPHINE_CHALCOGENIDE: ("Se", "Te"),
        RouteClass.ELEMENTAL: ("P", "As", "Sb"),
        RouteClass.GERMYL: ("P", "As", "Sb"),
        RouteClass.AMINOPNICTOGEN: ("P", "As", "Sb"),
        RouteClass.CO_REDUCTION: ("P", "As", "Sb"),
        RouteClass.DEHALOSILYLATION: ("N", "P", "As", "Sb"),
        RouteClass.DESILYLATION: ("N", "P", "As", "Sb", "Se", "Te"),
    }
)
"""Non-metals that the chemistry of a class can bring, where its name says so; the others bring any."""

_PRECLUDED = frozenset({(RouteClass.DEHALOSILYLATION, "GaN")})
"""The review: the strong N-Si bond precludes dehalosilylation for GaN (gazis2023, section 3.2, l.176)."""

_NO_BOND = frozenset({RouteClass.ADDITIVE, RouteClass.PROCESS, RouteClass.SHELL})
"""Classes that make no bond of their own: an empty cell of theirs is no gap."""


_HALOGEN = re.compile(r"Cl|Br|I(?![a-z])|halid|chlor|brom|iod")
"""What marks the salt of a dehalosilylation. Without it, or where the source names no salt, the same silyl
pnictogen may as well have met a carboxylate, which is a desilylation."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The routes of one class to one material."""

    class_: str
    material: str
    routes: tuple[str, ...]
    """All of them, by name."""
    failed: tuple[str, ...]
    """Those of them that failed."""
    plausible: bool
    """Whether the chemistry can bring the non-metal; where it can and nothing is told, the cell is a gap."""
    told: tuple[str, ...] = ()
    """Cards that show it as tried though no route stands here, as 'kind:name'; empty where routes stand."""

    @property
    def gap(self) -> bool:
        """Whether nothing is told where something could be."""
        return not self.routes and not self.told and self.plausible


@dataclass(frozen=True, slots=True)
class Landscape:
    """Routes by class and material."""

    classes: tuple[str, ...]
    """Rows, the best filled first."""
    materials: tuple[str, ...]
    """Columns: the materials, others that a route makes, and the families of materials."""
    cells: Mapping[tuple[str, str], Cell]
    """By class and material."""
    routes: int
    """Routes in all; one that makes two materials stands in two cells."""
    statements: tuple[Statement, ...]
    """What the review says about the field, kept as its statements."""

    def cell(self, class_: str, material: str) -> Cell:
        """Return a cell."""
        return self.cells[class_, material]

    @property
    def gaps(self) -> tuple[Cell, ...]:
        """Cells of named materials of which nothing is told though a route could stand there, row by row."""
        known = (*III_V, *CADMIUM)
        return tuple(
            self.cells[class_, material]
            for class_ in self.classes
            for material in known
            if self.cells[class_, material].gap
        )


def landscape(base: Base) -> Landscape:
    """Count the routes of a base by class and material.

    A shell counts for its core: 'InP/ZnS' is a route to InP.

    Args:
        base: Where the routes and the statements are.

    Example:
        >>> from aliquot.knowledge.base import base
        >>> found = landscape(base())
        >>> found.cell("urea complex", "InAs").plausible
        False
        >>> found.cell("overgrowth", "InAs").told
        ('statements:tiwari2025-inas-overgrowth',)
    """
    routes: dict[tuple[str, str], dict[str, Route]] = {}
    for route in base.cards("routes").values():
        for target in route.targets:
            routes.setdefault((route.class_.value, _column(target)), {})[route.id] = route
    made = {material for _, material in routes}
    others = sorted(made - {*III_V, *CADMIUM, GENERAL})
    columns = (*III_V, *CADMIUM, *others, GENERAL)
    filled = dict.fromkeys((kind.value for kind in RouteClass), 0)
    for (class_, _), cell in routes.items():
        filled[class_] += len(cell)
    rows = tuple(sorted(filled, key=lambda name: -filled[name]))
    places = [(row, column) for row in rows for column in columns]
    told = _told(base)
    cells = {place: _cell(*place, routes.get(place, {}), told.get(place, {})) for place in places}
    return Landscape(
        classes=rows,
        materials=columns,
        cells=MappingProxyType(cells),
        routes=len(base.cards("routes")),
        statements=tuple(card for card in base.cards("statements").values() if card.source == "gazis2023"),
    )


def _column(target: str) -> str:
    """Return the column of a target: its core, or that of the families."""
    core = target.split("/", maxsplit=1)[0].split(" ", maxsplit=1)[0].split(":", maxsplit=1)[0]
    return GENERAL if core.startswith("III") or "-" in core else core


def _told(base: Base) -> dict[tuple[str, str], dict[str, None]]:
    """Return the cards other than routes of its own that show a cell as tried, by class and material."""
    told: dict[tuple[str, str], dict[str, None]] = {}
    for report in base.cards("clusters").values():
        place = (RouteClass.CLUSTER.value, _column(report.material))
        told.setdefault(place, {})[f"clusters:{report.id}"] = None
    for statement in base.cards("statements").values():
        for shown in statement.shows:
            class_, _, material = shown.partition(":")
            told.setdefault((class_, material), {})[f"statements:{statement.id}"] = None
    for route in base.cards("routes").values():
        for place in _beside(base, route):
            told.setdefault(place, {})[f"routes:{route.id}"] = None
    return told


def _beside(base: Base, route: Route) -> Iterator[tuple[str, str]]:
    """Yield the cells of which a route tells that stands in another."""
    if route.outcome is Outcome.NEGATIVE and "III-V" in route.targets:
        yield from ((route.class_.value, material) for material in III_V)
    if route.class_ is RouteClass.DEHALOSILYLATION and route.cation is not None:
        card = route.cation.reagent
        salt = route.cation.text if card is None else base.card("reagents", card).formula
        if not _HALOGEN.search(salt):
            yield from ((RouteClass.DESILYLATION.value, _column(target)) for target in route.targets)


def _cell(class_: str, material: str, routes: Mapping[str, Route], told: Mapping[str, None]) -> Cell:
    kind = RouteClass(class_)
    anions = _ANION.get(kind)
    plausible = (
        material != GENERAL
        and kind not in _NO_BOND
        and (kind, material) not in _PRECLUDED
        and (anions is None or any(_brings(material, anion) for anion in anions))
    )
    failed = tuple(name for name, route in routes.items() if route.outcome is Outcome.NEGATIVE)
    return Cell(class_, material, tuple(routes), failed, plausible, () if routes else tuple(told))


def _brings(material: str, anion: str) -> bool:
    """Tell whether a binary compound ends with an element: GaN with N, Cd3P2 with P."""
    return material.rstrip("0123456789").endswith(anion)
