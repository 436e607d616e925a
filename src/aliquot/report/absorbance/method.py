"""The method in prose, from what was done: spectra, transitions, sizes, and what all of it stands on."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from aliquot.instruments.absorbance.amounts import MU_SD, PATH_SD, SCATTER_SD
from aliquot.instruments.absorbance.clusters.amounts import PER_VOLUME
from aliquot.instruments.absorbance.clusters.claim import FEWEST_TIMES, FIXED_NM, SIGMAS
from aliquot.instruments.absorbance.clusters.discover import EXPLAINED, THRESHOLD
from aliquot.instruments.absorbance.curvature import WINDOW_EV
from aliquot.instruments.absorbance.findings import AliquotFindings, SeriesFindings
from aliquot.instruments.absorbance.quality.limits import BLIND, SATURATED
from aliquot.instruments.absorbance.quality.record import Gate
from aliquot.instruments.absorbance.series import REPEATABILITY_NM, Trend
from aliquot.instruments.absorbance.sizing import curves_that_hold
from aliquot.knowledge.records import Material
from aliquot.report.absorbance.method_sizes import distribution, kernel
from aliquot.report.absorbance.words import listed
from aliquot.report.numbers import power

Cite = Callable[[Iterable[str | None]], str]
"""Turns keys of the bibliography into numbers in brackets, with a blank before them."""


def paragraphs(
    found: SeriesFindings, aliquots: Sequence[AliquotFindings], card: Material, cite: Cite
) -> tuple[tuple[str, str], ...]:
    """Return heading and text of each paragraph: only what was done is told.

    Args:
        found: What was found.
        aliquots: Its aliquots, in the order of the page.
        card: Card of the material, with the lineshape that was used.
        cite: Tells the numbers of sources.
    """
    told = (
        ("Spectra", _spectra(aliquots)),
        ("Quality", _quality(aliquots)),
        ("Transitions", _transitions(aliquots)),
        ("Diameter", _diameter(aliquots, card, cite)),
        ("Lineshape", kernel(found, aliquots, card, cite)),
        ("Distribution", distribution(aliquots)),
        ("Amount", _amount(aliquots, cite)),
        ("Clusters", _clusters(found, cite)),
        ("Course", _course(found)),
        ("Intervals", _intervals(aliquots)),
    )
    return tuple((head, text) for head, text in told if text)


def _spectra(aliquots: Sequence[AliquotFindings]) -> str:
    files = dict.fromkeys(
        Path(one.signal.where.file).name
        for one in aliquots
        if one.signal.where is not None and one.signal.where.file is not None
    )
    low = min(float(one.signal.wavelengths[0]) for one in aliquots)
    high = max(float(one.signal.wavelengths[-1]) for one in aliquots)
    steps = {f"{float(np.median(np.diff(one.signal.wavelengths))):.3g}" for one in aliquots}
    came = f" from {listed(files)}" if files else ""
    count = "One spectrum" if len(aliquots) == 1 else f"{len(aliquots)} spectra"
    return (
        f"{count} of decadic absorbance{came}, {low:.0f} to {high:.0f} nm in steps of "
        f"{listed(sorted(steps))} nm. {_cuvettes(aliquots)}"
    )


def _cuvettes(aliquots: Sequence[AliquotFindings]) -> str:
    """Return path, dilution and medium of the spectra, or that they are not known."""
    told = []
    for word, values in (
        ("path", {_known(one.signal.path_mm, " mm") for one in aliquots}),
        ("dilution", {_known(one.signal.dilution, "-fold") for one in aliquots}),
        ("medium", {one.signal.medium or "not known" for one in aliquots}),
    ):
        told.append(f"{word} {listed(sorted(values))}")
    return f"{', '.join(told).capitalize()}."


def _known(value: float | None, unit: str) -> str:
    return "not known" if value is None else f"{value:g}{unit}"


def _quality(aliquots: Sequence[AliquotFindings]) -> str:
    gates = listed(str(gate) for gate in Gate)
    noises = [one.examined.noise for one in aliquots]
    between = power(min(noises))
    if power(max(noises)) != between:
        between += f" to {power(max(noises))}"
    return (
        f"Each spectrum passed the gates {gates}. Absorbance above {SATURATED:g} is doubted and above "
        f"{BLIND:g} not believed; what can not be trusted is left out and never altered. The noise of a "
        f"spectrum is told from differences of neighbouring points: standard deviation {between}."
    )


def _transitions(aliquots: Sequence[AliquotFindings]) -> str:
    if all(one.e1.value is None and one.e2.value is None for one in aliquots):
        return (
            "A first exciton was looked for as a significant minimum of d²A/dE² (Savitzky–Golay, "
            f"{1e3 * WINDOW_EV:.0f} meV), and none was found."
        )
    told = (
        "The first exciton, E1, is the mean of two readings: the lowest significant minimum of d²A/dE² "
        f"(Savitzky–Golay, {1e3 * WINDOW_EV:.0f} meV) and a Gaussian on a quadratic background fitted around "
        "it. HWHM is its half width at half height on the red side, what lies beneath it taken off; E2 the "
        "next minimum of d²A/dE² that stands out by itself."
    )
    if any(_from_dots(one) for one in aliquots):
        told += (
            " Where clusters are seen, E1 is instead that of the dots alone, by unmixing: the mean over the "
            "dots in energy, weighted by absorbance at their first exciton."
        )
    return told


def _from_dots(one: AliquotFindings) -> bool:
    return one.unmixed is not None and any(amount.seen for amount in one.unmixed.clusters)


def _diameter(aliquots: Sequence[AliquotFindings], card: Material, cite: Cite) -> str:
    sized = [one for one in aliquots if one.diameter.value is not None and one.e1.value is not None]
    if not sized:
        return ""
    names = dict.fromkeys(
        name
        for one in sized
        if one.e1.value is not None
        for name in curves_that_hold(card, one.e1.value.value)
    )
    meant = listed(dict.fromkeys(one.diameter.definition or "" for one in sized))
    curves = [
        f"{curve.id}{cite([curve.source])} ({curve.range[0].text} to {curve.range[1].text}, uncertain by "
        f"{curve.spread.text})"
        for curve in card.sizing
        if curve.id in names
    ]
    if not curves:
        return (
            f"The diameter is read at E1 by {listed(names)}: {meant}. It is that at the peak of the ensemble."
        )
    of = "read at E1 by" if len(curves) == 1 else "the mean at E1 of"
    floor = ""
    if card.sizing_floor is not None:
        floor = (
            " “Absorbance against TEM” is how far sizes from absorbance were off whatever the curve: a mean "
            f"absolute error of {card.sizing_floor.value}{cite([card.sizing_floor.source])}."
        )
    return (
        f"The diameter is {of} {listed(curves)}, within their range only: {meant}. It belongs to the peak of "
        f"the ensemble, which larger dots pull to the red.{floor}"
    )


def _amount(aliquots: Sequence[AliquotFindings], cite: Cite) -> str:
    read = [(one, one.amount) for one in aliquots if one.amount is not None]
    if not read:
        return ""
    at = sorted({amount.wavelength_nm for _, amount in read})
    mus = listed(
        f"{mu:.3g} × 10⁴ cm⁻¹ at {nm:g} nm"
        for nm in at
        for mu in sorted({round(a.mu_i_cm / 1e4, 3) for _, a in read if a.wavelength_nm == nm})
    )
    index = listed(sorted({f"{amount.n_s:.3f}" for _, amount in read}))
    sources = dict.fromkeys(key for _, amount in read for key in amount.fraction.sources)
    told = (
        "Amounts are those in the crude, undiluted liquid, f = A ln 10 D / (μᵢ L) by volume and c = f ρ / M "
        f"in formula units, with D the dilution and L the path. μᵢ = {mus} follows from n and k of the "
        f"bulk{cite(sources)} and the local field in small spheres in a medium of n = {index} (Maxwell "
        "Garnett; tested on PbSe by Moreels et al., Chem. Mater. 2007, 19, 6101); no size is in it. Offset "
        "and scatter, fitted where nothing absorbs, were taken off first. Standard uncertainties: μᵢ "
        f"{100 * MU_SD:.0f} %, path and dilution {100 * PATH_SD:.0f} %, scatter {100 * SCATTER_SD:.0f} %, "
        "all three estimated."
    )
    yields = dict.fromkeys(one.yielded.definition for one, _ in read if one.yielded is not None)
    if yields:
        told += f" Yields are {listed(text for text in yields if text)}."
    if any(one.production is not None for one, _ in read):
        told += " Production counts the flow as exact."
    return told


def _clusters(found: SeriesFindings, cite: Cite) -> str:
    unmixed = found.unmixed
    if unmixed is None:
        return ""
    low, high = unmixed.dots_nm
    names = listed(f"{one.id}" for one in unmixed.families)
    return (
        f"All spectra were unmixed together into the lines of {names}{cite(unmixed.citations)}, a smooth "
        f"block of dots with first excitons from {low:.0f} to {high:.0f} nm, scatter and offset, amounts "
        "being non-negative; shift, widths and heights of partners and tails are shared by the series and "
        f"refined by variable projection. A species is seen above {SIGMAS:g} standard uncertainties. A "
        f"cluster is claimed if its line stays within {FIXED_NM:g} nm at {FEWEST_TIMES} times or more while "
        f"its amount moves by more than {SIGMAS:g}. Shares of volume take a cluster to absorb per volume as "
        f"dots do, which is uncertain by {100 * PER_VOLUME:.0f} %. Lines that the library lacks are looked "
        f"for where the residual has {THRESHOLD:g} times the largest singular value of noise, and proposed "
        f"if one line explains {100 * EXPLAINED:.0f} % of it."
    )


def _course(found: SeriesFindings) -> str:
    if found.trend is Trend.NONE:
        return ""
    return (
        "The trend is judged on a running median of three aliquots; changes below "
        f"{found.course.tolerance_nm:.1f} nm count as none, which is the repeatability of E1, "
        f"{REPEATABILITY_NM:g} nm, or three times the scatter of the series, whichever is more."
    )


def _intervals(aliquots: Sequence[AliquotFindings]) -> str:
    told = (
        "All intervals hold the true value with a probability of 95 %. Those of transitions, widths, "
        "diameters by curve and amounts are 1.96 times the root of the summed squares of their budgets"
    )
    if any(one.recovered is not None for one in aliquots):
        told += (
            "; those of mean diameter and RSD hold noise, smoothing and lineshape, while the sizing curve, "
            "which moves all aliquots together, stands in the budget alone"
        )
    return f"{told}. The wavelength scale of the instrument is in none of them."
