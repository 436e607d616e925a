"""What a cluster is built of: cations, anions and ligands, each with its atoms and its charge."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from aliquot.errors import InputError, suggestion
from aliquot.instruments.mass.isotopes import ISOTOPES
from aliquot.knowledge.formula import ANIONS, composition

OXIDATION: Mapping[str, int] = {
    **ANIONS,
    "O": -2,
    **dict.fromkeys(("F", "Cl", "Br", "I"), -1),
    **dict.fromkeys(("H", "Li", "Na", "K", "Cs", "Cu", "Ag"), 1),
    **dict.fromkeys(("Mg", "Mn", "Fe", "Co", "Ni", "Zn", "Cd", "Hg", "Pb"), 2),
    **dict.fromkeys(("B", "Al", "Ga", "In", "Tl", "Bi"), 3),
    **dict.fromkeys(("Si", "Ge", "Sn"), 4),
}
"""Usual oxidation state of an element in a cluster; hydrogen is counted as a proton."""

_KNOWN = {
    "oleate": ("C18H33O2", -1, ("OA",)),
    "stearate": ("C18H35O2", -1, ("SA",)),
    "palmitate": ("C16H31O2", -1, ()),
    "myristate": ("C14H27O2", -1, ("MA",)),
    "laurate": ("C12H23O2", -1, ()),
    "octanoate": ("C8H15O2", -1, ()),
    "acetate": ("C2H3O2", -1, ("OAc",)),
    "phenylacetate": ("C8H7O2", -1, ()),
    "benzoate": ("C7H5O2", -1, ()),
    "octadecylphosphonate": ("C18H38O3P", -1, ("ODPA",)),
    "dodecanethiolate": ("C12H25S", -1, ("DDT",)),
    "oleylamine": ("C18H37N", 0, ("OAM",)),
    "trioctylphosphine": ("C24H51P", 0, ("TOP",)),
    "trioctylphosphine oxide": ("C24H51OP", 0, ("TOPO",)),
    "oleic acid": ("C18H34O2", 0, ()),
    "toluene": ("C7H8", 0, ()),
    "chloride": ("Cl", -1, ()),
    "bromide": ("Br", -1, ()),
    "iodide": ("I", -1, ()),
    "hydroxide": ("HO", -1, ("OH",)),
}
_PART = re.compile(r"\((?P<block>[^()]+)\)(?P<times>\d*)|(?P<element>[A-Z][a-z]?)(?P<number>\d*)")
_CHARGED = re.compile(r"(?P<formula>[A-Za-z0-9]+)(?P<charge>-{1,4}|[+]{1,4})")


@dataclass(frozen=True)
class Block:
    """A part that a cluster holds a whole number of.

    Example:
        >>> block("oleate").charge, round(average_mass(block("oleate").composition), 3)
        (-1, 281.454)
    """

    name: str
    """Symbol of an element, name of a ligand, or a formula that ends in its charge."""
    composition: Mapping[str, int]
    """Atoms by element."""
    charge: int
    """Oxidation state or ionic charge [e]."""

    @cached_property
    def mass(self) -> float:
        """Average mass [Da]."""
        return average_mass(self.composition)

    @cached_property
    def written(self) -> str:
        """The block as it stands in a formula: an element bare, all else in parentheses."""
        return self.name if self.name in ISOTOPES else f"({self.name})"

    def __hash__(self) -> int:
        """Hash by name, composition and charge."""
        return hash((self.name, frozenset(self.composition.items()), self.charge))


@cache
def block(name: str) -> Block:
    """Return a block by symbol, name of a ligand, abbreviation or formula.

    Args:
        name: ``"Cd"``, ``"oleate"``, ``"OA"``, the formula of a known ligand however written
            (``"C17H33CO2"``), or any formula that ends in its charge (``"C9H17O2-"``, ``"C8H4O4--"``).

    Raises:
        InputError: If no such block is known and the name tells no charge.

    Example:
        >>> block("C17H33CO2").name, block("C9H17O2-").charge
        ('oleate', -1)
    """
    if name in OXIDATION:
        return Block(name, {name: 1}, OXIDATION[name])
    known = _names().get(name.casefold())
    if known is not None:
        formula, charge, _ = _KNOWN[known]
        return Block(known, composition(formula), charge)
    charged = _CHARGED.fullmatch(name)
    if charged is not None:
        size = len(charged["charge"])
        return Block(name, _atoms(charged["formula"]), size if "+" in name else -size)
    return _by_composition(name)


def _names() -> dict[str, str]:
    return {word.casefold(): name for name, (_, _, others) in _KNOWN.items() for word in (name, *others)}


def _by_composition(name: str) -> Block:
    try:
        atoms = _atoms(name)
    except InputError:
        atoms = {}
    for known, (formula, charge, _) in _KNOWN.items():
        if atoms and composition(formula) == atoms:
            return Block(known, atoms, charge)
    why = "its charge is not known" if atoms else "it is neither an element, a known ligand nor a formula"
    remedy = f"Write it with its charge, as '{name}-'." if atoms else suggestion(name, [*_KNOWN, *OXIDATION])
    raise InputError(given=f"'{name}'", expected="a block of a cluster", why=why, remedy=remedy)


def _atoms(formula: str) -> dict[str, int]:
    """Return the atoms of a formula, all of which must be known elements."""
    atoms = composition(formula)
    for element in atoms:
        _isotopes_known(element)
    return atoms


def _isotopes_known(element: str) -> None:
    if element not in ISOTOPES:
        raise InputError(
            given=f"the element '{element}'",
            expected="an element with known isotopes",
            why="no mass can be computed without them",
            remedy=suggestion(element, ISOTOPES),
        )


def average_mass(atoms: Mapping[str, int]) -> float:
    """Return the mean mass of a composition over the isotopes of its elements [Da].

    Example:
        >>> round(average_mass({"Cd": 3, "P": 2}), 2)
        399.18
    """
    for element in atoms:
        _isotopes_known(element)
    return float(sum(number * ISOTOPES[element].average for element, number in atoms.items()))


def monoisotopic(atoms: Mapping[str, int]) -> float:
    """Return the mass with every element as its commonest isotope [Da].

    For clusters of cadmium it lies tens of Da above the average: it is no landmark of their spectra.

    Example:
        >>> formula = ClusterFormula.parse("Cd32P20(oleate)5")
        >>> round(monoisotopic(formula.composition) - formula.mass)
        47
    """
    for element in atoms:
        _isotopes_known(element)
    return float(sum(number * ISOTOPES[element].commonest for element, number in atoms.items()))


@dataclass(frozen=True)
class ClusterFormula:
    """How many of which blocks a cluster holds.

    Example:
        >>> formula = ClusterFormula.parse("Cd32P20(C17H33CO2)5")
        >>> formula.text, formula.formal_charge, round(formula.mass, 2)
        ('Cd32P20(oleate)5', -1, 5623.92)
    """

    counts: Mapping[str, int]
    """Number by name of the block, none of them zero."""

    def __post_init__(self) -> None:
        """Leave out blocks that are not there, refuse what can not be counted."""
        if any(number < 0 for number in self.counts.values()):
            raise InputError(
                given=f"the counts {dict(self.counts)}",
                expected="numbers of blocks, none below 0",
                why="a cluster can not hold less than nothing",
                remedy="Correct the count.",
            )
        present = {block(name).name: number for name, number in self.counts.items() if number}
        object.__setattr__(self, "counts", present)

    def __hash__(self) -> int:
        """Hash by what is counted, in any order."""
        return hash(frozenset(self.counts.items()))

    @classmethod
    def parse(cls, text: str) -> "ClusterFormula":
        """Read a formula: elements bare, ligands in parentheses by name, abbreviation or formula.

        Args:
            text: Such as ``"Cd32P20(oleate)5"``, ``"[Cd23P12(C17H33CO2)9]+"``; the charge of an ion after
                brackets is passed over, for the blocks tell the formal charge.

        Raises:
            InputError: If it is no such formula, or a block is unknown.
        """
        inner = re.sub(r"^\[(.*)\]\d*[-+]?$", r"\1", text.strip()).replace(" ", "")
        counts: dict[str, int] = {}
        position = 0
        while part := _PART.match(inner, position):
            position = part.end()
            name = block(part["block"] or part["element"]).name
            counts[name] = counts.get(name, 0) + int(part["times"] or part["number"] or 1)
        if not counts or position != len(inner):
            raise InputError(
                given=f"'{text}'",
                expected="a formula such as 'Cd32P20(oleate)5'",
                why="blocks and their numbers are needed",
                remedy="Write elements bare and ligands in parentheses, each with its number.",
            )
        return cls(counts)

    @property
    def text(self) -> str:
        """The formula, such as ``"Cd32P20(oleate)5"``."""
        parts = ((block(name).written, number) for name, number in self.counts.items())
        return "".join(f"{written}{number if number > 1 else ''}" for written, number in parts)

    @cached_property
    def composition(self) -> dict[str, int]:
        """Atoms by element."""
        atoms: dict[str, int] = {}
        for name, number in self.counts.items():
            for element, each in block(name).composition.items():
                atoms[element] = atoms.get(element, 0) + each * number
        return atoms

    @property
    def formal_charge(self) -> int:
        """Sum of the oxidation states and ligand charges [e]; a closed-shell ion carries just this charge."""
        return sum(block(name).charge * number for name, number in self.counts.items())

    @property
    def mass(self) -> float:
        """Average mass of the neutral composition [Da]."""
        return average_mass(self.composition)


@dataclass(frozen=True)
class Family:
    """Clusters of one cation, one anion and one ligand, with a few foreign atoms.

    Example:
        >>> [part.name for part in Family("Cd", "P", "oleate").blocks]
        ['Cd', 'P', 'oleate', 'O', 'H']
    """

    cation: str
    """Symbol of the metal."""
    anion: str
    """Symbol of the non-metal."""
    ligand: str
    """Name or formula of the ligand, see :func:`block`."""
    extras: tuple[str, ...] = ("O", "H")
    """Foreign blocks that a cluster may also hold: oxide, protons, solvent."""

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Cation, anion, ligand and extras, in this order."""
        parts = tuple(block(name) for name in (self.cation, self.anion, self.ligand, *self.extras))
        if len({part.name for part in parts}) < len(parts) or parts[0].charge <= 0 or parts[1].charge >= 0:
            raise InputError(
                given=f"a family of {', '.join(part.name for part in parts)}",
                expected="a cation, an anion, a ligand and extras, all different",
                why="each is counted on its own",
                remedy="Name a metal as cation and a non-metal as anion, each block once.",
            )
        return parts

    def formula(self, *counts: int) -> ClusterFormula:
        """Return the formula with so many of each block, in the order of :attr:`blocks`."""
        return ClusterFormula({part.name: int(n) for part, n in zip(self.blocks, counts, strict=False)})

    @property
    def text(self) -> str:
        """The family in a few words, such as ``"Cd/P/oleate with O, H"``."""
        core = "/".join(part.name for part in self.blocks[:3])
        return core + (f" with {', '.join(self.extras)}" if self.extras else "")
