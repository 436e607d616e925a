"""Draws from the posterior by NUTS, where an interval by Laplace is not believed.

The sampler of mici (an extra) asks plain functions for the cost and its slope, so that the evaluations of the
fit serve it as they are. It moves in the coordinates in which Laplace's law is round: the length of its steps
is all that has to be adapted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from aliquot.errors import Where, needs_extra
from aliquot.inference.evaluator import Evaluator, Theta
from aliquot.inference.free import bounds
from aliquot.inference.record import Fit

CHAINS = 2
"""Chains that are drawn, one after the other: two can be compared."""
WARM_UP = 60
"""Draws of each chain that adapt the length of a step and are then left out."""
DEEPEST = 5
"""Doublings of a trajectory, of up to 32 steps: in round coordinates few are needed."""
GOOD_RHAT = 1.05
"""Ratio of spreads above which chains are not yet alike [1]; the limit of Vehtari et al. 2021
(Bayesian Anal. 16, 667) is 1.01 for long chains."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Draws of the constants.

    Attributes:
        names: Constants.
        draws: What was drawn [unit, or log10 of it], shape (chains, draws, free).
        flags: Doubts, whole sentences.
    """

    names: tuple[str, ...]
    draws: Float[np.ndarray, "chains draws free"]
    flags: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """Number of draws in all chains."""
        return int(self.draws.shape[0] * self.draws.shape[1])

    def quantiles(self, *shares: float) -> Float[np.ndarray, "shares free"]:
        """Return quantiles of every constant [unit, or log10 of it]."""
        flat = self.draws.reshape(-1, self.draws.shape[-1])
        return np.asarray(np.quantile(flat, shares, axis=0))

    @property
    def rhat(self) -> Float[np.ndarray, " free"]:
        """Spread of all halves of chains over that within them [1]; 1 where they are alike."""
        halves = np.concatenate(np.array_split(self.draws[:, : self.draws.shape[1] // 2 * 2], 2, axis=1))
        size = halves.shape[1]
        within = halves.var(axis=1, ddof=1).mean(axis=0)
        between = halves.mean(axis=1).var(axis=0, ddof=1)
        return np.asarray(np.sqrt((size - 1.0) / size + between / np.maximum(within, 1e-300)))

    @property
    def effective(self) -> Float[np.ndarray, " free"]:
        """Number of independent draws that tell as much, by initial positive correlations (Geyer 1992)."""
        centred = self.draws - self.draws.mean(axis=(0, 1))
        size = centred.shape[1]
        spectrum = np.fft.rfft(centred, n=2 * size, axis=1)
        series = np.fft.irfft(spectrum * np.conj(spectrum), axis=1)[:, :size].mean(axis=0)
        correlation = series / np.maximum(series[0], 1e-300)
        pairs = correlation[: size // 2 * 2].reshape(size // 2, 2, -1).sum(axis=1)
        kept = np.cumprod(pairs > 0.0, axis=0)
        return np.asarray(self.count / np.maximum(2.0 * (pairs * kept).sum(axis=0) - 1.0, 1.0))

    def rows(self) -> list[list[str]]:
        """Return rows of a table: median, interval, effective draws, R-hat."""
        low, middle, high = self.quantiles(0.025, 0.5, 0.975)
        told = zip(self.names, middle, low, high, self.effective, self.rhat, strict=True)
        return [[n, f"{m:.4g}", f"{a:.4g} to {b:.4g}", f"{e:.0f}", f"{r:.3f}"] for n, m, a, b, e, r in told]

    def as_json(self) -> dict[str, Any]:
        """Return the draws as the contract writes them."""
        return {
            "constants": list(self.names),
            "draws": self.draws.tolist(),
            "effective": self.effective.tolist(),
            "rhat": self.rhat.tolist(),
            "flags": list(self.flags),
        }


def sampled(evaluator: Evaluator, found: Fit, count: int, *, seed: int | None = None) -> Sample:
    """Draw sets of constants from the posterior, priors and bounds included.

    Args:
        evaluator: Residuals by constants.
        found: The fit about whose optimum the chains begin.
        count: How many draws, of all chains together.
        seed: Seed of the draws; that of the study unless given.

    Returns:
        The draws, with what speaks against them.

    Raises:
        InputError: If the extra is not installed.
    """
    with needs_extra("sample", "draws are made by mici", Where(key="sample")):
        from mici import adapters, integrators, samplers, systems  # noqa: PLC0415

    centre = np.array([one.theta for one in found.constants])
    roots = np.linalg.cholesky(np.array(found.covariance))
    density = _Density(evaluator, centre, roots)
    system = systems.EuclideanMetricSystem(density.value, grad_neg_log_dens=density.slope)
    rng = np.random.default_rng(evaluator.problem.study.seed if seed is None else seed)
    sampler = samplers.DynamicMultinomialHMC(
        system, integrators.LeapfrogIntegrator(system), rng, max_tree_depth=DEEPEST
    )
    begin = [0.5 * rng.standard_normal(centre.size) for _ in range(CHAINS)]
    result = sampler.sample_chains(
        n_warm_up_iter=WARM_UP,
        n_main_iter=-(-count // CHAINS),
        init_states=begin,
        adapters=[adapters.DualAveragingStepSizeAdapter(0.8)],
        display_progress=False,
        n_worker=1,
        trace_funcs=[lambda state: {"place": state.pos}],
    )
    traces: Mapping[str, list[Float[np.ndarray, "draws free"]]] = result.traces
    draws = centre + np.stack(traces["place"]) @ roots.T
    sample = Sample(tuple(one.name for one in found.constants), draws)
    return Sample(sample.names, sample.draws, _doubts(sample))


def _doubts(sample: Sample) -> tuple[str, ...]:
    unlike = [name for name, one in zip(sample.names, sample.rhat, strict=True) if one > GOOD_RHAT]
    if not unlike:
        return ()
    return (f"Chains are not alike yet in {', '.join(unlike)}: draw more.",)


class _Density:
    """Half the cost, and its slope, in the coordinates in which Laplace's law is round."""

    def __init__(self, evaluator: Evaluator, centre: Theta, roots: Float[np.ndarray, "free free"]) -> None:
        self.evaluator, self.centre, self.roots = evaluator, centre, roots
        self.low, self.high = bounds(evaluator.problem.study.free)

    def value(self, place: Theta) -> float:
        """Return half the cost [1]; infinite beyond the bounds and where nothing can be computed."""
        return self._both(place)[0]

    def slope(self, place: Theta) -> Theta:
        """Return its slope."""
        return self._both(place)[1]

    def _both(self, place: Theta) -> tuple[float, Theta]:
        theta = self.centre + self.roots @ place
        nothing = (np.inf, np.zeros(place.size))
        if not np.isfinite(theta).all() or (theta < self.low).any() or (theta > self.high).any():
            return nothing
        found = self.evaluator.residuals(theta, slopes=True)
        if found is None:
            return nothing
        return 0.5 * float(found.value @ found.value), self.roots.T @ (found.slope.T @ found.value)
