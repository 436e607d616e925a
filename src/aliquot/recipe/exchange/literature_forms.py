"""Headings of the published tables of syntheses, and what stands under them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpeciesColumns:
    """Columns of one chemical."""

    role: str
    name: str
    mmol: str | None = None
    grams: str | None = None
    millilitres: str | None = None


@dataclass(frozen=True, slots=True)
class RatioColumn:
    """A ratio, and the amounts that it is of."""

    column: str
    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A table by its headings; units are those of the headings."""

    name: str
    material: str
    source: str
    species: tuple[SpeciesColumns, ...]
    temperature: str
    time: str
    diameter: str
    absorbance: str
    emission: str
    injection_temperature: str | None = None
    total_volume: str | None = None
    total_mass: str | None = None
    diameter_by: str | None = None
    ratios: tuple[RatioColumn, ...] = ()

    @property
    def content(self) -> tuple[str, ...]:
        """Columns that make two rows the same synthesis: all that are known."""
        named = [
            self.source,
            self.temperature,
            self.time,
            self.diameter,
            self.absorbance,
            self.emission,
            self.injection_temperature,
            self.total_volume,
            self.total_mass,
            self.diameter_by,
            *(ratio.column for ratio in self.ratios),
        ]
        for part in self.species:
            named += [part.name, part.mmol, part.grams, part.millilitres]
        return tuple(name for name in named if name is not None)

    @property
    def columns(self) -> tuple[str, ...]:
        """Headings that a file must have."""
        return self.content


INP = Form(
    name="the InP table of Nguyen et al. (2022)",
    material="InP",
    source="doi",
    species=(
        SpeciesColumns("metal", "in_source", "in_amount_mmol"),
        SpeciesColumns("anion source", "p_source", "p_amount_mmol"),
        SpeciesColumns("solvent", "sol", millilitres="sol_amount_ml"),
        SpeciesColumns("phosphine", "TOP", "TOP_amount_mmol"),
        SpeciesColumns("acid", "acid", "acid_amount_mmol"),
        SpeciesColumns("amine", "amine", "amine_amount_mmol"),
        SpeciesColumns("thiol", "thiol", "thiol_amount_mmol"),
        SpeciesColumns("zinc", "zinc", "zinc_amount_mmol"),
        SpeciesColumns("other", "other", "other_amount_mmol"),
    ),
    temperature="temp_c",
    time="time_min",
    diameter="diameter_nm",
    absorbance="abs_nm",
    emission="emission_nm",
    total_volume="total_volume_ml",
)
CDSE = Form(
    name="the CdSe table after Baum et al. (2020)",
    material="CdSe",
    source="Citation",
    species=(
        SpeciesColumns("metal", "Metal_source", "Metal_mmol (mmol)", "Metal_amount (g)"),
        SpeciesColumns("anion source", "Chalcogen_source", "Chalcogen_mmol (mmol)", "Chalcogen_amount (g)"),
        SpeciesColumns("acid", "Carboxylic_Acid", "CA_mmol (mmol)", "CA_amount (g)"),
        SpeciesColumns("amine", "Amines", "Amines_mmol (mmol)", "Amines_amount (g)"),
        SpeciesColumns("phosphine", "Phosphines", "Phosphines_mmol (mmol)", "Phosphines_amount (g)"),
        SpeciesColumns("solvent", "Solvent I", grams="S_I_amount (g)"),
        SpeciesColumns("solvent", "Solvent II", grams="S_II_amount (g)"),
    ),
    temperature="Growth Temp (Celsius)",
    time="Time_min (min)",
    diameter="Diameter_nm",
    absorbance="Absorbance max (nm)",
    emission="PL max (nm)",
    injection_temperature="Injection Temp (Celsius)",
    total_mass="Total_amount (g)",
    diameter_by="Diameter from",
    ratios=(
        RatioColumn("Metal/Se_ratio", "Metal_mmol (mmol)", "Chalcogen_mmol (mmol)"),
        RatioColumn("Cd/CA_ratio", "Metal_mmol (mmol)", "CA_mmol (mmol)"),
        RatioColumn("Chalcogen/Ph_ratio", "Chalcogen_mmol (mmol)", "Phosphines_mmol (mmol)"),
    ),
)
FORMS = (INP, CDSE)
"""The tables that are known."""
