"""Which chemistry fits a recipe."""

from collections.abc import Collection

from aliquot.errors import RecipeError, Where
from aliquot.knowledge import records, store


def card_for(material: str, reagents: Collection[str]) -> records.Chemistry:
    """Return the chemistry of a material whose precursors are there.

    Args:
        material: Formula of the material.
        reagents: Cards of what is dosed; a product of another recipe is named by its material.

    Returns:
        The card; of several fits to one system the one that is used unless another is asked for.

    Raises:
        RecipeError: If no card fits, or more than one system does.

    Example:
        >>> card_for("InP", ["InCl3", "PDEA", "OAM"]).id
        'inp_wang2023'
    """
    cards = [store.chemistry(name) for name in store.names("chemistries")]
    making = [card for card in cards if card.material == material]
    fitting = [
        card
        for card in making
        if card.variant_of is None
        and all(any(one in reagents for one in known) for known in card.precursors.values())
    ]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(card.id for card in making) or "none"
    raise RecipeError(
        given=f"{material} from " + (", ".join(reagents) or "nothing"),
        expected="one chemistry that fits",
        why=f"{len(fitting)} do; the cards for {material} are: {names}",
        remedy="Name one with --chemistry, or write a card for this system.",
        where=Where(key="material"),
    )
