"""A design as plain data, for programs: schema design/1."""

from typing import Any

from aliquot.inference.design.record import Compromise, Designed, Failed, Reached, Setting


def as_json(found: Designed) -> dict[str, Any]:
    """Return a design as the contract writes it; equal designs are equal, whatever the time they took."""
    drawn = found.drawn
    return {
        "study": found.study,
        "title": found.title,
        "base": found.base,
        "chemistry": found.chemistry,
        "result": "feasible" if found.feasible else "infeasible",
        "violation": found.violation,
        "settings": [_setting(one) for one in found.settings],
        "objective": _reached(found.objective, found.settings),
        "targets": [_reached(one, found.settings) for one in found.targets],
        "bounds": [
            {"what": one.words, "value": one.value, "end": one.end, "unit": one.unit} for one in found.bounds
        ],
        "blocked": [
            {
                "knob": one.knob,
                "way": one.way,
                "help": one.help,
                "to": one.to,
                "unit": one.unit,
                "by": list(one.by),
            }
            for one in found.blocked
        ],
        "failed": None if found.failed is None else _failed(found.failed),
        "spread": None
        if drawn is None
        else {"source": drawn.source, "draws": drawn.draws, "failed": drawn.failed, "chance": drawn.chance},
        "front": None if found.front_target is None else _front(found),
        "recipe": found.recipe,
        "searches": list(found.searches),
        "evaluations": {"all": found.looked_at, "with_slopes": found.with_slopes},
        "citations": list(found.citations),
        "flags": list(found.flags),
    }


def _failed(one: Failed) -> dict[str, Any]:
    return {
        "count": one.count,
        "why": one.why,
        "at": {name: {"low": low, "high": high, "unit": unit} for name, low, high, unit in one.at},
        "outgrown": one.outgrown,
        "most": one.most,
    }


def _setting(one: Setting) -> dict[str, Any]:
    return {
        "name": one.name,
        "keys": list(one.keys),
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "unit": one.unit,
        "error": one.error,
        "at_end": one.at_end,
    }


def _reached(one: Reached, settings: tuple[Setting, ...]) -> dict[str, Any]:
    spread = one.spread
    return {
        "name": one.name,
        "asked": one.text,
        "unit": one.unit,
        "searched": one.searched,
        "simulated": one.simulated,
        "met": one.met,
        "miss": one.miss,
        "spread": None
        if spread is None
        else {"value": spread.value, "low": spread.low, "high": spread.high, "level": spread.level},
        "chance": one.chance,
        "by_setting": {setting.name: change for setting, change in zip(settings, one.by_knob, strict=True)},
        "sd_by_settings": one.by_settings,
    }


def _front(found: Designed) -> dict[str, Any]:
    return {"target": found.front_target, "points": [_point(one, found) for one in found.front]}


def _point(one: Compromise, found: Designed) -> dict[str, Any]:
    return {
        "value": one.value,
        "feasible": one.feasible,
        "settings": {
            setting.name: value for setting, value in zip(found.settings, one.settings, strict=True)
        },
        "objective": one.objective,
        "targets": {target.name: value for target, value in zip(found.targets, one.targets, strict=True)},
    }
