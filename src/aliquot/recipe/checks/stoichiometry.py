"""What limits the product: elements, electrons, acid."""

from collections.abc import Iterator

from aliquot.knowledge.base import base
from aliquot.knowledge.formula import composition
from aliquot.knowledge.store import material
from aliquot.recipe.checks.case import Case, RecipeCheck, mmol, note, warning
from aliquot.recipe.concern import Concern
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.stoichiometry import ELECTRONS, Balance, balance, free_acid

SHORT = 0.99
"""Share of the electrons needed above which nothing is said [1]: doses are known no better."""


def _balance(case: Case) -> tuple[Balance, dict[str, float], bool]:
    """Return the balance of what reacts, its amounts, and whether doses are missing."""
    recipe = case.recipe
    solution = recipe.feed if isinstance(recipe, FlowRecipe) else None
    amounts = recipe.mixture.amounts if solution is None else solution.amounts
    missing = bool(recipe.undosed) if solution is None else bool(solution.undosed)
    return balance(amounts, material(recipe.material)), amounts, missing


def _limiting(case: Case) -> Iterator[Concern]:
    found, _, missing = _balance(case)
    name, place = case.recipe.material, case.where("reagents")
    why = "what is left over stays in the product, and takes part in work-up"
    lacking = [element for element, amount in found.elements.items() if amount <= 0.0]
    if lacking:
        brought = ", ".join(f"{mmol(amount)} {element}" for element, amount in found.elements.items())
        open_dose = "; a dose is not reported" if missing else ""
        told = f"no dose brings {' or '.join(lacking)} for {name}: {brought}{open_dose}"
        worded = note if missing else warning
        yield worded("missing-element", told, "without it none of the material can form", place)
        return
    if found.product <= 0.0:
        return  # no electrons at all: told by the reductant's check
    over = [
        f"{factor:.3g} times the {element} needed{_as_reductant(case, found, element)}"
        for element, factor in found.excess.items()
        if element not in found.limits
    ]
    beside = f"; the doses bring {', '.join(over)}" if over else ""
    text = (
        f"limited by {' and '.join(found.limits)}: "
        f"{mmol(found.product)} {name}, {found.mass * 1e3:.4g} mg at full yield{beside}"
    )
    yield note("limiting", text, why, place)


def _as_reductant(case: Case, found: Balance, element: str) -> str:
    """Say where what seems to be in excess is the reductant."""
    cards = [case.card(name) for name in found.sources.get(element, ())]
    needed = found.electrons_needed > 0.0
    return (
        ", part of which is the reductant" if needed and any(card and card.donates for card in cards) else ""
    )


def _reductant(case: Case) -> Iterator[Concern]:
    found, amounts, missing = _balance(case)
    if found.electrons_needed <= 0.0 or min(found.elements.values()) <= 0.0 or missing:
        return
    wanted = composition(material(case.recipe.material).id)
    reach = {element: amount / wanted[element] for element, amount in found.elements.items()}
    scarce = min(reach, key=lambda element: reach[element])
    # Where electrons are missing altogether the product is 0, and so is every excess.
    electrons = found.product * found.excess.get(ELECTRONS, 0.0)
    if electrons >= SHORT * reach[scarce]:
        return
    givers = [name for name in amounts if (card := case.card(name)) is not None and card.donates]
    by = (
        f"{' and '.join(givers)} bring{'s' if len(givers) == 1 else ''} enough for"
        if givers
        else "no dose brings any:"
    )
    yield warning(
        "reductant-balance",
        f"each {case.recipe.material} needs {found.electrons_needed:.3g} electrons, and {by} "
        f"{mmol(electrons)} of the {mmol(reach[scarce])} that the {scarce} allows, "
        f"{100.0 * electrons / reach[scarce]:.3g} %",
        "what is not reduced does not become part of a dot",
        case.where("reagents"),
        _redox_rule(case, amounts),
    )


def _redox_rule(case: Case, amounts: dict[str, float]) -> str | None:
    """Return the rule about electrons that names most of the reagents and the material."""
    names = {case.recipe.material, *amounts}
    for name in amounts:
        card = case.card(name)
        names |= set(card.names) if card is not None else set()
    rules = [rule for rule in base().cards("rules").values() if rule.check == "reductant-balance"]
    best = max(rules, key=lambda rule: len(names & {*rule.applies}), default=None)
    return None if best is None else f"rules:{best.id}"


def _free_acid(case: Case) -> Iterator[Concern]:
    takers = [
        dose
        for dose in case.recipe.doses
        if (card := case.card(dose.reagent)) is not None and card.takes_acid > 0
    ]
    left = free_acid(case.recipe)
    if not takers or left >= 0.0:
        return
    if any(
        (card := case.card(name)) is not None and "acid" in card.roles
        for name in case.recipe.undosed.values()
    ):
        return  # how much there is was not reported, which is told already
    needed = sum(
        card.takes_acid * dose.dosed for dose in takers if (card := case.card(dose.reagent)) is not None
    )
    yield warning(
        "free-acid",
        f"{' and '.join(dose.reagent for dose in takers)} take {mmol(needed)} of carboxylic acid, and "
        f"{mmol(needed + left)} is dosed: {mmol(-left)} too little",
        "what is not dissolved does not react, and counts in no ratio",
        case.where("reagents", takers[0].key),
        f"reagents:{takers[0].reagent}",
    )


CHECKS = (
    RecipeCheck(("limiting", "missing-element"), "What limits the product, what is in excess?", _limiting),
    RecipeCheck(("reductant-balance",), "Are there electrons enough?", _reductant),
    RecipeCheck(("free-acid",), "Is there acid enough to dissolve the oxide?", _free_acid),
)
