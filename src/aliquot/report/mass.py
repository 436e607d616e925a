"""A mass spectrum as one page: the spectrum with envelopes of the formulas over it, tables, doubts."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from aliquot.instruments.mass.analyse import MassFindings, Question, Region
from aliquot.instruments.mass.assign import Candidate
from aliquot.instruments.mass.bands import Bands
from aliquot.instruments.mass.envelope import envelope
from aliquot.instruments.mass.pick import ground
from aliquot.instruments.mass.spectrum import MassSpectrum, Mode, Peak
from aliquot.report.publish import filled, write
from aliquot.report.style import CALIBRATED, INK, PREDICTED, QUIET
from aliquot.report.svg import svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = (940.0, 360.0)
_DRAWN = 4000
_LABELLED = 14


def figure(found: MassFindings) -> str:
    """Return the spectrum as an inline SVG: envelopes of the best formulas, or bands, lie over it."""
    title = f"Mass spectrum of {found.spectrum.label} with what was found in it"
    return svg_of("mass", title, _SIZE, lambda figure: draw(figure, found))


def draw(figure: "Figure", found: MassFindings) -> None:
    """Draw the findings on a figure of matplotlib."""
    axes = figure.subplots()
    if found.region is Region.HIGH and found.bands is not None:
        _bands(axes, found.bands)
        return
    spectrum = found.spectrum
    if spectrum.mode is Mode.CENTROID:
        axes.vlines(spectrum.mz, 0.0, spectrum.intensities, color=QUIET.light, lw=0.8)
    else:
        mz, highest = _thinned(spectrum)
        axes.plot(mz, highest, color=QUIET.light, lw=1.0, label="spectrum")
    top = float(spectrum.intensities.max())
    for peak, text in _labels(found):
        axes.annotate(
            text,
            (peak.mz, _at(spectrum, peak.mz)),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            rotation=90 if not found.assignments else 0,
            fontsize=8.5,
            color=INK.light,
        )
    _envelopes(axes, found)
    axes.set_xlabel("m/z [Da/e]")
    axes.set_ylabel("intensity")
    axes.set_ylim(0.0, 1.22 * top)
    axes.margins(x=0.01)


def _at(spectrum: MassSpectrum, mz: float) -> float:
    """Return the highest intensity around a place, so that a label stands above the comb."""
    near = np.abs(spectrum.mz - mz) < 1.0
    return float(spectrum.intensities[near].max()) if near.any() else 0.0


def _labels(found: MassFindings) -> Sequence[tuple[Peak, str]]:
    """Return the peaks that are named, with their names."""
    if found.envelopes:
        high = sorted(range(len(found.envelopes)), key=lambda i: -found.envelopes[i].height)[:_LABELLED]
        return [(found.envelopes[i], _name(found, i)) for i in high]
    named: list[tuple[Peak, str]] = []
    for one in found.patterns[:_LABELLED]:
        peak = max(one.peaks, key=lambda peak: peak.height)
        charge = "" if one.charge in {None, 1} else f" ({one.charge}+)"
        # The highest come first; what stands beside one of them has no room for a name.
        if all(abs(peak.mz - other.mz) > 0.015 * found.spectrum.span for other, _ in named):
            named.append((peak, f"{peak.mz:.3f}{charge}"))
    return named


def _name(found: MassFindings, i: int) -> str:
    place = f"{found.envelopes[i].mz:.1f}"
    if not found.assignments or not found.assignments[i].candidates:
        return place
    assigned = found.assignments[i]
    counts = "".join(
        f"{name if len(name) <= 2 else f'({name})'}{_low(number)}"
        for name, number in assigned.candidates[0].formula.counts.items()
    )
    rivals = f"\n{assigned.rivals} rivals" if assigned.rivals else ""
    return f"{place}\n{counts}{rivals}"


def _low(number: int) -> str:
    """Write a number beneath the line."""
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))


def _envelopes(axes: "Axes", found: MassFindings) -> None:
    """Draw the envelope of the best formula of each peak, scaled to its area, over the baseline."""
    spectrum = found.spectrum
    if not found.assignments or spectrum.mode is Mode.CENTROID:
        return
    baseline = ground(spectrum).baseline
    named = False
    for peak, assigned, comb in zip(found.envelopes, found.assignments, found.combs, strict=True):
        if not assigned.candidates:
            continue
        near = np.abs(spectrum.mz - peak.mz) < 4.5 * peak.sd
        mz = spectrum.mz[near]
        curve = baseline[near] + peak.area * _curve(mz, peak, assigned.candidates[0], comb)
        axes.plot(
            mz,
            curve,
            color=CALIBRATED.light,
            lw=1.2,
            label=None if named else "envelope of the best formula, at its own mass",
        )
        named = True
    axes.legend(loc="upper right", ncols=2)


def _curve(
    mz: Float[np.ndarray, " n"], peak: Peak, best: Candidate, comb: float | None
) -> Float[np.ndarray, " n"]:
    """Return the envelope of a formula as wide as it was seen, with area 1."""
    sigma = float(np.sqrt(max(peak.sd**2 - best.sd**2, 0.6**2)))
    return envelope(best.formula.composition).profile(mz, 0.2 if comb is not None else sigma)


def _thinned(spectrum: MassSpectrum) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    """Return lowest and highest points of equal pieces, so that no peak is lost and the page stays small."""
    if spectrum.mz.size <= 2 * _DRAWN:
        return spectrum.mz, spectrum.intensities
    size = -(-spectrum.mz.size // _DRAWN)
    whole = spectrum.mz.size // size * size
    rows = spectrum.intensities[:whole].reshape(-1, size)
    places = np.sort(np.stack([rows.argmin(axis=1), rows.argmax(axis=1)]), axis=0)
    index = (places + np.arange(len(rows)) * size).T.ravel()
    return spectrum.mz[index], spectrum.intensities[index]


def _bands(axes: "Axes", found: Bands) -> None:
    axes.plot(found.mz / 1e3, found.seen, color=QUIET.light, lw=1.0, label="spectrum")
    axes.plot(found.mz / 1e3, found.fitted, color=INK.light, lw=1.2, ls=(0, (4, 2)), label="fit")
    level = found.fitted - sum(found.parts)
    inks, dashes = (CALIBRATED, PREDICTED), ("-", "-.")
    for band, part, ink, dash in zip(found.bands, found.parts, inks, dashes, strict=False):
        told = f"{band.mean.value / 1e3:.1f} kDa, {100 * band.share.value:.0f} % of ions"
        curve = np.where(part > 0.003 * part.max(), level + part, np.nan)
        axes.plot(found.mz / 1e3, curve, color=ink.light, lw=1.6, ls=dash, label=told)
        axes.fill_between(found.mz / 1e3, level, level + part, color=ink.light, alpha=0.12, lw=0)
        axes.axvline(band.mean.value / 1e3, color=ink.light, lw=0.8, ls=":")
    axes.set_xlabel("m/z [kDa/e]")
    axes.set_ylabel("intensity")
    axes.set_ylim(bottom=0.0)
    axes.margins(x=0.0)
    axes.legend(loc="upper right")


# --- the page --------------------------------------------------------------------------------------------


def mass_page(found: MassFindings, question: Question) -> str:
    """Return the findings as one self-contained page of HTML: equal findings give equal pages."""
    sizes = found.sizes or (None,) * len(found.bands.bands if found.bands else ())
    return filled(
        "mass.html.j2",
        {"mass": figure(found)},
        found=found,
        family=question.family.text if question.family is not None else None,
        sigma=question.sigma,
        rows=list(zip(found.envelopes, found.assignments or (None,) * len(found.envelopes), strict=True)),
        bands=list(zip(found.bands.bands, sizes, strict=True)) if found.bands else [],
        citations=", ".join(found.citations),
    )


def write_mass(found: MassFindings, question: Question, path: Path) -> Path:
    """Write the page of a mass spectrum into a file, whole or not at all.

    Args:
        found: What was found.
        question: What was asked.
        path: File to write; its folder is made, a file of that name is replaced.

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there.
    """
    return write(mass_page(found, question), path)
