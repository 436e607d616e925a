"""The grammar of steps: what may stand under 'steps' and 'workup', and the records that it becomes."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from aliquot.knowledge.document import Duration, In, Length, Schema, Temperature, Volume
from aliquot.recipe import batch
from aliquot.units import Quantity

Name = Annotated[str, Field(min_length=1)]
What = Annotated[tuple[str | dict[str, Volume], ...], Field(min_length=1)]
"""Keys of reagents, names of solutions, or one of these with the volume of it that is used."""
Pressure = Annotated[Quantity, In("Pa", above=0.0)]
"""Absolute pressure [Pa]."""
HeatingRate = Annotated[Quantity, In("K/s", above=0.0)]
"""Heating or cooling rate [K s-1]."""
Speed = Annotated[Quantity, In("rpm", above=0.0)]
"""Turns per minute [rpm]."""
At = Annotated[tuple[Duration, ...], Field(min_length=1)]
"""Times from the beginning of the step [s]."""
_AT_ONCE = Quantity(0.0, "s", "0 s")
Shot = Annotated[Duration | None, BeforeValidator(lambda text: _AT_ONCE if text == "fast" else text)]
"""Time that an addition takes [s]; 'fast' for a shot."""


class WrittenAliquots(Schema):
    """Samples drawn while a step lasts."""

    volume: Volume | None
    at: At


class WrittenCharge(Schema):
    """Put in, cold."""

    into: Name
    what: What


class WrittenDegas(Schema):
    """Hold under vacuum."""

    vessel: Name
    at: Temperature | None
    duration: Annotated[Duration | None, Field(alias="for")]
    pressure: Pressure | None


class WrittenPurge(Schema):
    """Fill with a gas."""

    vessel: Name
    gas: Name


class WrittenHeat(Schema):
    """Bring to a temperature, up or down."""

    vessel: Name
    to: Temperature
    rate: HeatingRate | None


class WrittenInject(Schema):
    """Add in one shot to what is hot."""

    what: What
    into: Name
    at: Temperature | None
    duration: Shot


class WrittenFeed(Schema):
    """Add slowly and steadily."""

    what: What
    into: Name
    at: Temperature | None
    duration: Annotated[Duration | None, Field(alias="for")]
    aliquots: WrittenAliquots | None = None


class WrittenHold(Schema):
    """Keep at a temperature."""

    vessel: Name
    at: Temperature
    duration: Annotated[Duration | None, Field(alias="for")]
    aliquots: WrittenAliquots | None = None


class WrittenQuench(Schema):
    """Stop the reaction."""

    vessel: Name
    how: str | None


class WrittenPrecipitate(Schema):
    """Make the product fall out."""

    vessel: Name
    using: Annotated[Name, Field(alias="with")]
    ratio: Annotated[float, Field(gt=0.0)] | None
    times: Annotated[int, Field(ge=1)] = 1


class WrittenCentrifuge(Schema):
    """Spin down."""

    vessel: Name
    speed: Speed | None
    radius: Length | None
    duration: Annotated[Duration | None, Field(alias="for")]


class WrittenRedisperse(Schema):
    """Take up in a solvent."""

    vessel: Name
    using: Annotated[Name, Field(alias="in")]
    volume: Volume | None


class WrittenCollect(Schema):
    """Store the product."""

    vessel: Name
    where: str | None


VERBS: Mapping[str, tuple[type[Schema], type[batch.Step]]] = {
    "charge": (WrittenCharge, batch.Charge),
    "degas": (WrittenDegas, batch.Degas),
    "purge": (WrittenPurge, batch.Purge),
    "heat": (WrittenHeat, batch.Heat),
    "cool": (WrittenHeat, batch.Heat),
    "inject": (WrittenInject, batch.Inject),
    "feed": (WrittenFeed, batch.Feed),
    "hold": (WrittenHold, batch.Hold),
    "quench": (WrittenQuench, batch.Quench),
    "precipitate": (WrittenPrecipitate, batch.Precipitate),
    "centrifuge": (WrittenCentrifuge, batch.Centrifuge),
    "redisperse": (WrittenRedisperse, batch.Redisperse),
    "collect": (WrittenCollect, batch.Collect),
}
"""Verbs of the bench: how each is written, and the record it becomes."""


class WrittenStep(Schema):
    """One step: a mapping with one verb."""

    charge: WrittenCharge | None = None
    degas: WrittenDegas | None = None
    purge: WrittenPurge | None = None
    heat: WrittenHeat | None = None
    cool: WrittenHeat | None = None
    inject: WrittenInject | None = None
    feed: WrittenFeed | None = None
    hold: WrittenHold | None = None
    quench: WrittenQuench | None = None
    precipitate: WrittenPrecipitate | None = None
    centrifuge: WrittenCentrifuge | None = None
    redisperse: WrittenRedisperse | None = None
    collect: WrittenCollect | None = None

    @model_validator(mode="after")
    def _is_one(self) -> "WrittenStep":
        if len(self.model_fields_set) != 1 or self.told[1] is None:
            message = "a step is one verb, such as 'heat: {vessel: flask, to: 100 degC, rate: null}'"
            raise ValueError(message)
        return self

    @property
    def told(self) -> tuple[str, Any]:
        """The verb, and what stands under it."""
        (verb,) = self.model_fields_set
        return verb, getattr(self, verb)

    @property
    def vessel(self) -> str:
        """Where it is done."""
        _, said = self.told
        name: str = said.into if hasattr(said, "into") else said.vessel
        return name

    @property
    def moved(self) -> tuple[tuple[str, Quantity | None], ...]:
        """Name and volume of what is put in."""
        _, said = self.told
        found: list[tuple[str, Quantity | None]] = []
        for item in getattr(said, "what", ()):
            found += [(item, None)] if isinstance(item, str) else list(item.items())
        return tuple(found)


def steps(written: tuple[WrittenStep, ...], under: str) -> Iterator[batch.Step]:
    """Yield the records of written steps.

    Args:
        written: The steps.
        under: Key of the file under which they stand, ``"steps"`` or ``"workup"``.
    """
    for index, step in enumerate(written):
        verb, said = step.told
        _, record = VERBS[verb]
        content = {name: _plain(getattr(said, name)) for name in type(said).model_fields}
        content.pop("into", None)
        if "what" in content:
            content["what"] = tuple(
                batch.Portion(name, None if volume is None else volume.value) for name, volume in step.moved
            )
        yield record(**{**content, "key": f"{under}.{index}.{verb}", "vessel": step.vessel})


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever a step says
    """Return a number for a quantity, a record for aliquots, anything else as it is."""
    if isinstance(value, Quantity):
        return value.value
    if isinstance(value, WrittenAliquots):
        times = tuple(time.value for time in value.at)
        return batch.Aliquots(times, None if value.volume is None else value.volume.value)
    return value
