"""What was not reported, and what the samples take away."""

import re
from collections.abc import Iterator

from aliquot.recipe.batch import BatchRecipe, Charge, Feed, Hold, Inject, Step
from aliquot.recipe.checks.case import (
    Case,
    Key,
    RecipeCheck,
    grades,
    mmol,
    note,
    number_of,
    step_path,
    warning,
)
from aliquot.recipe.concern import Concern, Severity

ESSENTIAL = re.compile(
    r"reagents\..+\.dose|steps\.\d+\.(?:inject|feed)\.(?:at|for|duration)|steps\.\d+\.hold\.(?:at|for)"
)
"""Keys without which the synthesis can not be repeated: doses, temperatures and times of the reaction."""
ROUNDING = 1e-9
"""What floating point may add to a sum of volumes [1]."""
NEARLY_PURE = 0.98
"""Purity above which it hardly matters which grade it was [1]."""


def _unreported(case: Case) -> Iterator[Concern]:
    for key in case.recipe.unreported:
        place = case.dotted(key)
        if ESSENTIAL.fullmatch(key):
            why = (
                "without it the synthesis can not be repeated: decide on a value, and write it down as yours"
            )
            yield warning("unreported", f"'{key}' is not reported", why, place)
        elif key.endswith(".purity"):
            yield note("unreported", *_of_purity(case, key), place)
        else:
            why = "results may depend on it: note what you use"
            yield note("unreported", f"'{key}' is not reported", why, place)


def _of_purity(case: Case, key: str) -> tuple[str, str]:
    """Say what an unreported purity leaves open, and why that matters."""
    why = "it counts as 100 %: note what stands on your bottle"
    name = key.removeprefix("reagents.").removesuffix(".purity")
    dose = next((dose for dose in case.recipe.doses if dose.key == name), None)
    card = None if dose is None else case.card(dose.reagent)
    sold = () if card is None else grades(card)
    if dose is None or not sold or min(sold)[0] > NEARLY_PURE:
        return f"'{key}' is not reported", why
    low, text = min(sold)
    return (
        f"'{key}' is not reported: {mmol(dose.dosed)} if pure, {mmol(dose.dosed * low)} if '{text}'",
        why,
    )


def _aliquots(case: Case) -> Iterator[Concern]:
    limit = number_of("aliquot-share", "share", "1")
    full: dict[str, float] = {}
    taken: dict[str, tuple[float, Key, bool]] = {}
    for step, before, after in ((entry.step, entry.before, entry.after) for entry in case.entries):
        full[step.vessel] = full.get(step.vessel, 0.0) + _added(case, step)
        aliquots = step.aliquots if isinstance(step, Feed | Hold) else None
        if aliquots is None or aliquots.volume is None:
            continue
        place = (*step_path(step), "aliquots")
        there, asked = full[step.vessel] - before.drawn, aliquots.volume * len(aliquots.times)
        taken[step.vessel] = (after.drawn, place, bool(after.incomplete))
        if asked > there * (1.0 + ROUNDING) and not after.incomplete:
            yield Concern(
                Severity.ERROR,
                "overdrawn",
                f"{len(aliquots.times)} aliquots of {_ml(aliquots.volume)} are {_ml(asked)}, and "
                f"{_ml(there)} are left in {step.vessel}",
                "no more can be drawn than there is",
                case.where(*place),
            )
    for vessel, (drawn, place, incomplete) in taken.items():
        if limit * full[vessel] < drawn <= full[vessel] * (1.0 + ROUNDING):
            at_most = " at most, as not every dose is reported" if incomplete else ""
            yield warning(
                "aliquots-removed",
                f"the aliquots take {_ml(drawn)} of {_ml(full[vessel])} in {vessel}, "
                f"{100.0 * drawn / full[vessel]:.0f} %{at_most}",
                "stirring, heating, and every ratio to what is fed afterwards change with it",
                case.where(*place),
                "rules:aliquot-share",
            )


def _added(case: Case, step: Step) -> float:
    """Return the volume that a step adds to its vessel [m3]."""
    if not isinstance(case.recipe, BatchRecipe) or not isinstance(step, Charge | Inject | Feed):
        return 0.0
    return case.recipe.poured(step.what).volume


def _ml(volume: float) -> str:
    return f"{volume * 1e6:.4g} mL"


CHECKS = (
    RecipeCheck(("unreported",), "What is not reported?", _unreported),
    RecipeCheck(("aliquots-removed", "overdrawn"), "How much of the batch do the aliquots take?", _aliquots),
)
