"""Coefficients of the Rosenbrock methods, in the transformed form in which no matrix is multiplied.

    (I/(gamma h) - J) U_i = f(t + alpha_i h, y + sum_j a_ij U_j) + sum_j (c_ij / h) U_j + gamma_i h f_t

and y1 = y + sum_i m_i U_i, with the error estimate sum_i e_i U_i.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Tableau:
    """A Rosenbrock method."""

    name: str
    """Name in the literature."""
    gamma: float
    """Share of the step that the matrix takes."""
    alpha: tuple[float, ...]
    """Times of the stages."""
    gamma_i: tuple[float, ...]
    """Weights of df/dt."""
    a: tuple[tuple[float, ...], ...]
    """How the stages build on each other."""
    c: tuple[tuple[float, ...], ...]
    """How their right-hand sides do."""
    m: tuple[float, ...]
    """Weights of the step."""
    e: tuple[float, ...]
    """Weights of the error estimate."""
    order: int
    """Order with the exact linearisation."""
    order_inexact: int
    """Order with any other."""
    error_order: float
    """Order at which the error estimate falls with the step."""
    dense: tuple[tuple[float, ...], ...] | None = None
    """Weights of its own dense output, None where Hermite's cubic serves."""


_A5 = (0.1221224509226641e01, 0.6019134481288629e01, 0.1253708332932087e02, -0.6878860361058950e00, 1.0)

RODAS4 = Tableau(
    name="RODAS4",
    gamma=0.25,
    alpha=(0.0, 0.386, 0.21, 0.63, 1.0, 1.0),
    gamma_i=(0.25, -0.1043, 0.1035, -0.3620000000000023e-01, 0.0, 0.0),
    a=(
        (),
        (0.1544000000000000e01,),
        (0.9466785280815826e00, 0.2557011698983284e00),
        (0.3314825187068521e01, 0.2896124015972201e01, 0.9986419139977817e00),
        _A5[:4],
        _A5,
    ),
    c=(
        (),
        (-0.5668800000000000e01,),
        (-0.2430093356833875e01, -0.2063599157091915e00),
        (-0.1073529058151375e00, -0.9594562251023355e01, -0.2047028614809616e02),
        (0.7496443313967647e01, -0.1024680431464352e02, -0.3399990352819905e02, 0.1170890893206160e02),
        (
            0.8083246795921522e01,
            -0.7981132988064893e01,
            -0.3152159432874371e02,
            0.1631930543123136e02,
            -0.6058818238834054e01,
        ),
    ),
    m=(*_A5, 1.0),
    e=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    order=4,
    order_inexact=1,
    error_order=4.0,
    dense=(
        (
            0.1012623508344586e02,
            -0.7487995877610167e01,
            -0.3480091861555747e02,
            -0.7992771707568823e01,
            0.1025137723295662e01,
        ),
        (
            -0.6762803392801253e00,
            0.6087714651680015e01,
            0.1643084320892478e02,
            0.2476722511418386e02,
            -0.6594389125716872e01,
        ),
    ),
)
"""Hairer & Wanner, Solving Ordinary Differential Equations II, section VI.4: six stages, stiffly accurate, of
order 4 with the exact linearisation. Without f_t a ramp costs it its order (errors 170 to 3000 times larger
at equal tolerance)."""


def _ros34pw2() -> Tableau:
    """Return the method of Rang and Angermann, transformed from the coefficients as they print them."""
    g = 4.3586652150845900e-01
    alpha = np.array(
        [
            [0.0, 0.0, 0.0, 0.0],
            [8.7173304301691801e-01, 0.0, 0.0, 0.0],
            [8.4457060015369423e-01, -1.1299064236484185e-01, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
        ]
    )
    gamma = np.array(
        [
            [g, 0.0, 0.0, 0.0],
            [-8.7173304301691801e-01, g, 0.0, 0.0],
            [-9.0338057013044082e-01, 5.4180672388095326e-02, g, 0.0],
            [2.4212380706095346e-01, -1.2232505839045147e00, 5.4526025533510214e-01, g],
        ]
    )
    b = np.array([2.4212380706095346e-01, -1.2232505839045147e00, 1.5452602553351020e00, g])
    embedded = np.array([3.7810903145819369e-01, -9.6042292212423178e-02, 5.0e-01, 2.1793326075422950e-01])
    inverse = np.linalg.inv(gamma)
    a, c = alpha @ inverse, np.diag(np.full(4, 1.0 / g)) - inverse
    return Tableau(
        name="ROS34PW2",
        gamma=g,
        alpha=tuple(alpha.sum(axis=1).tolist()),
        gamma_i=tuple(gamma.sum(axis=1).tolist()),
        a=tuple(tuple(a[i, :i].tolist()) for i in range(4)),
        c=tuple(tuple(c[i, :i].tolist()) for i in range(4)),
        m=tuple((b @ inverse).tolist()),
        e=tuple(((b - embedded) @ inverse).tolist()),
        order=3,
        order_inexact=3,
        error_order=3.0,
    )


ROS34PW2 = _ros34pw2()
"""Rang & Angermann, BIT 45 (2005) 761: a W-method, four stages, order 3 whatever matrix stands for df/dy."""

TABLEAUS = {tableau.name: tableau for tableau in (RODAS4, ROS34PW2)}
"""Every method, by name."""
