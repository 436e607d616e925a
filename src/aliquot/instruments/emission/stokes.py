"""The Stokes shift: how far an emission lies below the first exciton of the same sample."""

from dataclasses import replace
from types import MappingProxyType

from aliquot.finding import Finding, Interval
from aliquot.instruments.absorbance.edge import Edge
from aliquot.instruments.emission.band import Band

BAND_EDGE_MEV = 200.0
"""Shift above which an emission is no longer taken for that of the band edge [meV].

Estimated because band-edge shifts of dots are 20 to 100 meV, growing with the spread of sizes."""


def stokes_shift(band: Band, edge: Edge) -> Finding:
    """Return the Stokes shift: first exciton less the maximum of the emission per energy.

    Args:
        band: Band of emission.
        edge: First exciton of the same sample.

    Returns:
        The shift [meV], with the budgets of both; without value where one of them has none.

    Example:
        >>> stokes_shift(Band.at(2.5, 0.001), Edge.nothing()).flags
        ('No Stokes shift without a first exciton.',)
    """
    meant = "first exciton less the maximum of the emission per energy"
    blank = Finding("Stokes shift", "meV", None, definition=meant)
    if edge.e1.value is None or edge.e1_ev is None:
        return replace(blank, flags=("No Stokes shift without a first exciton.", *edge.flags))
    if band.peak_ev.value is None:
        return replace(blank, flags=("No Stokes shift without a peak.", *band.peak_ev.flags))
    shift = 1e3 * (edge.e1_ev - band.peak_ev.value.value)
    per_nm = 1e3 * edge.e1_ev / edge.e1.value.value
    parts = {f"first exciton: {cause}": sd * per_nm for cause, sd in edge.e1.budget.items()}
    parts |= {f"emission: {cause}": 1e3 * sd for cause, sd in band.peak_ev.budget.items()}
    total = sum(part**2 for part in parts.values()) ** 0.5
    evidence = f"first exciton at {edge.e1_ev:.3f} eV, emission at {band.peak_ev.value.value:.3f} eV"
    flags = _doubts(shift, total)
    return replace(
        blank,
        value=Interval.normal(shift, total),
        budget=MappingProxyType(parts),
        evidence=evidence,
        flags=flags,
    )


def _doubts(shift: float, sd: float) -> tuple[str, ...]:
    """Return what a shift of this size means."""
    if shift > BAND_EDGE_MEV:
        told = (
            f"A shift of {shift:.0f} meV is no band-edge Stokes shift: traps or the largest dots emit, "
            "or the two spectra are not of one sample."
        )
        return (told,)
    if shift < -2.0 * sd:
        return ("The emission lies above the first exciton: the two spectra are not of one sample.",)
    return ()
