"""Materials and solvents: bulk constants, sizing curves, optical constants, lineshapes."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from aliquot.errors import RangeError, Where
from aliquot.knowledge.document import Nanometres, Schema
from aliquot.knowledge.records.parents import Card, Constant, Facet, Measure, Note, Parent
from aliquot.units import AVOGADRO


class SizeDefinition(StrEnum):
    """What the size of a sizing curve means."""

    SPHERE = "diameter of the sphere of equal volume"
    TEM = "diameter seen by TEM (projected)"
    SAXS = "diameter from SAXS"
    EDGE = "edge of a tetrahedron"


class InverseQuadratic(Schema):
    """E1 = E_inf + 1 / (a d^2 + b d + c), with E in eV and d in nm."""

    form: Literal["inverse quadratic"]
    gap: float
    """E_inf [eV]."""
    a: float
    """[eV^-1 nm^-2]."""
    b: float
    """[eV^-1 nm^-1]."""
    c: float = 0.0
    """[eV^-1]."""


class PowerLaw(Schema):
    """E1 = E_inf + a d^-b, with E in eV and d in nm."""

    form: Literal["power law"]
    gap: float
    """E_inf [eV]."""
    a: float
    """Strength of confinement [eV nm^b]."""
    b: float
    """Exponent [1]."""


class Polynomial(Schema):
    """D = sum_k p_k lambda^k, with D and lambda in nm."""

    form: Literal["polynomial in wavelength"]
    coefficients: tuple[float, ...]
    """p_0, p_1, ... [nm^(1-k)]."""


Law = Annotated[PowerLaw | InverseQuadratic | Polynomial, Field(discriminator="form")]
"""A relation between wavelength and size in one of three forms."""


class SizingCurve(Parent):
    """A published relation between first excitonic peak and size, within its range only."""

    id: str
    law: Law
    line: Literal["absorption", "emission"] = "absorption"
    """Whose peak the law is about; a curve of emission never reads an absorbance."""
    size: Annotated[SizeDefinition, Field(strict=False)]
    range: tuple[Nanometres, Nanometres]
    """Diameters over which the curve is used [nm]."""
    spread: Nanometres
    """Standard uncertainty of a diameter read from the curve [nm]."""
    phase: str | None = None
    """Crystal phase of the particles behind the curve."""
    note: str | None = None


class EmissionLink(Parent):
    """Where dots in a shell emit, by their first exciton: an empirical shift and width, no theory."""

    shell: str
    """Material of the shell."""
    shift: str
    """Energy of the exciton above that of the peak of emission."""
    width: str
    """Full width of the line at half its height, in energy."""
    note: str | None = None
    """What the link does not claim."""


class RefusedCurve(Parent):
    """A published curve that is named and not used."""

    id: str
    source: str | None = None
    """Key of the bibliography, None where only a name is known; ``because`` then says from where."""
    refused: str
    """Why it is not used."""
    law: Law | None = None
    """The curve as published where that is known, to compare curves with; no size is read from it."""
    size: Annotated[SizeDefinition, Field(strict=False)] | None = None
    """What its size means."""


class TheoryCurve(Parent):
    """Sizes by a two-band model of the bulk, where no measured curve is trusted; never mixed with one."""

    wall: Constant
    """Height of the wall around the dot, for electron and hole alike [eV]."""
    gap: Constant | None = None
    """Gap of the crystal meant, where that of the card belongs to another one [eV]."""
    range: tuple[Nanometres, Nanometres]
    """Diameters over which the model is used [nm]."""
    spread: float
    """Half width of the 95 % interval of a diameter, over the diameter [1]."""
    note: str | None = None
    """What else to doubt, a whole sentence."""


class Refraction(Parent):
    """Complex refractive index of the bulk at one wavelength."""

    wavelength: Nanometres
    n: float
    k: float


class OpticalTable(Parent):
    """Complex refractive index of the bulk, tabulated."""

    id: str
    method: Literal["measured", "model fit"]
    """Ellipsometry ranks above a fit of a model dielectric function."""
    polarisation: Literal["isotropic", "ordinary", "extraordinary"] = "isotropic"
    opaque_below: Nanometres | None = None
    """Longest wavelength at which k is absorption and no artefact of a fit below the gap."""
    rows: tuple[tuple[float, float, float], ...]
    """Wavelength [nm], n [1], k [1], by rising wavelength."""


class Extinction(Parent):
    """A published molar extinction: eps = a D^b, with D in nm, at E1 or at a fixed wavelength."""

    id: str
    at: str
    """'E1', or a wavelength with its unit."""
    a: float
    """[M-1 cm-1 nm^-b]."""
    b: float
    note: str | None = None


class SizeRow(Parent):
    """A measured pair of size and first exciton: test data for curves."""

    size: Nanometres
    definition: Annotated[SizeDefinition, Field(strict=False)]
    e1: Nanometres
    """Wavelength of the first exciton [nm]."""


class Crystal(Parent):
    """The bulk crystal."""

    phase: str
    """'zinc blende', 'wurtzite', 'rock salt', 'tetragonal P42/nmc'."""
    a: str
    """Lattice constant, with its unit."""
    c: str | None = None
    """Second lattice constant of hexagonal and tetragonal crystals, with its unit."""


class Transition(Schema):
    """An absorption line of a dot above, or at, its first exciton."""

    ratio: float
    """(E_k - E_gap) / (E1 - E_gap) [1]."""
    strength: float
    """Height relative to the first exciton [1]."""
    width: str
    """Standard deviation of the line [energy]."""


class LineshapeSpread(Parent):
    """How far the constants of a lineshape may be off: standard uncertainties of its numbers.

    Shares belong to constants that can not be negative, and are meant for their logarithm.
    """

    width: float
    """Of the first line's width, relative [1]."""
    width_slope: str
    """Of the growth of that width towards small sizes [energy/length]."""
    lorentzian: float
    """Of the Lorentzian share [1]."""
    strength_exponent: float
    """Of the exponent p, relative [1]."""
    ratios: tuple[float, ...]
    """Of the ratios of the lines above the first, absolute [1]."""
    strengths: tuple[float, ...]
    """Of the strengths of the lines above the first, relative [1]."""
    continuum: float
    """Of the height of the continuum, relative [1]."""
    correlation: tuple[tuple[float, ...], ...] | None = None
    """Correlation of width, slope, Lorentzian share, exponent, ratios, strengths and continuum, in this
    order; None where they are independent [1]."""

    @property
    def count(self) -> int:
        """Number of constants that may be off."""
        return 5 + len(self.ratios) + len(self.strengths)

    @model_validator(mode="after")
    def _fits_together(self) -> "LineshapeSpread":
        rows = self.correlation
        if len(self.ratios) != len(self.strengths):
            message = "a line above the first has a ratio and a strength: give a spread to both"
            raise ValueError(message)
        if rows is not None and [len(row) for row in rows] != [self.count] * self.count:
            message = f"the correlation of {self.count} constants has as many rows and columns"
            raise ValueError(message)
        if min(self.width, self.lorentzian, self.strength_exponent, self.continuum) <= 0.0:
            message = "a spread is above zero; what is exact needs none"
            raise ValueError(message)
        return self


class Lineshape(Parent):
    """Absorption of one dot per volume: lines on a confined continuum (basis of the kernel)."""

    position: PowerLaw | None = None
    """E1 by size for dots of all sizes, where the first sizing curve is no power law: the line of a dot that
    no curve was measured on has to stand somewhere. A size read by it outside the curve's range is
    flagged."""
    transitions: tuple[Transition, ...]
    strength_exponent: float
    """p in strength per volume ~ (3 nm / d)^p [1]."""
    width_slope: str
    """Growth of the first line's width per nm below 3 nm: smaller dots are broader [energy/length]."""
    lorentzian: float
    """Lorentzian share of the lines [1]."""
    continuum: float
    """Height of the continuum 1 eV above its onset, relative to the first line of a 3 nm dot [1]."""
    continuum_onset: str
    """Onset of the continuum above E1 [energy]."""
    continuum_exponent: float
    """Exponent of the continuum's rise [1]."""
    continuum_width: str
    """Width over which the onset of the continuum is smeared [energy]."""
    alike: tuple[Nanometres, Nanometres]
    """Band of wavelengths in which all sizes absorb alike per volume [nm]."""
    anchor: Nanometres
    """Wavelength at which a dot of 3 nm absorbs per volume as the bulk formula says [nm]."""
    sizes: tuple[Nanometres, Nanometres]
    """Diameters over which the kernel is evaluated [nm]."""
    spread: LineshapeSpread | None = None
    """How far its constants may be off; None where the usual spread is taken."""

    @model_validator(mode="after")
    def _has_a_spread_for_every_line(self) -> "Lineshape":
        if self.spread is not None and len(self.spread.ratios) != len(self.transitions) - 1:
            message = (
                f"{len(self.transitions)} transitions need a spread of {len(self.transitions) - 1} ratios"
            )
            raise ValueError(message)
        return self


class Material(Card):
    """A semiconductor."""

    name: str
    aliases: tuple[str, ...] = ()
    molar_mass: Constant
    density: Constant
    gap: Constant
    """Gap of the bulk at room temperature [eV]."""
    gap_kind: Literal["direct", "indirect"] = "direct"
    crystal: Crystal | None = None
    """Crystal that the density and the gap belong to."""
    bohr_radius: Constant | None = None
    """Exciton Bohr radius [nm]."""
    electron_mass: Constant | None = None
    """Effective mass of the electron, in electron masses [1]."""
    hole_mass: Constant | None = None
    """Effective mass of the hole, in electron masses [1]."""
    permittivity_static: Constant | None = None
    permittivity_optical: Constant | None = None
    phonon: Constant | None = None
    """Energy of the longitudinal optical phonon [eV]."""
    refraction: tuple[Refraction, ...] = ()
    optics: tuple[OpticalTable, ...] = ()
    """Tables of n and k, the most trusted first."""
    sizing: tuple[SizingCurve, ...]
    """Curves in use; those in absorption of the first one's size definition form the ensemble."""
    refused: tuple[RefusedCurve, ...] = ()
    """Curves that are named and not used."""
    theory: TheoryCurve | None = None
    """Sizes by a model, None where there is a measured curve or the model does not hold."""
    sizing_floor: Constant | None = None
    """Mean absolute error of sizes from absorbance against TEM, whatever the curve [nm]."""
    links: tuple[EmissionLink, ...] = ()
    """Emission of dots in shells."""
    extinction: tuple[Extinction, ...] = ()
    rows: tuple[SizeRow, ...] = ()
    """Measured pairs of size and first exciton."""
    lineshape: Lineshape | None = None
    notes: tuple[Note, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it is found, its own first."""
        return (self.id, self.name, *self.aliases)

    @property
    def label(self) -> str:
        """Name and gap."""
        return f"{self.name}, {self.gap.value} {self.gap_kind}"

    def facets(self) -> dict[str, Facet]:
        """Return what a query can ask for, by field."""
        facets: dict[str, Facet] = {
            "name": self.names,
            "phase": (self.crystal.phase,) if self.crystal else (),
            "gap_kind": (self.gap_kind,),
            "sizing": tuple(curve.id for curve in self.sizing),
        }
        for name, constant, unit in (
            ("gap", self.gap, "eV"),
            ("bohr_radius", self.bohr_radius, "nm"),
            ("density", self.density, "g/cm3"),
        ):
            if constant is not None:
                value = constant.to(unit)
                facets[name] = (Measure(value, value, unit),)
        return facets

    @property
    def unit_volume(self) -> float:
        """Volume of one formula unit in the bulk [nm3]."""
        return self.molar_mass.to("g/mol") / (self.density.to("g/cm3") * 1e-21) / AVOGADRO

    def curve(self, curve_id: str) -> SizingCurve:
        """Return a sizing curve by name.

        Raises:
            RangeError: If the curve is unknown, or is named with a reason not to use it.
        """
        for curve in self.sizing:
            if curve.id == curve_id:
                return curve
        refused = {curve.id: curve.refused for curve in self.refused}
        used = ", ".join(f"'{curve.id}'" for curve in self.sizing)
        raise RangeError(
            given=f"the sizing curve '{curve_id}'",
            expected=f"one of {used}" if used else f"no curve at all: none of {self.name} is in use",
            why=refused.get(curve_id, "no such curve is on the card"),
            remedy="Use one that is, or put yours on a card with its source.",
            where=Where(self.id),
        )


class Solvent(Card):
    """A liquid that surrounds the dots, in the tube or in the cuvette."""

    name: str
    aliases: tuple[str, ...] = ()
    refractive_index: Constant | None = None
    density: Constant | None = None
    viscosity: Constant | None = None
    conductivity: Constant | None = None
    heat_capacity: Constant | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which it is found, its own first."""
        return (self.id, self.name, *self.aliases)
