"""Recipes for electronic laboratory notebooks: the .eln file of The ELN Consortium.

The file is a zip with one folder at its root, a crate of research objects: ``ro-crate-metadata.json``
describes every file in it (RO-Crate 1.1, github.com/TheELNConsortium/TheELNFileFormat). Equal recipes give
equal bytes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date as Day  # noqa: N812  it is a type; a date is an argument here
from hashlib import sha256
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from aliquot.errors import InputError
from aliquot.knowledge.base import base
from aliquot.knowledge.citations import Citations, citations, prose
from aliquot.recipe.bench import instructions, weighings
from aliquot.recipe.exchange.prose import day
from aliquot.recipe.record import Recipe

EPOCH = "1980-01-01"
"""Date where none is given: the first that a zip can hold, so that equal recipes give equal bytes."""
_CRATE = "https://w3id.org/ro/crate/1.1"
_PUBLISHER = "#aliquot"
_TYPES = {
    ".yaml": "application/yaml",
    ".json": "application/json",
    ".bib": "application/x-bibtex",
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".html": "text/html",
    ".pbtxt": "text/plain",
    ".xdl": "application/xml",
}


def to_eln(
    recipe: Recipe,
    document_text: str,
    files: Mapping[str, bytes | str] | None = None,
    *,
    date: str = EPOCH,
    version: str = "0",
) -> bytes:
    """Pack a recipe for a laboratory notebook.

    Args:
        recipe: The recipe.
        document_text: The recipe as it is written, in YAML.
        files: Further files by name: spectra, reports, what a simulation printed.
        date: Day of the export, as 2026-01-31; a fixed one unless given.
        version: Version of the program that exports.

    Returns:
        The zip: recipe, bench sheet and stated numbers as JSON, citations, and the further files.

    Raises:
        InputError: If a further file has the name of one of ours or lies outside, or the date is no day.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> packed = to_eln(read_recipe("inp_wang2023"), "id: inp_wang2023", {"note.txt": "seen"})
        >>> [name.rpartition("/")[2] for name in ZipFile(BytesIO(packed)).namelist()]
        ['ro-crate-metadata.json', 'recipe.yaml', 'bench.json', 'checks.json', 'citations.bib', 'note.txt']
    """
    cited = citations(base(), recipe.sources, recipe.errata)
    content = _own(recipe, document_text, cited)
    for name, data in (files or {}).items():
        _check_name(name, content)
        content[name] = data.encode() if isinstance(data, str) else data
    root = slug(recipe.id)
    graph = list(_graph(recipe, content, cited, date, version))
    crate = {"@context": f"{_CRATE}/context", "@graph": graph}
    stamp = day(date)
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        _put(archive, f"{root}/ro-crate-metadata.json", _json(crate), stamp)
        for name, data in content.items():
            _put(archive, f"{root}/recipe/{name}", data, stamp)
    return packed.getvalue()


def slug(name: str) -> str:
    """Return a name that every file system takes.

    Example:
        >>> slug("cdte_mech2023_top:5 mmol")
        'cdte_mech2023_top_5_mmol'
    """
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._") or "recipe"


def _own(recipe: Recipe, document_text: str, cited: Citations) -> dict[str, bytes]:
    """Return the files that every export has."""
    bench = {
        "recipe": recipe.id,
        "weighings": [asdict(line) for line in weighings(recipe)],
        "instructions": list(instructions(recipe)),
        "not_reported": list(recipe.unreported),
    }
    checks = [
        {
            "what": check.what,
            "kind": check.kind,
            "stated": check.stated,
            "computed": check.computed,
            "unit": check.unit,
            "agrees": check.agrees,
            "place": str(check.place),
            "note": check.note,
        }
        for check in recipe.checks
    ]
    return {
        "recipe.yaml": document_text.encode(),
        "bench.json": _json(bench),
        "checks.json": _json({"recipe": recipe.id, "checks": checks, "errata": list(recipe.errata)}),
        "citations.bib": cited.bibtex.encode(),
    }


def _graph(
    recipe: Recipe, content: Mapping[str, bytes], cited: Citations, date: str, version: str
) -> Iterator[dict[str, Any]]:
    """Yield the entities of the crate, each once and flat."""
    known = {
        source.id: f"https://doi.org/{source.doi}" if source.doi else source.url or f"#{source.id}"
        for source in cited.sources
    }
    yield {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": _CRATE},
        "sdPublisher": {"@id": _PUBLISHER},
        "version": "1.0",
        "dateCreated": f"{date}T00:00:00+00:00",
    }
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": recipe.title,
        "description": f"The recipe {recipe.id}, bench sheet, stated numbers compared, and what to cite",
        "datePublished": date,
        "license": {"@id": "#licence"},
        "hasPart": [{"@id": "./recipe/"}],
    }
    yield {
        "@id": "./recipe/",
        "@type": "Dataset",
        "name": recipe.id,
        "description": recipe.title,
        "author": {"@id": _PUBLISHER},
        "dateCreated": f"{date}T00:00:00+00:00",
        "keywords": ", ".join(part for part in (recipe.material, recipe.shell, "synthesis") if part),
        "text": _text(recipe),
        **({"citation": _one_or_many([{"@id": place} for place in known.values()])} if known else {}),
        "hasPart": [{"@id": f"./recipe/{name}"} for name in content],
    }
    yield from _files(content)
    for source in cited.sources:
        entry = {"@id": known[source.id], "@type": "ScholarlyArticle", "name": source.title or prose(source)}
        yield {**entry, "description": prose(source), "datePublished": str(source.year)}
    yield from _around(version)


def _files(content: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    """Yield the entities of the files."""
    for name, data in content.items():
        yield {
            "@id": f"./recipe/{name}",
            "@type": "File",
            "name": name,
            "encodingFormat": _kind(name),
            "contentSize": str(len(data)),
            "sha256": sha256(data).hexdigest(),
        }


def _around(version: str) -> Iterator[dict[str, Any]]:
    """Yield who wrote the crate, and its licence."""
    yield {
        "@id": _PUBLISHER,
        "@type": "Organization",
        "name": "The Aliquot developers",
        "description": f"Written by the program Aliquot, version {version}",
    }
    yield {
        "@id": "#licence",
        "@type": "CreativeWork",
        "name": "No licence stated",
        "description": "The recipe states no licence; ask its authors before you publish it.",
    }


def _one_or_many(entities: list[dict[str, str]]) -> object:
    """Return a list of one as its element: the compact form of the linked data."""
    return entities[0] if len(entities) == 1 else entities


def _text(recipe: Recipe) -> str:
    """Return what a notebook shows, in HTML: what is done, step by step."""
    steps = "".join(f"<li>{_html(line)}</li>" for line in instructions(recipe))
    missing = ", ".join(_html(key) for key in recipe.unreported) or "nothing"
    return f"<h1>{_html(recipe.title)}</h1><ol>{steps}</ol><p>Not reported: {missing}.</p>"


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _kind(name: str) -> str:
    return _TYPES.get(name[name.rfind(".") :].lower() if "." in name else "", "application/octet-stream")


def _check_name(name: str, taken: Mapping[str, bytes]) -> None:
    """Refuse a name that would hide another file or climb out of the folder.

    Raises:
        InputError: If it does.
    """
    if name in taken or not name or name.startswith("/") or "\\" in name or ".." in name.split("/"):
        raise InputError(
            given=f"the file name '{name}'",
            expected="a name of its own inside the folder",
            why="it is taken, or leads out of the folder",
            remedy="Rename the file.",
        )


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _put(archive: ZipFile, name: str, data: bytes, stamp: Day) -> None:
    """Add a file with a fixed time and the same rights everywhere."""
    entry = ZipInfo(name, (stamp.year, stamp.month, stamp.day, 0, 0, 0))
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3  # else Windows writes other bytes
    archive.writestr(entry, data)
