"""What `aliquot analyse` is asked: spectra, and what belongs to them."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from aliquot.errors import InputError
    from aliquot.instruments.absorbance.analyse import Clusters, Question
    from aliquot.instruments.absorbance.learned import Learned
    from aliquot.instruments.signal import Signal
    from aliquot.knowledge.records import Material


def signals_of(
    files: list[Path], path: str | None, dilution: float | None, medium: str | None, transmission: str
) -> "list[Signal]":
    """Return all spectra of all files."""
    from aliquot.instruments.formats import read_spectra
    from aliquot.knowledge import store
    from aliquot.units import to_float

    if medium is not None:
        medium = store.solvent(medium).id
    path_mm = None if path is None else to_float(path, "mm")
    what = _transmission(transmission)
    return [
        signal
        for file in files
        for signal in read_spectra(file, path_mm=path_mm, dilution=dilution, medium=medium, transmission=what)
    ]


def question_of(
    card: "Material",
    files: list[Path],
    *,
    clusters: str,
    lineshape: str,
    sizes: bool,
    blank: Path | None,
    precursors: Path | None,
    recipe: str | None,
    flow: str | None,
    recorded: Path | None,
    path: str | None,
    dilution: float | None,
    medium: str | None,
) -> "Question":
    """Return what is asked of the series."""
    from aliquot.instruments.absorbance.analyse import Question
    from aliquot.instruments.absorbance.production import most_of
    from aliquot.instruments.absorbance.recorded import read_recorded, series_for
    from aliquot.recipe import read_recipe
    from aliquot.recipe.flow import FlowRecipe
    from aliquot.units import to_float

    read = None if recipe is None else read_recipe(recipe)
    tube_ml = read.tube.volume * 1e6 if isinstance(read, FlowRecipe) else None
    return Question(
        clusters=_clusters(clusters),
        invert=sizes,
        lineshape=_lineshape(lineshape, card),
        blank=None if blank is None else _one(blank, path, dilution, medium),
        precursors=None if precursors is None else _one(precursors, path, dilution, medium),
        most=None if read is None else most_of(read, card),
        flow_ml_min=None if flow is None else to_float(flow, "mL/min"),
        volume_ml=tube_ml,
        recorded=None if recorded is None else series_for(read_recorded(recorded), files[0].name),
    )


def _one(file: Path, path: str | None, dilution: float | None, medium: str | None) -> "Signal":
    """Return the only spectrum of a file, taken in the same cuvette as the series."""
    found = signals_of([file], path, dilution, medium, "refuse")
    if len(found) != 1:
        raise _wrong(f"'{file}' with {len(found)} spectra", "a file with one spectrum", str(file))
    return found[0]


def _clusters(words: str) -> "Clusters":
    if words in {"none", "auto"}:
        return "auto" if words == "auto" else "none"
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _lineshape(word: str, card: "Material") -> "Literal['learn', 'card'] | Learned":
    from aliquot.instruments.absorbance.learned import read_lineshape

    if word in {"learn", "card"}:
        return "learn" if word == "learn" else "card"
    file = Path(word)
    if not file.is_file():
        raise _wrong(f"'{word}'", "'learn', 'card', or a file that --save-lineshape wrote", "--lineshape")
    return read_lineshape(file, card)


def _transmission(word: str) -> Literal["refuse", "convert"]:
    from aliquot.errors import InputError, Where, suggestion

    choices: dict[str, Literal["refuse", "convert"]] = {"refuse": "refuse", "convert": "convert"}
    if word in choices:
        return choices[word]
    raise InputError(
        given=f"'{word}'",
        expected="'refuse' or 'convert'",
        why="transmission is no absorbance",
        remedy=suggestion(word, choices),
        where=Where(key="--transmission"),
    )


def _wrong(given: str, expected: str, where: str) -> "InputError":
    from aliquot.errors import InputError, Where

    return InputError(
        given=given,
        expected=expected,
        why="nothing else is understood here",
        remedy="See 'aliquot analyse --help'.",
        where=Where(key=where),
    )
