"""What `aliquot emission` is asked: its options, spectra, what belongs to them, a standard, a sphere."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.finding import Finding
    from aliquot.instruments.emission.analyse import EmissionFindings, EmissionSeries, Question
    from aliquot.instruments.emission.relative import Cuvette, Reference
    from aliquot.instruments.signal import Signal
    from aliquot.knowledge.records import Material

Files = Annotated[list[Path] | None, typer.Argument(help="Emission or excitation spectra, one series.")]
Excitation = Annotated[float | None, typer.Option(help="Wavelength of excitation in nm.")]
KindName = Annotated[
    str | None, typer.Option(help="emission or excitation; else what headings or file names say.")
]
StandardName = Annotated[
    str | None,
    typer.Option(help="Standard for the yield: quinine, rhodamine-6G, ...; see --reference list."),
]
StandardFile = Annotated[Path | None, typer.Option(help="Emission of the standard, measured alike.")]
Absorbance = Annotated[float | None, typer.Option(help="Absorbance of the sample at the excitation.")]
StandardAbsorbance = Annotated[
    float | None, typer.Option(help="Absorbance of the standard at the excitation.")
]
Index = Annotated[float | None, typer.Option(help="Refractive index of the sample; else that of --medium.")]
StandardIndex = Annotated[float | None, typer.Option(help="That of the standard; else its card's.")]
Medium = Annotated[str | None, typer.Option(help="Solvent of the sample, such as hexane.")]
Absolute = Annotated[
    tuple[Path, Path, Path] | None,
    typer.Option(metavar="EMPTY OFF ON", help="Yield by three spectra in a sphere; give --excitation."),
]
Split = Annotated[
    float | None, typer.Option(help="Wavelength between lamp and emission in nm; else 30 above.")
]
AbsorbanceFile = Annotated[
    Path | None, typer.Option(help="Absorbance of the same liquids, for Stokes shift, vials, filter.")
]
InnerFilter = Annotated[
    bool, typer.Option("--inner-filter", help="Correct for it; the absorbance is of the same dilution.")
]
MaterialName = Annotated[str | None, typer.Option(help="What the dots are made of, for the sizes that emit.")]
Temperature = Annotated[str | None, typer.Option(help="Temperature of a hot cell, such as '200 degC'.")]
Slit = Annotated[float, typer.Option(min=0.1, max=50.0, help="Spectral bandwidth in nm.")]
Power = Annotated[bool, typer.Option("--power", help="Intensities are power, not photons.")]
Dilution = Annotated[float, typer.Option(min=1.0, help="Dilution in the vials of the report.")]
Report = Annotated[Path | None, typer.Option(help="Write spectra, colours and vials to this HTML.")]


@dataclass(frozen=True, slots=True)
class Lamp:
    """How emission was excited and counted."""

    excitation: float | None
    """Wavelength of excitation [nm]."""
    absolute: tuple[Path, Path, Path] | None
    """Spectra of the empty sphere, of the sample beside the beam and in it."""
    split: float | None
    """Wavelength between lamp and emission in a sphere [nm]."""
    power: bool
    """Whether intensities are power, not photons."""
    slit: float
    """Spectral bandwidth [nm]."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What a yield against a standard needs of the two liquids."""

    name: str | None
    """Name of the standard; None where no yield against one is asked for."""
    file: Path | None
    """Emission of the standard."""
    absorbance: float | None
    """Absorbance of the sample at the excitation [1]."""
    standard_absorbance: float | None
    """That of the standard [1]."""
    index: float | None
    """Refractive index of the sample [1]."""
    standard_index: float | None
    """That of the standard [1]."""
    medium: str | None
    """Solvent of the sample, which has an index too."""


@dataclass(frozen=True, slots=True)
class More:
    """What else belongs to the samples, or is asked of them."""

    absorbances: Path | None
    """Absorbance of the same liquids."""
    inner_filter: bool
    """Whether that is corrected for."""
    material: str | None
    """What the dots are made of."""
    temperature: str | None
    """Temperature of a hot cell, with its unit."""


@dataclass(frozen=True, slots=True)
class Page:
    """The page that is written, if any."""

    file: Path | None
    """Where to."""
    dilution: float
    """Dilution in its vials [1]."""


def signals_of(
    files: list[Path] | None, kind: str | None, medium: str | None, lamp: Lamp
) -> "tuple[list[Signal], Finding | None]":
    """Return the spectra to be read, and the yield by a sphere where that was asked for."""
    from dataclasses import replace

    from aliquot.instruments.formats import read_emission
    from aliquot.instruments.signal import SignalKind

    if not files and lamp.absolute is None:
        raise output.not_understood(
            "emission", "no file", "files of spectra, or --absolute EMPTY OFF ON", "FILES"
        )
    if kind is not None and kind not in {"emission", "excitation"}:
        raise output.not_understood("emission", f"'{kind}'", "'emission' or 'excitation'", "--kind")
    meant = None if kind is None else SignalKind(kind)
    read = [s for file in files or () for s in read_emission(file, excitation_nm=lamp.excitation, kind=meant)]
    kinds = {str(signal.kind) for signal in read}
    if len(kinds) > 1:
        raise output.not_understood(
            "emission", "spectra of emission and of excitation together", "one kind at a time", "FILES"
        )
    sphere = None
    if lamp.absolute is not None:
        sphere, on = _sphere(lamp.absolute, lamp)
        read = read or [on]
        if len(read) > 1:
            raise output.not_understood(
                "emission", f"{len(read)} spectra beside --absolute", "one sample, or none", "--absolute"
            )
    return [replace(signal, medium=medium) for signal in read], sphere


def _sphere(absolute: tuple[Path, Path, Path], lamp: Lamp) -> "tuple[Finding, Signal]":
    """Return the yield by three spectra, and the emission in the last of them."""
    from aliquot.instruments.emission.absolute import absolute_yield, areas_of
    from aliquot.instruments.emission.space import Counted
    from aliquot.instruments.formats import read_emission
    from aliquot.instruments.signal import SignalKind

    excitation, split = lamp.excitation, lamp.split
    if excitation is None and split is None:
        raise output.not_understood(
            "emission", "--absolute without --excitation", "the wavelength of the lamp in nm", "--excitation"
        )
    at = split if split is not None else (excitation or 0.0) + 30.0
    seen = [read_emission(path, excitation_nm=excitation, kind=SignalKind.EMISSION)[0] for path in absolute]
    counted = Counted.POWER if lamp.power else Counted.PHOTONS
    areas = areas_of(seen[0], seen[1], seen[2], split_nm=at, counted=counted)
    return absolute_yield(areas), seen[2].between(at, float(seen[2].wavelengths[-1]))


def absorbances_of(path: Path | None, signals: "list[Signal]") -> "dict[str, Signal]":
    """Return the absorbance of each liquid by label: of the same label, else of the same time."""
    from aliquot.instruments.formats import read_spectra

    if path is None:
        return {}
    read = read_spectra(path)
    if len(read) == 1:
        return {"": read[0]}
    by_label = {one.label.strip(): one for one in read}
    by_time = {one.time_s: one for one in read if one.time_s is not None}
    pairs = {
        one.label.strip(): by_label.get(
            one.label.strip(), None if one.time_s is None else by_time.get(one.time_s)
        )
        for one in signals
    }
    return {label: one for label, one in pairs.items() if one is not None}


def reference_of(beside: Beside, excitation: float | None) -> "Reference | None":
    """Return the standard as it was measured, None where none was asked for or something of it lacks."""
    from aliquot.instruments.emission.relative import Reference
    from aliquot.instruments.formats import read_emission
    from aliquot.instruments.signal import SignalKind
    from aliquot.knowledge import store

    if beside.name is None:
        return None
    card = store.standard(beside.name)
    if beside.file is None or beside.standard_absorbance is None:
        return None
    signal = read_emission(beside.file, excitation_nm=excitation, kind=SignalKind.EMISSION)[0]
    return Reference(card, signal, beside.standard_absorbance, beside.standard_index)


def cuvette_of(beside: Beside) -> "Cuvette | None":
    """Return absorbance and index of the sample, None where no yield was asked for or one of them lacks."""
    from aliquot.instruments.absorbance.intrinsic import refractive_index
    from aliquot.instruments.emission.relative import Cuvette
    from aliquot.knowledge import store

    if beside.name is None or beside.absorbance is None:
        return None
    if beside.index is not None:
        return Cuvette(beside.absorbance, beside.index)
    if beside.medium is None:
        return None
    return Cuvette(beside.absorbance, refractive_index(store.solvent(beside.medium)))


def lacking(beside: Beside, samples: int) -> tuple[str, ...]:
    """Return why there is no yield against a standard that was named, a sentence; none where all is there."""
    if beside.name is None:
        return ()
    index = beside.medium if beside.index is None else beside.index
    wanted = {
        "the emission of the standard (--reference-file)": beside.file,
        "the absorbance of the sample (--absorbance)": beside.absorbance,
        "the absorbance of the standard (--reference-absorbance)": beside.standard_absorbance,
        "the refractive index of the sample (--index or --medium)": index,
    }
    missing = [name for name, given in wanted.items() if given is None]
    if missing:
        return (f"No yield against the standard without {', '.join(missing)}.",)
    return () if samples == 1 else (f"One absorbance was given, and taken for all {samples} samples.",)


def question_of(
    lamp: Lamp, absorbances: "dict[str, Signal]", inner_filter: bool, beside: Beside
) -> "Question":
    """Return what is asked of spectra of emission."""
    from aliquot.instruments.emission.analyse import Question
    from aliquot.instruments.emission.space import Counted

    return Question(
        lamp.slit,
        Counted.POWER if lamp.power else Counted.PHOTONS,
        absorbances,
        inner_filter,
        reference_of(beside, lamp.excitation),
        cuvette_of(beside),
    )


def found_in(
    signals: "list[Signal]",
    question: "Question",
    sphere: "Finding | None",
    notes: tuple[str, ...],
    *,
    quiet: bool,
) -> "EmissionSeries":
    """Return the findings of all spectra, with the yield of the sphere in its place, and with notes."""
    from dataclasses import replace

    from aliquot.instruments.emission.analyse import analyse

    with output.progress(len(signals), f"reading {len(signals)} spectra", quiet=quiet) as told:
        found = analyse(signals, question, progress=told)
    found = replace(found, flags=(*notes, *found.flags))
    if sphere is None:
        return found
    one = found.aliquots[0]
    flags = tuple(dict.fromkeys((*one.flags, *sphere.flags)))
    aliquots = (replace(one, quantum_yield=sphere, flags=flags),)
    return replace(found, aliquots=aliquots, citations=(*found.citations, *sphere.sources))


def more_of(
    one: "EmissionFindings", card: "Material | None", temperature: str | None, slit: float
) -> "dict[str, Finding]":
    """Return what a material, and a temperature, add to the findings of one emission."""
    from aliquot.errors import AliquotError
    from aliquot.finding import Finding
    from aliquot.instruments.emission.emitting import emitting_sizes
    from aliquot.instruments.emission.hot import hot_cell
    from aliquot.units import to_float

    added: dict[str, Finding] = {}
    if card is not None:
        try:
            added["emitting_nm"] = emitting_sizes(one.signal, card, slit_nm=slit).mean
        except AliquotError as fault:
            told = f"No sizes that emit: got {fault.given}; {fault.why}."
            added["emitting_nm"] = Finding("mean emitting diameter", "nm", None, flags=(told,))
    if temperature is not None:
        hot = hot_cell(one.peak, to_float(temperature, "K"), card)
        added |= {"room_nm": hot.e1_room, "shift_meV": hot.shift}
    return added
