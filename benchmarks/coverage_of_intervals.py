"""How often the intervals of an inverted spectrum hold the truth, and how near the estimates come.

    python benchmarks/coverage_of_intervals.py [seeds] [cases]

First with the kernel that made the spectrum: what noise and smoothing have in the uncertainty. Then with
lineshapes drawn from the spread on the card, which the reader does not know: one spectrum alone, and a
series of four with what it has taught. Every truth is a ladder of whole rungs, seen with noise of 1e-3.
"""

import sys
import time
from collections.abc import Sequence

import numpy as np

from aliquot.instruments.absorbance.invert import invert
from aliquot.instruments.absorbance.joint import learn
from aliquot.instruments.absorbance.observe import Spectrometer, observe
from aliquot.instruments.absorbance.recovered import Recovered
from aliquot.population import Weighting
from benchmarks.synthetic_dots import (
    CLAIMED,
    DIAMETERS,
    FOUR,
    FOUR_WITH_TAILS,
    HEXANE,
    INP,
    TRUTHS,
    VOLUME_FRACTION,
    any_case,
    any_lineshape,
    moments,
    population,
    spectrum,
)
from benchmarks.timing import load

SHOWN_FROM = 1.875
"""Smallest node of the recovered distribution with first exciton above 400 nm, less half a step [nm]."""


def coverage(shares: np.ndarray, seeds: int, noise: float = 1e-3) -> dict[str, float]:
    """Invert noisy spectra of one truth by the kernel that made them; errors in nm and points, held in %."""
    dots = population(shares)
    spectrometer = Spectrometer(HEXANE, noise=noise)
    sizes = dots.sizes(Weighting.VOLUME)
    truth = np.array([sizes.mean, sizes.rsd, _shown(shares)])
    rows = []
    for seed in range(seeds):
        signal = observe(dots, INP, spectrometer, label="truth", seed=1000 + seed)
        rows.append(_told(invert(signal, INP, lineshape="exact", seed=seed)))
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


def _shown(shares: np.ndarray) -> float:
    """Return the volume fraction of dots that the window shows [1]."""
    return float((shares / shares.sum())[DIAMETERS >= SHOWN_FROM].sum()) * VOLUME_FRACTION


def _told(found: Recovered) -> list[list[float]]:
    """Return estimate and bounds of mean, RSD and volume fraction."""
    told = [finding.value for finding in (found.mean, found.rsd, found.volume_fraction)]
    return [[i.value, i.low, i.high] for i in told if i is not None]


def _truth(shares: np.ndarray) -> list[float]:
    return [*moments(DIAMETERS, shares), _shown(shares)]


def single(cases: Sequence[int]) -> dict[str, np.ndarray]:
    """Read spectra of drawn distributions and lineshapes, each alone; errors and half widths by kind.

    Returns:
        By kind, for each case: error, half width and whether the truth is held, of mean [nm], RSD [1] and
        volume fraction [1], shape (cases, 3, 3).
    """
    found: dict[str, list[np.ndarray]] = {}
    for seed in cases:
        kind, shares, material = any_case(seed)
        told = invert(spectrum(shares, material, 7000 + seed, dilution=10.0), INP, seed=seed)
        found.setdefault(kind, []).append(_compared(told, shares))
    return {kind: np.array(rows) for kind, rows in found.items()}


def series(cases: Sequence[int]) -> dict[str, np.ndarray]:
    """Read sets of four with the lineshape that each set has taught; as :func:`single`, by set."""
    found: dict[str, list[np.ndarray]] = {}
    for seed in cases:
        four = (FOUR, FOUR_WITH_TAILS)[seed % 2]
        material = any_lineshape(seed)
        shares = [make() for make in four.values()]
        spectra = [spectrum(share, material, 9000 + 10 * seed + k) for k, share in enumerate(shares)]
        lineshape = learn(spectra, INP, seed=seed)
        for signal, share in zip(spectra, shares, strict=True):
            told = invert(signal, INP, lineshape=lineshape, seed=seed)
            name = "series of four" + (", tails" if four is FOUR_WITH_TAILS else "")
            found.setdefault(name, []).append(_compared(told, share))
    return {kind: np.array(rows) for kind, rows in found.items()}


def _compared(told: Recovered, shares: np.ndarray) -> np.ndarray:
    value, low, high = np.array(_told(told)).T
    truth = np.array(_truth(shares))
    return np.stack([value - truth, 0.5 * (high - low), (low <= truth) & (truth <= high)], axis=1)


def line(name: str, rows: np.ndarray, seconds: float) -> str:
    error, half, held = np.moveaxis(rows, 2, 0)
    rms = np.sqrt((error**2).mean(axis=0))
    share = 100.0 * held.mean(axis=0)
    return (
        f"{name:24s} {len(rows):4d} | "
        f"mean rms {rms[0]:.3f} nm, ± {half[:, 0].mean():.3f}, held {share[0]:5.1f} | "
        f"RSD rms {100 * rms[1]:.2f} points, ± {100 * half[:, 1].mean():.2f}, held {share[1]:5.1f} | "
        f"volume held {share[2]:5.1f} | {seconds:.2f} s"
    )


def exact(seeds: int) -> None:
    print(f"{seeds} seeds, exact kernel; error as mean ± sd (worst), interval as mean half width, held in %")
    for name, shares in TRUTHS.items():
        begin = time.process_time()
        row = coverage(shares(), seeds)
        row["seconds"] = (time.process_time() - begin) / seeds
        claim = " " if name in CLAIMED else "*"
        print(
            f"{name:26s}{claim}{row['mean']:.3f} nm {row['rsd']:5.2f} % | "
            f"mean {row['bias_nm']:+.4f} ± {row['sd_nm']:.4f} ({row['worst_nm']:.3f}) nm, "
            f"± {row['half_nm']:.3f}, held {row['held_mean']:5.1f} | "
            f"RSD {row['bias_points']:+.2f} ± {row['sd_points']:.2f} ({row['worst_points']:.2f}) points, "
            f"± {row['half_points']:.2f}, held {row['held_rsd']:5.1f} | "
            f"volume {row['bias_volume']:+.2f} %, held {row['held_volume']:5.1f} | {row['seconds']:.2f} s",
            flush=True,
        )


def drawn(cases: int) -> None:
    for what, work in (("one spectrum alone", single), ("series", series)):
        count = cases if work is single else max(cases // 5, 2)
        print(f"{count} drawn lineshapes, {what}; {load()}", flush=True)
        begin = time.process_time()
        found = work(range(count))
        everything = np.concatenate(list(found.values()))
        seconds = (time.process_time() - begin) / len(everything)
        for kind, rows in found.items():
            print(line(kind, rows, seconds))
        print(line("all", everything, seconds), flush=True)


def main(seeds: int = 100, cases: int = 150) -> None:
    exact(seeds)
    drawn(cases)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
