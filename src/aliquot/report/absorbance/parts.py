"""The parts of spectra that were unmixed: clusters, dots and background under what was measured."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from aliquot.instruments.absorbance.clusters.result import UnmixedSpectrum
from aliquot.instruments.absorbance.findings import AliquotFindings
from aliquot.report.absorbance.look import columns_for, drawn, dress_grid, name_of, short, thinned
from aliquot.report.style import INK, PREDICTED, QUIET, Ink, wavelength_ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = 4
DASHES = ("-", (0, (5, 1.5)), (0, (2, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (1, 1)))
"""Lines of the species in turn: no two are told apart by colour alone."""


def chosen(aliquots: Sequence[AliquotFindings]) -> list[AliquotFindings]:
    """Return the spectra in which each species is strongest, each once, in their order; four at most."""
    parted = [one for one in aliquots if one.unmixed is not None]
    if not parted:
        return []
    first = _of(parted[0])
    best = []
    for name in (*(amount.name for amount in first.clusters), first.dots.name):
        heights = [_height(_of(one), name) for one in parted]
        strongest = int(np.argmax(heights))
        if _of(parted[strongest]).of(name).seen:
            best.append(strongest)
    places = sorted(dict.fromkeys(best[:_SHOWN] or [len(parted) - 1]))
    return [parted[place] for place in places]


def _of(one: AliquotFindings) -> UnmixedSpectrum:
    if one.unmixed is None:
        raise TypeError(one.label)
    return one.unmixed


def _height(spectrum: UnmixedSpectrum, name: str) -> float:
    found = spectrum.of(name).peak.value
    return 0.0 if found is None else found.value


def inks_of(spectrum: UnmixedSpectrum) -> dict[str, Ink]:
    """Return the ink of each species: light of its line; dots have one of their own."""
    lines = {
        one.name: QUIET if one.line_nm is None else wavelength_ink(one.line_nm) for one in spectrum.clusters
    }
    return {**lines, spectrum.dots.name: PREDICTED}


def parts_figure(aliquots: Sequence[AliquotFindings]) -> str:
    """Return a few spectra with their parts.

    Args:
        aliquots: Those that :func:`chosen` named, at least one.
    """
    columns = 3 if len(aliquots) == 3 else columns_for(len(aliquots))
    rows = -(-len(aliquots) // columns)
    inks = {ink for one in aliquots for ink in inks_of(_of(one)).values()}
    title = "Spectra with their parts: lines of clusters, dots, scatter and offset"
    return drawn("parts", title, 60.0 + 270.0 * rows, lambda sheet: _sheet(sheet, aliquots, columns), inks)


def _sheet(sheet: "Figure", aliquots: Sequence[AliquotFindings], columns: int) -> None:
    rows = -(-len(aliquots) // columns)
    grid = sheet.subplots(rows, columns, squeeze=False, sharex=True)
    for axes, one in zip(grid.ravel(), aliquots, strict=False):
        _panel(axes, one)
    for axes in grid[:, 0]:
        axes.set_ylabel("absorbance [1]")
    dress_grid(grid, len(aliquots), lambda axes: axes.set_xlabel("wavelength [nm]"))
    _key(sheet, _of(aliquots[0]))


def _panel(axes: "Axes", one: AliquotFindings) -> None:
    spectrum = _of(one)
    nm, kept = spectrum.wavelengths, thinned(spectrum.wavelengths.size)
    axes.plot(nm[kept], spectrum.values[kept], color=QUIET.light, lw=3.2, alpha=0.45)
    axes.plot(nm[kept], spectrum.fitted[kept], color=INK.light, lw=0.8, ls=(0, (4, 2)))
    for k, (name, ink) in enumerate(inks_of(spectrum).items()):
        part, of = spectrum.parts[k], spectrum.of(name)
        if not of.seen:
            continue
        axes.fill_between(nm[kept], 0.0, part[kept], color=ink.light, alpha=0.14, lw=0)
        axes.plot(nm[kept], part[kept], color=ink.light, lw=1.5, ls=DASHES[k % len(DASHES)])
        if of.line_nm is not None:
            height = float(np.interp(of.line_nm, nm, part))
            axes.annotate(
                f"{of.line_nm:.0f}",
                (of.line_nm, height),
                xytext=(3, 3),
                textcoords="offset points",
                fontsize=9.0,
                color=ink.light,
            )
    axes.plot(nm[kept], spectrum.parts[-1][kept], color=QUIET.light, lw=1.1, ls=":")
    axes.set_title(short(name_of(one)), loc="left")
    axes.margins(x=0.0)


def _key(sheet: "Figure", spectrum: UnmixedSpectrum) -> None:
    from matplotlib.lines import Line2D  # noqa: PLC0415  loaded by now

    handles = [
        Line2D([], [], color=QUIET.light, lw=3.2, alpha=0.45, label="measured"),
        Line2D([], [], color=INK.light, lw=0.8, ls=(0, (4, 2)), label="sum of all parts"),
        *(
            Line2D([], [], color=ink.light, lw=1.5, ls=DASHES[k % len(DASHES)], label=name)
            for k, (name, ink) in enumerate(inks_of(spectrum).items())
        ),
        Line2D([], [], color=QUIET.light, lw=1.1, ls=":", label="scatter and offset"),
    ]
    sheet.legend(handles=handles, loc="outside upper left", ncols=min(len(handles), 7), columnspacing=1.4)
