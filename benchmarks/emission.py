"""Emission: how often intervals hold the truth, how far bands are read off, and how long it takes."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from jaxtyping import Float

from aliquot.finding import Finding
from aliquot.instruments.emission.absolute import SphereAreas, absolute_yield
from aliquot.instruments.emission.analyse import analyse
from aliquot.instruments.emission.colour import colour_of
from aliquot.instruments.emission.lines import EnergyLine
from aliquot.instruments.emission.space import Counted, jacobian
from aliquot.instruments.signal import Signal, SignalKind
from aliquot.units import EV_NM

YIELD = 0.309
NOISE = 0.01
TRIALS = 2000
NM = np.arange(420.0, 820.0)


def sphere(alpha: float, random: np.random.Generator) -> SphereAreas:
    """Return the areas of a sphere with noise."""
    true = np.array([1.0, 1.0, 1.0 - alpha, 0.0, YIELD * alpha])
    return SphereAreas(*(true * (1.0 + NOISE * random.standard_normal(5))).tolist())


def coverage(alpha: float) -> tuple[float, float, float]:
    """Return how often the interval of a yield holds, how often it is refused, and its median width."""
    random = np.random.default_rng(7)
    found = [absolute_yield(sphere(alpha, random), noise=NOISE, seed=seed) for seed in range(TRIALS)]
    told = [one.value for one in found if one.value is not None]
    held = np.mean([value.low <= YIELD <= value.high for value in told])
    width = np.median([value.high - value.low for value in told])
    return float(held), 1.0 - len(told) / TRIALS, float(width)


def seconds(work: Callable[[], object], times: int = 7) -> float:
    """Return the median time of a call [s]."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return float(np.median(taken))


def band(ev: float, fwhm: float, lean: float) -> Float[np.ndarray, " n"]:
    """Return a line as an instrument reads it."""
    return EnergyLine(ev, fwhm, lean).at(EV_NM / NM) / jacobian(NM) * EV_NM / ev**2


def signal(values: Float[np.ndarray, " n"], noise: float, seed: int) -> Signal:
    """Return a noisy emission."""
    noisy = values + noise * np.random.default_rng(seed).standard_normal(NM.size)
    return Signal(SignalKind.EMISSION, NM, noisy, "dots")


def holds(found: Finding, truth: float) -> bool:
    """Tell whether an interval holds the truth."""
    return found.value is not None and found.value.low <= truth <= found.value.high


def yields() -> None:
    """Print the coverage of yields."""
    print(f"yield {YIELD:.3f}, {100 * NOISE:.0f} % noise of each area, {TRIALS} spheres each:")
    for alpha in (0.05, 0.06, 0.10, 0.20, 0.40):
        held, refused, width = coverage(alpha)
        print(
            f"  absorptance {alpha:.2f}: told {100 * (1 - refused):.1f} %, of these {100 * held:.1f} % hold, "
            f"interval {width:.3f} wide"
        )


def bands() -> None:
    """Print the errors of peaks and widths, and how often their intervals hold."""
    shapes = {
        "a leaning line": (band(2.1, 0.15, -0.25), 2.1, 150.0),
        "two bands": (band(2.3, 0.12, 0.0) + 0.5 * band(2.0, 0.12, 0.0), 2.3, 120.0),
        "on a background": (band(2.3, 0.12, 0.0) + 0.3 * band(2.0, 0.6, 0.0), 2.3, 120.0),
    }
    for name, (values, peak, width) in shapes.items():
        for noise in (0.002, 0.02):
            signals = [signal(values, noise, seed) for seed in range(100)]
            found = [one.bands[0] for one in analyse(signals).aliquots if one.bands]
            widths = [one.fwhm_mev for one in found if one.fwhm_mev.value is not None]
            off = [1e3 * (one.peak_ev.value.value - peak) for one in found if one.peak_ev.value is not None]
            wrong = [one.value.value - width for one in widths if one.value is not None]
            print(
                f"{name:16} noise {noise:.3f}: peak off {np.mean(off):+.2f} ± {np.std(off):.2f} meV, "
                f"held {np.mean([holds(one.peak_ev, peak) for one in found]):.2f}; "
                f"width off {np.mean(wrong):+.1f} ± {np.std(wrong):.1f} meV, "
                f"held {np.mean([holds(one, width) for one in widths]):.2f}"
            )


def times() -> None:
    """Print how long a spectrum, its colour and a yield take."""
    one, pair = (
        signal(values, 0.002, 1)
        for values in (band(2.1, 0.15, -0.25), band(2.3, 0.12, 0.0) + band(2.0, 0.5, 0.0))
    )
    print(f"one band, 400 points: {1e3 * seconds(partial(analyse, [one])):.1f} ms")
    print(f"a band on a background: {1e3 * seconds(partial(analyse, [pair])):.1f} ms")
    print(f"colour: {1e3 * seconds(partial(colour_of, one, Counted.PHOTONS)):.2f} ms")
    areas = sphere(0.2, np.random.default_rng(1))
    print(f"yield with its interval and budget: {1e3 * seconds(partial(absolute_yield, areas)):.1f} ms")


def main() -> None:
    """Print all."""
    yields()
    bands()
    times()


if __name__ == "__main__":
    main()
