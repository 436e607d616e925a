"""A thousand recipes on two processes against one: seconds, and their ratio.

Each recipe is a sample of the paper at another flow and temperature. Both start from nothing, and each
process compiles its own kernels: that is part of the time, and of the ratio.
"""

import os
import time
from dataclasses import replace

from aliquot.knowledge.store import chemistry
from aliquot.recipe import FlowRecipe, flow_recipe, read_recipe, recipe_book
from aliquot.recipe.flow import sample
from aliquot.synthesis import simulate_many
from aliquot.synthesis.crew import Processes

RECIPES = 1000


def ensemble(n: int) -> list[FlowRecipe]:
    """Return recipes of one sample each, from 180 to 250 degC and from once to twice the flow."""
    recipe = flow_recipe(read_recipe(recipe_book("inp_wang2023"))).only("200C")
    flow = recipe.samples[0].flow
    made = []
    for i in range(n):
        hot = 180.0 + 273.15 + 70.0 * i / n
        varied = sample(f"{hot:.1f} K", flow * (1.0 + i % 10 / 10.0), (hot,), recipe.tube)
        made.append(replace(recipe, id=f"recipe {i}", samples=(varied,)))
    return made


def seconds(recipes: list[FlowRecipe], workers: int) -> float:
    """Return the time of a campaign [s], the start of its processes included."""
    began = time.perf_counter()
    with Processes(workers) as executor:
        outcomes = simulate_many(recipes, chemistry("inp_wang2023"), executor=executor)
    assert all(outcome.run is not None for outcome in outcomes)
    return time.perf_counter() - began


def main(n: int = RECIPES) -> None:
    """Run both campaigns."""
    recipes = ensemble(n)
    taken = []
    for workers in (1, 2):
        taken.append(seconds(recipes, workers))
        print(f"{workers} at a time {taken[-1]:8.1f} s")
    print(f"ratio {taken[0] / taken[1]:.2f} (asked for: 1.8), load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
