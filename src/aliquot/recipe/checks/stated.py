"""What the author states: numbers that do not agree, purities that were left out, what comes unasked."""

from collections.abc import Iterator

from aliquot.recipe.checks.case import Case, RecipeCheck, grades, mmol, note, warning
from aliquot.recipe.concern import Concern, Severity
from aliquot.recipe.record import Check, Dose
from aliquot.recipe.stated import agrees
from aliquot.units import show, to_float, which

KINDS = (
    "amount",
    "concentration",
    "ratio",
    "volume",
    "time",
    "dilution",
    "temperature",
    "free-acid",
    "product",
    "production",
)
"""Kinds of stated numbers, each with a code of its own; 'order' is asked for by itself."""
SHORTFALL = 0.005
"""How much less than stated may be active before it is told [1]: no purity is known better."""
LIGANDS = ("phosphine", "acid", "amine")
"""Roles of solvents that take part in the reaction."""


def _disagreeing(case: Case) -> Iterator[Concern]:
    doses = {dose.key: dose for dose in case.recipe.doses}
    for check in case.recipe.checks:
        if check.agrees or check.kind == "order":
            continue
        code = f"stated-{check.kind}"
        dose = doses.get(check.what.removeprefix("amount of ")) if check.kind == "amount" else None
        if dose is not None and _is_active(check, dose):
            yield note(
                code,
                f"{check.what}: {_stated(check)} is what is active at {dose.purity and dose.purity.text}; "
                f"{_computed(check)} were dosed",
                "the number agrees once purity is counted; say which of the two is meant",
                check.place,
            )
            continue
        told = "" if check.stated == check.computed else f"{_stated(check)} is stated, "  # no number at all
        text = f"{check.what}: {told}{_computed(check)} follows from the recipe"
        if dose is not None:
            text += _implied(case, check, dose)
        if check.note:
            text += f"; {check.note}"
        behind = ", or the purity or density behind it" if check.kind == "amount" else ""
        why = f"one of them is wrong: the stated number, or what the recipe says{behind}"
        yield Concern(Severity.ERROR, code, text, why, check.place)


def _stated(check: Check) -> str:
    return show(check.stated, "" if check.unit == "1" else check.unit).strip()


def _computed(check: Check) -> str:
    return show(check.computed, "" if check.unit == "1" else check.unit).strip()


def _is_active(check: Check, dose: Dose) -> bool:
    """Tell whether a stated amount is what is active, somewhere within the stated purity."""
    if dose.purity is None:
        return False
    amounts = [check.computed * share for share in (dose.purity.low, dose.purity.high)]
    written = f"{check.stated!r}".removesuffix(".0")
    return amounts[0] <= check.stated <= amounts[1] or any(agrees(amount, written) for amount in amounts)


def _implied(case: Case, check: Check, dose: Dose) -> str:
    """Say at which purity a stated amount would be right, for a dose by volume."""
    if dose.concentration is not None or which(dose.text, ("g", "m3", "mol")).unit != "m3":
        return ""
    share = to_float(f"{check.stated!r} {check.unit}", "mol") / dose.dosed
    if share > 1.0:
        return f"; it would be {100.0 * share:.0f} % of the pure reagent, which can not be"
    if share == 0.0:
        return ""
    card = case.card(dose.reagent)
    sold = [text for low, text in (grades(card) if card else ()) if abs(low - share) < SHORTFALL]
    bottle = f", the grade '{sold[0]}'" if sold else ""
    return f"; {_stated(check)} would be {100.0 * share:.0f} %{bottle}"


def _order(case: Case) -> Iterator[Concern]:
    put = [check for check in case.recipe.checks if check.kind == "order"]
    if not put or all(check.agrees for check in put):
        return
    first, second = put
    flows = [check.what.removeprefix("residence time as put beside ") for check in put]
    reversed_fit = all(
        agrees(own.computed, f"{other.stated!r}".removesuffix(".0"))
        for own, other in ((first, second), (second, first))
    )
    times = f"{_stated(first)} and {_stated(second)} stand beside {flows[0]} and {flows[1]}"
    follow = f"{_computed(first)} and {_computed(second)} follow"
    text = f"{times}, and {'fit only in the other order' if reversed_fit else 'fit in no order'}: {follow}"
    why = "a slower flow stays longer in the tube; a reader who pairs them as printed has every time wrong"
    yield Concern(Severity.ERROR, "stated-order", text, why, first.place)


def _purity_ignored(case: Case) -> Iterator[Concern]:
    doses = {dose.key: dose for dose in case.recipe.doses}
    for check in case.recipe.checks:
        dose = doses.get(check.what.removeprefix("amount of "))
        if check.kind != "amount" or not check.agrees or dose is None or dose.purity is None:
            continue
        stated = to_float(f"{check.stated!r} {check.unit}", "mol")
        most = dose.dosed * dose.purity.high
        if stated > most * (1.0 + SHORTFALL):
            yield warning(
                "purity-ignored",
                f"{_stated(check)} of {dose.key} is the amount as dosed, {mmol(dose.dosed)}; at the "
                f"bottle's {dose.purity.text} {mmol(dose.active)} are active, "
                f"{100.0 * (1.0 - dose.active / stated):.2g} % "
                "less than stated",
                "ratios and yields by the stated amount count impurities as reagent",
                check.place,
            )


def _brought_along(case: Case) -> Iterator[Concern]:
    dosed = {dose.reagent for dose in case.recipe.doses}
    zero = {check.what for check in case.recipe.checks if check.kind == "amount" and check.stated == 0.0}
    for dose in case.recipe.doses:
        card = case.card(dose.carrier) if dose.carrier else None
        if card is None or dose.carried <= 0.0 or not set(LIGANDS) & set(card.roles):
            continue
        absent = card.id not in dosed
        if absent or f"amount of {card.id}" in zero:
            told = "the recipe has none otherwise" if absent else "the recipe states none"
            yield note(
                "brought-along",
                f"the solution of {dose.key} brings about {mmol(dose.carried)} of free {card.id} "
                f"as its solvent, and {told}",
                "'without' is then not without; the figure assumes additive volumes",
                case.where("reagents", dose.key, "in"),
                f"reagents:{card.id}",
            )


CHECKS = (
    RecipeCheck(
        tuple(f"stated-{kind}" for kind in KINDS), "Do stated numbers follow from the recipe?", _disagreeing
    ),
    RecipeCheck(("stated-order",), "Do times and flows stand beside each other in one order?", _order),
    RecipeCheck(("purity-ignored",), "Are stated amounts those at the stated purity?", _purity_ignored),
    RecipeCheck(("brought-along",), "Does the solvent of a stock bring a ligand unasked?", _brought_along),
)
