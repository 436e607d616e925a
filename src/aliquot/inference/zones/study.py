"""Zone studies: files that say which recipes are computed, by which chemistries, and how vials are named."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from aliquot.inference import shelf
from aliquot.inference.zones.coordinates import Coordinate
from aliquot.inference.zones.rules import Kind, Zone
from aliquot.knowledge.document import Document, Duration, Schema
from aliquot.knowledge.records.observations import Stated

FORMAT = "aliquot-zones/1"
TIME = "time"
"""Name of the coordinate that every run has."""


class Member(Schema):
    """A chemistry of the ensemble: a card, or a fit of which sets of constants are drawn."""

    card: str | None = None
    """Card of the knowledge base."""
    fit: str | None = None
    """Run folder of a fit, beside the study."""
    draws: int = Field(default=8, ge=1)
    """Sets of constants drawn from the normal law about its optimum; 1 is the optimum itself."""
    weight: float = Field(default=1.0, gt=0.0)
    """Belief in it, relative to the others [1]."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> "Member":
        if (self.card is None) == (self.fit is None):
            message = "a chemistry is either a 'card' or a 'fit'"
            raise ValueError(message)
        return self


class Sampling(Schema):
    """How the box is filled with recipes."""

    kind: Literal["sobol", "grid"] = "sobol"
    count: int = Field(ge=2)
    """Recipes; of a grid, values along each coordinate."""
    seed: int = 2023
    """Seed of the scrambling."""


class Label(Schema):
    """A vial that a paper describes."""

    condition: str
    """Condition of the card of observations."""
    at: Duration
    """When it was looked at."""
    zone: Annotated[Zone, Field(strict=False)]
    """What its description makes it."""
    says: str
    """The words that decide it."""
    place: str
    """Where they stand."""


class Labels(Schema):
    """Vials that a paper describes, whose conditions and roles stand on its card of observations."""

    card: str
    """Card of observations."""
    because: str
    """How it was decided what each vial is called, and with which knowledge."""
    vials: tuple[Label, ...]


class Section(Schema):
    """A plane through the box: two coordinates vary, the others keep the values of the base."""

    x: str
    """Coordinate from left to right."""
    y: str
    """Coordinate from bottom to top, or 'time'."""
    at: dict[str, str] = Field(default_factory=dict)
    """Coordinates that are held elsewhere than in the base, with their unit."""
    time: Duration | None = None
    """When vials are looked at; at the last time unless given."""
    points: int = Field(default=25, ge=2, le=200)
    """Values along each coordinate."""

    @model_validator(mode="after")
    def _has_two(self) -> "Section":
        if self.x in {self.y, TIME}:
            message = f"'{self.x}' against '{self.y}': two coordinates are needed, time from bottom to top"
            raise ValueError(message)
        return self


class Lane(Schema):
    """One axis of the diagram: a coordinate through the base, against time."""

    along: str
    """The coordinate."""
    at: dict[str, str] = Field(default_factory=dict)
    """Coordinates that are held elsewhere than in the base, with their unit."""
    points: int = Field(default=41, ge=2, le=200)
    """Values along the coordinate."""


class Numerics(Schema):
    """How recipes are integrated."""

    rungs: int = Field(default=300, ge=50)
    """Length of the ladder to begin with [formula units]."""
    most: int = Field(default=2400, ge=50)
    """Length up to which it is doubled where it does not suffice [formula units]."""
    relative: float = Field(default=5e-4, gt=0.0)
    """Local error relative to each concentration [1]."""
    absolute: float = Field(default=3e-6, gt=0.0)
    """Local error allowed near zero [mol m-3]."""
    top: float = Field(default=1e-3, gt=0.0)
    """Share of the formula units at the top at which a flask is handed on [1]: so little can not move a share
    over a threshold of a hundredth by more than a tenth of it."""
    settled: float = Field(default=1e-3, ge=0.0)
    """Share of the limiting element outside of monomer and dots below which a flask ends [1]: a twentieth of
    the least that is seen; 0 follows every flask to its last look."""


class ZoneStudy(Schema):
    """Which recipes are computed, with which chemistries, and how their vials are labelled.

    Example:
        >>> study = read_zone_study("cdte_zones")
        >>> [one.name for one in study.coordinates], len(study.labels.vials) > 16, len(study.blind)
        (['solvent', 'phosphine', 'amine', 'cadmium', 'temperature'], True, 3)
    """

    format: Literal["aliquot-zones/1"]
    id: str
    title: str
    chemistries: tuple[Member, ...] = Field(min_length=1)
    """The ensemble of the map: all that is known goes into it."""
    blind: tuple[Member, ...] = ()
    """Chemistries whose constants never saw what is held out: vials of the paper are judged by them, too."""
    base: Stated
    """The recipe through which sections and axes go."""
    coordinates: tuple[Coordinate, ...] = Field(min_length=1)
    """What is varied, and between which ends."""
    times: tuple[Duration, ...] = Field(min_length=1)
    """When vials are looked at, rising."""
    sampling: Sampling
    rules: tuple[Kind, ...] = Field(min_length=1)
    """How vials are labelled."""
    labels: Labels | None = None
    """Vials that a paper describes."""
    sections: tuple[Section, ...] = ()
    """Planes that are drawn."""
    diagram: tuple[Lane, ...] = ()
    """Axes that are drawn."""
    numerics: Numerics = Numerics()

    @model_validator(mode="after")
    def _knows_its_names(self) -> "ZoneStudy":
        names = [one.name for one in self.coordinates]
        times = [time.value for time in self.times]
        used = {name for one in self.sections for name in (one.x, one.y) if name != TIME}
        used |= {name for one in self.sections for name in one.at}
        used |= {name for one in self.diagram for name in (one.along, *one.at)}
        faults = [
            f"the coordinate '{name}' stands twice" for name in sorted(set(names)) if names.count(name) > 1
        ]
        faults += [
            f"'{name}' is no coordinate; there are {', '.join(names)}" for name in sorted(used - {*names})
        ]
        faults += ["'time' is looked at, not chosen: name another coordinate"] if TIME in names else []
        if times != sorted(set(times)) or times[0] <= 0.0:
            faults.append("'times' have to rise from above 0")
        if self.blind and self.labels is None:
            faults.append("'blind' chemistries judge vials of a paper: give 'labels', or leave them out")
        twice = [kind.name for kind in self.rules if [one.name for one in self.rules].count(kind.name) > 1]
        faults += [f"the kind '{name}' stands twice" for name in dict.fromkeys(twice)]
        if faults:
            raise ValueError("; ".join(faults))
        shelf.refuse("ZoneStudy", shelf.unfit(self._quantities()))
        return self

    def _quantities(self) -> Iterator[tuple[shelf.Place, str, str]]:
        """Yield place, text and unit of what is written of the base and of held coordinates."""
        for reagent, text in self.base.concentrations.items():
            yield ("base", "concentrations", reagent), text, "mol m-3"
        held = [(("sections", i), section.at) for i, section in enumerate(self.sections)]
        held += [(("diagram", i), lane.at) for i, lane in enumerate(self.diagram)]
        for place, at in held:
            for name, text in at.items():
                one = self.coordinate(name)
                if not one.values:
                    yield (*place, "at", name), text, one.target

    def coordinate(self, name: str) -> Coordinate:
        """Return a coordinate by its name."""
        return next(one for one in self.coordinates if one.name == name)


def zone_study_names() -> tuple[str, ...]:
    """Return the names of the zone studies in the book, sorted.

    Example:
        >>> zone_study_names()
        ('cdte_zones',)
    """
    return shelf.names(FORMAT)


def zone_study_document(name: str | Path) -> Document:
    """Return the document of a zone study, by its name in the book or a path; else raises InputError."""
    return shelf.document(name, FORMAT, "zone study")


def read_zone_study(name: str | Path) -> ZoneStudy:
    """Read a zone study.

    Args:
        name: A name of the book, or a path.

    Raises:
        InputError: If there is no such file, or it is malformed; every fault is told with its line.
    """
    return zone_study_document(name).read(ZoneStudy)
