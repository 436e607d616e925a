"""Integrating on coarse rungs, and stating the error of the result."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from aliquot.errors import InputError, SimulationError, TopRungError, Where
from aliquot.kinetics.agglomeration import Pair
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.coarse import CoarseLadder
from aliquot.kinetics.integrate import SIZES, Trajectory, padded, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.pivots import Grid
from aliquot.kinetics.trust import DEFAULT, Tolerances, check_start, check_times, stopped
from aliquot.population.distribution import SizeDistribution, Weighting

RSD_ERRORS = ((0.05, 6e-6), (0.1, 2.1e-5), (0.2, 2.4e-5))
"""Spacing, and a bound on the RSD's error [1] that all runs of decision record 0010 kept."""
LEAST_WIDTH = 1.5
"""Standard deviation of a peak [pivots] that a shape needs; because undershoots pass a tenth below."""
MOST_UNDERSHOOT = 0.1
"""Share of the coarse dots by which rungs may be negative [1]; because a spectrum shows more."""
_PEAK = 0.1
"""Share of the highest from which a maximum is a peak of its own [1]; because ripples stay below."""
_OCCUPIED = 1e-6
"""Share of formula units [1] below which coarse rungs count as empty; because it is the top's limit."""
_CUT = 1e-14
"""Share of the formula units [1] that expanding may leave off the end; because it is the rounding."""


def rsd_error(spacing: float) -> float:
    """Return the stated error of relative standard deviations [1] at a spacing in n^(1/3).

    Example:
        >>> rsd_error(0.1)
        2.1e-05
    """
    return next(error for known, error in RSD_ERRORS if spacing <= known)


@dataclass(frozen=True)
class Coarse:
    """A result on coarse rungs, with its error.

    Attributes:
        trajectory: The same on the rungs 1..N: number, mass and second moment are those on the pivots.
        on_pivots: What was integrated; its rungs are concentrations on the pivots.
        grid: Where the pivots stand.
        width: Standard deviation of the narrowest peak at any of the times [pivots]; infinite without peaks.
        undershoot: Largest share of negative concentrations among the coarse dots [1].
        top: Largest share of formula units on the top twentieth of the pivots [1].
    """

    trajectory: Trajectory
    on_pivots: Trajectory
    grid: Grid
    width: float
    undershoot: float
    top: float

    @property
    def rsd_error(self) -> float:
        """Stated error of relative standard deviations [1]."""
        return rsd_error(self.grid.spacing)

    @property
    def resolved(self) -> bool:
        """Whether every peak is wide enough for its shape to be told, and not its moments only."""
        return self.width >= LEAST_WIDTH and self.undershoot <= MOST_UNDERSHOOT

    @property
    def stated_error(self) -> str:
        """The error in words, with the narrowest peak, undershoots and what stands at the top."""
        text = (
            f"coarse rungs, {self.grid.spacing:g} apart in n^(1/3): "
            f"RSD to {100 * self.rsd_error:.4f} points; "
            f"narrowest peak {self.width:.1f} pivots wide, undershoots {self.undershoot:.1e} of the dots, "
            f"top {self.top:.1e} of the units"
        )
        return text if self.resolved else text + "; moments only, the shape is not resolved"

    def sizes(
        self, i: int, weighting: Weighting | str, unit_volume: float, dot_from: int = 30
    ) -> SizeDistribution:
        """Return the dots' diameters at time number ``i``, with the pivots as classes.

        Args:
            i: Which of the times.
            weighting: By number or by volume.
            unit_volume: Volume of one formula unit [nm3].
            dot_from: Smallest particle that counts as a dot [formula units].

        Raises:
            InputError: If there are no dots.
        """
        n = self.grid.pivots
        dots = n >= dot_from
        counted = n[dots] if Weighting(weighting) is Weighting.VOLUME else 1.0
        amounts = np.asarray(self.on_pivots.state(i).rungs)[dots] * counted
        return SizeDistribution.of(np.cbrt(6.0 * unit_volume * n[dots] / np.pi), amounts, weighting)


def integrate_coarse(
    ladder: Ladder,
    start: State,
    times: Sequence[float] | Float[np.ndarray, " T"],
    tolerances: Tolerances = DEFAULT,
    spacing: float = RSD_ERRORS[-1][0],
    exact: int = 100,
    where: Where | None = None,
) -> Coarse:
    """Integrate a ladder on coarse rungs from time 0, and make sure that the stated error holds.

    Args:
        ladder: Constants, temperature, feed and cores.
        start: Concentrations at time 0 [mol m-3], on the rungs 1..N.
        times: Rising, positive times at which the state is wanted [s].
        tolerances: How exactly in time.
        spacing: Distance of pivots in n^(1/3) [1].
        exact: Size up to which every rung is kept [formula units]; above critical nuclei and closed shells.
        where: Sample or step of the recipe, for errors.

    Returns:
        The states at ``times`` on whole numbers of units and on pivots, and their error.

    Raises:
        InputError: If the chemistry needs exact rungs above ``exact``, the error at this spacing is not
            known, the times do not rise, or a starting concentration is negative or not finite.
        TopRungError: If the population reached the top.
        SimulationError: If the integrator gave up, or a peak is too narrow for the spacing.
    """
    wanted = np.asarray(times, float)
    check_times(wanted, where)
    check_start(start, where)
    if spacing > RSD_ERRORS[-1][0]:
        raise InputError(
            given=f"coarse rungs {spacing:g} apart in n^(1/3)",
            expected=f"at most {RSD_ERRORS[-1][0]:g}",
            why="the error is not known beyond",
            remedy="Keep spacing=0.2: pivots are no fewer by much above it.",
            where=where,
        )
    _check_chemistry(ladder.chemistry, exact, where)
    grid = Grid(max(SIZES[-1], start.rungs.shape[0]), spacing, exact)
    feed = ladder.feed
    if feed is not None and feed.rungs is not None:
        feed = replace(feed, rungs=jnp.asarray(grid.gathered(np.asarray(feed.rungs))))
    coarse = CoarseLadder(ladder.chemistry, ladder.temperature, feed, ladder.cores, grid)
    begin = start._replace(rungs=jnp.asarray(grid.gathered(np.asarray(start.rungs))))
    run = _run(coarse, begin, jnp.asarray(padded(wanted)), tolerances)
    kept = replace(run, **{name: getattr(run, name)[: wanted.size] for name in _BY_TIME})
    return _examined(kept, grid, start.rungs.shape[0], tolerances, where)


_BY_TIME = ("times", "species", "rungs", "coat", "swelling", "temperatures")
_run = eqx.filter_jit(trajectory)


def narrowest(grid: Grid, amounts: Float[np.ndarray, " M"]) -> float:
    """Return the standard deviation of the narrowest coarse peak [pivots]; infinite if there is none.

    At its maximum the logarithm of a bell of standard deviation s bends by -1/s^2, wherever it stands between
    pivots. Maxima below a tenth of the highest do not count.

    Args:
        grid: Where the pivots stand.
        amounts: Concentration on each pivot [mol m-3], shape (M,).

    Example:
        >>> grid = Grid(9000)
        >>> place = np.arange(grid.pivots.size)
        >>> round(narrowest(grid, np.exp(-0.5 * ((place - 170.3) / 2.5) ** 2)), 6)
        2.5
    """
    part = amounts[grid.exact - 1 :]
    below, here, above = part[:-2], part[1:-1], part[2:]
    peaks = (here >= below) & (here > above) & (here > _PEAK * part.max())
    if not peaks.any():
        return np.inf
    tiny = np.finfo(float).tiny
    sides = np.log(np.maximum(below, tiny)) + np.log(np.maximum(above, tiny))
    bend = 2.0 * np.log(np.maximum(here, tiny)) - sides
    return float(1.0 / np.sqrt(max(bend[peaks].max(), tiny)))


def _examined(run: Trajectory, grid: Grid, least: int, tolerances: Tolerances, where: Where | None) -> Coarse:
    """Check a run on pivots, expand it and state its error."""
    rungs, n = np.asarray(run.rungs), grid.pivots
    if not np.isfinite(rungs).all():
        raise stopped(int(run.steps), float(run.times[-1]), run.result, tolerances, where)
    units = np.abs(rungs) * n
    total = np.maximum(units.sum(axis=1), tolerances.absolute)
    top = float((units[:, -(n.size // 20) :].sum(axis=1) / total).max())
    occupied = units[:, grid.exact :].sum(axis=1) > _OCCUPIED * total
    width = min((narrowest(grid, row) for row in rungs[occupied]), default=np.inf)
    dots = rungs[occupied, grid.exact :]
    undershoot = float((-np.minimum(dots, 0.0).sum(axis=1) / np.abs(dots).sum(axis=1)).max(initial=0.0))
    filled = units[:, ::-1].cumsum(axis=1)[:, ::-1].max(axis=0) > _CUT * total.max()
    size = max(least, int(np.ceil(n[filled][-1])) if filled.any() else 1)
    expanded = np.stack([grid.expanded(row, size) for row in rungs])
    found = Coarse(replace(run, rungs=jnp.asarray(expanded)), run, grid, width, undershoot, top)
    _check(found, tolerances, where)
    return found


def _check(found: Coarse, tolerances: Tolerances, where: Where | None) -> None:
    if found.top > tolerances.top_share:
        raise TopRungError(
            given=f"{found.top:.1e} of all formula units on the top pivots, near {found.grid.top} units",
            expected=f"less than {tolerances.top_share:.0e}",
            why="an occupied top makes coarse rungs oscillate",
            remedy="Start on a longer ladder.",
            where=where,
        )
    if not found.resolved:
        finer = found.grid.spacing * min(found.width / (2.0 * LEAST_WIDTH), 0.5)
        raise SimulationError(
            given=f"a peak {found.width:.2g} pivots wide, undershoots of {found.undershoot:.1%} of the dots",
            expected=f"at least {LEAST_WIDTH:g} pivots and at most {MOST_UNDERSHOOT:.0%}",
            why="narrower peaks keep their moments on coarse rungs, but not their shape",
            remedy=f"Set spacing={max(finer, 0.01):.2g}, or use the exact ladder.",
            where=where,
        )


def _check_chemistry(chemistry: Chemistry, exact: int, where: Where | None) -> None:
    """Refuse a chemistry whose clusters need exact rungs above ``exact``."""
    needs = [
        (f"the feature at rung {float(feature.rung):g}", float(feature.rung) + 5.0 * feature.width + 1.0)
        for feature in chemistry.landscape.features
    ]
    needs += [(f"the slow edge above {edge.above}", edge.above + 1.0) for edge in chemistry.attachment.edges]
    for channel in chemistry.agglomeration.channels:
        if isinstance(channel, Pair):
            needs.append(
                (f"the channel {channel.first} + {channel.second}", float(channel.first + channel.second))
            )
        else:
            needs.append(("a channel of agglomeration without an upper end", np.inf))
    for what, size in needs:
        if size > exact:
            raise InputError(
                given=f"{what} with coarse rungs above {exact}",
                expected=f"nothing but monomer steps above {exact} formula units",
                why="jumps and closed shells need rungs of their own",
                remedy=f"Set exact={int(size) + 1}." if np.isfinite(size) else "Use the exact ladder.",
                where=where,
            )
