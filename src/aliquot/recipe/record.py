"""The recipe: what was dosed, heated, pumped and sampled, as plain numbers of one system of units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import pi

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
    """Active concentration by card of the reagent, doses of one card together [mol m-3]."""
    dosed_concentrations: Mapping[str, float]
    """The same as dosed, before purity [mol m-3]."""

    def ratio(self, numerator: str, denominator: str) -> float:
        """Return the molar ratio of two reagents as dosed [1]; raises RecipeError if one is not in it."""
        return self._of(self.dosed_concentrations, numerator) / self._of(
            self.dosed_concentrations, denominator
        )

    def active_ratio(self, numerator: str, denominator: str) -> float:
        """Return the molar ratio of two reagents after purity [1]; raises RecipeError if one is not in it."""
        return self._of(self.concentrations, numerator) / self._of(self.concentrations, denominator)

    def _of(self, concentrations: Mapping[str, float], reagent: str) -> float:
        if reagent not in concentrations:
            raise _unknown(f"the reagent '{reagent}'", f"solution '{self.name}'", reagent, concentrations)
        return concentrations[reagent]


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the tube that is held at one temperature."""

    name: str
    """Name in the recipe, such as ``"HB1"``."""
    length: float
    """Length [m]."""


@dataclass(frozen=True, slots=True)
class Tube:
    """The heated tube.

    Example:
        >>> tube = Tube(bore=0.9975e-3, length=4.6, inlet_temperature=298.15, zones=(Zone("HB1", 4.6),))
        >>> round(tube.volume * 1e6, 3)                                              # mL
        3.595
    """

    bore: float
    """Inner diameter [m]."""
    length: float
    """Length of all zones together [m]."""
    inlet_temperature: float
    """Temperature of the feed as it enters [K]."""
    zones: tuple[Zone, ...]
    """Its zones in the order of the flow."""
    coil_radius: float | None = None
    """Radius of the coil, None if it was not reported [m]."""

    @property
    def volume(self) -> float:
        """Volume of the liquid in it [m3]."""
        return self.cross_section * self.length

    @property
    def cross_section(self) -> float:
        """Area through which the liquid flows [m2]."""
        return pi * self.bore**2 / 4.0


@dataclass(frozen=True, slots=True)
class Sample:
    """Product that was collected at one setting of flow and temperatures."""

    name: str
    """Name in the recipe, such as ``"200C-0.05"``."""
    flow: float
    """Volume flow, at the temperature of the pump [m3 s-1]."""
    temperatures: tuple[float, ...]
    """Temperature of each zone, in the order of the flow [K]."""
    residence_times: tuple[float, ...]
    """Mean residence time in each zone, volume over flow, without thermal expansion [s]."""

    @property
    def residence_time(self) -> float:
        """Mean residence time in the whole tube [s]."""
        return sum(self.residence_times)


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


@dataclass(frozen=True, slots=True)
class Recipe:
    """A campaign: one feed through one tube, and the samples that were collected."""

    id: str
    """Short name."""
    title: str
    """What is made, in a line."""
    material: str
    """Card of the material."""
    doses: tuple[Dose, ...]
    """Every reagent as dosed."""
    solutions: tuple[Solution, ...]
    """The mixtures."""
    feed: Solution
    """The solution that is pumped."""
    tube: Tube
    """The heated tube."""
    samples: tuple[Sample, ...]
    """What was collected, in the order of the recipe."""
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

    def solution(self, name: str) -> Solution:
        """Return a solution by name; raises RecipeError if there is none."""
        for solution in self.solutions:
            if solution.name == name:
                return solution
        raise _unknown(
            f"the solution '{name}'", f"recipe '{self.id}'", name, (s.name for s in self.solutions)
        )

    def only(self, *names: str) -> "Recipe":
        """Return the recipe with these of its samples only; raises RecipeError for an unknown name."""
        return replace(self, samples=tuple(self.sample(name) for name in names))

    def sample(self, name: str) -> Sample:
        """Return a sample by name; raises RecipeError if there is none."""
        for sample in self.samples:
            if sample.name == name:
                return sample
        raise _unknown(f"the sample '{name}'", f"recipe '{self.id}'", name, (s.name for s in self.samples))


def _unknown(given: str, owner: str, word: str, known: Iterable[str]) -> RecipeError:
    return RecipeError(
        given=given,
        expected=f"a name of the {owner}",
        why="nothing there has that name",
        remedy=suggestion(word, known),
        where=Where(owner),
    )
