"""Studies: the file that says what is fitted to what, and what is believed beforehand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from aliquot.errors import AliquotError, CardError, InputError, UnitError, Where, suggestion
from aliquot.inference import shelf
from aliquot.inference.cards import changed
from aliquot.inference.free import Free
from aliquot.inference.terms import UNITS
from aliquot.knowledge import records, store
from aliquot.knowledge.document import Document, Duration, Schema
from aliquot.knowledge.records.observations import Condition, Observation, Role
from aliquot.units import to_float

FORMAT = "aliquot-study/1"


class Spread(Schema):
    """Another standard deviation for an observation than follows from its tolerance."""

    sd: str
    """Standard deviation with its unit."""
    because: str
    """Grounds."""


class Chosen(Schema):
    """Which observations are fitted."""

    cards: tuple[str, ...] = ()
    """Papers whose observations are used, such as 'wang2023'."""
    roles: tuple[Annotated[Role, Field(strict=False)], ...] = (Role.CALIBRATION,)
    """Roles of theirs that are fitted; all others are predicted, and shown as such."""
    series: tuple[str, ...] | None = None
    """Only these series of theirs are fitted, all unless given."""
    tests: bool = False
    """Whether only rows that spell out a sentence with a threshold ('test') are fitted."""
    checks: bool = False
    """Whether what a run has to satisfy though no paper prints it is fitted too."""
    leave: dict[str, str] = Field(default_factory=dict)
    """Observations of theirs that are not fitted, each with the reason."""
    spreads: dict[str, Spread] = Field(default_factory=dict)
    """Standard deviations by observation, where they do not follow from its tolerance."""
    own: tuple[Observation, ...] = ()
    """Observations of the study itself; those of role 'prediction' are held out."""


class Spectra(Schema):
    """Measured absorbance of one condition: a file of spectra, each with its time."""

    file: str
    """Any file that :func:`aliquot.instruments.formats.read_spectra` reads, beside the study."""
    condition: str
    """Condition of which they were taken."""
    medium: str
    """Solvent card of the liquid in the cuvette."""
    path_mm: float = Field(gt=0.0)
    """Optical path [mm]."""
    dilution: float = Field(default=1.0, ge=1.0)
    """Volume of the diluted liquid over that of the aliquot [1]."""
    window_nm: tuple[float, float]
    """First and last wavelength that is fitted [nm]."""
    step_nm: float = Field(default=5.0, gt=0.0)
    """Distance of the wavelengths that are fitted [nm]: neighbours within a slit width tell one thing."""
    noise: float = Field(gt=0.0)
    """Standard deviation of the absorbance [1]."""
    kernel: float = Field(default=0.05, ge=0.0)
    """Relative error of the computed absorbance [1]: a lineshape is not known better."""
    scale: Literal["known", "free"] = "free"
    """Whether path, dilution and absorption are believed, or every spectrum has a factor of its own."""


class Numerics(Schema):
    """How a fit is computed."""

    rungs: int = Field(default=600, ge=50)
    """Length of the ladder to begin with [formula units]."""
    most: int = Field(default=3000, ge=50)
    """Length up to which it grows where it does not suffice [formula units]."""
    relative: float = Field(default=3e-4, gt=0.0)
    """Local error relative to each concentration [1]."""
    absolute: float = Field(default=1e-8, gt=0.0)
    """Local error allowed near zero [mol m-3]."""
    top: float = Field(default=1e-6, gt=0.0)
    """Largest share of the formula units that may stand at the top [1]."""
    looks: tuple[Duration, ...] = ()
    """Further times at which every flask is looked at, for maxima over a course."""


class Study(Schema):
    """What is fitted to what.

    Example:
        >>> study = read_study("inp_wang2023")
        >>> len(study.free), study.observations.cards
        (8, ('wang2023',))
    """

    format: Literal["aliquot-study/1"]
    """What kind of file it is."""
    id: str
    """Its name."""
    title: str
    """What it is for, in a few words."""
    chemistry: str
    """Card of the chemistry whose structure and other constants hold."""
    options: tuple[str, ...] = ()
    """Switches of that card."""
    free: tuple[Free, ...]
    """Constants that are fitted."""
    observations: Chosen = Chosen()
    """What they are fitted to."""
    conditions: dict[str, Condition] = Field(default_factory=dict)
    """Runs of the study itself, by name."""
    spectra: tuple[Spectra, ...] = ()
    """Whole spectra that are fitted too."""
    numerics: Numerics = Numerics()
    """How it is computed."""
    solver: Literal["least squares", "margins"] = "least squares"
    """Whether distances are made small, or all thresholds are met."""
    starts: int = Field(default=4, ge=1)
    """Points from which the search starts, the prior means the first."""
    seed: int = 2023
    """Seed of the other starts."""

    @model_validator(mode="after")
    def _knows_its_names(self) -> "Study":
        names = [one.name for one in self.free]
        faults = [] if names else ["'free' is empty: there is nothing to fit"]
        faults += [
            f"the constant '{name}' stands twice" for name in dict.fromkeys(names) if names.count(name) > 1
        ]
        keys = [key for one in self.free for key in one.keys]
        faults += [
            f"the key '{key}' is given to two constants" for key in dict.fromkeys(keys) if keys.count(key) > 1
        ]
        own = {term.condition for entry in self.observations.own for term in entry.terms}
        own |= {part.condition for part in self.spectra}
        if not self.observations.cards:
            faults += [
                f"'{name}' is no condition of the study"
                for name in sorted(own - {*self.conditions, "*", None}, key=str)
            ]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _converts_to_its_units(self) -> "Study":
        shelf.refuse("Study", [*shelf.unfit(_quantities(self)), *_misplaced(self)])
        return self

    @property
    def card(self) -> records.Chemistry:
        """The chemistry with the options of the study; CardError or InputError if there is none."""
        return chemistry_of(self.chemistry, self.options, self.id)


def _quantities(study: Study) -> Iterator[tuple[shelf.Place, str, str]]:
    """Yield place, text and unit of what a study states in words of its own."""
    for name, condition in study.conditions.items():
        amounts = {} if condition.stated is None else condition.stated.concentrations
        for reagent, text in amounts.items():
            yield ("conditions", name, "stated", "concentrations", reagent), text, "mol m-3"
    for i, entry in enumerate(study.observations.own):
        place: shelf.Place = ("observations", "own", i)
        unit = "1" if entry.over is not None else UNITS.get(entry.quantity)
        for key in ("value", "tolerance", "above", "below"):
            text = getattr(entry, key)
            if text is not None and unit is not None:
                yield (*place, key), text, unit
        for path, term in (((), entry), (("over",), entry.over), (("less",), entry.less)):
            if term is not None and term.at not in {None, "maximum", "end"}:
                yield (*place, *path, "at"), str(term.at), "s"


def _misplaced(study: Study) -> Iterator[tuple[shelf.Place, str, AliquotError]]:
    """Yield the card if there is none, and free constants that it can not take, by their unit or a key."""
    try:
        card = store.chemistry(study.chemistry)
    except CardError as fault:
        yield ("chemistry",), study.chemistry, fault
        return
    for i, one in enumerate(study.free):
        for j, key in enumerate(one.keys):
            try:
                changed(card, [one.model_copy(update={"keys": (key,)})], [one.prior.mean])
                to_float(f"1 {one.unit}", _unit_at(card, key))
            except CardError as fault:
                yield ("free", i, "keys", j), key, fault
            except UnitError as fault:
                yield ("free", i, "unit"), one.unit, fault
                break


def _unit_at(card: records.Chemistry, key: str) -> str:
    """Return the unit of the number at a key that leads to one; '1' of a plain number."""
    node: Any = card.model_dump(by_alias=True, exclude_none=True)
    for step in key.split("."):
        node = node[int(step)] if isinstance(node, tuple | list) else node[step]
    return (node.partition(" ")[2] if isinstance(node, str) else "") or "1"


def chemistry_of(name: str, options: tuple[str, ...], study: str) -> records.Chemistry:
    """Return the chemistry of a study, with its switches.

    Args:
        name: The card.
        options: Its switches that are on.
        study: Name of the study, for errors.

    Raises:
        CardError: If there is no such card.
        InputError: If it has no such switch.
    """
    card = store.chemistry(name)
    unknown = [option for option in options if option not in card.options]
    if unknown:
        raise InputError(
            given=f"the option '{unknown[0]}'",
            expected=f"an option of '{card.id}'" if card.options else "none: the card has no options",
            why="it switches what stands on the card, and there is no such switch",
            remedy=suggestion(unknown[0], card.options) if card.options else "Leave 'options' out.",
            where=Where(study, key="options"),
        )
    return card.chosen(*options) if options else card


def study_names() -> tuple[str, ...]:
    """Return the names of the studies in the book, sorted.

    Example:
        >>> "inp_wang2023" in study_names()
        True
    """
    return shelf.names(FORMAT)


def study_document(name: str | Path) -> Document:
    """Return the document of a study, by a name of the book or a path; raises InputError if there is none."""
    return shelf.document(name, FORMAT, "study")


def read_study(name: str | Path) -> Study:
    """Read a study.

    Args:
        name: A name of the book, or a path.

    Raises:
        InputError: If there is no such file, or it is malformed; every fault is told with its line.
    """
    return study_document(name).read(Study)
