"""Place, width and shape of the lines of clusters, the same for a whole series, by variable projection.

A library is of another batch, another solvent and another instrument; heights of partners and tails are
guesses, and no spectrum of dots of one size is known. So one shift, one width and one factor each on
partners and tails are searched for, for all clusters and spectra together, and one width for the line of a
dot. For every choice the amounts of every spectrum follow (non-negative, smooth): five numbers are searched
for, not hundreds.

The width of the dots is of no use for their sizes, with which it is mixed up; it keeps what the dots absorb
farther to the blue out of the clusters.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from aliquot.instruments.absorbance.clusters.design import Design, Place
from aliquot.instruments.absorbance.clusters.fit import Fit, fit, fit_twice
from aliquot.instruments.absorbance.clusters.response import response
from aliquot.instruments.absorbance.clusters.solve import second_differences

BOUNDS = (Place(-3.0, 0.7, 0.7, 0.3, 0.3), Place(3.0, 1.4, 1.5, 2.0, 2.0))
"""Places that are tried: families whose lines lie farther apart are held to be other clusters."""

EXPECTED = Place(2.0, 0.2, 0.15, 0.3, 0.3)
"""Standard deviations of what is expected before a series is seen, around no shift and the widths of the
cards.

Estimated because lines of one family are printed 2 to 3 nm apart, and single dots of InP show widths that
differ by 12 to 15 %; heights of partners and tails are guesses on the cards. They decide only where the
series tells nothing."""

NAMES = (
    "shift of the lines",
    "width of the lines",
    "width of a dot's line",
    "height of the partner lines",
    "height of the tails",
)
"""What is refined, in the order of a place."""


@dataclass(frozen=True, slots=True, eq=False)
class Refined:
    """A fit at the best place of the lines, and how sure that is."""

    fit: Fit
    """The fit there."""
    covariance: Float[np.ndarray, "shared shared"]
    """Of what is shared, in the order of a place, from the residual of all spectra."""
    slopes: Float[np.ndarray, "shared spectra unknowns"]
    """Change of the amounts per unit of each [absorbance]."""
    bounded: tuple[str, ...]
    """Which of :data:`NAMES` ended at a bound."""

    @property
    def spread(self) -> Float[np.ndarray, "spectra unknowns"]:
        """Standard uncertainty of the amounts from the place of the lines [absorbance]."""
        variance = np.einsum("asu,ab,bsu->su", self.slopes, self.covariance, self.slopes)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def refine(start: Fit) -> Refined:
    """Return the fit at the place of the lines that describes the whole series best.

    Args:
        start: A fit, whose noise and smoothing are kept.
    """
    low, high = (np.array(bound) for bound in BOUNDS)
    found = least_squares(
        lambda at: _missed(_at(start, at)),
        np.clip(start.place, low, high),
        jac=lambda at: _jacobian(_at(start, at)),
        bounds=(low, high),
        x_scale=np.array(EXPECTED),
        xtol=1e-4,
        ftol=1e-5,
    )
    best = _at(start, found.x)
    normal = found.jac.T @ found.jac
    return Refined(
        best,
        np.asarray(np.linalg.inv(normal) * max(float(best.chi_squared.mean()), 1.0)),
        response(best)[1],
        tuple(name for name, active in zip(NAMES, found.active_mask, strict=True) if active),
    )


def nudged(one: Fit) -> Fit:
    """Return a fit one step nearer to the best place of its lines: enough where it is hardly off."""
    jacobian = _jacobian(one)
    step = np.linalg.solve(jacobian.T @ jacobian, jacobian.T @ _missed(one))
    low, high = (np.array(bound) for bound in BOUNDS)
    return _at(one, np.clip(np.array(one.place) - step, low, high))


def unrefined(start: Fit) -> Refined:
    """Return a fit as it stands, the place of its lines taken as exact."""
    size = len(Place._fields)
    return Refined(start, np.zeros((size, size)), np.zeros((size, *start.amounts.shape)), ())


def _at(start: Fit, at: Float[np.ndarray, " shared"]) -> Fit:
    return fit(start.design, start.values, start.noise, Place(*at.tolist()), start.strengths)


def _missed(one: Fit) -> Float[np.ndarray, " terms"]:
    """Return what is minimised: residuals over noise, roughness of the dots, what is expected."""
    rough = np.sqrt(one.strengths)[:, None] * (one.dots @ second_differences(one.dots.shape[1]))
    away = (np.array(one.place) - np.array(Place())) / np.array(EXPECTED)
    return np.concatenate([(one.residual / one.noise[:, None]).ravel(), rough.ravel(), away])


def _jacobian(one: Fit) -> Float[np.ndarray, "terms shared"]:
    return np.concatenate([response(one)[0], np.diag(1.0 / np.array(EXPECTED))])


def settle(
    made: Design, values: Float[np.ndarray, "spectra wavelengths"], noise: Float[np.ndarray, " spectra"]
) -> Refined:
    """Return the refined fit of a series, noise and smoothing weighed anew once the lines are in place.

    Args:
        made: Columns but for the place of their lines.
        values: Spectra, as rows, shape (spectra, wavelengths).
        noise: Standard deviation of one value of each spectrum, shape (spectra,).
    """
    near = refine(fit_twice(made, values, noise))
    return refine(fit_twice(made, values, noise, near.fit.place))
