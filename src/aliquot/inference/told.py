"""A fit as plain data, for programs: schema fit/1."""

from collections.abc import Sequence
from typing import Any

from aliquot.inference.profile import Profile
from aliquot.inference.record import Constant, Fit, Line
from aliquot.inference.validate import Left


def as_json(fit: Fit, profiles: Sequence[Profile] = (), left: Sequence[Left] = ()) -> dict[str, Any]:
    """Return a fit as the contract writes it; equal fits are equal, whatever the time they took.

    Args:
        fit: The fit.
        profiles: Profiles that were asked for.
        left: Series that were left out.
    """
    return {
        "study": fit.study,
        "chemistry": fit.chemistry,
        "constants": [_constant(one) for one in fit.constants],
        "covariance": [list(row) for row in fit.covariance],
        "cost": fit.cost,
        "misfit": fit.misfit,
        "data": fit.data,
        "directions": [
            {"strength": one.strength, "left": one.left, "determined": one.determined, "words": one.words}
            for one in fit.directions
        ],
        "undetermined": list(fit.undetermined),
        "not_told": list(fit.not_told),
        "at_bound": list(fit.at_bound),
        "observations": [_line(one) for one in fit.lines],
        "starts": [
            {
                "cost": one.cost if one.cost < float("inf") else None,
                "evaluations": one.evaluations,
                "theta": list(one.theta),
                "ended": one.message,
                "arrived": one.arrived,
                "fault": None if one.fault is None else str(one.fault),
            }
            for one in fit.starts
        ],
        "evaluations": fit.evaluations,
        "citations": list(fit.citations),
        "flags": list(fit.flags),
        "profiles": [_profile(one) for one in profiles],
        "left_out": [_left(one) for one in left],
    }


def _profile(one: Profile) -> dict[str, Any]:
    """Return a profile as the contract writes it."""
    return {
        "constant": one.name,
        "theta": list(one.theta),
        "cost": [cost if cost < float("inf") else None for cost in one.cost],
        "low": one.low,
        "high": one.high,
        "flags": list(one.flags),
    }


def _left(one: Left) -> dict[str, Any]:
    """Return a series that was left out as the contract writes it."""
    met, of = one.met
    return {
        "series": one.series,
        "met": met,
        "of": of,
        "rms": one.rms,
        "moved": list(one.moved),
        "theta": list(one.constants),
        "observations": [_line(line) for line in one.lines],
    }


def _constant(one: Constant) -> dict[str, Any]:
    return {
        "name": one.name,
        "unit": one.unit,
        "keys": list(one.keys),
        "transform": one.transform,
        "value": {"value": one.value, "low": one.low, "high": one.high, "level": 0.95},
        "theta": one.theta,
        "sd": one.sd,
        "prior": {"mean": one.prior_mean, "sd": one.prior_sd},
        "share": one.share,
        "told": one.told,
        "determined": one.determined,
        "at_bound": one.at_bound,
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "id": one.id,
        "what": one.words,
        "conditions": list(one.conditions),
        "published": one.text,
        "unit": one.unit,
        "role": str(one.role),
        "fitted": one.fitted,
        "computed": one.computed,
        "sd": one.sd,
        "residual": one.residual,
        "met": one.met,
        "note": one.note,
    }
