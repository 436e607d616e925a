"""Synthetic dots whose sizes are known: distributions, lineshapes, and the spectra that they give.

Every truth is a ladder of whole rungs, seen by our own forward model. The lineshape that writes a spectrum
is in general not the one that reads it: it is drawn from the spread on the card, or a named one.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import erfc

from aliquot.instruments.absorbance.constants import freedom_of
from aliquot.instruments.absorbance.observe import Spectrometer, observe
from aliquot.instruments.signal import Signal
from aliquot.knowledge import store
from aliquot.knowledge.records import Material
from aliquot.population import Population

UNIT_VOLUME = 0.0503
RUNGS = np.arange(1.0, 3301.0)
DIAMETERS = np.cbrt(6.0 * UNIT_VOLUME * RUNGS / np.pi)

VOLUME_FRACTION = 1.5e-3
"""Volume of dots in the aliquot [1]: 50 mM of InP."""

INP = store.material("InP")
HEXANE = store.solvent("hexane")


def lognormal(mean: float, rsd: float) -> np.ndarray:
    """Return the share of volume on each rung of a volume-weighted log-normal distribution."""
    variance = np.log1p(rsd**2)
    density = np.exp(-((np.log(DIAMETERS / mean) + 0.5 * variance) ** 2) / (2.0 * variance)) / DIAMETERS
    share = np.where(DIAMETERS > 1.2, density * np.gradient(DIAMETERS), 0.0)
    return share / share.sum()


def tailed(mean: float, rsd: float, decay: float) -> np.ndarray:
    """Return a Gaussian front with an exponential tail to small sizes [nm], as lasting nucleation leaves it.

    The ladder of wang2023 at 250 degC has this form, with a decay of 0.3 to 0.4 nm and half a per cent of the
    volume below the 1.88 nm from which a window that begins at 400 nm shows the first exciton.
    """
    front, width = mean + decay, np.sqrt((mean * rsd) ** 2 - decay**2)
    density = np.exp((DIAMETERS - front) / decay) * erfc(
        ((DIAMETERS - front) / width + width / decay) / np.sqrt(2.0)
    )
    share = np.where(DIAMETERS > 1.2, density * np.gradient(DIAMETERS), 0.0)
    return share / share.sum()


def hidden() -> np.ndarray:
    """Return a distribution with 2 % of its volume where the window shows nothing: not to be recovered."""
    below = (
        np.exp((DIAMETERS - 3.72) / 0.85) * (DIAMETERS < 3.72) * (DIAMETERS > 1.5) * np.gradient(DIAMETERS)
    )
    return 0.55 * lognormal(3.72, 0.075) + 0.45 * below / below.sum()


TRUTHS: dict[str, Callable[[], np.ndarray]] = {
    "log-normal 2.7 nm, 7.7 %": lambda: lognormal(2.7, 0.077),
    "log-normal 2.9 nm, 10 %": lambda: lognormal(2.9, 0.10),
    "tailed 3.4 nm, 16 %": lambda: tailed(3.4, 0.16, 0.38),
    "tailed 2.8 nm, 9 %": lambda: tailed(2.8, 0.09, 0.18),
    "tailed 3.5 nm, 12 %": lambda: tailed(3.5, 0.12, 0.35),
    "log-normal 3.4 nm, 16 %": lambda: lognormal(3.4, 0.16),
    "two modes 2.4 and 3.6 nm": lambda: 0.55 * lognormal(2.45, 0.07) + 0.45 * lognormal(3.6, 0.083),
    "every 34th rung, 2.9 nm": lambda: np.where(RUNGS % 34 == 0, lognormal(2.9, 0.10), 0.0),
    "one rung, 2.7 nm": lambda: np.where(RUNGS == 205, 1.0, 0.0),
    "2 % hidden": hidden,
}
"""Shares of volume by rung."""

CLAIMED = tuple(TRUTHS)[:7]
"""Truths whose mean and RSD the method claims to recover; the others show where it ends."""

FOUR: dict[str, Callable[[], np.ndarray]] = {
    "narrow 7.7 %": lambda: lognormal(2.7, 0.077),
    "mid 12 %": lambda: lognormal(3.0, 0.12),
    "broad 17.5 %": lambda: lognormal(3.4, 0.175),
    "bimodal": lambda: 0.55 * lognormal(2.45, 0.0694) + 0.45 * lognormal(3.6, 0.0833),
}
"""The set of four on which methods are compared."""

FOUR_WITH_TAILS: dict[str, Callable[[], np.ndarray]] = {
    "narrow 8 %, tail": lambda: tailed(2.7, 0.08, 0.14),
    "mid 12 %, tail": lambda: tailed(3.0, 0.12, 0.25),
    "broad 17 %, tail": lambda: tailed(3.4, 0.17, 0.40),
    "bimodal": FOUR["bimodal"],
}
"""The same with tails, which no family of ours has built in on the side of its envelopes."""

LINESHAPES = {
    "slope": {"width": 1.0, "slope": 0.75},  # 46 meV, 9 meV/nm
    "narrower": {"width": -1.0, "slope": -0.75, "lorentzian": 0.8},  # 34 meV, 3 meV/nm, 16 %
    "all": {
        "width": 0.6,
        "slope": 0.7,
        "exponent": 0.65,
        "ratio 2": -0.6,
        "strength 2": 0.5,
        "continuum": -0.4,
    },
}
"""Lineshapes that write spectra: coordinates away from the card, in spreads."""


def written_with(coordinates: dict[str, float] | np.ndarray) -> Material:
    """Return InP with a lineshape away from that of the card, by name or by all coordinates in spreads."""
    shape = INP.lineshape
    freedom = freedom_of(shape)
    z = (
        np.array([coordinates.get(name, 0.0) for name in freedom.names])
        if isinstance(coordinates, dict)
        else coordinates
    )
    return INP.model_copy(update={"lineshape": freedom.at(z).on(shape)})


def population(shares: np.ndarray) -> Population:
    """Return a population with these shares of volume."""
    units = VOLUME_FRACTION * shares / shares.sum() / (6.02214076e23 * UNIT_VOLUME * 1e-27)
    return Population("InP", UNIT_VOLUME, units / RUNGS)


def spectrum(shares: np.ndarray, material: Material, seed: int | None, **changes: object) -> Signal:
    """Return a spectrum: 400 to 750 nm, 0.8 high, scatter 0.02, noise 1e-3 if not told."""
    settings = {"window_nm": (400.0, 750.0), "dilution": 5.0, "scatter": 0.02, "noise": 1e-3, **changes}
    spectrometer = Spectrometer(HEXANE, **settings)
    return observe(population(shares), material, spectrometer, label=f"seed {seed}", seed=seed)


def any_lineshape(seed: int) -> Material:
    """Return InP with a lineshape drawn from the spread on the card, cut at 2.5 spreads."""
    size = freedom_of(INP.lineshape).size
    return written_with(np.clip(np.random.default_rng(seed).standard_normal(size), -2.5, 2.5))


def any_case(seed: int) -> tuple[str, np.ndarray, Material]:
    """Return a kind of distribution, its shares, and a material with a drawn lineshape.

    A third each: log-normal (mean 2.5 to 3.6 nm, RSD 6 to 18 %), tailed (RSD 8 to 16 %, a decay of 40 to 75
    % of the standard deviation), two modes (2.3 to 2.7 nm and 1.25 to 1.5 times that, 6 to 10 % each, 30 to
    70 %). The lineshape is drawn from the spread on the card, cut at 2.5 spreads.
    """
    rng, material = np.random.default_rng(1_000_000 + seed), any_lineshape(seed)
    kind = ("log-normal", "tailed", "two modes")[seed % 3]
    mean = rng.uniform(2.5, 3.6)
    if kind == "log-normal":
        return kind, lognormal(mean, rng.uniform(0.06, 0.18)), material
    if kind == "tailed":
        rsd = rng.uniform(0.08, 0.16)
        return kind, tailed(mean, rsd, mean * rsd * rng.uniform(0.4, 0.75)), material
    low, share = rng.uniform(2.3, 2.7), rng.uniform(0.3, 0.7)
    high = low * rng.uniform(1.25, 1.5)
    first, second = (lognormal(m, rng.uniform(0.06, 0.10)) for m in (low, high))
    return kind, share * first + (1.0 - share) * second, material


def moments(diameters: np.ndarray, amounts: np.ndarray) -> tuple[float, float]:
    """Return mean [nm] and RSD [1]."""
    share = amounts / amounts.sum()
    mean = float(share @ diameters)
    return mean, float(np.sqrt(share @ (diameters - mean) ** 2)) / mean


def errors(diameters: np.ndarray, amounts: np.ndarray, shares: np.ndarray) -> tuple[float, float, float]:
    """Return errors of mean [nm] and RSD [points], and the distance of Wasserstein [nm]."""
    (mean, rsd), (true_mean, true_rsd) = moments(diameters, amounts), moments(DIAMETERS, shares)
    edges = np.concatenate(
        [
            [1.5 * diameters[0] - 0.5 * diameters[1]],
            0.5 * (diameters[1:] + diameters[:-1]),
            [1.5 * diameters[-1] - 0.5 * diameters[-2]],
        ]
    )
    grid = np.linspace(1.0, 8.0, 7001)
    found = np.interp(grid, edges, np.concatenate([[0.0], np.cumsum(amounts / amounts.sum())]), 0.0, 1.0)
    true = np.interp(grid, DIAMETERS, np.cumsum(shares / shares.sum()), 0.0, 1.0)
    return mean - true_mean, 100.0 * (rsd - true_rsd), float(np.trapezoid(np.abs(found - true), grid))
