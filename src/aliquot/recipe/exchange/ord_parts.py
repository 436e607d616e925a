"""Small parts of a reaction of the Open Reaction Database: amounts, compounds, the product."""

from collections.abc import Mapping
from typing import Any

from aliquot.knowledge.formula import composition
from aliquot.knowledge.records import Reagent
from aliquot.knowledge.store import find_reagent, material, source
from aliquot.recipe.exchange.prose import as_dosed, celsius, clean
from aliquot.recipe.record import Dose, Recipe
from aliquot.recipe.stoichiometry import ELECTRONS, balance

_TIMES = (("HOUR", 3600.0), ("MINUTE", 60.0), ("SECOND", 1.0))


def seconds(value: float) -> dict[str, Any]:
    """Return a time [s] in the largest unit in which it is short.

    Example:
        >>> seconds(1800.0), seconds(5400.0)
        ({'value': 30.0, 'units': 'MINUTE'}, {'value': 1.5, 'units': 'HOUR'})
    """
    unit, size = next((pair for pair in _TIMES if value >= pair[1]), _TIMES[-1])
    return {"value": clean(value / size), "units": unit}


def kelvin(value: float) -> dict[str, Any]:
    """Return a temperature [K] in degC, as chemists write it."""
    return {"value": celsius(value), "units": "CELSIUS"}


def volume(value: float) -> dict[str, Any]:
    """Return a volume [m3] in mL, or in µL where it is small."""
    millilitres = clean(value * 1e6)
    if millilitres < 0.1:
        return {"value": clean(millilitres * 1e3), "units": "MICROLITER"}
    return {"value": millilitres, "units": "MILLILITER"}


def moles(value: float) -> dict[str, Any]:
    """Return an amount of substance [mol] in mmol."""
    return {"value": clean(value * 1e3), "units": "MILLIMOLE"}


def amount(dose: Dose, share: float = 1.0) -> dict[str, Any]:
    """Return an amount as it was dosed: mass, volume or moles; a portion of it for a share below 1.

    Example:
        >>> amount(Dose("indium", "InCl3", 0.004, None, 0.0, "884.72 mg"))
        {'mass': {'value': 884.72, 'units': 'MILLIGRAM'}}
    """
    dosed = as_dosed(dose)
    value = dosed.value * share
    if dosed.unit == "m3":
        return {"volume": volume(value)}
    if dosed.unit == "mol":
        return {"moles": moles(value)}
    grams = clean(value)
    if grams < 1.0:
        return {"mass": {"value": clean(grams * 1e3), "units": "MILLIGRAM"}}
    return {"mass": {"value": grams, "units": "GRAM"}}


def compound(recipe: Recipe, dose: Dose, share: float = 1.0) -> list[dict[str, Any]]:
    """Return a dose as compounds: one, or the solute and the solvent of a solution.

    Args:
        recipe: The recipe, for the role and what is limiting.
        dose: The dose.
        share: Which part of it [1].

    Returns:
        The compounds, in the JSON form of the schema.
    """
    if dose.product is not None:
        return [_made_before(dose, share)]
    card = find_reagent(dose.reagent)
    made: dict[str, Any] = {
        "identifiers": identifiers(dose.reagent, card),
        "amount": amount(dose, share),
        "reaction_role": role(card, recipe),
        "features": _features(dose, card),
    }
    if dose.reagent in _limiting(recipe):
        made["is_limiting"] = True
    if dose.concentration is None:
        return [made]
    made["amount"] = {"moles": moles(dose.dosed * share)}
    solvent = find_reagent(dose.carrier) if dose.carrier else None
    known = identifiers(solvent.id, solvent) if solvent is not None else [_custom("solvent not reported")]
    return [
        made,
        {
            "identifiers": known,
            "amount": {"volume": volume(dose.volume * share), "volume_includes_solutes": True},
            "reaction_role": "SOLVENT",
        },
    ]


def undosed(recipe: Recipe, key: str) -> dict[str, Any]:
    """Return a compound whose dose was not reported."""
    name = recipe.undosed.get(key, key)
    card = find_reagent(name)
    return {
        "identifiers": identifiers(name, card),
        "amount": {"unmeasured": {"type": "CUSTOM", "details": "not reported"}},
        "reaction_role": role(card, recipe),
        "features": {"name in the recipe": {"string_value": key}},
    }


def identifiers(name: str, card: Reagent | None) -> list[dict[str, Any]]:
    """Return the identifiers of a reagent: name, SMILES, InChIKey, CAS number, as its card has them."""
    if card is None:
        return [_custom(name)]
    found = [{"type": "NAME", "value": card.name}]
    if card.structure is not None:
        found.append({"type": "SMILES", "value": card.structure.smiles})
        found.append({"type": "INCHI_KEY", "value": card.structure.inchikey})
    if card.cas and not card.cas.endswith("?"):
        found.append({"type": "CAS_NUMBER", "value": card.cas})
    return [*found, _custom(card.id)]


def role(card: Reagent | None, recipe: Recipe) -> str:
    """Return the role of a reagent as far as the schema has one: it knows no ligands.

    What brings an element of the material or of its shell is a reactant, what only dissolves a solvent.
    """
    if card is None:
        return "REACTANT"
    wanted = set(composition(recipe.material)) | set(composition(recipe.shell) if recipe.shell else ())
    if wanted & set(card.oxidation):
        return "REACTANT"
    if "solvent" in card.roles:
        return "SOLVENT"
    return "REAGENT"


def product(recipe: Recipe, features: Mapping[str, Any]) -> dict[str, Any]:
    """Return the product: a material by name, because dots are no molecule."""
    name = material(recipe.material).name
    shown = recipe.material
    if recipe.shell:
        name, shown = f"{name} with a shell of {material(recipe.shell).name}", f"{shown}/{recipe.shell}"
    return {
        "identifiers": [
            {"type": "NAME", "value": name},
            {"type": "CUSTOM", "details": "material (nanocrystals or clusters, no molecule)", "value": shown},
        ],
        "is_desired_product": True,
        "reaction_role": "PRODUCT",
        "features": dict(features),
    }


def doi(recipe: Recipe) -> str | None:
    """Return the first DOI of the recipe's sources."""
    found = (source(key).doi for key in recipe.sources)
    return next((known for known in found if known), None)


def safety(recipe: Recipe) -> str:
    """Return a reminder of hazards."""
    flagged = []
    for name in dict.fromkeys([*(d.reagent for d in recipe.doses), *recipe.undosed.values()]):
        card = find_reagent(name)
        if card is not None and card.hazards is not None and card.hazards.flags:
            flagged.append(f"{card.name}: {', '.join(card.hazards.flags)}")
    reminder = "A reminder from common data: check the supplier's safety data sheets."
    return "; ".join(flagged) + f". {reminder}" if flagged else ""


def is_ligand(card: Reagent | None) -> bool:
    """Tell whether a reagent binds to the dots: a role that the schema lacks."""
    return card is not None and "ligand" in card.roles


def _features(dose: Dose, card: Reagent | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name in the recipe": {"string_value": dose.key},
        "as dosed": {"string_value": dose.text},
    }
    if dose.purity is not None:
        found["purity"] = {
            "float_value": clean(dose.purity.value * 100.0),
            "description": f"per cent, as written: {dose.purity.text}",
        }
    if card is not None and card.roles:
        found["roles"] = {"string_value": ", ".join(card.roles)}
    if dose.concentration is not None:
        found["concentration_mM"] = {"float_value": clean(dose.concentration)}
    return found


def _made_before(dose: Dose, share: float) -> dict[str, Any]:
    return {
        "identifiers": [_custom(dose.reagent)],
        "amount": amount(dose, share),
        "reaction_role": "REACTANT",
        "preparations": [{"type": "SYNTHESIZED", "details": f"by the recipe {dose.product}"}],
        "features": _features(dose, None),
    }


def _limiting(recipe: Recipe) -> frozenset[str]:
    """Return the cards that bring what runs out first; none where an element has no reported dose."""
    made = balance(recipe.mixture.amounts, material(recipe.material))
    if made.product <= 0.0:
        return frozenset()
    found = {name for element in made.limits for name in made.sources.get(element, ())}
    if ELECTRONS in made.limits:
        found |= {
            name
            for name in recipe.mixture.amounts
            if (card := find_reagent(name)) is not None and card.donates
        }
    return frozenset(found)


def _custom(value: str) -> dict[str, Any]:
    return {"type": "CUSTOM", "details": "name in aliquot", "value": value}
