"""Chemistries: calibrated constants of reaction systems, and the structure that they belong to.

Everything that a ladder needs stands on the card: species and what brings them, reactions with rate laws of
a small catalogue, the landscape with its wells and barriers, what agglomerates. A new system is a new card.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from aliquot.knowledge.document import Schema, Temperature
from aliquot.knowledge.formula import composition
from aliquot.knowledge.records.parents import Card, Constant, Facet, Mark, Parent

_TERM = re.compile(r"(?:(\d+(?:\.\d+)?)\s+)?(\S+)")


class Rate(Parent):
    """k(T) = k exp(-E/R (1/T - 1/T_ref))."""

    value: str
    """k at the reference temperature, with its unit."""
    activation: str
    """Activation energy, or enthalpy of solution, per mole or per particle."""
    interval: tuple[str, str] | None = None
    """95 % interval of k, from the fit that gave it."""
    activation_interval: tuple[str, str] | None = None


class Law(Schema):
    """A factor of a rate, by a word of the catalogue (docs/explanation/ladder.md).

    order s^p, saturation s/(K+s), gate s^p/(K^p+s^p), inhibition 1/(1+(s/K)^p), excess 1+(s/K)^p.
    """

    law: Literal["order", "saturation", "gate", "inhibition", "excess"]
    of: str
    """The species, or the formula of the monomer."""
    half: str | None = None
    """K, the concentration of half effect, with its unit; none for 'order'."""
    interval: tuple[str, str] | None = None
    """Range within which K is believed to lie."""
    exponent: float = Field(default=1.0, ge=1.0)
    """p [1]."""
    because: str | None = None
    """What this factor stands for, where its parent does not say so."""

    @model_validator(mode="after")
    def _has_its_constant(self) -> "Law":
        if (self.half is None) != (self.law == "order"):
            message = "'order' has no 'half', every other law has one"
            raise ValueError(message)
        return self


class Species(Schema):
    """A dissolved species that the ladder follows."""

    from_: dict[str, float] = Field(default_factory=dict, alias="from")
    """Moles of it that one mole of each reagent brings; negative where a reagent uses it up on dissolving."""
    needed: bool = False
    """Whether a recipe has to bring it."""
    holds: dict[str, int] = Field(default_factory=dict)
    """Atoms that count in the balance, by element."""


class Reaction(Parent):
    """A reaction of species and monomer, with its rate law."""

    equation: str
    """Such as ``"In + 4 P -> InP + 3 spent"``: names of species, and the formula of the material."""
    rate: Rate
    laws: tuple[Law, ...] = ()

    def change(self) -> dict[str, float]:
        """Return moles made, or used up as negative numbers, by name.

        Example:
            >>> parts = {"value": "1 s-1", "activation": "0 eV", "because": "an example", "mark": "estimated"}
            >>> Reaction(equation="In + 4 P -> InP + 3 spent", rate=Rate(**parts), because="so",
            ...          mark="estimated").change()
            {'In': -1.0, 'P': -4.0, 'InP': 1.0, 'spent': 3.0}
        """
        left, arrow, right = self.equation.partition("->")
        found: dict[str, float] = {}
        for side, sign in ((left, -1.0), (right, 1.0)):
            for term in side.split(" + "):
                read = _TERM.fullmatch(term.strip())
                if read is None or not arrow:
                    message = f"'{self.equation}' is no equation such as 'In + 4 P -> InP + 3 spent'"
                    raise ValueError(message)
                found[read[2]] = found.get(read[2], 0.0) + sign * float(read[1] or 1)
        return found


class SurfaceEnergy(Constant):
    """Surface energy of the landscape [J m-2]."""

    softening: str | None = None
    """-d gamma/dT, None where it does not depend on temperature [J m-2 K-1]."""


class Feature(Parent):
    """A well (negative energy) or a barrier (positive) of the landscape."""

    rung: float
    """Its place [formula units]."""
    energy: str
    """Its height, per mole or per particle."""
    interval: tuple[str, str] | None = None
    width: float = Field(default=0.0, ge=0.0)
    """Standard deviation of its bell; 0 for one rung alone [formula units]."""

    @model_validator(mode="after")
    def _stands_on_a_rung(self) -> "Feature":
        if self.width == 0.0 and self.rung != round(self.rung):
            message = "a feature without 'width' stands on a whole rung, and this one on none"
            raise ValueError(message)
        return self


class Edge(Parent):
    """A slow edge: monomer steps from this rung on are rarer, both ways."""

    above: int
    """Rung from which on [formula units]."""
    factor: float = Field(ge=0.0)
    """kappa [1]."""
    interval: tuple[float, float] | None = None


class Attachment(Schema):
    """Rate of monomer attachment: a_n = k(T) n^(2/3) (n0/n)^(m/3), in series with diffusion."""

    rate: Rate
    size_exponent: Constant
    """m: how fast the surface rate constant falls with radius, k(r) = k0 (r0/r)^m [1]."""
    reference_rung: int
    """n0 [1]."""
    diffusion: Rate | None = None
    """k_D of k_D n^(1/3), None where the liquid never limits."""
    edges: dict[str, Edge] = Field(default_factory=dict)
    gates: tuple[Law, ...] = ()
    """What species do to attachment and detachment alike."""


class Solubility(Rate):
    """c_inf(T) of the monomer over the flat solid."""

    laws: tuple[Law, ...] = ()
    """What species do to it: free acid dissolves more."""


class Channel(Parent):
    """Who joins whom, and how fast."""

    first: int | None = None
    """A named rung; None where all pairs join."""
    second: int | None = None
    """The other rung, where it is one."""
    start: int | None = None
    """Smallest rung of the partners, where they are many."""
    kernel: Literal["activated", "additive", "encounter"] = "activated"
    rate: Rate
    """k, or the sticking probability of an 'encounter'."""
    exponent: float = 0.0
    """p of (j/n0)^p, for 'activated' [1]."""
    reference: float = 1.0
    """n0 [formula units]."""
    viscosity: str | None = None
    """Of the liquid, for 'encounter'."""

    @model_validator(mode="after")
    def _knows_its_partners(self) -> "Channel":
        if (self.second is None) == (self.start is None) or (self.first is None and self.second is not None):
            message = "a channel is 'first' and 'second', 'first' and 'start', or 'start' alone"
            raise ValueError(message)
        if self.first is None and self.exponent != 0.0:
            message = (
                "between all pairs 'exponent' has to be 0: it speaks of the larger partner of a named rung"
            )
            raise ValueError(message)
        if (self.viscosity is None) != (self.kernel != "encounter"):
            message = "an 'encounter' has a 'viscosity', and nothing else has one"
            raise ValueError(message)
        return self


class Agglomeration(Schema):
    """Particles that join whole."""

    channels: dict[str, Channel]
    laws: tuple[Law, ...] = ()
    """What species do to all channels."""
    solvents: dict[str, Constant] = Field(default_factory=dict)
    """Factor on all channels by reagent card of the solvent [1]; empty where it does not matter."""


class Option(Parent):
    """Another structure for the same system.

    The data can not tell it from the card's own, or they speak against it; ``because`` says which.
    """

    change: dict[str, Any]
    """What is different, nested as on the card; null takes an entry out."""


class Chemistry(Card, Parent):
    """Calibrated constants of one reaction system, named for its paper."""

    title: str
    version: int
    material: str
    source: str
    mark: Annotated[Mark, Field(strict=False)] = Mark.COMPUTED
    claims_not: str
    """What these constants do NOT claim."""
    calibration: str
    """How the constants were obtained."""
    study: str | None = None
    """Study of the book by which they were fitted, None where there is none."""
    reference_temperature: Temperature
    temperatures: tuple[Temperature, Temperature]
    """Range over which the constants are used."""
    species: dict[str, Species]
    """Species that are followed, in the order of the state."""
    limiting: str
    """Species whose use is the conversion."""
    reactions: dict[str, Reaction]
    surface_energy: SurfaceEnergy
    features: dict[str, Feature] = Field(default_factory=dict)
    """Wells and barriers of the landscape."""
    attachment: Attachment
    solubility: Solubility
    agglomeration: Agglomeration | None = None
    clusters: dict[str, int] = Field(default_factory=dict)
    """Rung of each cluster that spectra show, by the name of its line [formula units]."""
    dot_from: int
    """Smallest rung that counts as a dot."""
    options: dict[str, Option] = Field(default_factory=dict)
    """Switches that data can not decide."""
    variant_of: str | None = None
    """Card whose system this one describes by another fit, None for the one that is used unless asked."""
    remarks: dict[str, str] = Field(default_factory=dict)
    """Why a computed number differs from a published one as it does, by name of the observation."""

    @model_validator(mode="after")
    def _is_whole(self) -> "Chemistry":
        faults = self._unknown_names() or self._unbalanced()
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _unknown_names(self) -> list[str]:
        """Return a sentence for each name that is no species."""
        known = {*self.species, self.material}
        laws = [law for reaction in self.reactions.values() for law in reaction.laws]
        laws += [*self.attachment.gates, *self.solubility.laws]
        laws += self.agglomeration.laws if self.agglomeration else ()
        named = {law.of for law in laws} | {name for r in self.reactions.values() for name in r.change()}
        faults = [f"'{name}' is neither a species nor {self.material}" for name in sorted(named - known)]
        if self.limiting not in self.species:
            faults.append(f"the limiting '{self.limiting}' is no species")
        return faults

    def _unbalanced(self) -> list[str]:
        """Return a sentence for each reaction that makes or loses atoms."""
        held = {name: dict(species.holds) for name, species in self.species.items()}
        held[self.material] = composition(self.material)
        faults = []
        for name, reaction in self.reactions.items():
            change = reaction.change()
            for element in {element for atoms in held.values() for element in atoms}:
                drift = sum(held[part].get(element, 0) * moles for part, moles in change.items())
                if abs(drift) > 1e-9:
                    faults.append(f"reaction '{name}' ({reaction.equation}) makes {drift:+g} {element}")
        return faults

    @property
    def label(self) -> str:
        """Its title and version."""
        return f"{self.title}, version {self.version}"

    @property
    def precursors(self) -> dict[str, tuple[str, ...]]:
        """Reagents of which a recipe has to bring one, by species."""
        return {
            name: tuple(reagent for reagent, moles in species.from_.items() if moles > 0)
            for name, species in self.species.items()
            if species.needed
        }

    def chosen(self, *options: str) -> "Chemistry":
        """Return the card with these of its options.

        Raises:
            KeyError: If it has no such option.
        """
        content = self.model_dump(by_alias=True, exclude_none=True)
        for name in options:
            content = _merged(content, self.options[name].change)
        content["id"] = "+".join([self.id, *options])
        return type(self).model_validate(content)

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        return {
            "material": (self.material,),
            "source": (self.source,),
            "reagent": tuple(dict.fromkeys(r for s in self.species.values() for r in s.from_)),
        }


def _merged(content: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return nested entries with a change; null takes an entry out."""
    merged = dict(content)
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merged(merged[key], value)
        else:
            merged[key] = tuple(value) if isinstance(value, list) else value
    return merged
