"""Conditions: what boils, and what may be frozen."""

from collections.abc import Iterator
from math import log

from aliquot.knowledge.records import Reagent
from aliquot.recipe.checks.case import (
    ROOM_PRESSURE,
    Case,
    Mixture,
    RecipeCheck,
    mmol,
    note,
    number_of,
    rule_about,
    warning,
)
from aliquot.recipe.concern import Concern
from aliquot.recipe.wording import celsius
from aliquot.units import Quantity, which

MAIN = 0.1
"""Share of the volume from which a liquid decides where the mixture boils [1]."""
GAS_CONSTANT = 8.314462618
"""[J mol-1 K-1]."""
TROUTON = 88.0
"""Entropy of evaporation of most liquids at their boiling point, Trouton's rule [J mol-1 K-1]."""
CRITICAL = 4e6
"""Pressure above which hardly an organic liquid boils at all, as it is about their critical one [Pa]."""
MAY_FREEZE = (291.15, 308.15)
"""Melting points between which a reagent may be solid or liquid in a room [K]: 18 to 35 °C."""


def boiling_point(card: Reagent, pressure: float) -> tuple[float, bool] | None:
    """Return the boiling point of a reagent at a pressure.

    Args:
        card: Its card.
        pressure: Absolute pressure [Pa].

    Returns:
        Boiling point [K], and whether it had to be estimated, by Clausius and Clapeyron with Trouton's rule,
        because the card gives it at another pressure; None if the card gives none, or nothing boils there.

    Example:
        >>> from aliquot.knowledge.store import reagent
        >>> at_one_atmosphere, estimated = boiling_point(reagent("toluene"), 101325.0)
        >>> round(at_one_atmosphere - 273.15, 1), estimated
        (110.6, False)
        >>> under_vacuum, estimated = boiling_point(reagent("toluene"), 100.0)
        >>> under_vacuum < 273.15, estimated
        (True, True)
    """
    if card.boiling is None or pressure > CRITICAL:
        return None
    known = card.boiling.to("K")
    at = Quantity.parse(card.boiling.pressure, "Pa").value if card.boiling.pressure else ROOM_PRESSURE
    if abs(log(pressure / at)) < 0.02:
        return known, False
    # ln(p/p0) = -(88/R) (T0/T - 1), with T0 the boiling point at one atmosphere p0
    normal = known * (1.0 - GAS_CONSTANT / TROUTON * log(at / ROOM_PRESSURE))
    return normal / (1.0 - GAS_CONSTANT / TROUTON * log(pressure / ROOM_PRESSURE)), True


def _boiling(case: Case) -> Iterator[Concern]:
    margin = number_of("boiling-margin", "margin", "K")
    hottest: dict[tuple[str, str, bool], tuple[float, Mixture, Reagent]] = {}
    for mixture in case.mixtures:
        if mixture.temperature is None:
            continue
        for name in mixture.amounts:
            card = case.card(name)
            found = None if card is None else boiling_point(card, mixture.pressure)
            if card is None or found is None or mixture.share(card) <= MAIN:
                continue
            over = mixture.temperature - found[0]
            key = (mixture.name, card.id, mixture.degassing)
            if over > -margin and (key not in hottest or over > hottest[key][0]):
                hottest[key] = (over, mixture, card)
    for _, mixture, card in hottest.values():
        yield _boils(case, mixture, card)


def _boils(case: Case, mixture: Mixture, card: Reagent) -> Concern:
    """Word that a liquid boils, or nearly."""
    point, estimated = boiling_point(card, mixture.pressure) or (0.0, False)
    at = "" if mixture.pressure == ROOM_PRESSURE else f" at {mixture.pressure / 133.322:.3g} torr"
    told = f"about {point - 273.15:.0f} °C" if estimated else celsius(point)
    text = (
        f"{card.name} makes {100.0 * mixture.share(card):.0f} % of the volume and boils at "
        f"{told}{at}{' (estimated)' if estimated else ''}; "
        f"{mixture.name} is set to {celsius(mixture.temperature or 0.0)}"
    )
    place = case.where(*mixture.place)
    if mixture.degassing:
        why = "it is pumped off while the mixture is degassed: cool it, or add it afterwards"
        return note("boiling", text, why, place, "rules:boiling-margin")
    flask = "the mixture refluxes and may never get there, or drives its stopper out"
    why = "vapour drives the liquid out of the tube" if mixture.place[0] == "samples" else flask
    return warning("boiling", text, why, place, "rules:boiling-margin")


def _freezing(case: Case) -> Iterator[Concern]:
    low, high = MAY_FREEZE
    for dose in case.recipe.doses:
        card = case.card(dose.reagent)
        if card is None or card.state != "liquid" or card.melting is None or dose.product is not None:
            continue
        melts = card.melting.to("K")
        pure = dose.concentration is None and which(dose.text, ("g", "m3", "mol")).unit == "m3"
        if pure and low <= melts <= high:
            yield note(
                "freezing",
                f"{card.name} melts at {celsius(melts)}: {dose.volume * 1e6:.4g} mL of it, "
                f"{mmol(dose.dosed)}, may come from a half-frozen bottle",
                "a volume from a partly solid bottle is no known amount, and what freezes first is purer: "
                "warm and shake it, or weigh it",
                case.where("reagents", dose.key, "dose"),
                rule_about("freezing", card),
            )


CHECKS = (
    RecipeCheck(("boiling",), "Does a main liquid boil at a set point?", _boiling),
    RecipeCheck(("freezing",), "Is a liquid dosed by volume that may be frozen?", _freezing),
)
