"""Flow recipes: one feed through one heated tube, and the samples that were collected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi

from aliquot.errors import RecipeError, Where
from aliquot.recipe.batch import Step
from aliquot.recipe.record import Recipe, Solution, unknown


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the tube that is held at one temperature."""

    name: str
    """Name in the recipe, such as ``"HB1"``."""
    length: float
    """Length [m]."""
    inlet: str | None = None
    """Solution that joins the stream at its beginning, None where nothing does."""


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
    expansion: float = 0.0
    """Growth of the liquid from the pump to the hot tube, 0 where the recipe does not count it [1]."""
    units: int = 1
    """How many such tubes the apparatus has; the recipe uses one."""

    @property
    def volume(self) -> float:
        """Volume of the liquid in it [m3]."""
        return self.cross_section * self.length

    def residence_time(self, flow: float) -> float:
        """Return the mean time in the whole tube [s] at a flow [m3 s-1]: t = V / (Q (1 + expansion))."""
        return self.volume / (flow * (1.0 + self.expansion))

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
    """Mean residence time in each zone: volume over flow, hot if the tube has an expansion [s]."""
    side_flows: tuple[float, ...] = ()
    """Flow that joins at the beginning of each zone [m3 s-1]; empty where nothing joins."""

    @property
    def residence_time(self) -> float:
        """Mean residence time in the whole tube [s]."""
        return sum(self.residence_times)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRecipe(Recipe):
    """A campaign: one feed through one tube, and the samples that were collected."""

    feed: Solution
    """The solution that is pumped."""
    tube: Tube
    """The heated tube."""
    samples: tuple[Sample, ...]
    """What was collected, in the order of the recipe."""
    syringe: float | None = None
    """Volume of one stroke of the pump, None if it was not reported [m3]."""
    workup: tuple[Step, ...] = ()
    """What is done with the product."""

    @property
    def mixture(self) -> Solution:
        """The feed."""
        return self.feed

    def only(self, *names: str) -> "FlowRecipe":
        """Return the recipe with these of its samples only; raises RecipeError for an unknown name."""
        return replace(self, samples=tuple(self.sample(name) for name in names))

    def sample(self, name: str) -> Sample:
        """Return a sample by name; raises RecipeError if there is none."""
        for sample in self.samples:
            if sample.name == name:
                return sample
        raise unknown(f"the sample '{name}'", f"recipe '{self.id}'", name, (s.name for s in self.samples))


def sample(
    name: str, flow: float, temperatures: Sequence[float], tube: Tube, side: Sequence[float] = ()
) -> Sample:
    """Compute the residence times of a sample.

    Args:
        name: Name of the sample.
        flow: Volume flow of the feed at the temperature of the pump [m3 s-1].
        temperatures: Temperature of each zone [K].
        tube: The tube.
        side: Flow that joins at the beginning of each zone [m3 s-1]; nothing joins where it is empty.

    Returns:
        The sample, with t = V / (Q (1 + expansion)) for every zone.

    Example:
        >>> tube = Tube(1e-3, 2.0, 298.15, (Zone("core", 1.0), Zone("shell", 1.0, inlet="sulfur")))
        >>> made = sample("both", 1e-9, (473.15, 473.15), tube, side=(0.0, 1e-9))
        >>> round(made.residence_times[0] / made.residence_times[1], 6)
        2.0
    """
    joining = side or (0.0,) * len(tube.zones)
    hot = 1.0 + tube.expansion
    times, total = [], flow
    for zone, joined in zip(tube.zones, joining, strict=True):
        total += joined
        times.append(tube.cross_section * zone.length / (total * hot))
    return Sample(name, flow, tuple(temperatures), tuple(times), tuple(side))


def flow_recipe(recipe: Recipe) -> FlowRecipe:
    """Return a recipe as one of flow.

    Raises:
        RecipeError: If it is a batch: what asks for a flow can not run it.
    """
    if isinstance(recipe, FlowRecipe):
        return recipe
    raise RecipeError(
        given=f"the batch recipe '{recipe.id}'",
        expected="a flow recipe, with 'tube' and 'samples'",
        why="the reactors of this version are tubes",
        remedy="Check, tabulate, scale or export it with 'aliquot recipe'; flasks are not simulated yet.",
        where=Where(recipe.id),
    )
