"""What `aliquot analyse` is asked: its options, spectra, and what belongs to them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.instruments.absorbance.analyse import Clusters, Question
    from aliquot.instruments.absorbance.learned import Learned
    from aliquot.instruments.signal import Signal
    from aliquot.knowledge.records import Material

Files = Annotated[list[Path], typer.Argument(help="Files of absorbance spectra, one series together.")]
MaterialName = Annotated[str, typer.Option(help="What the dots are made of: InP, CdSe, CdTe, InAs, ...")]
PathLength = Annotated[str | None, typer.Option(help="Optical path, such as '1 mm'.")]
Dilution = Annotated[
    float | None, typer.Option(min=1.0, help="Volume after dilution over that of the aliquot.")
]
Medium = Annotated[str | None, typer.Option(help="Solvent around the dots, such as hexane.")]
ClusterWords = Annotated[
    str, typer.Option(help="none; auto: those of the library that the series needs; or lines: 449,469.")
]
Lineshape = Annotated[
    str, typer.Option(help="learn: from the series; card: that of the material; or a file saved before.")
]
SaveLineshape = Annotated[
    Path | None, typer.Option(help="Write the lineshape that the series taught to this file.")
]
Blank = Annotated[Path | None, typer.Option(help="Spectrum of the blank, to be examined with.")]
Precursors = Annotated[
    Path | None, typer.Option(help="Spectrum of what absorbs and is no dot, taken off amounts.")
]
RecipeName = Annotated[
    str | None, typer.Option(help="Recipe of the book, or a file: yields against what it allows.")
]
Flow = Annotated[str | None, typer.Option(help="Flow out of a reactor, such as '0.1 mL/min': production.")]
Recorded = Annotated[
    Path | None, typer.Option(help="Table of first excitons that somebody wrote down, to compare.")
]
Transmission = Annotated[str, typer.Option(help="What to do with percent transmission: refuse or convert.")]
Sizes = Annotated[bool, typer.Option("--sizes/--no-sizes", help="Whether size distributions are recovered.")]
Report = Annotated[Path | None, typer.Option(help="Write spectra, fits and tables to this HTML.")]


@dataclass(frozen=True, slots=True)
class Cell:
    """How the liquids of a series were measured, in the words of the command line."""

    path: str | None
    """Optical path, with its unit."""
    dilution: float | None
    """Volume after dilution over that of the aliquot [1]."""
    medium: str | None
    """Name of the solvent."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a series, in the words of the command line."""

    clusters: str
    """'none', 'auto', or names and lines with commas between."""
    lineshape: str
    """'learn', 'card', or a file."""
    sizes: bool
    """Whether size distributions are recovered."""
    blank: Path | None
    """Spectrum of the blank."""
    precursors: Path | None
    """Spectrum of what absorbs and is no dot."""
    recipe: str | None
    """Recipe of the book, or a file."""
    flow: str | None
    """Flow out of a reactor, with its unit."""
    recorded: Path | None
    """Table of first excitons."""


def signals_of(
    files: Iterable[Path], cell: Cell, transmission: str, told: Callable[[str], None] | None = None
) -> "list[Signal]":
    """Return all spectra of all files.

    Args:
        files: Files of any instrument.
        cell: Path, dilution and medium.
        transmission: 'refuse' or 'convert'.
        told: Hears a sentence for each conversion.
    """
    from aliquot.instruments.formats import read_spectra
    from aliquot.knowledge import store
    from aliquot.units import to_float

    medium = None if cell.medium is None else store.solvent(cell.medium).id
    path_mm = None if cell.path is None else to_float(cell.path, "mm")
    what = _transmission(transmission)
    return [
        signal
        for file in files
        for signal in read_spectra(
            file, path_mm=path_mm, dilution=cell.dilution, medium=medium, transmission=what, told=told
        )
    ]


def question_of(
    asked: Asked,
    card: "Material",
    files: list[Path],
    cell: Cell,
    told: Callable[[str], None] | None = None,
) -> "Question":
    """Return what is asked of the series.

    Args:
        asked: The words of the command line.
        card: Material of the dots.
        files: Files of the series.
        cell: Path, dilution and medium, which blank and precursors share.
        told: Hears a sentence for each conversion of their spectra.
    """
    from aliquot.instruments.absorbance.analyse import Question
    from aliquot.instruments.absorbance.production import most_of
    from aliquot.instruments.absorbance.recorded import read_recorded, series_for
    from aliquot.recipe import read_recipe
    from aliquot.recipe.flow import FlowRecipe
    from aliquot.units import to_float

    read = None if asked.recipe is None else read_recipe(asked.recipe)
    tube_ml = read.tube.volume * 1e6 if isinstance(read, FlowRecipe) else None
    return Question(
        clusters=_clusters(asked.clusters),
        invert=asked.sizes,
        lineshape=_lineshape(asked.lineshape, card),
        blank=None if asked.blank is None else _one(asked.blank, cell, told),
        precursors=None if asked.precursors is None else _one(asked.precursors, cell, told),
        most=None if read is None else most_of(read, card),
        flow_ml_min=None if asked.flow is None else to_float(asked.flow, "mL/min"),
        volume_ml=tube_ml,
        recorded=None if asked.recorded is None else series_for(read_recorded(asked.recorded), files[0].name),
    )


def together(sentences: Iterable[str]) -> tuple[str, ...]:
    """Return what readers told of spectra, that which is told of several of them once.

    Example:
        >>> together(["'A1': transmission became absorbance.", "'A2': transmission became absorbance."])
        ('2 spectra: transmission became absorbance.',)
        >>> together(["'A1': transmission became absorbance."])
        ("'A1': transmission became absorbance.",)
    """
    whose: dict[str, list[str]] = {}
    for sentence in sentences:
        _, _, what = sentence.rpartition("': ")
        whose.setdefault(what, []).append(sentence)
    return tuple(
        alike[0] if len(alike) == 1 else f"{len(alike)} spectra: {what}" for what, alike in whose.items()
    )


def _one(file: Path, cell: Cell, told: Callable[[str], None] | None) -> "Signal":
    """Return the only spectrum of a file, taken in the same cuvette as the series."""
    found = signals_of([file], cell, "refuse", told)
    if len(found) != 1:
        given = f"'{file}' with {len(found)} spectra"
        raise output.not_understood("analyse", given, "a file with one spectrum", str(file))
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
        known = "'learn', 'card', or a file that --save-lineshape wrote"
        raise output.not_understood("analyse", f"'{word}'", known, "--lineshape")
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
