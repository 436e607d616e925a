"""Recipes as reactions of the Open Reaction Database.

A reaction is written as the JSON form of the database's protocol buffers and parsed by its own schema, so
that a field that does not exist is refused. The format has one temperature, molecules as products and no
ligands: what it can not say is listed.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from aliquot.errors import InputError
from aliquot.recipe.batch import BatchRecipe, Purge
from aliquot.recipe.exchange.loss import Loss
from aliquot.recipe.exchange.ord_inputs import batch_inputs, feed_inputs
from aliquot.recipe.exchange.ord_parts import doi, kelvin, product, safety, seconds, volume
from aliquot.recipe.exchange.ord_workup import workups
from aliquot.recipe.exchange.prose import celsius, clean, split
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.ledger import ledger
from aliquot.recipe.record import Recipe
from aliquot.recipe.wording import sentence

_GASES = {"N2": "NITROGEN", "nitrogen": "NITROGEN", "Ar": "ARGON", "argon": "ARGON", "air": "AIR"}


@dataclass(frozen=True, slots=True)
class OrdReaction:
    """A recipe as a reaction of the database, and what it lost on the way."""

    reaction: Any
    """The message, an ``ord_schema.proto.reaction_pb2.Reaction``."""
    lossy: tuple[Loss, ...]
    """What of the recipe has no place of its own in it."""

    @property
    def pbtxt(self) -> str:
        """The message as text of protocol buffers."""
        text: str = _module("google.protobuf.text_format").MessageToString(self.reaction)
        return text

    @property
    def json(self) -> str:
        """The message as JSON, with the names of the schema."""
        form = _module("google.protobuf.json_format")
        text: str = form.MessageToJson(self.reaction, preserving_proto_field_name=True)
        return text + "\n"


@dataclass(frozen=True, slots=True)
class Depositor:
    """Who deposits a reaction, and when: the database wants to know."""

    name: str
    """Name of the person who made the record."""
    email: str
    """Address of that person."""
    date: str
    """Day of the record, as 2026-01-31."""


def to_ord(recipe: Recipe, depositor: Depositor | None = None) -> OrdReaction:
    """Write a recipe as a reaction of the Open Reaction Database.

    Amounts are those that were dosed, the purity stands in the features of each compound. Every aliquot or
    sample is an outcome with its reaction time.

    Args:
        recipe: The recipe.
        depositor: Who made the record; without one the database's own check asks for it.

    Returns:
        The reaction, and what it could not say.

    Raises:
        InputError: If the package ord-schema is not installed.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> made = to_ord(read_recipe("cdte_mech2023_ode"))                         # doctest: +SKIP
        >>> len(made.reaction.outcomes)                                            # doctest: +SKIP
        8
    """
    pb2 = _module("ord_schema.proto.reaction_pb2")
    content, lossy = reaction_content(recipe, depositor)
    reaction = _module("google.protobuf.json_format").ParseDict(content, pb2.Reaction())
    return OrdReaction(reaction, lossy)


def reaction_content(
    recipe: Recipe, depositor: Depositor | None = None
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """Return the JSON form of a reaction and what it loses; needs no further package.

    Args:
        recipe: The recipe.
        depositor: Who made the record.

    Returns:
        The content, with the field names of the schema; and the losses, in the order of the recipe.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> content, lossy = reaction_content(read_recipe("inp_wang2023"))
        >>> content["conditions"]["flow"]["tubing"]["diameter"]
        {'value': 0.9975, 'units': 'MILLIMETER'}
        >>> lossy[0].field
        'reagents.amine for indium'
    """
    body = _Batch(recipe) if isinstance(recipe, BatchRecipe) else _Flow(recipe)  # type: ignore[arg-type]
    content = {
        "identifiers": [{"type": "CUSTOM", "details": "recipe of aliquot", "value": recipe.id}],
        **body.content(),
        "provenance": _provenance(recipe),
    }
    if depositor is not None:
        record = {
            "time": {"value": depositor.date},
            "person": {"name": depositor.name, "email": depositor.email},
        }
        content["provenance"]["record_created"] = record
    notes = {"safety_notes": safety(recipe), "procedure_details": "\n".join(body.told)}
    content["notes"] = {key: text for key, text in notes.items() if text}
    lossy = [*body.lossy, *_carried(recipe)]
    if depositor is None:
        why = "a deposit needs a person and a day: give an address, or add them before you deposit it"
        lossy.append(Loss("provenance.record_created", why))
    return content, tuple(lossy)


class _Batch:
    """A batch, part by part; gathers what is lost."""

    def __init__(self, recipe: BatchRecipe) -> None:
        self.recipe = recipe
        self.parts = split(recipe.steps)
        self.told = [sentence(recipe, step) for step in recipe.steps]
        self.lossy: list[Loss] = []

    def content(self) -> dict[str, Any]:
        """Return inputs, setup, conditions, work-up and outcomes."""
        inputs, lossy = batch_inputs(self.recipe)
        self.lossy += lossy
        return {
            "inputs": inputs,
            "setup": self._setup(),
            "conditions": self._conditions(),
            "workups": workups(self.recipe, self.parts.workup, self.lossy),
            "outcomes": self._outcomes(),
        }

    def _setup(self) -> dict[str, Any]:
        vessel = self.recipe.vessels[self.recipe.reactor]
        others = [name for name in self.recipe.vessels if name != vessel.name]
        if others:
            why = "a reaction has one vessel: named in notes.procedure_details only"
            self.lossy += [Loss(f"vessels.{name}", why) for name in others]
        flask = "ROUND_BOTTOM_FLASK" if "neck" in vessel.type or "round" in vessel.type else "CUSTOM"
        made: dict[str, Any] = {"type": flask, "details": vessel.type}
        if vessel.volume is not None:
            made["volume"] = volume(vessel.volume)
        verbs = {step.verb for step in self.parts.reaction if step.vessel == vessel.name}
        if {"degas", "purge"} <= verbs:
            made["preparations"] = [{"type": "EVACUATED_BACKFILLED"}]
        elif "purge" in verbs:
            made["preparations"] = [{"type": "PURGED"}]
        return {"vessel": made}

    def _conditions(self) -> dict[str, Any]:
        recipe = self.recipe
        made: dict[str, Any] = {
            "conditions_are_dynamic": True,
            "details": "Step by step: " + "; ".join(sentence(recipe, step) for step in self.parts.reaction),
        }
        if recipe.hottest is not None:
            made["temperature"] = {"setpoint": kelvin(recipe.hottest)}
        gases = [step.gas for step in self.parts.reaction if isinstance(step, Purge)]
        pressure: dict[str, Any] = {}
        if gases:
            kind = _GASES.get(gases[-1], "CUSTOM")
            pressure["atmosphere"] = {"type": kind, "details": gases[-1]}
        if (kept := recipe.vessels[recipe.reactor].pressure) is not None:
            pressure["setpoint"] = {"value": clean(kept), "units": "PASCAL"}
        if pressure:
            made["pressure"] = pressure
        for step in self.parts.reaction:
            if step.verb in {"heat", "cool", "degas"}:
                self.lossy.append(
                    Loss(step.key, "one temperature has a place: in words in conditions.details")
                )
        return made

    def _outcomes(self) -> list[dict[str, Any]]:
        """Return an outcome for every aliquot, or one for the end.

        The time runs from the first injection, feed or hold; how long heating takes is not known.
        """
        made, clock, unsure = [], 0.0, False
        for entry in ledger(self.recipe):
            step = entry.step
            if step.verb not in {"inject", "feed", "hold"} or step.vessel != self.recipe.reactor:
                continue
            aliquots = getattr(step, "aliquots", None)
            drawn = aliquots.volume if aliquots is not None else None
            for time in aliquots.times if aliquots is not None else ():
                at = None if unsure else clock + time
                label = f"aliquot of {step.key} at {clean(time):g} s"
                made.append(self._outcome(at, label, entry.after.temperature, drawn))
                if at is None:
                    self.lossy.append(
                        Loss(f"{step.key}.aliquots", "an earlier step has no duration: no time")
                    )
            if aliquots is not None and aliquots.volume is not None:
                self.lossy.append(
                    Loss(f"{step.key}.aliquots.volume", "an outcome has no volume: in its features")
                )
            lasts = getattr(step, "duration", None)
            unsure, clock = unsure or lasts is None, clock + (lasts or 0.0)
        if not made:
            made.append(self._outcome(None if unsure else clock, "end", self.recipe.hottest, None))
        return made

    def _outcome(
        self, time: float | None, label: str, hot: float | None, drawn: float | None
    ) -> dict[str, Any]:
        features: dict[str, Any] = {"sample": {"string_value": label}}
        if drawn is not None:
            features["volume_mL"] = {"float_value": clean(drawn * 1e6)}
        if hot is not None:
            features["temperature"] = {"string_value": f"{celsius(hot):g} degC"}
        return _outcome(self.recipe, time, features)


class _Flow:
    """A flow campaign, part by part; gathers what is lost."""

    def __init__(self, recipe: FlowRecipe) -> None:
        self.recipe = recipe
        self.lossy: list[Loss] = []
        self.told = [
            f"{sample.name}: {clean(sample.flow * 6e7):g} mL/min, "
            + ", ".join(
                f"{zone.name} {celsius(hot):g} °C"
                for zone, hot in zip(recipe.tube.zones, sample.temperatures, strict=True)
            )
            for sample in recipe.samples
        ] + [sentence(recipe, step) for step in recipe.workup]

    def content(self) -> dict[str, Any]:
        """Return inputs, setup, conditions, work-up and outcomes."""
        inputs, lossy = feed_inputs(self.recipe)
        self.lossy += lossy
        conditions = self._conditions()
        return {
            "inputs": inputs,
            "setup": {"vessel": {"type": "TUBE", "volume": volume(self.recipe.tube.volume)}},
            "conditions": conditions,
            "workups": workups(self.recipe, self.recipe.workup, self.lossy),
            "outcomes": [self._outcome(index) for index in range(len(self.recipe.samples))],
        }

    def _conditions(self) -> dict[str, Any]:
        tube, samples = self.recipe.tube, self.recipe.samples
        zones = ", ".join(f"{zone.name} {clean(zone.length):g} m" for zone in tube.zones)
        made: dict[str, Any] = {
            "flow": {
                "type": "PLUG_FLOW_REACTOR",
                "details": f"tube of {clean(tube.length):g} m in zones: {zones}",
                "tubing": {
                    "type": "CUSTOM",
                    "details": "material not reported",
                    "diameter": {"value": clean(tube.bore * 1e3), "units": "MILLIMETER"},
                },
            }
        }
        if self.recipe.syringe is not None:
            made["flow"]["pump_type"] = f"syringe of {clean(self.recipe.syringe * 1e6):g} mL"
        temperatures = {sample.temperatures for sample in samples}
        hottest = {hot for sample in samples for hot in sample.temperatures}
        if len(hottest) == 1:
            made["temperature"] = {"setpoint": kelvin(*hottest)}
        else:
            self.lossy.append(
                Loss("flow.temperatures", "a reaction has one temperature: in each outcome's features")
            )
        if len(temperatures) > 1 or len({sample.flow for sample in samples}) > 1:
            made["conditions_are_dynamic"] = True
            made["details"] = "One feed, several settings: " + "; ".join(self.told)
        self.lossy.append(
            Loss("tube.length", "tubing has a diameter and no length: in conditions.flow.details")
        )
        self.lossy.append(Loss("tube.inlet_temperature", "no place"))
        if tube.coil_radius is not None:
            self.lossy.append(Loss("tube.coil_radius", "no place"))
        if tube.units > 1:
            self.lossy.append(Loss("tube.units", "no place"))
        return made

    def _outcome(self, index: int) -> dict[str, Any]:
        sample = self.recipe.samples[index]
        features = {
            "sample": {"string_value": sample.name},
            "flow_mL_min": {"float_value": clean(sample.flow * 6e7)},
        }
        for zone, hot in zip(self.recipe.tube.zones, sample.temperatures, strict=True):
            features[f"temperature {zone.name}"] = {"string_value": f"{celsius(hot):g} degC"}
        for zone, joining in zip(self.recipe.tube.zones, sample.side_flows, strict=False):
            if zone.inlet is not None:
                features[f"flow of {zone.inlet} mL_min"] = {"float_value": clean(joining * 6e7)}
        return _outcome(self.recipe, sample.residence_time, features)


def _outcome(recipe: Recipe, time: float | None, features: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"products": [product(recipe, features)]}
    if time is not None:
        made["reaction_time"] = seconds(time)
    if (seen := recipe.observe) is not None:
        low, high = seen.window_nm
        made["analyses"] = {
            "absorbance": {
                "type": "UV",
                "details": f"absorbance from {low:g} to {high:g} nm in steps of {seen.step_nm:g} nm, path "
                f"{seen.path_mm:g} mm, diluted {clean(seen.dilution):g} times in {seen.medium}",
            }
        }
    return made


def _provenance(recipe: Recipe) -> dict[str, Any]:
    metadata = {
        "title": recipe.title,
        "series base": recipe.base,
        "sources": list(recipe.sources),
        "errata": list(recipe.errata),
        "not reported": list(recipe.unreported),
        "assumed": dict(recipe.assumed),
        "checks": [
            {"what": c.what, "stated": c.stated, "computed": c.computed, "unit": c.unit, "agrees": c.agrees}
            for c in recipe.checks
        ],
    }
    told = {
        f"aliquot {key}": {"string_value": value if isinstance(value, str) else json.dumps(value)}
        for key, value in metadata.items()
        if value
    }
    found = doi(recipe)
    return {"reaction_metadata": told} | ({"doi": found} if found else {})


def _carried(recipe: Recipe) -> Iterator[Loss]:
    """Yield what only stands as text in the provenance."""
    text = "as text in provenance.reaction_metadata only"
    if recipe.unreported:
        yield Loss("null", f"a field that is left out may be not reported or not done; the keys stand {text}")
    for name, value in (("assumed", recipe.assumed), ("checks", recipe.checks), ("errata", recipe.errata)):
        if value:
            yield Loss(name, text)
    if len(recipe.sources) > 1:
        yield Loss("source", f"a reaction has one DOI; the others stand {text}")
    if recipe.observe is not None:
        yield Loss("observe.noise", "an analysis has no noise")


def _module(name: str) -> Any:  # noqa: ANN401  protocol buffers are typed at run time
    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(
            given="an export to the Open Reaction Database",
            expected="the package ord-schema, which holds its schema",
            why=f"it is not installed ({error})",
            remedy="Install it with: pip install 'aliquot[exchange]'",
        ) from error
