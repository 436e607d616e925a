"""What the author states, against what follows from the doses.

Most errors in published recipes are found this way: moles that assume another purity, a ratio from another
volume, a residence time of another tube. A stated number agrees if the computed one rounds to it at the
digits that are written.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from aliquot.errors import Where
from aliquot.knowledge.document import Document
from aliquot.knowledge.store import material, reagent
from aliquot.recipe.arithmetic import solution
from aliquot.recipe.batch import BatchRecipe
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.grammar import Stated
from aliquot.recipe.record import Check, Dose, Recipe, Solution
from aliquot.recipe.stoichiometry import balance, free_acid
from aliquot.units import Quantity, show, split, to_float

AnyRecipe = TypeVar("AnyRecipe", bound=Recipe)


def compare(what: str, stated: Quantity, computed: float, place: Where, note: str | None = None) -> Check:
    """Compare a stated quantity with a computed one, in the unit in which it is stated.

    Args:
        what: What is compared.
        stated: As the author states it.
        computed: As it follows from the recipe [unit of ``stated``].
        place: Where it is stated.
        note: What else the reader should know.

    Returns:
        The comparison.

    Example:
        >>> check = compare("tube volume", Quantity.parse("3.6 mL", "m3"), 3.595e-6, Where("inp.yaml", 68))
        >>> check.agrees, check.unit, round(check.computed, 3)
        (True, 'mL', 3.595)
    """
    number, unit = split(stated.text)
    value = to_float(f"{computed!r} {stated.unit}", unit)
    written = stated.text.strip().removesuffix(unit).strip()
    return Check(what, number, value, unit, agrees(value, written), place, note)


def agrees(computed: float, written: str) -> bool:
    """Tell whether a computed number rounds to a written one, at the digits that are written.

    Example:
        >>> agrees(11.98, "12"), agrees(11.98, "12.0"), agrees(11.98, "11.98")
        (True, True, True)
        >>> agrees(11.94, "12.0")
        False
    """
    number = Decimal(written)
    half_a_digit = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)
    return abs(Decimal(repr(computed)) - number) <= half_a_digit


def compare_all(recipe: AnyRecipe, stated: Stated, document: Document) -> AnyRecipe:
    """Compare everything that a recipe states.

    Args:
        recipe: The recipe.
        stated: The key ``checks`` of its file.
        document: The file, for the places.

    Returns:
        The recipe with its comparisons, in the order of the file.
    """
    found = [
        replace(check, kind=kind)
        for kind, compared in _COMPARED.items()
        for check in compared(recipe, stated, document)
    ]
    return replace(recipe, checks=tuple(sorted(found, key=lambda check: check.place.line or 0)))


def mixture(recipe: Recipe) -> Solution:
    """Return what concentrations and ratios of a recipe are about: the feed, or all that the flask gets."""
    if isinstance(recipe, FlowRecipe):
        return recipe.feed
    return solution("all doses", recipe.doses)


def _amounts(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    doses = {dose.key: dose for dose in recipe.doses}
    for key, amount in stated.amounts.items():
        place = document.where(("checks", "amounts", key))
        if key not in doses and key not in recipe.undosed:
            card = reagent(key)
            yield compare(f"amount of {card.id}", amount, recipe.amounts.get(card.id, 0.0), place)
        elif key in doses:
            yield compare(
                f"amount of {key}", amount, doses[key].dosed, place, _active(doses[key], amount, place)
            )


def _active(dose: Dose, stated: Quantity, place: Where) -> str | None:
    """Say how much is active, where that is not what is stated."""
    if dose.purity is None or compare("", stated, dose.active, place).agrees:
        return None
    return f"{show(dose.active * 1e3, 'mmol')} are active at {dose.purity.text}"


def _concentrations(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    mixed = mixture(recipe) if stated.concentrations else None
    for name, concentration in stated.concentrations.items():
        if mixed is not None:
            card = reagent(name).id
            place = document.where(("checks", "concentrations", name))
            note = f"{show(mixed.concentrations[card], 'mM')} is active"
            yield compare(
                f"concentration of {card}", concentration, mixed.dosed_concentrations[card], place, note
            )


def _ratios(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    for pair, written in stated.ratios.items():
        above, below = (reagent(name.strip()).id for name in pair.split("/"))
        mixed = mixture(recipe)
        computed, active = mixed.ratio(above, below), mixed.active_ratio(above, below)
        note = f"{show(active, 'is', 3)} active"
        for index, ratio in enumerate(written if isinstance(written, tuple) else (written,)):
            path = (
                ("checks", "ratios", pair, index)
                if isinstance(written, tuple)
                else ("checks", "ratios", pair)
            )
            place = document.where(path)
            number, digits = proportion(ratio)
            agreed = number is not None and agrees(computed, digits)
            told = note if number is not None else f"'{ratio}' is no ratio of two; {note}"
            value = computed if number is None else number
            yield Check(f"ratio {above}/{below}", value, computed, "1", agreed, place, told)


def proportion(written: float | str) -> tuple[float | None, str]:
    """Return the value of a written ratio, and the digits in which it is written.

    Args:
        written: A number, or '4.8:1'.

    Returns:
        The ratio, None where the text is no ratio of two numbers; and its text as a plain number.

    Example:
        >>> proportion("4.8:1"), proportion(4.02), proportion("4:8:1")
        ((4.8, '4.8'), (4.02, '4.02'), (None, '4:8:1'))
    """
    if isinstance(written, float):
        return written, repr(written)
    above, colon, below = written.partition(":")
    try:
        number = float(above) / float(below) if colon else float(above)
    except (ValueError, ZeroDivisionError):
        return None, written
    return number, above.strip() if not colon or float(below) == 1.0 else repr(number)


def _volumes(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if stated.volume is not None:
        yield compare("volume", stated.volume, mixture(recipe).volume, document.where(("checks", "volume")))
    if stated.tube_volume is not None and isinstance(recipe, FlowRecipe):
        place = document.where(("checks", "tube_volume"))
        yield compare("tube volume", stated.tube_volume, recipe.tube.volume, place)


def _times(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if not isinstance(recipe, FlowRecipe):
        return
    for flow, time in stated.residence_times.items():
        place = document.where(("checks", "residence_times", flow.text))
        yield compare(f"residence time at {flow}", time, recipe.tube.volume / flow.value, place)


def _order(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if stated.residence_range is not None and isinstance(recipe, FlowRecipe):
        put = stated.residence_range
        for index, (flow, time) in enumerate(zip(put.flows, put.times, strict=True)):
            place = document.where(("checks", "residence_range", "times", index))
            yield compare(
                f"residence time as put beside {flow}", time, recipe.tube.volume / flow.value, place
            )


def _dilution(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if stated.dilution is not None and recipe.observe is not None:
        computed, place = recipe.observe.dilution, document.where(("checks", "dilution"))
        agreed = agrees(computed, f"{stated.dilution:g}")
        yield Check("dilution", stated.dilution, computed, "1", agreed, place)


def _temperatures(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if not isinstance(recipe, BatchRecipe):
        return
    hottest = recipe.hottest
    for index, temperature in enumerate(stated.temperatures if hottest is not None else ()):
        place = document.where(("checks", "temperatures", index))
        yield compare("temperature of the reaction", temperature, hottest or 0.0, place)


def _free_acid(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if stated.free_acid is not None:
        yield compare(
            "free acid", stated.free_acid, free_acid(recipe), document.where(("checks", "free_acid"))
        )


def _product(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if stated.product is not None:
        made = balance(recipe.amounts, material(recipe.material))
        yield compare(
            "product at full yield", stated.product, made.mass, document.where(("checks", "product"))
        )


def _production(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    production = stated.production
    if production is None or not isinstance(recipe, FlowRecipe):
        return
    made = balance(recipe.feed.amounts, material(recipe.material))
    per_volume = made.mass / recipe.feed.volume * production.conversion.value
    flows = [sample.flow for sample in recipe.samples]
    nearest = min(flows, key=lambda flow: abs(flow * per_volume - production.rate.value))
    needs = production.rate.value / per_volume
    note = (
        f"it needs {_flow(needs)} at {production.conversion} conversion; computed for {_flow(nearest)}, "
        "the nearest flow of a sample"
    )
    place = document.where(("checks", "production", "rate"))
    yield compare("production", production.rate, nearest * per_volume, place, note)


def _flow(value: float) -> str:
    return show(to_float(f"{value!r} m3/s", "mL/min"), "mL/min", 3)


_COMPARED: Mapping[str, Callable[[Recipe, Stated, Document], Iterator[Check]]] = {
    "amount": _amounts,
    "concentration": _concentrations,
    "ratio": _ratios,
    "volume": _volumes,
    "time": _times,
    "order": _order,
    "dilution": _dilution,
    "temperature": _temperatures,
    "free-acid": _free_acid,
    "product": _product,
    "production": _production,
}
"""What can be stated, by kind."""
