"""What the spectrometer of a recipe would see of a simulated run."""

from collections.abc import Mapping
from dataclasses import replace
from zlib import crc32

from aliquot.errors import CardError, InputError, Where
from aliquot.instruments.absorbance.clusters.forward import (
    BY_SIZE,
    Reading,
    absorbers,
    between_clusters_and_dots,
)
from aliquot.instruments.absorbance.kernel import size_limits
from aliquot.instruments.absorbance.observe import Spectrometer
from aliquot.instruments.absorbance.observe import observe as absorbance
from aliquot.knowledge import records, store
from aliquot.knowledge.formula import composition
from aliquot.recipe import Observe
from aliquot.synthesis.run import Aliquot, Run

UNNAMED = 0.01
"""Share of all units between clusters and dots above which an aliquot says how they are drawn [1]."""


def spectrometer(settings: Observe) -> Spectrometer:
    """Return the instrument that a recipe describes."""
    return Spectrometer(
        medium=store.solvent(settings.medium),
        window_nm=settings.window_nm,
        step_nm=settings.step_nm,
        path_mm=settings.path_mm,
        dilution=settings.dilution,
        noise=settings.noise,
    )


def reading(chemistry: records.Chemistry) -> Reading:
    """Return how populations of a chemistry absorb: named clusters by their lines, dots without their comb.

    Where clusters join whole, dots stand on multiples of the smallest that joins. Half of it smooths them.

    Raises:
        CardError: If a named cluster belongs to no family with known absorption.

    Example:
        >>> found = reading(store.chemistry("cdte_mech2023"))
        >>> [one.family.id for one in found.by_lines], found.comb
        (['CdTe-449', 'CdTe-469', 'CdTe-430'], 17.0)
    """
    joining = () if chemistry.agglomeration is None else chemistry.agglomeration.channels.values()
    smallest = min((channel.first or channel.start or 1 for channel in joining), default=0)
    formula = composition(chemistry.material)
    units = {name: _units(kind.holds, formula) for name, kind in chemistry.species.items()}
    found = absorbers(store.material(chemistry.material), chemistry.clusters, units)
    return Reading(found, 0.5 * smallest if smallest > 1 else 0.0)


def observe(run: Run, *, seed: int, chemistry: records.Chemistry | None = None) -> Run:
    """Return the run with the absorbance of each aliquot, as the spectrometer of its recipe would see it.

    Clusters that the chemistry names absorb by the lines of their families, uncertain by 30 % in amount; a
    complex of precursors with a known band by that, to an order of magnitude. See :func:`reading`.

    Args:
        run: A simulated run.
        seed: Seed of the noise. Each aliquot draws its own by its label, so that it does not depend on which
            others were simulated with it.
        chemistry: Card behind the run, if it is not the one of the base under that name.

    Raises:
        InputError: If the recipe does not say how absorbance is taken, or a population is not known.
        CardError: If the run has clusters and their chemistry, lines or material are not known.
        SignalError: If a cuvette would absorb too much; the recipe has to dilute more.
    """
    settings = None if run.recipe is None else run.recipe.observe
    if settings is None:
        raise InputError(
            given="a run whose recipe has no 'observe'",
            expected="window, path, dilution, medium and noise of an absorbance measurement",
            why="a spectrum depends on them",
            remedy="Add an 'observe' block to the recipe.",
            where=Where(None if run.recipe is None else run.recipe.id, key="observe"),
        )
    how = _reading(run, chemistry)
    instrument = spectrometer(settings)
    return replace(run, aliquots=tuple(_seen(aliquot, instrument, how, seed) for aliquot in run.aliquots))


def _seen(aliquot: Aliquot, instrument: Spectrometer, how: Reading, seed: int) -> Aliquot:
    """Return an aliquot with its spectrum."""
    if aliquot.population is None:
        raise InputError(
            given=f"the aliquot '{aliquot.label}' without a population",
            expected="a simulated one",
            why="its spectrum is computed from its population",
            remedy="Read measured spectra from their file instead.",
            where=Where(key=aliquot.label),
        )
    material = store.material(aliquot.population.material)
    signal = absorbance(
        aliquot.population,
        material,
        instrument,
        label=aliquot.label,
        time_s=aliquot.time_s,
        seed=seed + crc32(aliquot.label.encode()),
        reading=how,
    )
    flags = aliquot.flags
    if how.by_lines:
        share = between_clusters_and_dots(aliquot.population, how.by_lines, size_limits(material)[0])
        if share > UNNAMED:
            told = f"{100.0 * share:.0f} % of the material stands between clusters and dots"
            flags += (f"{told}: it is drawn as dots of this size, which no measurement supports.",)
    return replace(aliquot, signals=(*aliquot.signals, signal), flags=flags)


def _reading(run: Run, chemistry: records.Chemistry | None) -> Reading:
    """Return how to read a run: as its chemistry says where it names clusters, else by dots alone."""
    if chemistry is not None:
        return reading(chemistry)
    if not any(aliquot.clusters for aliquot in run.aliquots):
        return BY_SIZE
    name = (run.chemistry or "").split(" + ")[0]
    card, _, version = name.partition("/")
    found = store.chemistry(card)
    if str(found.version) != version:
        raise CardError(
            given=f"a run by '{name}'",
            expected=f"the card in use, '{found.id}/{found.version}'",
            why="it says on which rungs the clusters of the run stand",
            remedy="Give the card of the run as 'chemistry'.",
            where=Where(f"cards/chemistries/{card}.yaml"),
        )
    return reading(found)


def _units(holds: Mapping[str, int], formula: Mapping[str, int]) -> float:
    """Return how many formula units the atoms of a species would make [1]."""
    return min((holds.get(element, 0) / number for element, number in formula.items()), default=0.0)
