"""What a reproduction stands on: recipe, constants, instrument, flags, sources, versions, in words."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from aliquot.knowledge import store
from aliquot.knowledge.records import Chemistry, Erratum, Source
from aliquot.recipe import FlowRecipe
from aliquot.report.numbers import fixed, unit_text
from aliquot.report.series import ZERO_CELSIUS
from aliquot.reproduce import Reproduction


@dataclass(frozen=True, slots=True)
class DoseRow:
    """A reagent as it was dosed."""

    key: str
    """Name in the recipe."""
    reagent: str
    """What it is."""
    dose: str
    """As written."""
    purity: str
    """As written, or that it was not reported."""
    dosed: str
    """Amount as dosed [mmol]."""
    active: str
    """Amount after purity [mmol]."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A number of the author beside what follows from the recipe."""

    what: str
    """What is compared."""
    stated: str
    """As stated, with its unit."""
    computed: str
    """As computed, with its unit."""
    verdict: str
    """Whether they agree."""
    note: str
    """What else to know."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A doubt and what it is about."""

    about: str
    """Sample, or the run."""
    text: str
    """A whole sentence."""


@dataclass(frozen=True, slots=True)
class Citation:
    """An entry of the list of sources."""

    key: str
    """Key of the bibliography."""
    text: str
    """Authors, title, journal, volume, pages and year."""
    doi: str | None
    """Digital object identifier."""
    url: str | None
    """Address, where there is no identifier."""
    note: str | None
    """What to know of it."""


def chemistry_of(result: Reproduction) -> Chemistry | None:
    """Return the card behind a run, None if it names none."""
    named = result.chemistry
    return None if named is None else store.chemistry(named.partition("/")[0])


def doses(recipe: FlowRecipe) -> tuple[DoseRow, ...]:
    """Return what was dosed, as written and in moles."""
    return tuple(
        DoseRow(
            key=dose.key,
            reagent=f"{store.reagent(dose.reagent).name} ({dose.reagent})",
            dose=dose.text,
            purity="not reported" if dose.purity is None else dose.purity.text,
            dosed=fixed(1e3 * dose.dosed, 3),
            active=fixed(1e3 * dose.active, 3),
        )
        for dose in recipe.doses
    )


def checks(recipe: FlowRecipe) -> tuple[CheckRow, ...]:
    """Return what the author states beside what follows from the doses."""
    return tuple(
        CheckRow(
            what=check.what,
            stated=f"{check.stated:g} {unit_text(check.unit)}".rstrip(),
            computed=f"{check.computed:.4g} {unit_text(check.unit)}".rstrip(),
            verdict="agrees" if check.agrees else "differs",
            note=check.note or "",
        )
        for check in recipe.checks
    )


def tube(recipe: FlowRecipe) -> str:
    """Return the tube in a sentence."""
    made = recipe.tube
    zones = ", ".join(f"{zone.name} {zone.length:g} m" for zone in made.zones)
    coil = "not reported" if made.coil_radius is None else f"{1e3 * made.coil_radius:g} mm"
    return (
        f"Bore {1e3 * made.bore:.4g} mm, length {made.length:g} m, "
        f"volume {1e6 * made.volume:.3f} mL; zones: {zones}; the feed enters at "
        f"{made.inlet_temperature - ZERO_CELSIUS:.0f} °C; radius of the coil: {coil}."
    )


def instrument(recipe: FlowRecipe, seed: int) -> str:
    """Return how absorbance was taken, in a sentence."""
    seen = recipe.observe
    if seen is None:
        return "The recipe does not say how absorbance was taken."
    low, high = seen.window_nm
    return (
        f"Absorbance from {low:g} to {high:g} nm every {seen.step_nm:g} nm, path {seen.path_mm:g} mm, crude "
        f"product diluted {seen.dilution:g}-fold in {store.solvent(seen.medium).name}, "
        f"noise {seen.noise:g} (standard deviation of absorbance), "
        f"seed {seed} for the first sample and one more for each further one."
    )


def integration(result: Reproduction) -> str:
    """Return how the run was integrated, in a sentence."""
    rungs = max(
        (c.aliquot.population.rungs.size for c in result.conditions if c.aliquot.population), default=0
    )
    taken = None if result.run is None else result.run.steps
    steps = "" if taken is None else f" in {taken} accepted steps for all samples"
    return f"One ladder of {rungs} rungs, integrated{steps}."


def flags(result: Reproduction) -> tuple[Flag, ...]:
    """Return every doubt once, and what is not computed; residence-time notes stand elsewhere."""
    found = [Flag("the run", text) for text in (result.run.flags if result.run else ())]
    for condition in result.conditions:
        doubts = (*condition.edge.flags, *condition.recovered.flags)
        found += [Flag(condition.aliquot.label, text) for text in doubts]
    found += [Flag(f"{row.id}, {row.text}", row.beyond) for row in result.rows if row.beyond]
    return tuple(dict.fromkeys(found))


def errata(result: Reproduction, recipe: FlowRecipe) -> tuple[Erratum, ...]:
    """Return the located errors that recipe or published numbers touch, by name."""
    named = {*recipe.errata, *(key for row in result.rows for key in row.errata)}
    return tuple(store.erratum(key) for key in sorted(named))


def citations(result: Reproduction, recipe: FlowRecipe) -> tuple[Citation, ...]:
    """Return all sources that the result rests on, each once."""
    material = store.material(recipe.material)
    cards = (
        *(optical.source for optical in material.refraction),
        *(curve.source for curve in material.sizing),
    )
    found = [
        key
        for condition in result.conditions
        for finding in (condition.edge.e1, condition.recovered.mean, condition.recovered.rsd)
        for key in finding.sources
    ]
    behind = result.run.citations if result.run else ()
    keys = dict.fromkeys(key for key in (*behind, *found, *cards) if key)
    return tuple(citation(key, store.source(key)) for key in keys)


def citation(key: str, source: Source) -> Citation:
    """Return an entry of the bibliography as it is printed; a title that is not known is left out."""
    place = " ".join(part for part in (source.container, source.volume) if part)
    pages = "" if source.pages is None else f", {source.pages}"
    title = "" if source.title is None else f"{source.title}. "
    return Citation(
        key=key,
        text=f"{source.authors}. {title}{place}{pages} ({source.year}).",
        doi=source.doi,
        url=None if source.doi else source.url,
        note=source.note,
    )


def short_authors(authors: str) -> str:
    """Return the family names of one or two authors, or the first and others.

    Example:
        >>> short_authors("Z. Wang and D. Segets"), short_authors("W. W. Yu, L. Qu, W. Guo and X. Peng")
        ('Wang and Segets', 'Yu and others')
    """
    names = [_family(name) for part in authors.split(", ") for name in part.split(" and ")]
    return " and ".join(names) if len(names) <= 2 else f"{names[0]} and others"


def _family(name: str) -> str:
    return " ".join(word for word in name.split() if not word.endswith("."))


def versions(result: Reproduction, recipe: str | None) -> tuple[tuple[str, str], ...]:
    """Return name and version of everything that was used and can change.

    Args:
        result: The reproduction.
        recipe: Recipe of a campaign; None where each flask has its own.
    """
    try:
        own = version("aliquot")
    except PackageNotFoundError:  # run from a checkout that was never installed
        own = "not installed"
    cards = [name for name in (result.chemistry, *result.everything) if name]
    labels = [name if "/" in name else f"{name}/{store.chemistry(name).version}" for name in cards]
    found = [("Aliquot", own), ("chemistry", ", ".join(labels) or "that of each run")]
    if recipe is not None:
        found.append(("recipe", recipe))
    found.append(("observations", result.paper))
    if result.run is not None:
        found.append(("seed of the noise", str(result.seed)))
    return tuple(found)
