"""The recipe: what every synthesis has, as plain numbers of one system of units.

What is pumped through a tube is told in ``flow.py``, what happens in a flask in ``batch.py``.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aliquot.errors import RecipeError, Where, suggestion


@dataclass(frozen=True, slots=True)
class Purity:
    """Share of a reagent that is what its label says.

    Example:
        >>> Purity(0.80, 0.90, "80-90 %").value
        0.85
    """

    low: float
    """Lower bound [1]."""
    high: float
    """Upper bound [1]."""
    text: str
    """The purity as it was written."""

    @property
    def value(self) -> float:
        """Midpoint of the range [1]."""
        return round((self.low + self.high) / 2.0, 12)


@dataclass(frozen=True, slots=True)
class Dose:
    """A reagent as it was dosed.

    Example:
        >>> Dose("indium", "InCl3", dosed=0.004, purity=None, volume=0.0, text="4 mmol").active
        0.004
    """

    key: str
    """Name in the recipe."""
    reagent: str
    """Name of its card."""
    dosed: float
    """Amount as weighed or measured out, impurities counted as reagent [mol]."""
    purity: Purity | None
    """Purity, None if it was not reported; it then counts as 100 %."""
    volume: float
    """Volume that it adds to a mixture, 0 for a solid that dissolves [m3]."""
    text: str
    """The dose as it was written."""
    concentration: float | None = None
    """Concentration of the solution that was measured out, None for the reagent itself [mol m-3]."""
    carrier: str | None = None
    """Card of the solvent of that solution, None where there is none or it was not reported."""
    carried: float = 0.0
    """Amount of that solvent which is not bound in the reagent: additive volumes, an estimate [mol]."""
    product: str | None = None
    """Recipe that makes it, where it is a product of another one; ``reagent`` is then the material."""

    @property
    def active(self) -> float:
        """Amount of the reagent itself: as dosed, times its purity [mol]."""
        return self.dosed * (1.0 if self.purity is None else self.purity.value)


@dataclass(frozen=True, slots=True)
class Solution:
    """A mixture of doses.

    Example:
        >>> indium = Dose("indium", "InCl3", dosed=0.004, purity=None, volume=0.0, text="4 mmol")
        >>> phosphine = Dose("phosphine", "PDEA", 0.016, Purity(0.97, 0.97, "97 %"), 4.4e-6, "4.4 mL")
        >>> stock = Solution("stock", (indium, phosphine), 44.4e-6, {"InCl3": 90.1, "PDEA": 350.0},
        ...                  {"InCl3": 90.1, "PDEA": 360.4})
        >>> stock.ratio("PDEA", "InCl3"), round(stock.active_ratio("PDEA", "InCl3"), 2)
        (4.0, 3.88)
    """

    name: str
    """Name in the recipe."""
    doses: tuple[Dose, ...]
    """What is in it."""
    volume: float
    """Its volume: of its liquids together, unless the recipe states another [m3]."""
    concentrations: Mapping[str, float]
    """Active concentration by card, doses of one card together; empty where no volume is known [mol m-3]."""
    dosed_concentrations: Mapping[str, float]
    """The same as dosed, before purity [mol m-3]."""
    undosed: tuple[str, ...] = ()
    """Keys of what is in it without a reported dose."""
    made_in: str | None = None
    """Where it is made, such as 'glovebox'."""
    how: str | None = None
    """How it is made, in words."""

    @property
    def amounts(self) -> dict[str, float]:
        """Active amount of each card, solvents of dissolved doses included [mol]."""
        return total(self.doses)

    def ratio(self, numerator: str, denominator: str) -> float:
        """Return the molar ratio of two reagents as dosed [1]; raises RecipeError if one is not in it."""
        amounts = _by_card((dose.reagent, dose.dosed) for dose in self.doses)
        return self._of(amounts, numerator) / self._of(amounts, denominator)

    def active_ratio(self, numerator: str, denominator: str) -> float:
        """Return the molar ratio of two reagents after purity [1]; raises RecipeError if one is not in it."""
        amounts = _by_card((dose.reagent, dose.active) for dose in self.doses)
        return self._of(amounts, numerator) / self._of(amounts, denominator)

    def _of(self, amounts: Mapping[str, float], reagent: str) -> float:
        if reagent not in amounts:
            raise unknown(f"the reagent '{reagent}'", f"solution '{self.name}'", reagent, amounts)
        return amounts[reagent]


@dataclass(frozen=True, slots=True)
class Observe:
    """How the absorbance of each sample is taken."""

    window_nm: tuple[float, float]
    """Shortest and longest wavelength [nm]."""
    step_nm: float
    """Distance of neighbouring wavelengths [nm]."""
    path_mm: float
    """Path of the light through the cuvette [mm]."""
    dilution: float
    """Volume after dilution per volume of crude product [1]."""
    medium: str
    """Card of the solvent in the cuvette."""
    noise: float
    """Standard deviation of one reading of absorbance [1]."""


@dataclass(frozen=True, slots=True)
class Check:
    """A number that the author states, compared with what follows from the recipe."""

    what: str
    """What is compared, such as ``"residence time at 0.3 mL/min"``."""
    stated: float
    """As the author states it [unit]."""
    computed: float
    """As it follows from the recipe [unit]."""
    unit: str
    """Unit of both, that in which it is stated."""
    agrees: bool
    """Whether the computed value rounds to the stated one, at the digits that are written."""
    place: Where
    """Where it stands in the recipe."""
    note: str | None = None
    """What else the reader should know, such as the active amount."""
    kind: str = "number"
    """What kind of number it is: amount, concentration, ratio, volume, time, order, dilution, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(ABC):
    """What every synthesis has: doses, mixtures, what its author states, what is not reported.

    A recipe that is read is one of its two kinds, :class:`aliquot.recipe.FlowRecipe` or
    :class:`aliquot.recipe.BatchRecipe`.
    """

    id: str
    """Short name; 'series:recipe' for a recipe of a series."""
    title: str
    """What is made, in a line."""
    material: str
    """Card of the material."""
    shell: str | None = None
    """Card of the material of a shell, None where none is grown."""
    doses: tuple[Dose, ...]
    """Every reagent as dosed."""
    undosed: Mapping[str, str] = field(default_factory=dict)
    """Reagents whose dose was not reported: key in the recipe, and card."""
    solutions: tuple[Solution, ...]
    """The mixtures."""
    observe: Observe | None = None
    """How the absorbance is taken, None if it is not."""
    checks: tuple[Check, ...] = ()
    """What the author states against what is computed."""
    unreported: tuple[str, ...] = ()
    """Dotted keys that are null in the file: not reported."""
    assumed: Mapping[str, str] = field(default_factory=dict)
    """Dotted keys whose values are ours, with the reason."""
    sources: tuple[str, ...] = ()
    """Keys of the bibliography."""
    errata: tuple[str, ...] = ()
    """Located errors of the source that this recipe touches."""
    base: str | None = None
    """Recipe that it varies, None where it stands for itself."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Dotted keys whose values the user of the recipe gives, and these as they were written."""

    @property
    def amounts(self) -> dict[str, float]:
        """Active amount of each card in all that is measured out, solvents of solutions included [mol].

        What reacts is ``mixture.amounts``: a portion of a stock is less than the stock.
        """
        return total(self.doses)

    @property
    def reagents(self) -> tuple[str, ...]:
        """Cards of all that is measured out, its amount reported or not."""
        return tuple(dict.fromkeys([*self.amounts, *self.undosed.values()]))

    @property
    @abstractmethod
    def mixture(self) -> Solution:
        """What concentrations, ratios and product are about: the feed, or all that the reactor gets."""

    def solution(self, name: str) -> Solution:
        """Return a solution by name; raises RecipeError if there is none."""
        for solution in self.solutions:
            if solution.name == name:
                return solution
        raise unknown(f"the solution '{name}'", f"recipe '{self.id}'", name, (s.name for s in self.solutions))


def _by_card(amounts: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Add up amounts by card."""
    found: dict[str, float] = {}
    for card, amount in amounts:
        found[card] = found.get(card, 0.0) + amount
    return found


def total(doses: Iterable[Dose]) -> dict[str, float]:
    """Add up doses by card: what is active, and what the solvents of dissolved doses bring [mol].

    Example:
        >>> shot = Dose("Te", "TOPTe", 1e-3, None, 1e-6, "1 mL", 1000.0, "TOP", 1.24e-3)
        >>> total([shot, Dose("P", "TOP", 2e-3, None, 0.9e-6, "2 mmol")])
        {'TOPTe': 0.001, 'TOP': 0.00324}
    """
    found: dict[str, float] = {}
    for dose in doses:
        found[dose.reagent] = found.get(dose.reagent, 0.0) + dose.active
        if dose.carrier is not None:
            found[dose.carrier] = found.get(dose.carrier, 0.0) + dose.carried
    return found


def unknown(given: str, owner: str, word: str, known: Iterable[str]) -> RecipeError:
    """Return the error of a name that nothing in its owner has."""
    return RecipeError(
        given=given,
        expected=f"a name of the {owner}",
        why="nothing there has that name",
        remedy=suggestion(word, known),
        where=Where(owner),
    )
