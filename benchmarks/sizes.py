"""Sizes from absorbance: the joint lineshape, other methods and a peer on the same four spectra.

    python benchmarks/sizes.py [seeds]

The spectra are written with a lineshape away from that of the card (width, its slope, or all constants).
Methods with a fixed kernel are given a Gaussian line of 40 meV, as is published practice, and once the
lineshape of the card, which is as near to the truth as ours begins. Errors are those of mean [nm], RSD
[points] and the distance of Wasserstein [nm], as mean over the seeds with the worst in brackets; times are
ratios to one plain NNLS.
"""

import statistics
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.optimize import OptimizeWarning, curve_fit, nnls

from aliquot.errors import AliquotError
from aliquot.instruments.absorbance.back_substitution import back_substituted
from aliquot.instruments.absorbance.edge import find_edge
from aliquot.instruments.absorbance.invert import invert
from aliquot.instruments.absorbance.joint import learn
from aliquot.instruments.absorbance.kernel import first_exciton, kernel
from aliquot.instruments.signal import Signal
from aliquot.knowledge.records import Material
from aliquot.units import EV_NM
from benchmarks.synthetic_dots import FOUR, FOUR_WITH_TAILS, INP, LINESHAPES, errors, spectrum, written_with
from benchmarks.timing import load

GRID = np.arange(1.9, 5.2001, 0.05)
FEW = np.linspace(1.9, 5.2, 11)
LINE_EV = 0.040

Found = tuple[np.ndarray, np.ndarray]
"""Diameters [nm] and amounts."""


def gaussian() -> Material:
    """Return InP with Gaussian lines of 40 meV at all sizes: the kernel of published practice."""
    shape = INP.lineshape.model_copy(update={"lorentzian": 0.0, "width_slope": "0 meV/nm"})
    return INP.model_copy(update={"lineshape": shape})


GAUSSIAN = gaussian()


def columns(signal: Signal, material: Material, sizes: np.ndarray) -> np.ndarray:
    values = kernel(material, signal.wavelengths, sizes, 1.40).values
    return values / np.linalg.norm(values, axis=0).mean()


def beside(signal: Signal) -> np.ndarray:
    return np.stack([(400.0 / signal.wavelengths) ** 4, np.ones(signal.wavelengths.size)], axis=1)


def plain(signal: Signal, material: Material) -> Found:
    """NNLS on 67 sizes with a column of scatter."""
    system = np.concatenate([columns(signal, material, GRID), beside(signal)[:, :1]], axis=1)
    found, _ = nnls(system, signal.values)
    return GRID, found[: GRID.size]


def ddd(signal: Signal) -> Found:
    """DdD 2.0 up to its bars: NNLS on eleven columns, no weights, no background."""
    found, _ = nnls(columns(signal, GAUSSIAN, FEW), signal.values)
    return FEW, found


def ddd_reported(signal: Signal) -> Found:
    """DdD 2.0 as it reports: bars times dD/dlambda over their maximum, and a log-normal without amplitude."""
    sizes, found = ddd(signal)
    slope = np.gradient(sizes, EV_NM / first_exciton(INP, sizes))
    bars = found * slope
    bars /= bars.max()

    def density(x: np.ndarray, mu: float, sigma: float) -> np.ndarray:
        return np.exp(-((np.log(x) - mu) ** 2) / (2.0 * sigma**2)) / (x * sigma * np.sqrt(2.0 * np.pi))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        (mu, sigma), _ = curve_fit(density, sizes, bars, p0=(1.0, 1.0), maxfev=20000)
    fine = np.linspace(1.0, 9.0, 1601)
    return fine, density(fine, mu, abs(sigma))


def deerlab(signal: Signal, material: Material, choice: str) -> Found:
    """DeerLab's separable fit: second differences, non-negative sizes, scatter and offset beside them."""
    import deerlab as dl  # noqa: PLC0415  a peer, not a dependency

    system = np.concatenate([columns(signal, material, GRID), beside(signal)], axis=1)
    smooth = np.concatenate([np.diff(np.eye(GRID.size), 2, axis=0), np.zeros((GRID.size - 2, 2))], axis=1)
    lower = np.concatenate([np.zeros(GRID.size + 1), [-1.0]])
    fit = dl.snlls(signal.values, system, lbl=lower, regparam=choice, regop=smooth, uq=False, reg=True)
    return GRID, np.asarray(fit.lin)[: GRID.size]


def deerlab_width(signal: Signal) -> Found:
    """DeerLab with the width of the line as a non-linear parameter."""
    import deerlab as dl  # noqa: PLC0415

    smooth = np.concatenate([np.diff(np.eye(GRID.size), 2, axis=0), np.zeros((GRID.size - 2, 2))], axis=1)
    lower = np.concatenate([np.zeros(GRID.size + 1), [-1.0]])

    def system(width_mev: np.ndarray) -> np.ndarray:
        first, *others = GAUSSIAN.lineshape.transitions
        lines = (first.model_copy(update={"width": f"{float(np.squeeze(width_mev)):.17g} meV"}), *others)
        shape = GAUSSIAN.lineshape.model_copy(update={"transitions": lines})
        material = GAUSSIAN.model_copy(update={"lineshape": shape})
        return np.concatenate([columns(signal, material, GRID), beside(signal)], axis=1)

    fit = dl.snlls(
        signal.values, system, par0=[40.0], lb=[20.0], ub=[80.0], lbl=lower, regop=smooth, uq=False, reg=True
    )
    return GRID, np.asarray(fit.lin)[: GRID.size]


def edge_rule(signal: Signal) -> Found:
    """E1 by the sizing curve, and the half width of its red side less that of a line, by its slope."""
    edge = find_edge(signal)
    if edge.e1.value is None or edge.hwhm.value is None:
        raise LookupError
    grid = np.linspace(1.3, 6.9, 5601)
    e1 = first_exciton(INP, grid)
    size = float(np.interp(-EV_NM / edge.e1.value.value, -e1, grid))
    spread = edge.hwhm.value.value * 1e-3 / 1.17741
    sd = np.sqrt(max(spread**2 - LINE_EV**2, 0.0)) / abs(float(np.interp(size, grid, np.gradient(e1, grid))))
    return grid, np.exp(-0.5 * ((grid - size) / max(sd, 1e-3)) ** 2)


def shifted_bulk(signal: Signal) -> Found:
    """NNLS with the edge of the bulk, shifted to the first exciton of each size."""
    above = (EV_NM / signal.wavelengths)[:, None] - first_exciton(INP, GRID)
    found, _ = nnls(
        np.concatenate([np.sqrt(np.maximum(above, 0.0)), beside(signal)[:, :1]], axis=1), signal.values
    )
    return GRID, found[: GRID.size]


def substituted(signal: Signal) -> Found:
    found = back_substituted(signal, INP).distribution
    return found.diameters, found.shares


def ours(signal: Signal, **how: object) -> Found:
    found = invert(signal, INP, **how)
    return found.distribution.diameters, found.distribution.shares


METHODS: dict[str, Callable[[Signal], Found]] = {
    "NNLS 67 + scatter, Gaussian": partial(plain, material=GAUSSIAN),
    "NNLS 67 + scatter, card": partial(plain, material=INP),
    "DdD, bars": ddd,
    "DdD, as reported": ddd_reported,
    "DeerLab AIC, Gaussian": partial(deerlab, material=GAUSSIAN, choice="aic"),
    "DeerLab GCV, Gaussian": partial(deerlab, material=GAUSSIAN, choice="gcv"),
    "DeerLab AIC, card": partial(deerlab, material=INP, choice="aic"),
    "DeerLab AIC, width free": deerlab_width,
    "E1 and HWHM": edge_rule,
    "shifted bulk, NNLS": shifted_bulk,
    "edge back-substitution": substituted,
    "ours, lineshape of the card exact": partial(ours, lineshape="exact"),
    "ours, one spectrum": ours,
}


def timed(method: Callable[[Signal], Found], signal: Signal) -> tuple[Found | None, float]:
    began = time.process_time()
    try:
        found = method(signal)
    except (AliquotError, LookupError, RuntimeError, ImportError):  # a peer may be missing
        found = None
    return found, time.process_time() - began


def row(name: str, found: list[list[tuple[float, float, float] | None]], ratio: float) -> str:
    """Return a line of the table: by member, mean error over the seeds and the worst."""
    cells = []
    for member in found:
        told = np.array([each for each in member if each is not None])
        if not told.size:
            cells.append(f"{'no answer':>29s}")
            continue
        worst = np.abs(told).max(axis=0)
        mean = told.mean(axis=0)
        cells.append(f"{mean[0]:+.3f}/{mean[1]:+6.2f}/{mean[2]:.3f} ({worst[0]:.2f}/{worst[1]:4.1f})")
    return f"{name:34s} " + " | ".join(cells) + f" | {ratio:7.1f}"


def compare(four: dict[str, Callable[[], np.ndarray]], coordinates: dict[str, float], seeds: int) -> None:
    material = written_with(coordinates)
    shares = [make() for make in four.values()]
    series = [
        [spectrum(share, material, 100 * seed + k) for k, share in enumerate(shares)] for seed in range(seeds)
    ]
    print(f"{'':34s} " + " | ".join(f"{name:>29s}" for name in four) + " |    time")
    for method in (METHODS["NNLS 67 + scatter, card"], ours):
        method(series[0][0])
    unit = statistics.median(timed(METHODS["NNLS 67 + scatter, card"], s)[1] for s in series[0] * 3)
    for name, method in METHODS.items():
        found, spent = [[] for _ in shares], []
        for spectra in series:
            for k, (signal, share) in enumerate(zip(spectra, shares, strict=True)):
                told, seconds = timed(method, signal)
                spent.append(seconds)
                found[k].append(None if told is None else errors(*told, share))
        print(row(name, found, statistics.median(spent) / unit), flush=True)
    joint(series, shares, unit)


def joint(series: list[list[Signal]], shares: list[np.ndarray], unit: float) -> None:
    found, spent, learning = [[] for _ in shares], [], []
    for spectra in series:
        began = time.process_time()
        lineshape = learn(spectra, INP)
        learning.append(time.process_time() - began)
        for k, (signal, share) in enumerate(zip(spectra, shares, strict=True)):
            told, seconds = timed(partial(ours, lineshape=lineshape), signal)
            spent.append(seconds)
            found[k].append(None if told is None else errors(*told, share))
    per_spectrum = statistics.median(spent) + statistics.median(learning) / len(shares)
    print(row("ours, lineshape of the series", found, per_spectrum / unit))
    print(f"learning from {len(shares)}: {statistics.median(learning):.2f} s; one NNLS {1e3 * unit:.1f} ms")


def main(seeds: int = 3) -> None:
    print(f"{seeds} seeds, 400 to 750 nm, scatter 0.02, noise 1e-3 in 0.8, offset free; {load()}")
    for set_name, four in (("log-normal", FOUR), ("with tails", FOUR_WITH_TAILS)):
        for name, coordinates in LINESHAPES.items():
            print(f"\n{set_name} set, lineshape '{name}': {coordinates} spreads from the card")
            compare(four, coordinates, seeds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
