"""Tubes: what the printed residence times leave out."""

from collections.abc import Iterator

from aliquot.recipe.checks.case import Case, RecipeCheck, minutes, note, number_of, warning
from aliquot.recipe.concern import Concern, Severity
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.wording import celsius

HOT = 423.15
"""Temperature from which the expansion is told [K]; the rule's figure is that of 200 °C."""


def _hot_volume(case: Case) -> Iterator[Concern]:
    if not isinstance(case.recipe, FlowRecipe) or case.recipe.tube.expansion:
        return
    hot = [sample for sample in case.recipe.samples if max(sample.temperatures) >= HOT]
    if not hot:
        return
    expansion = number_of("hot-volume", "expansion", "1")
    times = sorted({sample.residence_time for sample in hot})
    told = [
        f"{minutes(time)} is about {minutes(time / (1.0 + expansion))}"
        for time in dict.fromkeys((times[0], times[-1]))
    ]
    warmest = max(max(sample.temperatures) for sample in hot)
    yield note(
        "hot-volume",
        f"up to {celsius(warmest)} the liquid takes about {100.0 * expansion:.0f} % more volume than at the "
        f"pump: {', '.join(told)}",
        "residence times are volume over the flow of the cold liquid; an estimate for oleylamine near 200 °C",
        case.where("tube"),
        "rules:hot-volume",
    )


def _stroke(case: Case) -> Iterator[Concern]:
    recipe = case.recipe
    if not isinstance(recipe, FlowRecipe) or recipe.syringe is None or recipe.syringe >= recipe.tube.volume:
        return
    flows = [sample.flow for sample in recipe.samples]
    spans = sorted({recipe.syringe / flow for flow in (max(flows), min(flows))})
    refills = " to ".join(minutes(span) for span in spans)
    yield warning(
        "syringe-stroke",
        f"one stroke of {recipe.syringe * 1e6:.4g} mL is {recipe.syringe / recipe.tube.volume:.2f} of the "
        f"tube's {recipe.tube.volume * 1e6:.4g} mL: it refills every {refills}",
        "the flow stops within each residence time, so that the first and last of the liquid stay longer",
        case.where("flow", "syringe"),
    )


def _spare(case: Case) -> Iterator[Concern]:
    recipe = case.recipe
    if not isinstance(recipe, FlowRecipe) or recipe.tube.units == 1:
        return
    units, volume = recipe.tube.units, recipe.tube.volume * 1e6
    longest = max(sample.residence_time for sample in recipe.samples)
    told = "tube.units" in recipe.assumed or "tube.length" in recipe.assumed
    yield Concern(
        Severity.NOTE if told else Severity.WARNING,
        "spare-tubes",
        f"the apparatus has {units} such tubes, and the times are those of one: {volume:.4g} mL and "
        f"{minutes(longest)} at the slowest flow, {units * volume:.4g} mL and {minutes(units * longest)} "
        f"for {units} in series",
        "which of them were hot decides the time of the reaction",
        case.where("tube", "units"),
    )


CHECKS = (
    RecipeCheck(("hot-volume",), "How much shorter are the times in the hot tube?", _hot_volume),
    RecipeCheck(("syringe-stroke",), "Does one stroke of the pump fill the tube?", _stroke),
    RecipeCheck(("spare-tubes",), "Are the times those of all tubes?", _spare),
)
