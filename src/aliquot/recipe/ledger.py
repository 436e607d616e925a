"""The ledger of a batch: what is in each vessel after every step.

Volumes are additive and those of room temperature; reactions are not followed. What is drawn takes a share of
everything that is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aliquot.recipe.arithmetic import Pour
from aliquot.recipe.batch import BatchRecipe, Charge, Degas, Feed, Heat, Hold, Inject, Step
from aliquot.recipe.record import total

ROOM = 298.15
"""Temperature of what has not been heated [K]."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a vessel."""

    volume: float = 0.0
    """[m3]."""
    amounts: Mapping[str, float] = field(default_factory=dict)
    """Active amount by card [mol]."""
    temperature: float = ROOM
    """Set point [K]."""
    drawn: float = 0.0
    """Volume that the recipe has asked for in aliquots so far, be it there or not [m3]."""
    incomplete: tuple[str, ...] = ()
    """Keys of what was put in without a reported dose."""

    def concentration(self, card: str) -> float:
        """Return the concentration of a card [mol m-3], 0 in an empty vessel."""
        return self.amounts.get(card, 0.0) / self.volume if self.volume > 0.0 else 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A step, and the vessel before and after it."""

    step: Step
    before: Contents
    after: Contents


def ledger(recipe: BatchRecipe) -> tuple[Entry, ...]:
    """Follow the contents of the vessels through a recipe.

    Args:
        recipe: The recipe.

    Returns:
        One entry for each step, in order.

    Example:
        >>> from aliquot.recipe import parse_recipe
        >>> batch = parse_recipe('''
        ... format: aliquot-recipe/1
        ... id: small
        ... title: InP in a flask
        ... material: InP
        ... reagents:
        ...   indium: {is: InCl3, dose: 1 mmol, purity: null}
        ...   amine: {is: OAM, dose: 10 mL, purity: 80-90 %}
        ...   phosphine: {is: PDEA, dose: 1 mL, purity: 97 %}
        ... vessels: {flask: {type: three-neck flask}}
        ... steps:
        ...   - charge: {into: flask, what: [indium, amine]}
        ...   - heat: {vessel: flask, to: 180 degC, rate: null}
        ...   - inject: {what: [phosphine], into: flask, at: 180 degC, duration: fast}
        ...   - hold: {vessel: flask, at: 180 degC, for: 1 h, aliquots: {volume: 1 mL, at: [5 min, 1 h]}}
        ... ''')
        >>> last = ledger(batch)[-1]
        >>> round(last.before.volume * 1e6, 2), round(last.after.volume * 1e6, 2)              # mL
        (11.0, 9.0)
        >>> round(last.before.concentration("InCl3"), 6) == round(last.after.concentration("InCl3"), 6)
        True
    """
    vessels = dict.fromkeys(recipe.vessels, Contents())
    entries = []
    for step in recipe.steps:
        before = vessels[step.vessel]
        after = _after(step, before, recipe)
        vessels[step.vessel] = after
        entries.append(Entry(step, before, after))
    return tuple(entries)


def _after(step: Step, before: Contents, recipe: BatchRecipe) -> Contents:
    """Return the contents of a vessel after a step in it."""
    after = before
    if isinstance(step, Charge | Inject | Feed):
        after = _with(before, recipe.poured(step.what))
    match step:
        case Heat():
            after = replace(after, temperature=step.to)
        case Hold() | Degas() | Inject() | Feed() if step.at is not None:
            after = replace(after, temperature=step.at)
    aliquots = getattr(step, "aliquots", None)
    if aliquots is not None and aliquots.volume is not None:
        after = _without(after, aliquots.volume * len(aliquots.times))
    return after


def _with(before: Contents, added: Pour) -> Contents:
    amounts = dict(before.amounts)
    for card, amount in total(added.doses).items():
        amounts[card] = amounts.get(card, 0.0) + amount
    volume, incomplete = before.volume + added.volume, (*before.incomplete, *added.undosed)
    return replace(before, volume=volume, amounts=amounts, incomplete=incomplete)


def _without(before: Contents, volume: float) -> Contents:
    """Draw a volume, at most what is there."""
    taken = min(volume, before.volume)
    left = 1.0 - taken / before.volume if before.volume > 0.0 else 0.0
    return replace(
        before,
        volume=before.volume - taken,
        amounts={card: amount * left for card, amount in before.amounts.items()},
        drawn=before.drawn + volume,
    )
