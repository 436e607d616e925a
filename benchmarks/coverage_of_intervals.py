"""How often the intervals of an inverted spectrum hold the truth, and how near the estimates come.

    python benchmarks/coverage_of_intervals.py [seeds]

Every truth is a ladder of whole rungs, seen by the spectrometer of wang2023 with noise of 1e-3, inverted with
the kernel that made it. The kernel being exact, this is the part that noise and smoothing have in the
uncertainty.
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from scipy.special import erfc

from aliquot.instruments.absorbance.invert import invert
from aliquot.instruments.absorbance.observe import Spectrometer, observe
from aliquot.knowledge import store
from aliquot.population import Population, Weighting

UNIT_VOLUME = 0.0503
RUNGS = np.arange(1.0, 2201.0)
DIAMETERS = np.cbrt(6.0 * UNIT_VOLUME * RUNGS / np.pi)


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

VOLUME_FRACTION = 1.5e-3
"""Volume of dots in the aliquot [1]: 50 mM of InP."""


SHOWN_FROM = 1.875
"""Smallest node of the recovered distribution with first exciton above 400 nm, less half a step [nm]."""


def population(shares: np.ndarray) -> Population:
    """Return a population with these shares of volume."""
    units = VOLUME_FRACTION * shares / shares.sum() / (6.02214076e23 * UNIT_VOLUME * 1e-27)
    return Population("InP", UNIT_VOLUME, units / RUNGS)


def coverage(shares: np.ndarray, seeds: int, noise: float = 1e-3) -> dict[str, float]:
    """Invert noisy spectra of one truth; errors in nm and points, coverage in per cent."""
    material, dots = store.material("InP"), population(shares)
    spectrometer = Spectrometer(store.solvent("hexane"), noise=noise)
    sizes = dots.sizes(Weighting.VOLUME)
    shown = float((shares / shares.sum())[DIAMETERS >= SHOWN_FROM].sum())
    truth = np.array([sizes.mean, sizes.rsd, shown * VOLUME_FRACTION])
    rows = []
    for seed in range(seeds):
        found = invert(
            observe(dots, material, spectrometer, label="truth", seed=1000 + seed), material, seed=seed
        )
        told = [finding.value for finding in (found.mean, found.rsd, found.volume_fraction)]
        rows.append([[i.value, i.low, i.high] for i in told if i is not None])
    value, low, high = np.moveaxis(np.array(rows), 2, 0)
    error, held = value - truth, 100.0 * ((low <= truth) & (truth <= high)).mean(axis=0)
    return {
        "mean": truth[0], "rsd": 100.0 * truth[1],
        "bias_nm": error[:, 0].mean(), "sd_nm": error[:, 0].std(), "worst_nm": np.abs(error[:, 0]).max(),
        "bias_points": 100.0 * error[:, 1].mean(), "sd_points": 100.0 * error[:, 1].std(),
        "worst_points": 100.0 * np.abs(error[:, 1]).max(),
        "held_mean": held[0], "held_rsd": held[1], "held_volume": held[2],
        "bias_volume": 100.0 * (error[:, 2] / truth[2]).mean(),
        "half_nm": 0.5 * (high - low)[:, 0].mean(), "half_points": 50.0 * (high - low)[:, 1].mean(),
    }  # fmt: skip


def main(seeds: int = 200) -> None:
    print(f"{seeds} seeds, noise 1e-3; error as mean ± sd (worst), interval as mean half width, held in %")
    for name, shares in TRUTHS.items():
        begin = time.perf_counter()
        row = coverage(shares(), seeds)
        row["seconds"] = (time.perf_counter() - begin) / seeds
        print(
            f"{name:26s} {row['mean']:.3f} nm {row['rsd']:5.2f} % | "
            f"mean {row['bias_nm']:+.4f} ± {row['sd_nm']:.4f} ({row['worst_nm']:.3f}) nm, "
            f"± {row['half_nm']:.3f}, held {row['held_mean']:5.1f} | "
            f"RSD {row['bias_points']:+.2f} ± {row['sd_points']:.2f} ({row['worst_points']:.2f}) points, "
            f"± {row['half_points']:.2f}, held {row['held_rsd']:5.1f} | "
            f"volume {row['bias_volume']:+.2f} %, held {row['held_volume']:5.1f} | {row['seconds']:.2f} s",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
