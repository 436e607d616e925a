"""Batch recipes for robots: XDL, the chemical description language of the Chemputer.

Steps and their properties are those of the XDL 2.0 standard (croningroup.gitlab.io/chemputer/xdl/standard); a
centrifuge is only in its reference implementation. What was not reported is left out, and listed: a compiler
would take a default of its own for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET  # only written here, never parsed

from aliquot.errors import RecipeError, Where
from aliquot.knowledge.records import Reagent
from aliquot.knowledge.store import find_reagent, material, source
from aliquot.recipe.batch import BatchRecipe, Portion, Step
from aliquot.recipe.exchange.loss import Loss
from aliquot.recipe.exchange.prose import as_dosed, clean, split
from aliquot.recipe.exchange.xdl_steps import Line, Writer, identifiers, milliliters
from aliquot.recipe.record import Dose, Recipe, Solution

_ROLES = {"solvent": "solvent", "acid": "acid", "ligand": "ligand", "cation source": "substrate"}
"""Words of our cards, and the role that the standard has for them."""


@dataclass(frozen=True, slots=True)
class XdlFile:
    """A recipe as XDL, and what it lost on the way."""

    text: str
    """The file."""
    lossy: tuple[Loss, ...]
    """What of the recipe has no place in it."""


def to_xdl(recipe: Recipe) -> XdlFile:
    """Write a batch recipe in XDL.

    Solutions are made in vessels of their own and transferred. Aliquots part a hold into pieces, each with a
    transfer to a vial behind it.

    Args:
        recipe: The recipe.

    Returns:
        The file, and what it could not say.

    Raises:
        RecipeError: If it is a recipe of a tube, which the standard does not know.

    Example:
        >>> from aliquot.recipe import read_recipe
        >>> made = to_xdl(read_recipe("cdte_mech2023_ode"))
        >>> made.text.count("<HeatChill "), made.text.count("<Transfer ")
        (8, 8)
    """
    if not isinstance(recipe, BatchRecipe):
        raise RecipeError(
            given=f"the flow recipe '{recipe.id}'",
            expected="a batch recipe, with 'vessels' and 'steps'",
            why="the steps of XDL happen in vessels: it has no tube, no flow and no residence time",
            remedy="Export it to the Open Reaction Database instead: aliquot recipe export NAME --to ord.",
            where=Where(recipe.id),
        )
    return _Making(recipe).file()


class _Making:
    """Builds the file; gathers vessels, reagents and losses on the way."""

    def __init__(self, recipe: BatchRecipe) -> None:
        self.recipe = recipe
        self.doses = {dose.key: dose for dose in recipe.doses}
        self.solutions = {solution.name: solution for solution in recipe.solutions}
        self.ids = identifiers(recipe.vessels)
        self.made = _solution_ids(self.solutions, self.ids)
        self.writer = Writer(recipe, self.put, self.ids, {*self.ids.values(), *self.made.values()})

    def file(self) -> XdlFile:
        """Return the whole."""
        parts = split(self.recipe.steps)
        prep = [line for solution in self.solutions.values() for line in self._mix(solution)]
        blocks = {
            "Prep": prep,
            "Reaction": self._lines(parts.reaction),
            "Workup": self._lines(parts.workup),
        }
        root = ET.Element("XDL")
        synthesis = ET.SubElement(root, "Synthesis")
        ET.SubElement(synthesis, "Metadata", self._metadata())
        hardware = ET.SubElement(synthesis, "Hardware")
        for vessel in [*self.ids.values(), *self.made.values(), *self.writer.vials]:
            kind = "reactor" if vessel == self.ids[self.recipe.reactor] else "flask"
            ET.SubElement(hardware, "Component", {"id": vessel, "type": kind})
        reagents = ET.SubElement(synthesis, "Reagents")
        for content in self._reagents():
            ET.SubElement(reagents, "Reagent", content)
        procedure = ET.SubElement(synthesis, "Procedure")
        for block, lines in blocks.items():
            if lines:
                within = ET.SubElement(procedure, block)
                for line in lines:
                    ET.SubElement(within, line.step, dict(line.properties))
        ET.indent(root)
        text = '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"
        lossy = [*self._hardware_losses(), *self.writer.lossy, *self._losses()]
        told = {loss.field for loss in lossy}
        lossy += [Loss(key, "not reported: left out") for key in self.recipe.unreported if key not in told]
        return XdlFile(text, tuple(lossy))

    def put(self, part: Portion, vessel: str, key: str, seconds: float | None) -> Line:
        """Return the line that puts a dose or a portion of a solution into a vessel."""
        time = {} if not seconds else {"time": f"{clean(seconds):g} s"}
        into = self.ids[vessel]
        if part.name in self.solutions:
            moved = {"from_vessel": self.made[part.name], "to_vessel": into}
            volume = self.solutions[part.name].volume if part.volume is None else part.volume
            if self.solutions[part.name].undosed and part.volume is None:
                self.writer.lose(key, f"all of '{part.name}', whose volume is not known: no volume")
                return Line("Transfer", moved | time)
            return Line("Transfer", moved | {"volume": milliliters(volume)} | time)
        content = {"vessel": into, "reagent": reagent_name(self.recipe, part.name)}
        if part.name not in self.doses:
            self.writer.lose(f"reagents.{part.name}.dose", "not reported: no volume or amount")
            return Line("Add", content | time)
        return Line("Add", content | _measured(self.doses[part.name], part.volume) | time)

    def _lines(self, steps: Sequence[Step]) -> list[Line]:
        return [line for index in range(len(steps)) for line in self.writer.lines(steps, index)]

    def _mix(self, solution: Solution) -> list[Line]:
        """Return the lines that make a solution in its own vessel, from doses."""
        lines = []
        for dose in solution.doses:
            whole = self.doses[dose.key]
            share = dose.dosed / whole.dosed
            content = {"vessel": self.made[solution.name], "reagent": reagent_name(self.recipe, dose.key)}
            lines.append(Line("Add", content | _measured(whole, None, share)))
        for key in solution.undosed:
            content = {"vessel": self.made[solution.name], "reagent": reagent_name(self.recipe, key)}
            self.writer.lose(f"reagents.{key}.dose", "not reported: no volume or amount")
            lines.append(Line("Add", content))
        parts = sum(dose.volume for dose in solution.doses)
        if abs(solution.volume - parts) > 1e-9:
            why = f"stated as {milliliters(solution.volume)}, made of {milliliters(parts)} of liquids"
            self.writer.lose(f"solutions.{solution.name}.volume", why)
        return lines

    def _metadata(self) -> dict[str, str]:
        recipe = self.recipe
        known = [source(key).doi for key in recipe.sources]
        found = {
            "description": recipe.title,
            "publication": "; ".join(doi for doi in known if doi),
            "product": material(recipe.material).name,
            "product_vessel": self.ids[recipe.reactor],
        }
        return {key: text for key, text in found.items() if text}

    def _reagents(self) -> list[dict[str, str]]:
        """Return one element for each reagent, work-up included."""
        found: dict[str, dict[str, str]] = {}
        for key in [*self.doses, *self.recipe.undosed]:
            dose = self.doses.get(key)
            card = find_reagent(dose.reagent if dose else self.recipe.undosed[key])
            name = reagent_name(self.recipe, key)
            content = _reagent(name, card, dissolved=dose is not None and dose.concentration is not None)
            if dose is not None and dose.purity is not None:
                content["purity"] = f"{clean(dose.purity.value * 100.0):g}"
            if found.setdefault(name, content) != content:
                why = "another purity of the same reagent: one has a place, that of the first"
                self.writer.lose(f"reagents.{key}.purity", why)
        for name in self.writer.solvents:
            card = find_reagent(name)
            found.setdefault(_name(card, name), _reagent(_name(card, name), card))
        return list(found.values())

    def _hardware_losses(self) -> list[Loss]:
        why = "a component has an id: the rest is for the robot's graph"
        return [Loss(f"vessels.{name}", why) for name in self.recipe.vessels]

    def _losses(self) -> list[Loss]:
        """Return what the language has no word for, whatever the steps."""
        lost = []
        for dose in self.doses.values():
            if dose.concentration is not None:
                lost.append(Loss(f"reagents.{dose.key}.concentration", "only in the reagent's name"))
            if dose.purity is not None and dose.purity.low < dose.purity.high:
                lost.append(Loss(f"reagents.{dose.key}.purity", "a range: its midpoint stands there"))
            if dose.product is not None:
                lost.append(Loss(f"reagents.{dose.key}.product", "the recipe that makes it: only a name"))
        lost += [
            Loss(name, "no place") for name in ("checks", "assumed", "errata") if getattr(self.recipe, name)
        ]
        if self.recipe.observe is not None:
            lost.append(Loss("observe", "measurements have no place"))
        return lost


def _solution_ids(solutions: Iterable[str], vessels: Mapping[str, str]) -> dict[str, str]:
    """Return an identifier for each solution's vessel; one that is named as a vessel is another thing."""
    names = list(solutions)
    found = identifiers((name for name in names if name not in vessels), vessels.values())
    for name in names:
        if name in vessels:
            (found[name],) = identifiers([f"{name} solution"], [*vessels.values(), *found.values()]).values()
    return {name: found[name] for name in names}


def reagent_name(recipe: Recipe, key: str) -> str:
    """Return the name of a reagent: that of its card, with the concentration of a solution."""
    dose = next((dose for dose in recipe.doses if dose.key == key), None)
    card = find_reagent(dose.reagent if dose else recipe.undosed.get(key, key))
    name = _name(card, dose.reagent if dose else key)
    if dose is not None and dose.concentration is not None:
        return f"{name}, {clean(dose.concentration / 1e3):g} M in {dose.carrier or 'an unreported solvent'}"
    if dose is not None and dose.product is not None:
        return f"{name} made by {dose.product}"
    return name


def _name(card: Reagent | None, name: str) -> str:
    return name if card is None else card.name


def _reagent(name: str, card: Reagent | None, *, dissolved: bool = False) -> dict[str, str]:
    found = {"name": name}
    if card is None:
        return found
    if card.state == "solid" and not dissolved:
        found["solid"] = "true"
    found["molecular_weight"] = f"{clean(card.molar_mass.to('g/mol')):g} g/mol"
    if card.density is not None:
        found["density"] = f"{clean(card.density.to('g/mL')):g} g/mL"
    if card.cas and not card.cas.endswith("?"):
        found["cas"] = card.cas
    role = next((_ROLES[word] for word in _ROLES if word in card.roles), None)
    return found | ({"role": role} if role else {})


def _measured(dose: Dose, volume: float | None, share: float = 1.0) -> dict[str, str]:
    """Return how much is added: a volume, or an amount in g or mmol, as it was dosed."""
    if volume is not None:
        return {"volume": milliliters(volume)}
    dosed = as_dosed(dose)
    if dosed.unit == "m3":
        return {"volume": milliliters(dosed.value * share)}
    if dosed.unit == "g":
        return {"amount": f"{clean(dosed.value * share):g} g"}
    return {"amount": f"{clean(dosed.value * share * 1e3):g} mmol"}
