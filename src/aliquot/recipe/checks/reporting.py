"""What was not reported, and what the samples take away."""

import re
from collections.abc import Iterator

from aliquot.recipe.batch import Feed, Hold
from aliquot.recipe.checks.case import Case, RecipeCheck, grades, mmol, note, number_of, step_path, warning
from aliquot.recipe.concern import Concern, Severity

ESSENTIAL = re.compile(
    r"reagents\..+\.dose|steps\.\d+\.(?:inject|feed)\.(?:at|for|duration)|steps\.\d+\.hold\.(?:at|for)"
)
"""Keys without which the synthesis can not be repeated: doses, temperatures and times of the reaction."""
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
    last: dict[str, tuple[str | int, ...]] = {}
    for entry in case.entries:
        step, after = entry.step, entry.after
        full[step.vessel] = max(full.get(step.vessel, 0.0), after.volume + after.drawn)
        if not isinstance(step, Feed | Hold) or step.aliquots is None or step.aliquots.volume is None:
            continue
        last[step.vessel] = (*step_path(step), "aliquots")
        there = full[step.vessel] - entry.before.drawn
        asked = step.aliquots.volume * len(step.aliquots.times)
        if asked > there and not after.incomplete and not isinstance(step, Feed):
            yield Concern(
                Severity.ERROR,
                "overdrawn",
                f"{len(step.aliquots.times)} aliquots of {_ml(step.aliquots.volume)} are {_ml(asked)}, and "
                f"{_ml(there)} are left in {step.vessel}",
                "no more can be drawn than there is",
                case.where(*last[step.vessel]),
            )
    drawn = {entry.step.vessel: entry.after.drawn for entry in case.entries}
    for vessel, place in last.items():
        batch, taken = full[vessel], drawn[vessel]
        if limit * batch < taken <= batch:
            yield warning(
                "aliquots-removed",
                f"the aliquots take {_ml(taken)} of {_ml(batch)} in {vessel}, {100.0 * taken / batch:.0f} %",
                "stirring, heating, and every ratio to what is fed afterwards change with it",
                case.where(*place),
                "rules:aliquot-share",
            )


def _ml(volume: float) -> str:
    return f"{volume * 1e6:.4g} mL"


CHECKS = (
    RecipeCheck(("unreported",), "What is not reported?", _unreported),
    RecipeCheck(("aliquots-removed", "overdrawn"), "How much of the batch do the aliquots take?", _aliquots),
)
