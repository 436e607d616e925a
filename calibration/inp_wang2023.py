"""Calibrate the chemistry `inp_wang2023` on the temperature series of its paper, and print its constants.

    python calibration/inp_wang2023.py

Maximum a posteriori by Gauss-Newton with the model's own forward derivatives, from several starts; intervals
by Laplace. Only observations whose role is `calibration` enter; the time series at 200 degC stays unseen.
Eight constants against five numbers: the priors decide what the data can not, and are printed beside.
"""

from dataclasses import dataclass
from itertools import pairwise

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import least_squares

from aliquot.kinetics.cards import from_card
from aliquot.kinetics.chemistry import Chemistry
from aliquot.kinetics.integrate import Tolerances, trajectory
from aliquot.kinetics.ladder import Ladder, State
from aliquot.kinetics.laws import Arrhenius
from aliquot.knowledge.store import chemistry, material, solvent
from aliquot.reactors.profile import Profile
from aliquot.reactors.residence import in_tube
from aliquot.reactors.tube import thermal_lag
from aliquot.recipe import flow_recipe, read_recipe

RECIPE = flow_recipe(read_recipe("inp_wang2023"))
LIQUID = solvent("oleylamine")
UNIT_VOLUME = material("InP").unit_volume
CARD = from_card(chemistry("inp_wang2023"), UNIT_VOLUME)
"""The structure; its constants are replaced."""
REFERENCE = 473.15
RUNGS, DOT_FROM = 2500, 30
EV_PER_KJ_MOL = 0.01036427
EV_NM2_PER_J_M2 = 6.241509


@dataclass(frozen=True)
class Prior:
    """A normal prior of one constant, with its grounds."""

    name: str
    unit: str
    mean: float
    sd: float
    because: str


PRIORS = (
    Prior(
        "log10 k",
        "M-1 s-1",
        -2.15,
        0.3,
        "constant number of dots from 12 to 72 min gives 0.17/min at 0.36 M P",
    ),
    Prior("E_k", "kJ/mol", 120.0, 40.0, "thermal precursor conversions of this class, 80-160"),
    Prior(
        "gamma", "J m-2", 0.12, 0.04, "effective surface energy of ligand-covered solids, 0.1 to some tenths"
    ),
    Prior("log10 k_a", "M-1 s-1", 3.4, 1.0, "wide: attachment far below diffusion"),
    Prior("E_a", "kJ/mol", 90.0, 40.0, "wide: ligand removal"),
    Prior("log10 c_inf", "M", -7.0, 1.0, "wide: a III-V is hardly soluble"),
    Prior("dH", "kJ/mol", 40.0, 30.0, "dissolution is endothermic"),
    Prior(
        "m", "1", 0.3, 0.25, "both published widths need 0.23 to 0.4 in free searches; 1 would be diffusion"
    ),
)
MEAN = np.array([prior.mean for prior in PRIORS])
SD = np.array([prior.sd for prior in PRIORS])


def constants(p: jax.Array) -> Chemistry:
    """Return the chemistry of a vector in the units of the priors."""
    log_k, e_k, gamma, log_a, e_a, log_c, d_h, m = p
    ln10 = np.log(10.0)

    def law(log_value: jax.Array, energy: jax.Array) -> Arrhenius:
        return Arrhenius(ln10 * log_value, energy * EV_PER_KJ_MOL, REFERENCE)

    return eqx.tree_at(
        lambda c: (
            c.reactions[0].rate,
            c.attachment.rate,
            c.attachment.size_exponent,
            c.solubility.rate,
            c.landscape.surface_energy,
        ),
        CARD,
        (law(log_k - 3.0, e_k), law(log_a - 3.0, e_a), m, law(log_c + 3.0, d_h), gamma * EV_NM2_PER_J_M2),
    )


def read_out(p: jax.Array, wall: jax.Array, times: jax.Array, weights: jax.Array) -> jax.Array:
    """Return volume-weighted mean [nm], RSD [1] and conversion [1] of what leaves the tube."""
    inlet, lag = RECIPE.tube.inlet_temperature, thermal_lag(RECIPE.tube, LIQUID)
    heating = Profile(wall, jnp.zeros(()), inlet - wall, jnp.asarray(lag))
    feed = RECIPE.feed.concentrations
    start = State(jnp.array([feed["InCl3"], feed["PDEA"], 0.0]), jnp.zeros(RUNGS))
    run = trajectory(
        Ladder(constants(p), heating), start, times, Tolerances(1e-4, 1e-9), derivative="forward"
    )
    n = jnp.arange(1.0, RUNGS + 1.0)
    diameters = jnp.cbrt(6.0 * UNIT_VOLUME * n / jnp.pi)
    volume = jnp.where(n >= DOT_FROM, n * (weights @ run.rungs), 0.0)
    mean = volume @ diameters / volume.sum()
    rsd = jnp.sqrt(volume @ (diameters - mean) ** 2 / volume.sum()) / mean
    return jnp.stack([mean, rsd, 1.0 - weights @ run.species[:, 0] / start.species[0]])


READ_OUT = jax.jit(read_out)
WITH_SLOPES = jax.jit(lambda p, *at: (read_out(p, *at), jax.jacfwd(read_out)(p, *at)))


def condition(name: str) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return wall temperature [K], residence times [s] and their weights of a sample."""
    sample = next(sample for sample in RECIPE.samples if sample.name == name)
    residence = in_tube(RECIPE.tube, sample.flow, sample.temperatures[0], LIQUID)
    return jnp.asarray(sample.temperatures[0]), jnp.asarray(residence.times), jnp.asarray(residence.weights)


MEASURED = (  # sample, read-out, published, standard deviation
    ("180C", 0, 2.7, 0.05),
    ("250C", 0, 3.4, 0.05),
    ("180C", 1, 0.077, 0.01),
    ("250C", 1, 0.175, 0.01),
    ("200C-0.2", 2, 0.736, 0.10),
)
RISING = ("180C", "200C", "225C", "250C")
"""The paper: with rising temperature the peak shifts to the red and the distribution broadens."""


def residuals(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return residuals over standard deviations, and their derivatives by the constants."""
    names = dict.fromkeys([*RISING, *(sample for sample, *_ in MEASURED)])
    at = {name: [np.asarray(x) for x in WITH_SLOPES(jnp.asarray(p), *condition(name))] for name in names}
    values, slopes = [], []
    for sample, k, published, sd in MEASURED:
        values.append((at[sample][0][k] - published) / sd)
        slopes.append(at[sample][1][k] / sd)
    for low, high in pairwise(RISING):
        for k, margin, sd in ((0, 0.03, 0.03), (1, 0.0, 0.01)):
            excess = at[low][0][k] + margin - at[high][0][k]
            values.append(max(excess, 0.0) / sd)
            slopes.append((at[low][1][k] - at[high][1][k]) / sd * (excess > 0))
    return np.concatenate([values, (p - MEAN) / SD]), np.vstack([*slopes, np.diag(1.0 / SD)])


def main() -> None:
    """Fit from several starts and print constants, intervals and misses."""
    rng = np.random.default_rng(2023)
    starts = [MEAN, *(MEAN + 0.5 * SD * rng.standard_normal((3, MEAN.size)))]
    fits = []
    for start in starts:
        fit = least_squares(
            lambda p: residuals(p)[0], start, lambda p: residuals(p)[1], x_scale=SD, max_nfev=40
        )
        print(f"start {len(fits)}: cost {2 * fit.cost:.3f} after {fit.nfev} evaluations", flush=True)
        fits.append(fit)
    best = min(fits, key=lambda fit: fit.cost)
    _, slopes = residuals(best.x)
    sd = np.sqrt(np.diag(np.linalg.inv(slopes.T @ slopes)))
    data = slopes[: len(MEASURED)] * SD
    print("\nconstant       unit       value      95 % interval        posterior/prior sd")
    for prior, value, spread in zip(PRIORS, best.x, sd, strict=True):
        low, high = value - 1.96 * spread, value + 1.96 * spread
        share = spread / prior.sd
        print(f"{prior.name:12s}  {prior.unit:9s} {value:9.4f}   {low:9.4f} .. {high:9.4f}   {share:.2f}")
    print("singular values of the data's scaled sensitivity:", np.round(np.linalg.svd(data)[1], 2))
    for name in [sample.name for sample in RECIPE.samples]:
        mean, rsd, conversion = READ_OUT(jnp.asarray(best.x), *condition(name))
        print(f"{name:9s}  {mean:.3f} nm  RSD {100 * rsd:.2f} %  conversion {100 * conversion:.1f} %")


if __name__ == "__main__":
    main()
