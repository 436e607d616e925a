"""The landscape: which chemistry has been tried for which material, and which has not.

It is counted from the routes of the base, and says nothing of routes that the base does not hold: a gap is a
cell in which no route of the base stands, not a proof that nobody tried.
"""

from collections.abc import Mapping
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
    """Whether the chemistry can bring the non-metal; where it can and no route stands, the cell is a gap."""

    @property
    def gap(self) -> bool:
        """Whether nothing stands where something could."""
        return not self.routes and self.plausible


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
        """Cells of named materials in which a route could stand and none does, row by row."""
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
    cells = {place: _cell(*place, routes.get(place, {})) for place in places}
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


def _cell(class_: str, material: str, routes: Mapping[str, Route]) -> Cell:
    kind = RouteClass(class_)
    anions = _ANION.get(kind)
    plausible = (
        material != GENERAL
        and kind not in _NO_BOND
        and (kind, material) not in _PRECLUDED
        and (anions is None or any(_brings(material, anion) for anion in anions))
    )
    failed = tuple(name for name, route in routes.items() if route.outcome is Outcome.NEGATIVE)
    return Cell(class_, material, tuple(routes), failed, plausible)


def _brings(material: str, anion: str) -> bool:
    """Tell whether a binary compound ends with an element: GaN with N, Cd3P2 with P."""
    return material.rstrip("0123456789").endswith(anion)
