"""What limits the product: elements, electrons, acid."""

from collections.abc import Iterator

from aliquot.knowledge.base import base
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
    amounts = recipe.amounts if solution is None else solution.amounts
    missing = bool(recipe.undosed) if solution is None else bool(solution.undosed)
    return balance(amounts, material(recipe.material)), amounts, missing


def _limiting(case: Case) -> Iterator[Concern]:
    found, amounts, missing = _balance(case)
    name, place = case.recipe.material, case.where("reagents")
    why = "what is left over stays in the product, and takes part in work-up"
    lacking = [element for element, amount in found.elements.items() if amount <= 0.0]
    if lacking:
        brought = ", ".join(f"{mmol(amount)} {element}" for element, amount in found.elements.items())
        open_dose = "; a dose is not reported" if missing else ""
        told = f"no dose brings {' or '.join(lacking)} for {name}: {brought}{open_dose}"
        yield note("limiting", told, "no yield follows from these doses", place)
        return
    if found.product <= 0.0:
        return  # no electrons at all: told by the reductant's check
    over = [
        f"{factor:.3g} times the {element} needed"
        for element, factor in found.excess.items()
        if element not in found.limits
    ]
    beside = f"; the doses bring {', '.join(over)}" if over else ""
    text = (
        f"{' and '.join(found.limits)} limit{'s' if len(found.limits) == 1 else ''}: "
        f"{mmol(found.product)} {name}, {found.mass * 1e3:.4g} mg at full yield{beside}"
    )
    yield note("limiting", text, why, place)


def _reductant(case: Case) -> Iterator[Concern]:
    found, amounts, missing = _balance(case)
    if found.electrons_needed <= 0.0 or min(found.elements.values()) <= 0.0 or missing:
        return
    if found.product > 0.0 and ELECTRONS not in found.excess:
        return
    elements = {
        element: amount / count
        for (element, amount), count in zip(
            found.elements.items(), _counts(case, found), strict=True
        )
    }
    scarce = min(elements, key=lambda element: elements[element])
    reach = found.product if found.limits == (ELECTRONS,) else elements[scarce]
    if reach >= SHORT * elements[scarce]:
        return
    givers = [name for name in amounts if (card := case.card(name)) is not None and card.donates]
    by = f"{' and '.join(givers)} bring enough" if givers else "no dose gives any; there is enough"
    yield warning(
        "reductant-balance",
        f"each {case.recipe.material} needs {found.electrons_needed:.3g} electrons, and {by} for {mmol(reach)} of "
        f"the {mmol(elements[scarce])} that the {scarce} allows ({100.0 * reach / elements[scarce]:.3g} %)",
        "what is not reduced does not become part of a dot",
        case.where("reagents"),
        _redox_rule(case, amounts),
    )


def _counts(case: Case, found: Balance) -> list[int]:
    from aliquot.knowledge.formula import composition  # noqa: PLC0415

    formula = composition(material(case.recipe.material).id)
    return [formula[element] for element in found.elements]


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
    if any((card := case.card(name)) is not None and "acid" in card.roles for name in case.recipe.undosed.values()):
        return  # how much there is was not reported, which is told already
    needed = sum(card.takes_acid * dose.dosed for dose in takers if (card := case.card(dose.reagent)) is not None)
    yield warning(
        "free-acid",
        f"{' and '.join(dose.reagent for dose in takers)} take {mmol(needed)} of carboxylic acid, and "
        f"{mmol(needed + left)} is dosed: {mmol(-left)} too little",
        "what is not dissolved does not react, and counts in no ratio",
        case.where("reagents", takers[0].key),
        f"reagents:{takers[0].reagent}",
    )


CHECKS = (
    RecipeCheck(("limiting",), "What limits the product, and what is in excess?", _limiting),
    RecipeCheck(("reductant-balance",), "Are there electrons enough?", _reductant),
    RecipeCheck(("free-acid",), "Is there acid enough to dissolve the oxide?", _free_acid),
)
