"""Recipes in words: what is done, a sentence for each step, with nulls told as not reported."""

from collections.abc import Callable, Mapping
from typing import Any

from aliquot.knowledge.store import reagent
from aliquot.recipe import batch
from aliquot.recipe.batch import Portion, Step
from aliquot.recipe.record import Recipe
from aliquot.units import show

SILENT = "not reported"
"""What stands where the recipe says nothing."""
MILLILITRE = 1e-6
"""[m3]."""


def sentence(recipe: Recipe, step: Step) -> str:
    """Tell a step in words.

    Args:
        recipe: The recipe, which knows the doses.
        step: One of its steps.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> made = read_recipe("cdte_mech2023_ode")
        >>> sentence(made, made.steps[1])
        'Degas flask at 25 °C for 30 min under 0.6666 mbar.'
    """
    return _SENTENCES[type(step)](recipe, step) + _aliquots(step)


def celsius(kelvin: float | None) -> str:
    """Return a temperature as it is set."""
    return f"temperature {SILENT}" if kelvin is None else show(round(kelvin - 273.15, 6), "°C")


def duration(seconds: float | None) -> str:
    """Return a time in the unit in which people say it."""
    if seconds is None:
        return f"a time {SILENT}"
    if seconds >= 7200.0 or (seconds >= 3600.0 and seconds % 1800.0 == 0.0):
        return show(seconds / 3600.0, "h")
    return show(seconds / 60.0, "min") if seconds >= 120.0 else show(seconds, "s")


def flow_rate(flow: float) -> str:
    """Return a flow as a pump is set."""
    return show(flow / MILLILITRE * 60.0, "mL/min")


def _or(value: float | None, scale: float, unit: str, what: str) -> str:
    return f"{what} {SILENT}" if value is None else show(value * scale, unit)


def _what(recipe: Recipe, parts: tuple[Portion, ...]) -> str:
    doses = {dose.key: dose.text for dose in recipe.doses}
    return ", ".join(
        f"{show(part.volume / MILLILITRE, 'mL')} of {part.name}"
        if part.volume is not None
        else f"{part.name} ({doses[part.name]})"
        if part.name in doses
        else part.name
        for part in parts
    )


def _aliquots(step: Step) -> str:
    drawn = getattr(step, "aliquots", None)
    if drawn is None:
        return ""
    times = ", ".join(duration(time) for time in drawn.times)
    return f" Draw {_or(drawn.volume, 1 / MILLILITRE, 'mL', 'a volume')} at {times}."


def _shot(recipe: Recipe, step: batch.Inject) -> str:
    took = "at once" if step.duration == 0.0 else f"over {duration(step.duration)}"
    return f"Inject {_what(recipe, step.what)} into {step.vessel} at {celsius(step.at)}, {took}."


def _spin(_: Recipe, step: batch.Centrifuge) -> str:
    speed = _or(step.speed, 1.0, "rpm", "speed")
    rotor = _or(step.radius, 1e3, "mm", "radius")
    return f"Centrifuge at {speed} (rotor {rotor}) for {duration(step.duration)}."


def _fall(_: Recipe, step: batch.Precipitate) -> str:
    ratio = f"ratio {SILENT}" if step.ratio is None else f"{step.ratio:g} volumes"
    often = "" if step.times == 1 else f", {step.times} times, each time spun down and taken up again"
    return f"Precipitate with {reagent(step.using).name} ({ratio}){often}."


_SENTENCES: Mapping[type[Step], Callable[[Recipe, Any], str]] = {
    batch.Charge: lambda recipe, step: f"Charge {step.vessel} with {_what(recipe, step.what)}.",
    batch.Degas: lambda _, step: (
        f"Degas {step.vessel} at {celsius(step.at)} for {duration(step.duration)} "
        f"under {_or(step.pressure, 0.01, 'mbar', 'a pressure')}."
    ),
    batch.Purge: lambda _, step: f"Fill {step.vessel} with {step.gas}.",
    batch.Heat: lambda _, step: (
        f"{step.verb.capitalize()} {step.vessel} to {celsius(step.to)} "
        f"({_or(step.rate, 60.0, 'K/min', 'rate')})."
    ),
    batch.Inject: _shot,
    batch.Feed: lambda recipe, step: (
        f"Feed {_what(recipe, step.what)} into {step.vessel} at {celsius(step.at)} "
        f"over {duration(step.duration)}."
    ),
    batch.Hold: lambda _, step: f"Hold {step.vessel} at {celsius(step.at)} for {duration(step.duration)}.",
    batch.Quench: lambda _, step: f"Quench {step.vessel}: {step.how or SILENT}.",
    batch.Precipitate: _fall,
    batch.Centrifuge: _spin,
    batch.Redisperse: lambda _, step: (
        f"Redisperse in {reagent(step.using).name}, {_or(step.volume, 1 / MILLILITRE, 'mL', 'volume')}."
    ),
    batch.Collect: lambda _, step: f"Collect; keep {step.where or SILENT}.",
}
