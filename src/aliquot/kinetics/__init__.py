"""How populations come about: landscape, rate laws, chemistry, the ladder and its solver.

Double precision is switched on for JAX as soon as this room is entered: dots stand at a millionth of the
concentration of their precursors, single precision loses them (decision record 0003).
"""

import jax

jax.config.update("jax_enable_x64", True)  # type: ignore[no-untyped-call]
