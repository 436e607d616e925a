"""`aliquot simulate`: a recipe in, populations and spectra out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.knowledge.records import Chemistry
    from aliquot.population import SizeDistribution
    from aliquot.recipe import Recipe
    from aliquot.synthesis import Aliquot, Run

TRACE = 1e-6
"""Share of the formula units below which dots are not told: far below what any spectrum shows [1]."""


def simulate(
    recipe: Annotated[str, typer.Argument(help="A recipe file, or the name of a recipe in the book.")],
    chemistry: Annotated[
        str | None,
        typer.Option(help="Card of calibrated constants; the one that fits the recipe unless given."),
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="Switch of the chemistry's card, by name; may be repeated.")
    ] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="KEY=VALUE for what the recipe leaves null; may be repeated."),
    ] = None,
    extrapolate: Annotated[
        bool, typer.Option("--extrapolate", help="Allow temperatures outside the chemistry's calibration.")
    ] = False,
    sample: Annotated[
        list[str] | None, typer.Option(help="Only this sample of a flow recipe; may be repeated.")
    ] = None,
    rungs: Annotated[
        int | None, typer.Option(min=50, help="Formula units at which the ladder ends; as many as it takes.")
    ] = None,
    dispersion: Annotated[
        str | None,
        typer.Option(
            help="'plug flow', 'Taylor-Aris', 'tanks in series' or 'convective limit'; the valid one if none."
        ),
    ] = None,
    tanks: Annotated[
        int | None, typer.Option(min=1, help="Stirred tanks in series in the place of the tube.")
    ] = None,
    coarse: Annotated[
        float | None,
        typer.Option(min=0.02, max=0.2, help="Coarse rungs this far apart in n^(1/3); 0.1 is usual."),
    ] = None,
    spectra: Annotated[
        Path | None, typer.Option(help="Write the simulated absorbance to this CSV file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the spectra's noise.")] = 2023,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, schema simulate/1.")] = False,
) -> None:
    """Simulate a recipe: sizes, clusters, conversion and first exciton of each sample.

    \b
    Examples:
      aliquot simulate inp_wang2023
      aliquot simulate cdte_mech2023_ode --option "slow edge instead of well"
      aliquot simulate cd3p2_tiwari2025_clusters --set "steps.4.hold.for=1 h" --extrapolate
      aliquot simulate my_recipe.yaml --sample 200C --json
    """
    from aliquot.kinetics.integrate import SIZES
    from aliquot.reactors.advance import LONGEST
    from aliquot.recipe import flow_recipe, read_recipe
    from aliquot.recipe.override import parse_settings
    from aliquot.synthesis import simulate as run_recipe

    read = read_recipe(recipe, values=parse_settings(given or []))
    if sample:
        read = flow_recipe(read).only(*sample)
    card = _chemistry(read, chemistry, option or [])
    with output.progress(_count(read), f"simulating {read.id}", quiet=json) as told:
        run = run_recipe(
            read,
            card,
            rungs=LONGEST if rungs is None else rungs,
            begin=SIZES[
                1
            ],  # one kernel is traced and loaded, not two: a second of the five that a call takes
            dispersion=_dispersion(dispersion),
            tanks=tanks,
            coarse=coarse,
            extrapolate=extrapolate,
            progress=told,
        )
    run = _observed(run, seed)
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
        "given": {} if run.recipe is None else dict(run.recipe.given),
        "assumptions": list(run.assumptions),
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
        "volume_m3": aliquot.volume,
        "conversion": aliquot.conversion,
        "species_mol_m3": {},
        "population": None,
        "clusters_mol_m3": dict(aliquot.clusters),
        "e1_nm": _e1(aliquot),
        "flags": list(aliquot.flags),
    }
    if population is not None:
        content["species_mol_m3"] = dict(population.species)
        sizes = _sizes(aliquot)
        content["population"] = {
            "material": population.material,
            "mean_diameter_nm": None if sizes is None else sizes.mean,
            "rsd": None if sizes is None else sizes.rsd,
            "weighting": "volume",
            "number_per_m3": population.dots_per_m3,
        }
    if aliquot.shell is not None:
        content["shell"] = {
            "material": aliquot.shell.shell.material,
            "thickness_nm": aliquot.shell.thickness_nm,
            "mean_outer_diameter_nm": aliquot.shell.sizes(Weighting.VOLUME).mean,
            "share_on_cores": aliquot.shell.on_cores,
        }
    return content


def _sizes(aliquot: "Aliquot") -> "SizeDistribution | None":
    """Return the dots' sizes by volume, None where there are hardly any: a mean of traces means nothing."""
    from aliquot.population import Weighting

    population = aliquot.population
    if population is None or population.dots <= 0 or population.dot_units < TRACE * population.units:
        return None
    return population.sizes(Weighting.VOLUME)


def _e1(aliquot: "Aliquot") -> float | None:
    """Return the first exciton of the simulated spectrum [nm], None where it shows none or was not taken."""
    from aliquot.instruments.absorbance.edge import find_edge

    found = find_edge(aliquot.signals[0]).e1.value if aliquot.signals else None
    return None if found is None else found.value


def _count(recipe: "Recipe") -> int:
    """Return how many samples a recipe will give."""
    from aliquot.recipe import BatchRecipe, FlowRecipe
    from aliquot.recipe.batch import Feed, Hold

    if isinstance(recipe, FlowRecipe):
        return len(recipe.samples)
    steps = recipe.steps if isinstance(recipe, BatchRecipe) else ()
    lasting = [step for step in steps if isinstance(step, Feed | Hold)]
    times = [step.aliquots.times if step.aliquots else () for step in lasting]
    ended = bool(lasting) and lasting[-1].duration in times[-1]
    return sum(len(drawn) for drawn in times) + (not ended)  # the product, where it is no sample


def _observed(run: "Run", seed: int) -> "Run":
    """Return a run with its spectra, or with the reason why they can not be computed."""
    from dataclasses import replace

    from aliquot.errors import InputError
    from aliquot.synthesis import observe

    if run.recipe is None or run.recipe.observe is None:
        return run
    try:
        return observe(run, seed=seed)
    except InputError as reason:
        return replace(run, flags=(*run.flags, f"No spectra: {reason}"))


def _chemistry(recipe: "Recipe", name: str | None, options: list[str]) -> "Chemistry":
    """Return the chemistry asked for, or the one that fits, with the options asked for."""
    from aliquot.errors import CardError, Where, suggestion
    from aliquot.knowledge import store
    from aliquot.knowledge.chemistries import card_for

    card = store.chemistry(name) if name is not None else card_for(recipe.material, recipe.reagents)
    for option in options:
        if option not in card.options:
            raise CardError(
                given=f"the option '{option}'",
                expected="an option of the card" if card.options else "no option: the card has none",
                why="only structures that were tried against the data are offered",
                remedy=suggestion(option, card.options),
                where=Where(card.id, key="options"),
            )
    return card.chosen(*options) if options else card


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
    recipe = run.recipe
    lines = list(dict.fromkeys(line for aliquot in run.aliquots for line in aliquot.clusters))
    coated = any(aliquot.shell is not None for aliquot in run.aliquots)
    columns = ["sample", "T / °C", "time / min", "mean d / nm", "RSD / %", "dots / µM"]
    columns += [f"{line} nm / µM" for line in lines]
    columns += ["shell / nm"] if coated else []
    columns += ["conversion / %", "E1 / nm"]
    rows = [_row(aliquot, lines, coated=coated) for aliquot in run.aliquots]
    title = "" if recipe is None else f"{recipe.title} — sizes by volume, {run.chemistry}"
    notes = [f"Mass balance closes to {run.mass_error:.0e}; {run.steps} steps, {run.wall_s:.1f} s."]
    if recipe is not None:
        notes += [f"Given by you: {key} = {text}." for key, text in recipe.given.items()]
        notes += [
            f"{check.what}: stated {check.stated:g} {check.unit}, computed {check.computed:.4g} {check.unit}."
            for check in recipe.checks
            if not check.agrees
        ]
    notes += [f"Assumed: {told}" for told in run.assumptions]
    notes += [f"{aliquot.label}: {flag}" for aliquot in run.aliquots for flag in aliquot.flags]
    notes += list(run.flags)
    notes.append("Cite: " + ", ".join(run.citations) + ".")
    output.print_table(title, columns, rows, notes)


def _row(aliquot: "Aliquot", lines: list[str], *, coated: bool) -> list[str]:
    """Return the cells of a sample; a dash where nothing is known."""
    population, sizes, e1 = aliquot.population, _sizes(aliquot), _e1(aliquot)
    shell = None if aliquot.shell is None else aliquot.shell.thickness_nm

    def cell(value: float | None, form: str) -> str:
        return "–" if value is None else format(value, form)

    celsius = None if aliquot.temperature is None else aliquot.temperature - 273.15
    return [
        aliquot.label,
        cell(celsius, ".0f"),
        cell(None if aliquot.time_s is None else aliquot.time_s / 60.0, ".2f"),
        cell(None if sizes is None else sizes.mean, ".2f"),
        cell(None if sizes is None else 100.0 * sizes.rsd, ".1f"),
        cell(None if population is None else 1e3 * max(population.dots, 0.0), ".3g"),
        *(cell(1e3 * max(aliquot.clusters.get(line, 0.0), 0.0), ".3g") for line in lines),
        *([cell(shell, ".2f")] if coated else []),
        cell(None if aliquot.conversion is None else 100.0 * aliquot.conversion, ".1f"),
        cell(e1, ".0f"),
    ]
