"""The spectra of a series under one set of columns: amounts, residuals, and how far noise explains them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from aliquot.instruments.absorbance.clusters.design import Design, Place
from aliquot.instruments.absorbance.clusters.solve import Columns, columns


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """All spectra of a series, each with its own amounts, under one place of the lines.

    Attributes:
        design: Columns but for the place of their lines.
        place: Shift and widths of the lines.
        columns: Columns there.
        values: Spectra, as rows, shape (spectra, wavelengths).
        noise: Standard deviation of one value of each spectrum, shape (spectra,).
        strengths: Smoothing of the dots in each [1], shape (spectra,).
        amounts: Amounts [absorbance], shape (spectra, unknowns).
    """

    design: Design
    place: Place
    columns: Columns
    values: Float[np.ndarray, "spectra wavelengths"]
    noise: Float[np.ndarray, " spectra"]
    strengths: Float[np.ndarray, " spectra"]
    amounts: Float[np.ndarray, "spectra unknowns"]

    @property
    def fitted(self) -> Float[np.ndarray, "spectra wavelengths"]:
        """What the columns add up to [absorbance]."""
        return np.asarray(self.amounts @ self.columns.matrix.T)

    @property
    def residual(self) -> Float[np.ndarray, "spectra wavelengths"]:
        """Measured minus fitted [absorbance]."""
        return np.asarray(self.values - self.fitted)

    @property
    def chi_squared(self) -> Float[np.ndarray, " spectra"]:
        """Mean square of the residual over that of the noise, by degree of freedom [1], shape (spectra,)."""
        used = np.count_nonzero(self.amounts, axis=1)
        left = np.maximum(self.values.shape[1] - used, 1)
        return np.asarray((self.residual**2).sum(axis=1) / self.noise**2 / left)

    @property
    def clusters(self) -> Float[np.ndarray, "spectra families"]:
        """Amounts of the clusters [absorbance at the line]."""
        return self.amounts[:, : len(self.design.families)]

    @property
    def backgrounds(self) -> Float[np.ndarray, "spectra backgrounds"]:
        """Amounts of the backgrounds [absorbance where their column is 1]."""
        return self.amounts[:, len(self.design.families) : self.columns.fixed]

    @property
    def dots(self) -> Float[np.ndarray, "spectra dots"]:
        """Amounts of the dots [absorbance at the first exciton of each column]."""
        return self.amounts[:, self.columns.fixed :]


def fit(
    made: Design,
    values: Float[np.ndarray, "spectra wavelengths"],
    noise: Float[np.ndarray, " spectra"],
    place: Place | None = None,
    strengths: Float[np.ndarray, " spectra"] | None = None,
) -> Fit:
    """Return the amounts in each spectrum.

    Args:
        made: Columns but for the place of their lines.
        values: Spectra, as rows, shape (spectra, wavelengths).
        noise: Standard deviation of one value of each spectrum, shape (spectra,).
        place: Shift and widths of the lines; those of the cards unless given.
        strengths: Smoothing of the dots in each spectrum [1]; by evidence unless given, shape (spectra,).
    """
    at = Place() if place is None else place
    return fit_columns(made, columns(made, at), values, noise, at, strengths)


def fit_columns(
    made: Design,
    of: Columns,
    values: Float[np.ndarray, "spectra wavelengths"],
    noise: Float[np.ndarray, " spectra"],
    place: Place,
    strengths: Float[np.ndarray, " spectra"] | None = None,
) -> Fit:
    """Return the amounts in each spectrum under columns that are there already; see :func:`fit`."""
    pairs = list(zip(values @ of.basis, noise.tolist(), strict=True))
    if strengths is None:
        strengths = np.array([of.strength(one, sd) for one, sd in pairs])
    amounts = [of.solve(one, sd, how) for (one, sd), how in zip(pairs, strengths.tolist(), strict=True)]
    return Fit(made, place, of, values, noise, strengths, np.array(amounts))


def fit_twice(
    made: Design,
    values: Float[np.ndarray, "spectra wavelengths"],
    noise: Float[np.ndarray, " spectra"],
    place: Place | None = None,
) -> Fit:
    """Return a fit whose noise includes what the columns miss, where they miss more than noise.

    Without that, the dots of a material whose lineshape is not quite right take up the misfit as structure.
    Arguments as for :func:`fit`.
    """
    first = fit(made, values, noise, place)
    missed = noise * np.sqrt(np.maximum(first.chi_squared, 1.0))
    return fit_columns(made, first.columns, values, missed, first.place)
