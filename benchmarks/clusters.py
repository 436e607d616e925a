"""Clusters unmixed from dots, against named peers on the same fifteen spectra, in one run.

    python benchmarks/clusters.py

Truth and seeds are those of synthetic_clusters.py. Peers get what helps them: lmfit starts at the true
lines, pyMCR and SpectroChemPy at the exact columns of the library and a spectrum of dots in the middle of
their course. Amounts are peak absorbances, and errors their root mean square over the series.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.clusters.design import design
from aliquot.instruments.absorbance.clusters.fit import fit
from aliquot.instruments.absorbance.clusters.line import column
from aliquot.instruments.absorbance.clusters.unmix import unmix
from aliquot.instruments.absorbance.problem import Background
from aliquot.units import EV_NM
from benchmarks.synthetic_clusters import (
    CARD,
    MOVED,
    SHAPE,
    SPECIES,
    UNLIKE,
    VARIANTS,
    WAVELENGTHS,
    Series,
    cdte,
    dot_spectra,
    lines,
    rmse,
    series,
)
from benchmarks.timing import load

Amounts = Float[np.ndarray, "spectra species"]
ENERGIES = EV_NM / WAVELENGTHS
LINES_NM = tuple(one.absorption.line.value for one in lines())
DOTS_FROM_NM = 486.0


@dataclass(frozen=True)
class Method:
    """A way from spectra to amounts."""

    name: str
    call: Callable[[Series], Amounts]
    package: str | None = None
    """Distribution it needs, None for ours."""


def ours(refine: bool, families: tuple[str, ...] | str = SPECIES[:-1]) -> Callable[[Series], Amounts]:
    """Return our unmixing with intervals, verdicts and all."""

    def call(one: Series) -> Amounts:
        found = unmix(one.signals, cdte(), families=families, refine=refine)
        there = {family.id for family in found.families} | {"dots"}
        return np.array(
            [
                [spectrum.of(name).peak.value.value if name in there else 0.0 for name in SPECIES]
                for spectrum in found.spectra
            ]
        )

    return call


def library_alone(one: Series) -> Amounts:
    """Return amounts by the library as it is, without intervals: what would run in line."""
    made = design(
        cdte(), WAVELENGTHS, lines(), (Background.SCATTER, Background.OFFSET), (DOTS_FROM_NM, 700.0)
    )
    found = fit(made, one.values, np.full(len(one.signals), 1e-3))
    block = made.block(found.place)[:-1]
    energies = EV_NM / made.dots.e1_nm
    heights = []
    for amounts in found.dots:
        mean = EV_NM / (amounts @ energies / amounts.sum()) if amounts.any() else DOTS_FROM_NM
        heights.append(np.interp(mean, WAVELENGTHS, block @ amounts))
    return np.column_stack([found.clusters, heights])


def at_449_nm(one: Series) -> Amounts:
    """Return the absorbance at 449 nm as the amount of 449, which is how such series are often drawn."""
    found = np.full((len(one.signals), len(SPECIES)), np.nan)
    found[:, 1] = one.values[:, int(449 - WAVELENGTHS[0])]
    return found


def gaussians(one: Series) -> Amounts:
    """Return heights of five Gaussians in energy on a power law, by lmfit."""
    lmfit = import_module("lmfit")

    def model(p: dict[str, float]) -> Float[np.ndarray, " wavelengths"]:
        total = p["scale"] * (400.0 / WAVELENGTHS) ** p["power"]
        for k in range(5):
            total = total + p[f"a{k}"] * np.exp(-0.5 * ((ENERGIES - p[f"e{k}"]) / p[f"s{k}"]) ** 2)
        return total

    starts = [(430.0, 0.130), (449.0, 0.045), (469.0, 0.045), (515.0, 0.080), (405.0, 0.120)]
    found = []
    for values in one.values:
        parameters = lmfit.Parameters()
        parameters.add("scale", 0.1, min=0.0)
        parameters.add("power", 4.0, min=1.0, max=12.0)
        for k, (nm, sd) in enumerate(starts):
            near = 20.0 if k == 3 else 4.0
            parameters.add(f"a{k}", 0.2, min=0.0)
            parameters.add(f"e{k}", EV_NM / nm, min=EV_NM / (nm + near), max=EV_NM / (nm - near))
            parameters.add(f"s{k}", sd, min=0.5 * sd, max=2.0 * sd)
        fitted = lmfit.minimize(lambda p, seen=values: model(p.valuesdict()) - seen, parameters)
        found.append([fitted.params[f"a{k}"].value for k in range(4)])
    return np.array(found)


def start_spectra() -> Float[np.ndarray, "components wavelengths"]:
    """Return library, dots in the middle of their course, and scatter: where alternating methods start."""
    clusters = [column(one.absorption, WAVELENGTHS) for one in lines()]
    middle = dot_spectra(CARD)[0][7]
    return np.array([*clusters, middle, Background.SCATTER.column(WAVELENGTHS)])


def heights(
    amounts: Float[np.ndarray, "spectra components"], spectra: Float[np.ndarray, "components wavelengths"]
) -> Amounts:
    """Return peak absorbances of resolved components: at the lines, and the highest of the dots."""
    at = [float(np.interp(nm, WAVELENGTHS, row)) for nm, row in zip(LINES_NM, spectra, strict=False)]
    at.append(float(spectra[3, WAVELENGTHS >= 495.0].max()))
    return np.asarray(amounts[:, :4] * np.array(at))


def alternating(fixed: list[int]) -> Callable[[Series], Amounts]:
    """Return multivariate curve resolution by pyMCR, with some spectra held."""

    def call(one: Series) -> Amounts:
        pymcr = import_module("pymcr.mcr")
        found = pymcr.McrAR(max_iter=200, st_regr="NNLS", c_regr="NNLS", tol_increase=10.0)
        found.fit(one.values, ST=start_spectra(), st_fix=fixed)
        return heights(found.C_opt_, found.ST_opt_)

    return call


def spectrochempy(one: Series) -> Amounts:
    """Return multivariate curve resolution by SpectroChemPy."""
    scp = import_module("spectrochempy")
    found = scp.MCRALS(max_iter=200, tol=0.01, normSpec=None)
    found.fit(scp.NDDataset(one.values), scp.NDDataset(start_spectra()))
    return heights(np.asarray(found.C.data), np.asarray(found.St.data))


METHODS = (
    Method("library as it is, no intervals", library_alone),
    Method("unmix, not refined", ours(refine=False)),
    Method("unmix, refined", ours(refine=True)),
    Method("unmix, refined, families='auto'", ours(refine=True, families="auto")),
    Method("lmfit, 5 Gaussians + power law", gaussians, "lmfit"),
    Method("pyMCR, library start, free", alternating([]), "pymcr"),
    Method("pyMCR, clusters and scatter fixed", alternating([0, 1, 2, 4]), "pymcr"),
    Method("SpectroChemPy MCRALS, library start", spectrochempy, "spectrochempy"),
    Method("A(449) alone", at_449_nm),
)


def compared(one: Series) -> Iterator[tuple[str, Float[np.ndarray, " species"] | None, float]]:
    """Yield each method with its errors [absorbance] and time per spectrum [s]; None where it is missing."""
    for method in METHODS:
        if method.package is not None and find_spec(method.package) is None:
            yield f"{method.name}: skipped, not installed", None, np.nan
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if method.package is None:
                method.call(one)  # columns are kept for a window, as they would be in line
            began = time.perf_counter()
            try:
                found = method.call(one)
            except Exception as failed:  # noqa: BLE001  whatever a peer says belongs into the table
                yield f"{method.name}: failed, {failed!r:.60}", None, np.nan
                continue
            taken = time.perf_counter() - began
        told = method.name if method.package is None else f"{method.name} ({version(method.package)})"
        yield told, rmse(found, one.amounts), taken / len(one.signals)


def table(one: Series, title: str) -> None:
    """Print errors, times and ratios of all methods on one series."""
    print(
        f"\n{title}\n{'RMSE / absorbance':46}" + "".join(f"{name:>10}" for name in SPECIES) + "   ms/spectrum"
    )
    for name, errors, taken in compared(one):
        if errors is None:
            print(name)
            continue
        cells = "".join("         –" if np.isnan(error) else f"{error:10.4f}" for error in errors)
        print(f"{name:46}{cells}{1e3 * taken:12.2f}", flush=True)


def main() -> None:
    print(load())
    for variant in VARIANTS:
        table(series(variant), f"{variant.name}; dots not as on the card")
    for variant in (SHAPE, UNLIKE):
        table(series(variant), f"{variant.name}; dots not as on the card")
    for dots, what in ((CARD, "as on the card"), (MOVED, "with higher transitions moved as well")):
        for variant in VARIANTS:
            one = series(variant, dots)
            errors = rmse(ours(refine=True)(one), one.amounts)
            print(f"unmix, refined; {variant.name}; dots {what}: " + ", ".join(f"{e:.4f}" for e in errors))
    trap()


def trap() -> None:
    """Print what A(449) says at 24 h, when no 449 is left."""
    one = series()
    print(f"A(449) at 24 h reads {one.values[-1, 99]:.2f} where the truth is {one.amounts[-1, 1]:.2f}")


if __name__ == "__main__":
    main()
