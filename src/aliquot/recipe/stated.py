"""What the author states, against what follows from the doses.

Most errors in published recipes are found this way: moles that assume another purity, a ratio from another
volume, a residence time of another tube. A stated number agrees if the computed one rounds to it at the
digits that are written.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from math import inf, isclose
from typing import TypeVar

from aliquot.errors import Where
from aliquot.knowledge.document import Document
from aliquot.knowledge.store import material, reagent
from aliquot.recipe.batch import BatchRecipe
from aliquot.recipe.flow import FlowRecipe
from aliquot.recipe.grammar import Stated
from aliquot.recipe.record import Check, Dose, Recipe
from aliquot.recipe.stoichiometry import balance, free_acid
from aliquot.units import Quantity, as_typed, show, split, to_float

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
    written = as_typed(stated.text).removesuffix(as_typed(unit)).strip()
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
    mixed = recipe.mixture
    for name, concentration in stated.concentrations.items():
        if mixed.concentrations and not mixed.undosed:
            card = reagent(name).id
            place = document.where(("checks", "concentrations", name))
            note = f"{show(mixed.concentrations[card], 'mM')} is active"
            yield compare(
                f"concentration of {card}", concentration, mixed.dosed_concentrations[card], place, note
            )


def _ratios(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    mixed = recipe.mixture
    for pair, written in stated.ratios.items():
        above, below = (reagent(name.strip()).id for name in pair.split("/"))
        computed, active = mixed.ratio(above, below), mixed.active_ratio(above, below)
        note = f"{show(active, 'is', 3)} active"
        for index, ratio in enumerate(written if isinstance(written, tuple) else (written,)):
            path = (
                ("checks", "ratios", pair, index)
                if isinstance(written, tuple)
                else ("checks", "ratios", pair)
            )
            place = document.where(path)
            read = proportion(ratio)
            agreed = read is not None and agrees(computed ** read[1], read[2])
            told = note if read is not None else f"'{ratio}' is no ratio of two; {note}"
            value = computed if read is None else read[0]
            yield Check(f"ratio {above}/{below}", value, computed, "1", agreed, place, told)


def proportion(written: float | str) -> tuple[float, float, str] | None:
    """Read a written ratio.

    Args:
        written: A number, or '4.8:1', or '1:4.5'.

    Returns:
        Its value, the power of it and the text in which its digits are told: '1:4.5' is told by its inverse.
        None where the text is no ratio of two positive numbers.

    Example:
        >>> proportion("4.8:1"), proportion(4.0), proportion("1:3")
        ((4.8, 1.0, '4.8'), (4.0, 1.0, '4'), (0.333..., -1.0, '3'))
        >>> proportion("4:8:1") is None
        True
    """
    above, colon, below = written.partition(":") if isinstance(written, str) else (f"{written:.12g}", "", "")
    try:
        over, under = float(above), float(below) if colon else 1.0
    except ValueError:
        return None
    if not (0.0 < over < inf and 0.0 < under < inf):
        return None
    if under == 1.0:
        return over, 1.0, above.strip()
    return (1.0 / under, -1.0, below.strip()) if over == 1.0 else (over / under, 1.0, f"{over / under:.3g}")


def _volumes(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if stated.volume is not None and not recipe.mixture.undosed:
        yield compare("volume", stated.volume, recipe.mixture.volume, document.where(("checks", "volume")))
    if stated.tube_volume is not None and isinstance(recipe, FlowRecipe):
        place = document.where(("checks", "tube_volume"))
        yield compare("tube volume", stated.tube_volume, recipe.tube.volume, place)


def _times(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if not isinstance(recipe, FlowRecipe):
        return
    for flow, time in stated.residence_times.items():
        place = document.where(("checks", "residence_times", flow.text))
        yield compare(f"residence time at {flow}", time, _residence_time(recipe, flow.value), place)


def _residence_time(recipe: FlowRecipe, flow: float) -> float:
    """Return the time in the whole tube at a flow, that of a sample where one has it [s]."""
    for made in recipe.samples:
        if isclose(made.flow, flow, rel_tol=1e-9):
            return made.residence_time
    return recipe.tube.residence_time(flow)


def _order(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    if stated.residence_range is not None and isinstance(recipe, FlowRecipe):
        put = stated.residence_range
        for index, (flow, time) in enumerate(zip(put.flows, put.times, strict=True)):
            place = document.where(("checks", "residence_range", "times", index))
            computed = _residence_time(recipe, flow.value)
            yield compare(f"residence time as put beside {flow}", time, computed, place)


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
        made = balance(recipe.mixture.amounts, material(recipe.material))
        yield compare(
            "product at full yield", stated.product, made.mass, document.where(("checks", "product"))
        )


def _production(recipe: Recipe, stated: Stated, document: Document) -> Iterator[Check]:
    production = stated.production
    if production is None or not isinstance(recipe, FlowRecipe):
        return
    made = balance(recipe.feed.amounts, material(recipe.material))
    per_volume = made.mass / recipe.feed.volume * production.conversion.value if recipe.feed.volume else 0.0
    if per_volume <= 0.0:
        return  # of a dose that is not reported nothing follows
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
