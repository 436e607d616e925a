"""Hazards, a reminder: what each reagent is, and which gas two of them free together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aliquot.errors import InputError
from aliquot.knowledge.formula import composition
from aliquot.knowledge.records import Reagent
from aliquot.recipe.arithmetic import GAS_VOLUME
from aliquot.recipe.checks.case import Case, Key, RecipeCheck, mmol, note, rule_about, step_path
from aliquot.recipe.concern import Concern

ADVICE = "a reminder from common data, not an assessment: check the supplier's sheet"


@dataclass(frozen=True, slots=True)
class Agent:
    """A class of reagents that frees gas from another, as the cards name it."""

    word: str
    """The word by which cards name the class."""
    role: str | None
    """Role that a member has to have, None where its structure says enough."""
    pattern: str | None
    """What its SMILES looks like, None where its role says enough."""
    why: str
    """Why it frees gas."""

    def is_in(self, card: Reagent) -> bool:
        """Tell whether a reagent belongs to the class."""
        if self.role is not None and self.role not in card.roles:
            return False
        smiles = "" if card.structure is None else card.structure.smiles
        return self.pattern is None or re.search(self.pattern, smiles) is not None


AGENTS = (
    Agent("water", None, r"^\[?(?:H2)?O\]?$", "its protons end at the anion"),
    Agent("alcohol", None, r"^OC(?!\(?=O)|(?:C|(?<!=O)\))O$|C\(O\)C", "its protons end at the anion"),
    Agent("acid", "acid", None, "its protons end at the anion, faster than those of alcohols"),
    Agent("primary amine", "amine", r"^NC|CN$", "it takes the place of the secondary amine, which leaves"),
)
"""Classes of reagents that cards name under 'evolves'; secondary and tertiary amines free nothing here."""

AT_QUENCHING = "quench"
"""Word by which a card says that gas comes only as the reaction is stopped and worked up."""
NO_ATOMS_OF = ("H", "C", "Si", "O", "B", "Al", "Li", "Na")
"""Elements by which a gas is not counted: its hydrogens come from the agent."""


def most_gas(source: Reagent, gas: Reagent | None, symbol: str) -> float | None:
    """Return how much gas one mole of its source can free at most.

    Args:
        source: What frees it.
        gas: Card of the gas, None where there is none.
        symbol: Name of the gas, as a formula where there is no card.

    Returns:
        Moles per mole: by the atoms of its characteristic element; of H2 one for each hydride, which gives
        two electrons. None where it can not be told.

    Example:
        >>> from aliquot.knowledge.store import reagent
        >>> most_gas(reagent("PDEA"), reagent("HNEt2"), "HNEt2"), most_gas(reagent("TMSP"), None, "PH3")
        (3.0, 1.0)
    """
    if symbol == "H2":
        return source.donates / 2.0 or None
    try:
        held, freed = composition(source.formula), composition(gas.formula if gas is not None else symbol)
    except InputError:
        return None  # a gas named in words
    for element, count in freed.items():
        if element not in NO_ATOMS_OF and held.get(element):
            return held[element] / count
    return None


def _hazards(case: Case) -> Iterator[Concern]:
    amounts = case.recipe.amounts
    for card, place in case.present.values():
        if card.hazards is None or not card.hazards.flags:
            continue
        amount = f", {mmol(amounts[card.id])}" if card.id in amounts else ""
        statements = f" ({', '.join(card.hazards.statements)})" if card.hazards.statements else ""
        yield note(
            "hazard",
            f"{card.name}{amount}: {', '.join(card.hazards.flags)}{statements}",
            ADVICE,
            case.where(*place),
            f"reagents:{card.id}",
        )


def _gas(case: Case) -> Iterator[Concern]:
    for card, _ in case.present.values():
        for symbol, words in (card.hazards.evolves if card.hazards is not None else {}).items():
            agents = [agent for agent in AGENTS if agent.word in words]
            told: set[str] = set()
            for place, other in _met(case, card, only_washing=AT_QUENCHING in words):
                agent = next((agent for agent in agents if agent.is_in(other)), None)
                if agent is not None and other.id not in told and other.id != card.id:
                    told.add(other.id)
                    yield _freed(case, card, symbol, other, agent, place)


def _met(case: Case, card: Reagent, *, only_washing: bool) -> Iterator[tuple[Key, Reagent]]:
    """Yield what shares a mixture with a reagent, or washes what came of it, and where."""
    for mixture in () if only_washing else case.mixtures:
        if mixture.amounts.get(card.id, 0.0) > 0.0:
            for name, amount in mixture.amounts.items():
                other = case.card(name)
                if other is not None and amount > 0.0:
                    yield mixture.place, other
    for step, liquid in case.washing:
        yield step_path(step), liquid


def _freed(case: Case, card: Reagent, symbol: str, other: Reagent, agent: Agent, place: Key) -> Concern:
    """Word that a gas is freed, and how much at most."""
    gas = case.card(symbol)
    each = most_gas(card, gas, symbol)
    dosed = case.recipe.amounts.get(card.id, 0.0)
    amount = f"{mmol(dosed)} of {card.id} with {other.name}"
    boils = gas is not None and gas.state != "gas"
    most = ""
    if each is not None and dosed > 0.0:
        volume = "" if boils else f", {each * dosed * GAS_VOLUME * 1e6:.3g} mL"
        most = f", at most {mmol(each * dosed)}{volume}"
    washing = place[0] == "workup" or place[-1] in {"precipitate", "redisperse"}
    left = " from what has not reacted" if washing else ""
    return note(
        "gas",
        f"{amount} can free {symbol}{left}{most}",
        f"{agent.why}: provide a vent or scrubber, and read the supplier's sheet",
        case.where(*place),
        rule_about("gas", card, symbol),
    )


CHECKS = (
    RecipeCheck(("hazard",), "What is dangerous among the reagents?", _hazards),
    RecipeCheck(("gas",), "Which gas do reagents free together, or in work-up?", _gas),
)
