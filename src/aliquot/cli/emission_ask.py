"""What `aliquot emission` is asked: spectra, what belongs to them, a standard, a sphere."""

from pathlib import Path
from typing import TYPE_CHECKING

from aliquot.cli import output

if TYPE_CHECKING:
    from aliquot.errors import InputError
    from aliquot.finding import Finding
    from aliquot.instruments.emission.analyse import EmissionFindings, EmissionSeries, Question
    from aliquot.instruments.emission.relative import Cuvette, Reference
    from aliquot.instruments.signal import Signal
    from aliquot.knowledge.records import Material


def signals_of(
    files: list[Path] | None,
    absolute: tuple[Path, Path, Path] | None,
    excitation: float | None,
    kind: str | None,
    medium: str | None,
    split: float | None,
    power: bool,
) -> "tuple[list[Signal], Finding | None]":
    """Return the spectra to be read, and the yield by a sphere where that was asked for."""
    from dataclasses import replace

    from aliquot.instruments.formats import read_emission
    from aliquot.instruments.signal import SignalKind

    if not files and absolute is None:
        raise _wrong("no file", "files of spectra, or --absolute EMPTY OFF ON", "FILES")
    if kind is not None and kind not in {"emission", "excitation"}:
        raise _wrong(f"'{kind}'", "'emission' or 'excitation'", "--kind")
    meant = None if kind is None else SignalKind(kind)
    read = [s for file in files or () for s in read_emission(file, excitation_nm=excitation, kind=meant)]
    kinds = {str(signal.kind) for signal in read}
    if len(kinds) > 1:
        raise _wrong("spectra of emission and of excitation together", "one kind at a time", "FILES")
    sphere = None
    if absolute is not None:
        sphere, on = _sphere(absolute, excitation, split, power)
        read = read or [on]
        if len(read) > 1:
            raise _wrong(f"{len(read)} spectra beside --absolute", "one sample, or none", "--absolute")
    return [replace(signal, medium=medium) for signal in read], sphere


def _sphere(
    absolute: tuple[Path, Path, Path], excitation: float | None, split: float | None, power: bool
) -> "tuple[Finding, Signal]":
    """Return the yield by three spectra, and the emission in the last of them."""
    from aliquot.instruments.emission.absolute import absolute_yield, areas_of
    from aliquot.instruments.emission.space import Counted
    from aliquot.instruments.formats import read_emission
    from aliquot.instruments.signal import SignalKind

    if excitation is None and split is None:
        raise _wrong("--absolute without --excitation", "the wavelength of the lamp in nm", "--excitation")
    at = split if split is not None else (excitation or 0.0) + 30.0
    seen = [read_emission(path, excitation_nm=excitation, kind=SignalKind.EMISSION)[0] for path in absolute]
    counted = Counted.POWER if power else Counted.PHOTONS
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


def reference_of(
    name: str | None,
    path: Path | None,
    absorbance: float | None,
    index: float | None,
    excitation: float | None,
) -> "Reference | None":
    """Return the standard as it was measured, None where none was asked for."""
    from aliquot.instruments.emission.relative import Reference
    from aliquot.instruments.formats import read_emission
    from aliquot.instruments.signal import SignalKind
    from aliquot.knowledge import store

    if name is None:
        return None
    card = store.standard(name)
    if path is None or absorbance is None:
        return None
    signal = read_emission(path, excitation_nm=excitation, kind=SignalKind.EMISSION)[0]
    return Reference(card, signal, absorbance, index)


def cuvette_of(
    reference: str | None, absorbance: float | None, index: float | None, medium: str | None
) -> "Cuvette | None":
    """Return absorbance and index of the sample, None where no yield was asked for."""
    from aliquot.instruments.absorbance.intrinsic import refractive_index
    from aliquot.instruments.emission.relative import Cuvette
    from aliquot.knowledge import store

    if reference is None:
        return None
    if absorbance is None or (index is None and medium is None):
        return None
    found = refractive_index(store.solvent(medium or "")) if index is None else index
    return Cuvette(absorbance, found)


def lacking(
    reference_file: Path | None, absorbances: tuple[float | None, float | None], index: bool, samples: int
) -> tuple[str, ...]:
    """Return why there is no yield against a standard that was named, a sentence; none where all is there."""
    wanted = {
        "the emission of the standard (--reference-file)": reference_file is not None,
        "the absorbance of the sample (--absorbance)": absorbances[0] is not None,
        "the absorbance of the standard (--reference-absorbance)": absorbances[1] is not None,
        "the refractive index of the sample (--index or --medium)": index,
    }
    missing = [name for name, given in wanted.items() if not given]
    if missing:
        return (f"No yield against the standard without {', '.join(missing)}.",)
    return () if samples == 1 else (f"One absorbance was given, and taken for all {samples} samples.",)


def question_of(
    slit: float,
    power: bool,
    absorbances: "dict[str, Signal]",
    inner_filter: bool,
    reference: "Reference | None",
    cuvette: "Cuvette | None",
) -> "Question":
    """Return what is asked of spectra of emission."""
    from aliquot.instruments.emission.analyse import Question
    from aliquot.instruments.emission.space import Counted

    counted = Counted.POWER if power else Counted.PHOTONS
    return Question(slit, counted, absorbances, inner_filter, reference, cuvette)


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


def _wrong(given: str, expected: str, option: str) -> "InputError":
    from aliquot.errors import InputError, Where

    return InputError(
        given=given,
        expected=expected,
        why="the command can not be understood without it",
        remedy="See the examples in 'aliquot emission --help'.",
        where=Where(key=option),
    )
