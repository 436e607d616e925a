"""Which chemistry fits a recipe."""

from collections.abc import Mapping

from aliquot.errors import RecipeError, Where
from aliquot.knowledge import records, store


def card_for(material: str, amounts: Mapping[str, float]) -> records.Chemistry:
    """Return the chemistry of a material whose precursors are there.

    Args:
        material: Formula of the material.
        amounts: Amount of each reagent by card [mol]; a product of another recipe is named by its material.

    Returns:
        The card; of several fits to one system the one that is used unless another is asked for.

    Raises:
        RecipeError: If no card fits, or more than one system does.

    Example:
        >>> card_for("InP", {"InCl3": 4e-3, "PDEA": 16e-3}).id
        'inp_wang2023'
    """
    cards = [store.chemistry(name) for name in store.names("chemistries")]
    known = [card for card in cards if card.material == material]
    fitting = [
        card
        for card in known
        if card.variant_of is None
        and all(any(reagent in amounts for reagent in reagents) for reagents in card.precursors.values())
    ]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(card.id for card in known) or "none"
    raise RecipeError(
        given=f"{material} from " + (", ".join(amounts) or "nothing"),
        expected="one chemistry that fits",
        why=f"{len(fitting)} do; the cards for {material} are: {names}",
        remedy="Name one with --chemistry, or write a card for this system.",
        where=Where(key="material"),
    )
