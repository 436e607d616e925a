"""What the spectrometer of a recipe would see of a simulated run."""

from dataclasses import replace
from zlib import crc32

from aliquot.errors import InputError, Where
from aliquot.instruments.absorbance.observe import Spectrometer
from aliquot.instruments.absorbance.observe import observe as absorbance
from aliquot.knowledge import store
from aliquot.recipe import Observe
from aliquot.synthesis.run import Run


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


def observe(run: Run, *, seed: int) -> Run:
    """Return the run with the absorbance of each aliquot, as the spectrometer of its recipe would see it.

    Args:
        run: A simulated run.
        seed: Seed of the noise. Each aliquot draws its own by its label, so that it does not depend on which
            others were simulated with it.

    Raises:
        InputError: If the recipe does not say how absorbance is taken, or a population is not known.
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
    instrument = spectrometer(settings)
    seen = []
    for aliquot in run.aliquots:
        if aliquot.population is None:
            raise InputError(
                given=f"the aliquot '{aliquot.label}' without a population",
                expected="a simulated one",
                why="its spectrum is computed from its population",
                remedy="Read measured spectra from their file instead.",
                where=Where(key=aliquot.label),
            )
        signal = absorbance(
            aliquot.population,
            store.material(aliquot.population.material),
            instrument,
            label=aliquot.label,
            time_s=aliquot.time_s,
            seed=seed + crc32(aliquot.label.encode()),
        )
        seen.append(replace(aliquot, signals=(*aliquot.signals, signal)))
    return replace(run, aliquots=tuple(seen))
