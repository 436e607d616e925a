"""Aliquot: from a recipe to the spectra of its aliquots, and back.

    recipe --kinetics, reactor--> populations --instruments--> signals        simulate, observe
    signal  -> population          what is in this aliquot?                     analyse, invert
    signals -> constants           which kinetics made it, and how sure?        fit

Example:
    >>> import aliquot
    >>> recipe = aliquot.read_recipe(aliquot.recipe_book("inp_wang2023"))
    >>> run = aliquot.simulate(recipe.only("200C"), aliquot.chemistry("inp_wang2023"))
    >>> sizes = run.aliquots[0].population.sizes("volume")
    >>> f"{sizes.mean:.1f} nm, RSD {sizes.rsd:.0%}"
    '2.7 nm, RSD 10%'
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "analyse": "aliquot.instruments.absorbance.analyse",
    "chemistry": "aliquot.knowledge.store",
    "find_edge": "aliquot.instruments.absorbance.edge",
    "fit": "aliquot.inference",
    "invert": "aliquot.instruments.absorbance.invert",
    "learn": "aliquot.instruments.absorbance.joint",
    "material": "aliquot.knowledge.store",
    "observe": "aliquot.synthesis",
    "read_emission": "aliquot.instruments.formats",
    "read_recipe": "aliquot.recipe",
    "read_spectra": "aliquot.instruments.formats",
    "read_study": "aliquot.inference",
    "recipe_book": "aliquot.recipe",
    "simulate": "aliquot.synthesis",
    "simulate_many": "aliquot.synthesis",
    "AliquotError": "aliquot.errors",
    "Finding": "aliquot.finding",
    "Outcome": "aliquot.synthesis",
    "Population": "aliquot.population",
    "Recipe": "aliquot.recipe",
    "Run": "aliquot.synthesis",
    "Signal": "aliquot.instruments.signal",
    "Weighting": "aliquot.population",
}

__all__ = sorted(_HOMES)  # noqa: PLE0605  the names and their homes are told once


def __getattr__(name: str) -> Any:  # noqa: ANN401
    # Homes are entered on first use: JAX alone takes longer to import than most questions to answer.
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415

        return version("aliquot")
    if name not in _HOMES:
        message = f"module 'aliquot' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
