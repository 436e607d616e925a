"""`aliquot simulate`: a recipe in, populations and spectra out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.knowledge.records import Chemistry
    from aliquot.recipe import FlowRecipe
    from aliquot.synthesis import Aliquot, Run


def simulate(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of a recipe in the book.")],
    chemistry: Annotated[
        str | None,
        typer.Option(help="Card of calibrated constants; the one that fits the feed unless given."),
    ] = None,
    sample: Annotated[list[str] | None, typer.Option(help="Only this sample; may be repeated.")] = None,
    rungs: Annotated[int, typer.Option(min=50, help="Formula units of the largest particle.")] = 2500,
    dispersion: Annotated[
        str | None,
        typer.Option(help="'plug flow', 'Taylor-Aris' or 'convective limit'; the valid one unless given."),
    ] = None,
    spectra: Annotated[
        Path | None, typer.Option(help="Write the simulated absorbance to this CSV file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the spectra's noise.")] = 2023,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema simulate/1.")] = False,
) -> None:
    """Simulate a recipe: sizes, conversion and first exciton of each sample.

    \b
    Examples:
      aliquot simulate inp_wang2023
      aliquot simulate my_recipe.yaml --sample 200C --json
    """
    from aliquot.recipe import flow_recipe, read_recipe
    from aliquot.synthesis import observe
    from aliquot.synthesis import simulate as run_recipe

    read = flow_recipe(read_recipe(recipe))
    if sample:
        read = read.only(*sample)
    card = _chemistry(read, chemistry)
    with output.progress(len(read.samples), f"simulating {read.id}", quiet=json) as told:
        run = run_recipe(read, card, rungs=rungs, dispersion=_dispersion(dispersion), progress=told)
    if read.observe is not None:
        run = observe(run, seed=seed)
    if spectra is not None:
        _write_spectra(run, spectra)
    if json:
        output.print_json("simulate", as_json(run))
    else:
        _show(run)


def as_json(run: "Run") -> dict[str, Any]:
    """Return a run as the contract writes it."""
    return {
        "recipe": None if run.recipe is None else run.recipe.id,
        "chemistry": run.chemistry,
        "aliquots": [_aliquot(aliquot) for aliquot in run.aliquots],
        "balance": {"max_relative_error": run.mass_error},
        "steps": run.steps,
        "wall_s": run.wall_s,
        "citations": list(run.citations),
        "flags": list(run.flags),
    }


def _aliquot(aliquot: "Aliquot") -> dict[str, Any]:
    from aliquot.population import Weighting

    population = aliquot.population
    content: dict[str, Any] = {
        "label": aliquot.label,
        "time_s": aliquot.time_s,
        "temperature_K": aliquot.temperature,
        "flow_m3_s": aliquot.flow,
        "conversion": aliquot.conversion,
        "species_mol_m3": {},
        "population": None,
        "clusters_mol_m3": {},
        "e1_nm": _e1(aliquot),
        "flags": list(aliquot.flags),
    }
    if population is not None:
        content["species_mol_m3"] = dict(population.species)
        sizes = population.sizes(Weighting.VOLUME) if population.dots > 0 else None
        content["population"] = {
            "material": population.material,
            "mean_diameter_nm": None if sizes is None else sizes.mean,
            "rsd": None if sizes is None else sizes.rsd,
            "weighting": "volume",
            "number_per_m3": population.dots_per_m3,
        }
    return content


def _e1(aliquot: "Aliquot") -> float | None:
    """Return the first exciton of the simulated spectrum [nm], None where it shows none or was not taken."""
    from aliquot.instruments.absorbance.edge import find_edge

    found = find_edge(aliquot.signals[0]).e1.value if aliquot.signals else None
    return None if found is None else found.value


def _chemistry(recipe: "FlowRecipe", name: str | None) -> "Chemistry":
    """Return the chemistry asked for, or the one whose precursors the feed holds."""
    from aliquot.errors import RecipeError, Where
    from aliquot.knowledge import store

    if name is not None:
        return store.chemistry(name)
    cards = [store.chemistry(known) for known in store.names("chemistries")]
    held = recipe.feed.concentrations
    fitting = [c for c in cards if c.material == recipe.material and set(c.precursors.values()) <= set(held)]
    if len(fitting) == 1:
        return fitting[0]
    raise RecipeError(
        given=f"{recipe.material} from " + ", ".join(held),
        expected="one chemistry that fits",
        why=f"{len(fitting)} of the cards {', '.join(c.id for c in cards)} do",
        remedy="Name one with --chemistry.",
        where=Where(recipe.id, key="material"),
    )


def _dispersion(name: str | None) -> Any:  # noqa: ANN401  the enumeration lives behind the import of JAX
    from aliquot.errors import InputError, Where, suggestion
    from aliquot.reactors.residence import Dispersion

    known = {model.value: model for model in Dispersion}
    if name is None or name in known:
        return None if name is None else known[name]
    raise InputError(
        given=f"'{name}'",
        expected="a model of dispersion",
        why="residence times follow from it",
        remedy=suggestion(name, known),
        where=Where(key="--dispersion"),
    )


def _write_spectra(run: "Run", path: Path) -> None:
    """Write wavelength and absorbance of each aliquot, as spectrometers export them."""
    from aliquot.errors import InputError, Where

    signals = [signal for aliquot in run.aliquots for signal in aliquot.signals]
    head = ["Wavelength (nm)", *(f"{signal.label} {(signal.time_s or 0.0):.0f} s" for signal in signals)]
    lines = [",".join(head)]
    for i, wavelength in enumerate(signals[0].wavelengths if signals else []):
        lines.append(",".join([f"{wavelength:.2f}", *(f"{signal.values[i]:.6f}" for signal in signals)]))
    try:
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            given=f"'{path}'",
            expected="a file that can be written",
            why=str(error.strerror),
            remedy="Check the folder and its permissions.",
            where=Where(key="--spectra"),
        ) from None


def _show(run: "Run") -> None:
    from aliquot.population import Weighting

    rows = []
    for aliquot in run.aliquots:
        population = aliquot.population
        sizes = None if population is None or population.dots <= 0 else population.sizes(Weighting.VOLUME)
        e1 = _e1(aliquot)
        rows.append(
            [
                aliquot.label,
                "–" if aliquot.temperature is None else f"{aliquot.temperature - 273.15:.0f}",
                "–" if aliquot.time_s is None else f"{aliquot.time_s / 60:.2f}",
                "–" if sizes is None else f"{sizes.mean:.2f}",
                "–" if sizes is None else f"{100 * sizes.rsd:.1f}",
                "–" if population is None else f"{1e3 * population.dots:.3g}",
                "–" if aliquot.conversion is None else f"{100 * aliquot.conversion:.1f}",
                "–" if e1 is None else f"{e1:.0f}",
            ]
        )
    columns = [
        "sample",
        "T / °C",
        "time / min",
        "mean d / nm",
        "RSD / %",
        "dots / µM",
        "conversion / %",
        "E1 / nm",
    ]
    recipe = run.recipe
    title = "" if recipe is None else f"{recipe.title} — sizes by volume, {run.chemistry}"
    notes = [f"Mass balance closes to {run.mass_error:.0e}; {run.steps} steps, {run.wall_s:.1f} s."]
    if recipe is not None:
        notes += [
            f"{check.what}: stated {check.stated:g} {check.unit}, computed {check.computed:.4g} {check.unit}."
            for check in recipe.checks
            if not check.agrees
        ]
    notes += [f"{aliquot.label}: {flag}" for aliquot in run.aliquots for flag in aliquot.flags]
    notes += list(run.flags)
    notes.append("Cite: " + ", ".join(run.citations) + ".")
    output.print_table(title, columns, rows, notes)
