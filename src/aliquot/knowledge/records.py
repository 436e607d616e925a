"""What a card says: materials, solvents, reagents, chemistries, sources, published observations.

Every number has a parent: the key of its source in the bibliography, or ``estimated`` with the reason.
Cards are data; the laws that read them live above.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from aliquot.errors import RangeError, Where
from aliquot.knowledge.document import Nanometres, Schema, Temperature
from aliquot.units import AVOGADRO, Quantity


class Mark(StrEnum):
    """How far a number has been checked."""

    VERIFIED = "verified"
    """Confirmed against the published source or a working copy of it."""
    COMPUTED = "computed"
    """Derived for this project from sourced numbers."""
    SEED = "seed"
    """Taken from one of the four papers of the ground."""
    READING = "reading"
    """Printed in such a paper, but assigned to its sample or meaning by us; ``reading`` says how."""
    TEXTBOOK = "textbook"
    """Common knowledge of the field, not traced to a page."""
    ESTIMATED = "estimated"
    """Our own estimate; ``because`` says on what grounds."""


class Parent(Schema):
    """Where a number comes from."""

    source: str | None = None
    """Key of the bibliography."""
    place: str | None = None
    """Page, section, equation, table or line in the source."""
    because: str | None = None
    """Grounds of an estimate, or how it was computed."""
    mark: Annotated[Mark, Field(strict=False)]
    """How far it has been checked."""

    @model_validator(mode="after")
    def _has_a_parent(self) -> "Parent":
        if not (self.source or self.because):
            message = "a number needs a 'source', or 'because' with the grounds of the estimate"
            raise ValueError(message)
        return self


class Constant(Parent):
    """A number with its unit and parent.

    Example:
        >>> gap = Constant(value="1.35 eV", source="wang2023", place="section 2.4", mark="seed")
        >>> gap.to("eV")
        1.35
    """

    value: str
    """The number with its unit."""
    sd: str | None = None
    """Standard uncertainty with its unit."""
    range: tuple[str, str] | None = None
    """Range within which the truth is believed to lie, or over which the number holds."""

    def to(self, unit: str) -> float:
        """Return the value [unit]; raises UnitError if the dimension is another."""
        return Quantity.parse(self.value, unit).value


class Source(Schema):
    """An entry of the bibliography; a field that could not be verified is null."""

    authors: str
    title: str | None = None
    container: str
    """Journal, book or data base."""
    year: int
    volume: str | None = None
    pages: str | None = None
    doi: str | None = None
    url: str | None = None
    note: str | None = None


class SizeDefinition(StrEnum):
    """What the size of a sizing curve means."""

    SPHERE = "diameter of the sphere of equal volume"
    TEM = "diameter seen by TEM (projected)"


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


class SizingCurve(Parent):
    """A published relation between first excitonic peak and size, within its range only."""

    id: str
    law: Annotated[PowerLaw | Polynomial, Field(discriminator="form")]
    size: Annotated[SizeDefinition, Field(strict=False)]
    range: tuple[Nanometres, Nanometres]
    """Diameters over which the curve is used [nm]."""
    spread: Nanometres
    """Standard uncertainty of a diameter read from the curve [nm]."""
    phase: str | None = None
    """Crystal phase of the particles behind the curve."""
    note: str | None = None


class RefusedCurve(Schema):
    """A published curve that is named and not used."""

    id: str
    source: str
    refused: str
    """Why it is not used."""


class Refraction(Parent):
    """Complex refractive index of the bulk at one wavelength."""

    wavelength: Nanometres
    n: float
    k: float


class Transition(Schema):
    """An absorption line of a dot above, or at, its first exciton."""

    ratio: float
    """(E_k - E_gap) / (E1 - E_gap) [1]."""
    strength: float
    """Height relative to the first exciton [1]."""
    width: str
    """Standard deviation of the line [energy]."""


class Lineshape(Parent):
    """Absorption of one dot per volume: lines on a confined continuum (basis of the kernel)."""

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


class Material(Schema):
    """A semiconductor."""

    id: str
    name: str
    molar_mass: Constant
    density: Constant
    gap: Constant
    refraction: tuple[Refraction, ...] = ()
    sizing: tuple[SizingCurve, ...]
    refused: tuple[RefusedCurve, ...] = ()
    sizing_floor: Constant | None = None
    """Mean absolute error of sizes from absorbance against TEM, whatever the curve [nm]."""
    lineshape: Lineshape | None = None

    @property
    def unit_volume(self) -> float:
        """Volume of one formula unit in the bulk [nm3]."""
        return self.molar_mass.to("g/mol") / self.density.to("g/nm^3") / AVOGADRO

    def curve(self, curve_id: str) -> SizingCurve:
        """Return a sizing curve by name.

        Raises:
            RangeError: If the curve is unknown, or is named with a reason not to use it.
        """
        for curve in self.sizing:
            if curve.id == curve_id:
                return curve
        refused = {curve.id: curve.refused for curve in self.refused}
        raise RangeError(
            given=f"the sizing curve '{curve_id}'",
            expected="one of " + ", ".join(f"'{curve.id}'" for curve in self.sizing),
            why=refused.get(curve_id, "no such curve is on the card"),
            remedy="Use one that is, or put yours on a card with its source.",
            where=Where(self.id),
        )


class Solvent(Schema):
    """A liquid that surrounds the dots, in the tube or in the cuvette."""

    id: str
    name: str
    refractive_index: Constant | None = None
    density: Constant | None = None
    viscosity: Constant | None = None
    conductivity: Constant | None = None
    heat_capacity: Constant | None = None


class Reagent(Schema):
    """A chemical as it stands on the shelf."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    """Other names under which recipes may ask for it."""
    formula: str
    state: Literal["solid", "liquid"]
    """State at room temperature: in a mixture, liquids add their volumes and dissolved solids add none."""
    molar_mass: Constant
    """Mass of one mole of the pure reagent [g mol-1]."""
    density: Constant | None = None
    """Density at 25 degC, needed where it is dosed by volume [g m-3]."""
    cas: str | None = None
    """Registry number of Chemical Abstracts."""
    hazards: tuple[str, ...] = ()
    """Hazard statements of the GHS."""
    note: str | None = None


class Rate(Parent):
    """k(T) = k exp(-E/R (1/T - 1/T_ref))."""

    value: str
    """k at the reference temperature, with its unit."""
    activation: str
    """Activation energy, or enthalpy of solution, per mole or per particle."""
    interval: tuple[str, str] | None = None
    """95 % interval of k, from the fit that gave it."""
    activation_interval: tuple[str, str] | None = None


class Reaction(Schema):
    """Precursors to one formula unit of monomer, of an order in each of ``orders``."""

    consumes: dict[str, float]
    """Moles of each precursor used per mole of formula units made."""
    orders: dict[str, float]
    """Reaction order in each precursor [1]."""
    rate: Rate


class SurfaceEnergy(Constant):
    """Surface energy of the landscape [J m-2]."""


class Attachment(Schema):
    """Rate of monomer attachment, a_n = k(T) n^(2/3) (n0/n)^(m/3)."""

    rate: Rate
    size_exponent: Constant
    """m: how fast the surface rate constant falls with radius, k(r) = k0 (r0/r)^m [1]."""
    reference_rung: int
    """n0 [1]."""


class Chemistry(Schema):
    """Calibrated constants of one reaction system, named for its paper."""

    id: str
    title: str
    version: int
    material: str
    source: str
    claims_not: str
    """What these constants do NOT claim."""
    calibration: str
    """How the constants were obtained."""
    reference_temperature: Temperature
    temperatures: tuple[Temperature, Temperature]
    """Range over which the constants are used."""
    precursors: dict[str, str]
    """Name of each precursor in the reactions, and the reagent that brings it."""
    reaction: Reaction
    surface_energy: SurfaceEnergy
    attachment: Attachment
    solubility: Rate
    dot_from: int
    """Smallest rung that counts as a dot."""
    remarks: dict[str, str] = Field(default_factory=dict)
    """Why a computed number differs from a published one as it does, by name of the observation."""


class Role(StrEnum):
    """What a published observation is used for, fixed before any fit."""

    CALIBRATION = "calibration"
    PREDICTION = "prediction"
    ARITHMETIC = "arithmetic"


class Observation(Schema):
    """A number that a paper prints, or that follows from its doses by arithmetic."""

    id: str
    sample: str | None = None
    """Name of the sample in the recipe, None where the number belongs to the recipe as a whole."""
    quantity: Literal["diameter", "RSD", "E1", "conversion", "concentration", "ratio", "volume", "time"]
    of: str | None = None
    """What a concentration or ratio is of: a card of a reagent, or 'card/card'."""
    value: str
    """The number with its unit."""
    tolerance: str
    """How near a computed value has to come to count as met, with its unit."""
    tolerance_because: str
    """Why this near, and not nearer."""
    mark: Annotated[Mark, Field(strict=False)] = Mark.SEED
    """How the number is known: printed in the text (seed), read from it (reading), or computed from doses."""
    role: Annotated[Role, Field(strict=False)]
    place: str
    errata: tuple[str, ...] = ()
    reading: str | None = None
    """How an ambiguous text was read."""


class Observations(Schema):
    """The published numbers of one paper."""

    id: str
    source: str
    recipe: str
    """The recipe of the book that they belong to."""
    chemistry: str
    observations: tuple[Observation, ...]


class Erratum(Schema):
    """A located error of a printed text: printed and corrected form are both kept."""

    id: str
    source: str
    place: str
    """Section, page, table, or line of the extracted text."""
    kind: str
    """What kind of error: value, amount, order, formula, reference, ..."""
    printed: str
    """As it is printed, or what the printed text does."""
    correction: str
    """As it has to read, or why it can not be right."""
    severity: Literal["low", "medium", "high"]
    """What it costs to be misled by it."""
    certainty: str
    """Whether the correction is certain (and why) or likely."""
