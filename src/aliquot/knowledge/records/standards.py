"""Standards of emission: dyes whose quantum yield others are measured against."""

from aliquot.knowledge.document import Nanometres
from aliquot.knowledge.records.parents import Card, Constant, Facet, Measure


class Standard(Card):
    """A dye in a solvent, with its quantum yield."""

    name: str
    """Name of the dye."""
    aliases: tuple[str, ...] = ()
    """Other names under which it may be asked for."""
    solvent: str
    """What it is dissolved in, in words: a yield belongs to both."""
    refractive_index: Constant
    """Refractive index of that solution at room temperature and 589 nm [1]."""
    quantum_yield: Constant
    """Photons emitted by photons absorbed, dilute and in air, with its standard uncertainty ``sd`` [1]."""
    rivals: tuple[Constant, ...] = ()
    """Other published values of the same yield [1]."""
    doubt: float = 1.0
    """Factor within which the truth is believed to lie, where published values differ by more than ``sd``."""
    excitation: tuple[Nanometres, Nanometres]
    """Wavelengths at which it absorbs and its yield is taken not to depend on them [nm]."""
    emission: tuple[Nanometres, Nanometres]
    """Wavelengths between which nearly all of its emission lies [nm]."""
    note: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it is found, its own first."""
        return (self.id, self.name, *self.aliases)

    @property
    def label(self) -> str:
        """Dye, solvent and yield."""
        return f"{self.name} in {self.solvent}, {self.quantum_yield.to('1'):g}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        value = self.quantum_yield.to("1")
        bands = {"excitation": self.excitation, "emission": self.emission}
        return {
            "name": self.names,
            "solvent": (self.solvent,),
            "quantum_yield": (Measure(value, value, "1"),),
            **{name: (Measure(low.value, high.value, "nm"),) for name, (low, high) in bands.items()},
        }
