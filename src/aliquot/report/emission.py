"""Emission as one page: spectra in both spaces with fit and what it leaves, colours, vials, table, doubts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from aliquot.finding import Finding
from aliquot.instruments.emission.analyse import EmissionFindings, EmissionSeries, Question
from aliquot.instruments.emission.colour import observer
from aliquot.instruments.emission.fit import Kind
from aliquot.instruments.emission.masks import seen
from aliquot.instruments.emission.space import jacobian, photons
from aliquot.knowledge import store
from aliquot.report.publish import filled, write
from aliquot.report.style import CALIBRATED, INK, MISSED, PREDICTED, QUIET, Ink, wavelength_ink
from aliquot.report.svg import svg_of
from aliquot.report.vial import Vial, vial_of, vials_svg
from aliquot.units import EV_NM

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SPECTRA = (940.0, 430.0)
_SERIES = (940.0, 340.0)
_COLOURS = (430.0, 430.0)
_SHOWN = 4
_VIALS = 8


def _ink(one: EmissionFindings) -> Ink:
    """Return the ink of the light that is emitted."""
    return QUIET if one.peak.value is None else wavelength_ink(one.peak.value.value)


def figure(one: EmissionFindings, question: Question, name: str) -> str:
    """Return an emission per wavelength and per energy, its fit, and what that leaves, as an inline SVG."""
    title = f"Emission of {one.label} per wavelength and per energy, with its fit and what the fit leaves"
    return svg_of(name, title, _SPECTRA, lambda sheet: _spectra(sheet, one, question), (_ink(one),))


def _spectra(sheet: "Figure", one: EmissionFindings, question: Question) -> None:
    """Draw data, fit and residuals in both spaces."""
    axes = sheet.subplots(2, 2, height_ratios=[3, 1], sharex="col")
    nm = one.signal.wavelengths
    counts = photons(nm, one.signal.values, question.counted)
    left = seen(one.signal, one.masks)
    top = _top(counts[left])
    fitted = None if one.fit is None else one.fit.at(nm) / top
    for column, (x, factor) in enumerate(((nm, np.ones_like(nm)), (EV_NM / nm, jacobian(nm)))):
        scale = _top((counts * factor)[left]) / top
        _panel(axes[0, column], one, x, counts / top * factor / scale, left)
        if fitted is not None and one.fit is not None:
            offset = one.fit.offset / top
            axes[0, column].plot(
                x, fitted * factor / scale, color=INK.light, lw=1.3, label="fit, with its offset"
            )
            if len(one.fit.lines) > 1:
                for i, (ink, dash) in enumerate(((CALIBRATED, (0, (4, 2))), (PREDICTED, (0, (1, 1.5))))):
                    part = one.fit.part(nm, np.array([i])) / top + offset
                    axes[0, column].plot(x, part * factor / scale, color=ink.light, lw=1.1, ls=dash)
            rest = np.where(left, (counts / top - fitted) * factor / scale, np.nan)
            axes[1, column].plot(x, 100.0 * rest, color=_ink(one).light, lw=1.0)
        axes[1, column].axhline(0.0, color=QUIET.light, lw=0.8)
    _peaks(axes, one)
    axes[0, 0].legend(loc="upper right")
    axes[0, 0].set_ylabel("photons per nm [of the maximum]")
    axes[0, 1].set_ylabel("photons per eV [of the maximum]")
    axes[1, 0].set_ylabel("left [%]")
    axes[1, 0].set_xlabel("wavelength [nm]")
    axes[1, 1].set_xlabel("photon energy [eV]")


def _top(values: Float[np.ndarray, " n"]) -> float:
    """Return the largest value, 1 where nothing is above zero."""
    top = float(np.max(values, initial=0.0))
    return top if top > 0.0 else 1.0


def _panel(
    axes: "Axes",
    one: EmissionFindings,
    x: Float[np.ndarray, " n"],
    y: Float[np.ndarray, " n"],
    left: Bool[np.ndarray, " n"],
) -> None:
    """Draw the data of one space: what was left out is faint."""
    axes.plot(x, np.where(left, y, np.nan), color=_ink(one).light, lw=2.2, label="measured")
    if not left.all():
        axes.plot(x, np.where(left, np.nan, y), color=QUIET.light, lw=1.0, ls=":", label="left out")
    axes.fill_between(x, 0.0, np.where(left, y, np.nan), color=_ink(one).light, alpha=0.12, lw=0)
    axes.set_ylim(min(-0.03, 1.1 * float(np.min(y[left], initial=0.0))), 1.15)
    axes.margins(x=0.0)


def _peaks(axes: np.ndarray, one: EmissionFindings) -> None:
    """Mark the peaks, each in its own space, with their intervals."""
    for band in one.bands:
        for column, (peak, text) in enumerate(((band.peak_nm, "{:.1f} nm"), (band.peak_ev, "{:.3f} eV"))):
            if peak.value is None:
                continue
            axes[0, column].axvspan(peak.value.low, peak.value.high, color=MISSED.light, alpha=0.15, lw=0)
            axes[0, column].axvline(peak.value.value, color=MISSED.light, lw=0.9)
            axes[0, column].annotate(
                text.format(peak.value.value),
                (peak.value.value, 1.07),
                xytext=(4, 0),
                textcoords="offset points",
                color=INK.light,
                fontsize=9.5,
            )


def series_figure(found: EmissionSeries) -> str:
    """Return all emissions of a series, and the peak over time, as an inline SVG."""
    title = f"{len(found.aliquots)} emissions, each at its own height, and their peaks over time"
    inks = {_ink(one) for one in found.aliquots}
    return svg_of("series", title, _SERIES, lambda sheet: _series(sheet, found), inks)


def _series(sheet: "Figure", found: EmissionSeries) -> None:
    spectra, course = sheet.subplots(1, 2, width_ratios=[3, 2])
    for one in found.aliquots:
        values = one.signal.values[seen(one.signal, one.masks)]
        nm = one.signal.wavelengths[seen(one.signal, one.masks)]
        if values.size:
            spectra.plot(nm, values, color=_ink(one).light, lw=1.2)
    for one in found.aliquots:
        if one.signal.time_s is None or one.peak.value is None:
            continue
        low, peak, high = one.peak.value.low, one.peak.value.value, one.peak.value.high
        width = one.bands[0].fwhm_nm.value
        if width is not None:
            half = 0.5 * width.value
            course.vlines(
                one.signal.time_s, peak - half, peak + half, color=_ink(one).light, lw=4.0, alpha=0.25
            )
        course.vlines(one.signal.time_s, low, high, color=INK.light, lw=1.0)
        course.plot(one.signal.time_s, peak, "o", color=_ink(one).light, ms=6.0, mec=INK.light, mew=0.6)
    spectra.set_xlabel("wavelength [nm]")
    spectra.set_ylabel("intensity, as measured")
    spectra.margins(x=0.0)
    spectra.set_ylim(bottom=0.0)
    course.set_xlabel("time [s]")
    course.set_ylabel("peak per wavelength [nm]")


def colour_figure(found: EmissionSeries) -> str:
    """Return the chromaticities in the diagram of 1931 as an inline SVG."""
    title = "Chromaticity of each emission in the CIE 1931 diagram"
    nm = range(450, 651, 10)
    inks = [*(wavelength_ink(float(at)) for at in nm), *(_ink(one) for one in found.aliquots)]
    return svg_of("colours", title, _COLOURS, lambda sheet: _colours(sheet, found), inks)


def _colours(sheet: "Figure", found: EmissionSeries) -> None:
    axes = sheet.subplots()
    eye = observer()
    inside = (eye.wavelengths >= 400.0) & (eye.wavelengths <= 700.0)
    locus = (eye.matching / eye.matching.sum(axis=1, keepdims=True))[inside, :2]
    axes.plot(*np.concatenate([locus, locus[:1]]).T, color=QUIET.light, lw=1.2)
    for at in (460, 480, 500, 520, 540, 560, 580, 600, 620):
        x, y = locus[at - 400]
        axes.plot(x, y, "o", ms=4.0, color=wavelength_ink(float(at)).light)
        axes.annotate(
            str(at), (x, y), xytext=(5, 3), textcoords="offset points", fontsize=9, color=QUIET.light
        )
    screen = np.array([[0.64, 0.33], [0.30, 0.60], [0.15, 0.06], [0.64, 0.33]])
    axes.plot(*screen.T, color=QUIET.light, lw=0.8, ls=(0, (3, 3)))
    axes.plot(0.3127, 0.3290, "+", color=QUIET.light, ms=8.0)
    for one in found.aliquots:
        if one.colour is not None:
            axes.plot(one.colour.x, one.colour.y, "o", ms=8.0, mec=INK.light, mew=0.8, color=_ink(one).light)
    axes.set_xlabel("x")
    axes.set_ylabel("y")
    axes.set_xlim(0.0, 0.8)
    axes.set_ylim(0.0, 0.9)
    axes.set_aspect("equal")


# --- the page --------------------------------------------------------------------------------------------


def emission_page(found: EmissionSeries, question: Question, *, dilution: float = 1.0) -> str:
    """Return findings as one self-contained page of HTML: equal findings give equal pages.

    Args:
        found: What was found.
        question: What was asked.
        dilution: How far the liquids are diluted in the vials that are drawn [1].

    Raises:
        InputError: If the dilution is below 1.
    """
    chosen = _spread(found.aliquots, _SHOWN)
    names = [f"spectrum-{i}" for i in range(len(chosen))]
    figures = {name: figure(one, question, name) for name, one in zip(names, chosen, strict=True)}
    shown = _spread(found.aliquots, _VIALS)
    vials = [(one.label, _vial(one, question, dilution)) for one in shown]
    figures["vials"] = vials_svg("vials", vials)
    if any(one.colour is not None for one in found.aliquots):
        figures["colours"] = colour_figure(found)
    if len(found.aliquots) > 1:
        figures["series"] = series_figure(found)
    return filled(
        "emission.html.j2",
        figures,
        found=found,
        name=_name(found),
        chosen=list(zip(names, chosen, strict=True)),
        vial_flags=list(dict.fromkeys(flag for _, vial in vials for flag in vial.flags)),
        budgets=[(one.label, budgets(one)) for one in chosen],
        doubts=_doubts(found),
        two=Kind.TWO,
        counted=question.counted,
        standard=None if question.reference is None else question.reference.standard.label,
        sources=[(key, store.source(key).label) for key in found.citations],
    )


def _name(found: EmissionSeries) -> str:
    """Return the name of the file of the series, or of its first sample."""
    where = found.aliquots[0].signal.where
    return found.aliquots[0].label if where is None or where.file is None else Path(where.file).name


def _vial(one: EmissionFindings, question: Question, dilution: float) -> Vial:
    yielded = one.quantum_yield.value
    return vial_of(
        question.absorbance_of(one.signal),
        one.colour,
        quantum_yield=None if yielded is None else yielded.value,
        dilution=dilution,
    )


def _spread(aliquots: Sequence[EmissionFindings], most: int) -> list[EmissionFindings]:
    """Return the first, the last, and some between."""
    if len(aliquots) <= most:
        return list(aliquots)
    places = np.linspace(0, len(aliquots) - 1, most).round().astype(int)
    return [aliquots[int(place)] for place in places]


def budgets(one: EmissionFindings) -> list[tuple[str, str, Mapping[str, str]]]:
    """Return what each number of an emission owes its uncertainty to, as it is printed.

    Returns:
        Name, unit and standard uncertainty by cause.
    """
    rows: list[tuple[str, Finding, int]] = []
    for i, band in enumerate(one.bands):
        name = "" if len(one.bands) == 1 else f" {i + 1}"
        rows += [
            (f"peak{name} per wavelength", band.peak_nm, 2),
            (f"peak{name} per energy", band.peak_ev, 4),
            (f"FWHM{name} per wavelength", band.fwhm_nm, 2),
            (f"FWHM{name} per energy", band.fwhm_mev, 1),
        ]
    rows += [("Stokes shift", one.stokes, 1), ("quantum yield", one.quantum_yield, 3)]
    return [
        (name, found.unit, {cause: f"{sd:.{digits}f}" for cause, sd in found.budget.items()})
        for name, found, digits in rows
        if found.value is not None
    ]


def _doubts(found: EmissionSeries) -> list[tuple[str, str]]:
    """Return every doubt once, with the aliquots that share it."""
    shared: dict[str, list[str]] = {}
    for one in found.aliquots:
        for flag in one.flags:
            shared.setdefault(flag, []).append(one.label)
    everyone = len(found.aliquots)
    told = [("all" if len(who) == everyone > 1 else ", ".join(who), flag) for flag, who in shared.items()]
    return [*(("series", flag) for flag in found.flags), *told]


def write_emission(found: EmissionSeries, question: Question, path: Path, *, dilution: float = 1.0) -> Path:
    """Write the page of emissions into a file, whole or not at all.

    Args:
        found: What was found.
        question: What was asked.
        path: File to write; its folder is made, a file of that name is replaced.
        dilution: How far the liquids are diluted in the vials that are drawn [1].

    Returns:
        The path.

    Raises:
        InputError: If the file can not be written there, or the dilution is below 1.
    """
    return write(emission_page(found, question, dilution=dilution), path)
