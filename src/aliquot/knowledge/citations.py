"""What a result stands on, as people and as LaTeX cite it, with the errors located in each source.

BibTeX is written in UTF-8: letters with accents stay as they are, which biber and, since 2018, plain LaTeX
read; subscripts, dashes and Greek become commands. Keys are those of the bibliography and never change.
``doi`` and ``url`` are verbatim.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from aliquot.knowledge.base import Base
from aliquot.knowledge.records import Erratum, Reference, Source

_ELEMENTS = frozenset(
    re.findall(
        "[A-Z][a-z]?",
        "HLiBeBCNOFNaMgAlSiPSClKCaScTiVCrMnFeCoNiCuZnGaGeAsSeBrRbSrYZrNbMoRuRhPdAgCdInSnSbTeI"
        "CsBaLaCeEuGdYbHfTaWReOsIrPtAuHgTlPbBi",
    )
)
_WORDS = frozenset(("As", "Be", "In"))
"""Symbols that are words of English too: alone they are no element."""
_GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau"
_LATEX = str.maketrans(
    {character: f"\\{character}" for character in "&%$#_"}
    # BibTeX counts braces even behind a backslash.
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
    | {low: f"$_{{{digit}}}$" for digit, low in enumerate("₀₁₂₃₄₅₆₇₈₉")}
    | {high: f"$^{{{digit}}}$" for digit, high in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {
        letter: f"$\\{name}$"
        for letter, name in zip("αβγδεζηθικλμνξοπρστ", _GREEK.split(), strict=True)
        if letter != "ο"  # TeX writes omicron as o
    }
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "\N{NO-BREAK SPACE}": "~"}
    | {"−": "$-$", "±": r"$\pm$", "×": r"$\times$", "·": r"$\cdot$", "→": r"$\rightarrow$"}
    | {"°": r"$^{\circ}$", "≤": r"$\leq$", "≥": r"$\geq$", "≈": r"$\approx$", "\N{MICRO SIGN}": r"$\mu$"}
    | {"⁺": "$^{+}$", "⁻": "$^{-}$", "Δ": r"$\Delta$", "Γ": r"$\Gamma$", "Ω": r"$\Omega$", "ω": r"$\omega$"}
)
_BOOK = re.compile(r"\bedition\b|\bPress\b|\bWiley\b|\bSpringer\b|\bIntechOpen\b|\bHandbook\b")
_GERMAN = re.compile(r"\b(?:der|die|das|und|zur|von)\b")


@dataclass(frozen=True, slots=True)
class Citations:
    """The sources that something stands on, each once."""

    sources: tuple[Source, ...]
    """Entries to cite, in the order in which they were asked for."""
    errata: tuple[Erratum, ...]
    """Located errors that the thing itself touches."""
    located: Mapping[str, tuple[Erratum, ...]]
    """All located errors of each source that has any, by its key."""
    same: Mapping[str, str]
    """Keys left out because they name a paper that is in already, and the key that it has."""

    @property
    def prose(self) -> tuple[str, ...]:
        """Each entry as a sentence."""
        return tuple(prose(source) for source in self.sources)

    @property
    def bibtex(self) -> str:
        """All entries as a BibTeX file."""
        return "\n".join(bibtex(source) for source in self.sources)

    def warning(self, key: str, what: str = "this") -> str | None:
        """Return what is known to be wrong in a source, None if nothing is.

        Args:
            key: Key of the source.
            what: The thing that cites it, such as ``"this recipe"``.
        """
        known = self.located.get(key, ())
        if not known:
            return None
        touched = sorted(erratum.id for erratum in self.errata if erratum.source == key)
        errors = f"{len(known)} located error{'s' if len(known) > 1 else ''}"
        return f"{errors}; {what} touches {', '.join(touched) if touched else 'none of them'}"


def citations(base: Base, keys: Iterable[str], errata: Iterable[str] = ()) -> Citations:
    """Gather what is to be cited, each paper once.

    Args:
        base: The cards.
        keys: Keys of the bibliography, DOIs in it, or keys of a paper's own list of references
            (``"gazis2023:75"``).
        errata: Located errors that the thing itself touches.

    Returns:
        The entries, without keys that repeat or that name a paper with the same DOI, or with the same
        journal, volume and page; with the errors located in each.

    Raises:
        CardError: If a key or an error is not known.

    Example:
        >>> from aliquot.knowledge.base import base
        >>> found = citations(base(), ["mech2023", "wang2023", "mech2023"], ["E028"])
        >>> [source.id for source in found.sources]
        ['mech2023', 'wang2023']
        >>> found.warning("mech2023", "this recipe")
        '... located errors; this recipe touches E028'
    """
    kept: dict[tuple[str, ...], Source] = {}
    same: dict[str, str] = {}
    for key in dict.fromkeys(keys):
        source = _entry(base, key)
        first = kept.setdefault(_paper(source), source)
        if first.id != source.id:
            same[source.id] = first.id
    sources = tuple(kept.values())
    located = {
        source.id: tuple(e for e in base.cards("errata").values() if e.source == source.id)
        for source in sources
    }
    return Citations(
        sources=sources,
        errata=tuple(base.card("errata", key) for key in dict.fromkeys(errata)),
        located=MappingProxyType({key: found for key, found in located.items() if found}),
        same=MappingProxyType(same),
    )


def as_source(reference: Reference) -> Source:
    """Return an entry of a paper's list of references as one of the bibliography, under the name of its card.

    Example:
        >>> from aliquot.knowledge.base import base
        >>> as_source(base().card("references", "gazis2023:75")).container
        'Chem. Mater.'
    """
    return Source(
        id=reference.id,
        authors=reference.authors,
        title=reference.title,
        container=reference.container,
        year=reference.year,
        volume=reference.volume,
        pages=reference.pages,
        note=f"as printed in the list of references of {reference.source}, number {reference.number}",
    )


def prose(source: Source) -> str:
    """Return an entry as a sentence: authors, title, journal, year, volume, pages, DOI.

    Example:
        >>> from aliquot.knowledge.store import source
        >>> prose(source("wang2023"))
        'Z. Wang and D. Segets, Aminophosphine-based continuous ... reactor, React. Chem. Eng., 2023, 8, 316. https://...'
    """
    parts = (source.authors, source.title, source.container, str(source.year), source.volume, source.pages)
    told = ", ".join(part for part in parts if part) + "."
    link = f"https://doi.org/{source.doi}" if source.doi else source.url
    return f"{told} {link}" if link else told


def bibtex(source: Source) -> str:
    """Return an entry as BibTeX; what the bibliography does not know is left out.

    Example:
        >>> from aliquot.knowledge.store import source
        >>> print(bibtex(source("yu2003")))
        @article{yu2003,
          author = {Yu, W. W. and Qu, L. and Guo, W. and Peng, X.},
          title = {Experimental Determination of the Extinction Coefficient of {CdTe}, {CdSe}, and {CdS} ...},
          journal = {Chem. Mater.},
          year = {2003},
          volume = {15},
          pages = {2854--2860},
          doi = {10.1021/cm034081k},
        }
        <BLANKLINE>
    """
    kind, place = _place(source)
    fields = {
        "author": " and ".join(_author(name) for name in _names(source.authors)),
        "title": _title(source.title) if source.title else None,
        **place,
        "year": str(source.year),
        "volume": _latex(source.volume),
        "pages": None if _chapter(source.pages) else _pages(source.pages),
        "doi": source.doi,
        "url": source.url,
        "annote": _latex(source.note),
    }
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@{kind}{{{source.id},\n{''.join(lines)}}}\n"


def _entry(base: Base, key: str) -> Source:
    """Return an entry of the bibliography, or of a paper's own list of references."""
    if ":" in key and key in base.cards("references"):
        return as_source(base.cards("references")[key])
    source: Source = base.card("sources", key)
    return source


def _paper(source: Source) -> tuple[str, ...]:
    """Return what tells two entries for one paper: its DOI, else where it is printed, else its key."""
    if source.doi:
        return (source.doi.casefold(),)
    if source.volume and source.pages:
        return (source.container, source.volume, source.pages.split("-")[0])
    return (source.id,)


def _place(source: Source) -> tuple[str, dict[str, str | None]]:
    """Return the type of an entry and the fields that say where it appeared."""
    where = source.container
    if where.startswith("PhD thesis"):
        return "phdthesis", {"school": _latex(where.removeprefix("PhD thesis").lstrip(", "))}
    if _BOOK.search(where):
        book = _book(source)
        if book["editor"] and source.title is None:
            return "incollection", {"booktitle": book.pop("title"), **book, "chapter": _chapter(source.pages)}
        return "book", book
    if source.url and not (source.volume or source.doi):
        return "misc", {"howpublished": _latex(where)}
    return "article", {"journal": _latex(where)}


def _book(source: Source) -> dict[str, str | None]:
    """Return publisher, series, edition and editor; where no title is known, the container begins with it."""
    parts = source.container.split(", ")
    title = parts.pop(0) if source.title is None and len(parts) > 1 else None
    edition = next((part.split()[0] for part in parts if part.endswith(" edition")), None)
    editor = next((part.removeprefix("ed. ") for part in parts if part.startswith("ed. ")), None)
    rest = [part for part in parts if not part.endswith(" edition") and not part.startswith("ed. ")]
    series = next((part for part in rest if " Series" in part), None)
    publisher = series.partition(" Series")[0] if series else ", ".join(rest)
    named = {"publisher": publisher, "series": series, "edition": edition}
    return {
        "title": _title(title or source.title or ""),
        "editor": _author(editor) if editor else None,
        **{name: _latex(value) for name, value in named.items()},
    }


def _names(authors: str) -> list[str]:
    """Split a list of authors; 'et al.' becomes 'others', and so does what an ellipsis leaves out.

    Example:
        >>> _names("F. Baum et al."), _names("A. Bahr, C. de Mello and D. Roe")
        (['F. Baum', 'others'], ['A. Bahr', 'C. de Mello', 'D. Roe'])
    """
    listed = re.sub(r",? et al\.?$", ", others", authors)
    names = [name for name in re.split(r",\s+(?:and\s+)?|\s+and\s+|\s+&\s+", listed) if name]
    gap = next((place for place, name in enumerate(names) if name in {"...", "…"}), None)
    return names if gap is None else [*names[:gap], "others"]  # BibTeX has no gap in the middle


def _author(name: str) -> str:
    """Write a name as 'Last, F. M.', so that particles and double names stay in the last name.

    Example:
        >>> _author("D. De Muynck"), _author("S.-W. Kim"), _author("Kenry")
        ('De Muynck, D.', 'Kim, S.-W.', '{Kenry}')
    """
    words = name.split()
    initials = [place for place, word in enumerate(words) if word.endswith(".")]
    if name == "others":
        return name
    if not initials or initials[-1] + 1 == len(words):
        return f"{{{_latex(name)}}}"  # one name, a full first name or an institution: as it stands
    cut = initials[-1] + 1
    return f"{_latex(' '.join(words[cut:]))}, {_latex(' '.join(words[:cut]))}"


def _title(title: str) -> str:
    r"""Escape a title and keep formulas and abbreviations from being written small.

    Example:
        >>> _title("InP & InP/ZnS dots: a Size-Dependent 5 % yield in III–V, Si and Cd3P2")
        '{InP} \\& {InP/ZnS} dots: a Size-Dependent 5 \\% yield in {III--V}, {Si} and {Cd$_{3}$P$_{2}$}'
    """
    if _GERMAN.search(title):
        return f"{{{_latex(title)}}}"  # nouns are capital there
    return " ".join(_word(word) for word in title.split())


def _word(word: str) -> str:
    """Escape a word of a title, in braces if its capitals mean something."""
    core = word.strip(".,;:!?()[]'\"‘’“”")
    if not any(_is_fixed(piece) for piece in re.split(r"[-–/]", core)):
        return str(_latex(word))
    before, after = word.split(core, 1)
    whole = re.sub(r"\b[A-Za-z0-9]+\b(?!-[xyz])", lambda found: _formula(found[0]), str(_latex(core)))
    return f"{_latex(before)}{{{whole}}}{_latex(after)}"


def _is_fixed(piece: str) -> bool:
    """Tell whether a word is a formula or an abbreviation."""
    return bool(re.search(r"\w[A-Z]|[A-Z][a-z]?\d", piece)) or (piece in _ELEMENTS and piece not in _WORDS)


def _formula(word: str) -> str:
    """Set the numbers of a formula low: Cd3P2."""
    parts = re.findall(r"([A-Z][a-z]?)(\d*)", word)
    if "".join(symbol + number for symbol, number in parts) != word or not _ELEMENTS.issuperset(
        symbol for symbol, _ in parts
    ):
        return word
    return "".join(symbol + (f"$_{{{number}}}$" if number else "") for symbol, number in parts)


def _pages(pages: str | None) -> str | None:
    """Write a range of pages with the dash of BibTeX."""
    return None if pages is None else re.sub(r"\s*[-–]+\s*", "--", str(_latex(pages)))


def _chapter(pages: str | None) -> str | None:
    """Return the number of a chapter that stands in the place of pages."""
    return pages.removeprefix("ch. ") if pages and pages.startswith("ch. ") else None


def _latex(text: str | None) -> str | None:
    """Escape what LaTeX would read as a command."""
    return None if text is None else text.translate(_LATEX)
