"""What the author states, against what follows from the doses.

Most errors in published recipes are found this way: moles that assume another purity, a ratio from another
volume, a residence time of another tube. A stated number agrees if the computed one rounds to it at the
digits that are written.
"""

from collections.abc import Iterator
from decimal import Decimal

from aliquot.errors import Where
from aliquot.knowledge.document import Document
from aliquot.knowledge.store import reagent
from aliquot.recipe.grammar import Stated
from aliquot.recipe.record import Check, Dose, Solution, Tube
from aliquot.units import Quantity, show, split, to_float


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


def checks(
    stated: Stated, doses: dict[str, Dose], feed: Solution, tube: Tube, document: Document
) -> tuple[Check, ...]:
    """Compare everything that a recipe states, in the order of its file.

    Args:
        stated: The key ``checks`` of the file.
        doses: The doses by their names in the recipe.
        feed: The solution that is pumped.
        tube: The tube.
        document: The file, for the places.

    Returns:
        All comparisons.
    """
    found = [
        *_amounts(stated, doses, document),
        *_feed(stated, feed, document),
        *_times(stated, tube, document),
    ]
    return tuple(sorted(found, key=lambda check: check.place.line or 0))


def _amounts(stated: Stated, doses: dict[str, Dose], document: Document) -> Iterator[Check]:
    for key, amount in stated.amounts.items():
        place = document.where(("checks", "amounts", key))
        dose = doses[key]
        note = None
        if dose.purity is not None and not compare("", amount, dose.active, place).agrees:
            note = f"{show(dose.active * 1e3, 'mmol')} are active at {dose.purity.text}"
        yield compare(f"amount of {key}", amount, dose.dosed, place, note)


def _feed(stated: Stated, feed: Solution, document: Document) -> Iterator[Check]:
    for name, concentration in stated.concentrations.items():
        card = reagent(name).id
        place = document.where(("checks", "concentrations", name))
        note = f"{show(feed.concentrations[card], 'mM')} is active"
        yield compare(f"concentration of {card}", concentration, feed.dosed_concentrations[card], place, note)
    for pair, ratio in stated.ratios.items():
        above, below = (reagent(name.strip()).id for name in pair.split("/"))
        computed, active = feed.ratio(above, below), feed.active_ratio(above, below)
        place = document.where(("checks", "ratios", pair))
        note = f"{show(active, 'is', 3)} active"
        yield Check(
            f"ratio {above}/{below}", ratio, computed, "1", agrees(computed, repr(ratio)), place, note
        )


def _times(stated: Stated, tube: Tube, document: Document) -> Iterator[Check]:
    if stated.tube_volume is not None:
        yield compare(
            "tube volume", stated.tube_volume, tube.volume, document.where(("checks", "tube_volume"))
        )
    for flow, time in stated.residence_times.items():
        place = document.where(("checks", "residence_times", flow.text))
        yield compare(f"residence time at {flow}", time, tube.volume / flow.value, place)
