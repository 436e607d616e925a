"""Draw the figures of `docs/explanation/ladder.md`: a flask of CdTe, simulated, as SVG files in docs/images.

python docs/figures.py
"""

from pathlib import Path

import aliquot
from aliquot.report.ladder_figures import (
    course_figure,
    film_figure,
    flux_figure,
    landscape_figure,
    standalone,
)

IMAGES = Path(__file__).parent / "images"
FRAMES = ("30 min", "1 h", "2 h", "4 h", "8 h", "24 h")
HOURS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75)
HOURS += (2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0, 21.0, 24.0)
"""When the flask is looked at, without taking anything out [h]."""


def main() -> None:
    """Simulate the flask, and draw."""
    card = aliquot.chemistry("cdte_mech2023")
    looks = {
        "steps.4.hold.aliquots.at": str([f"{hour} h" for hour in HOURS]),
        "steps.4.hold.aliquots.volume": "null",
    }
    recipe = aliquot.read_recipe(aliquot.recipe_book("cdte_mech2023_ode"), values=looks)
    run = aliquot.simulate(recipe, card)
    drawn = {
        "ladder_landscape": landscape_figure(card),
        "ladder_flux": flux_figure(run, card, FRAMES[:5]),
        "ladder_film": film_figure(run, card, FRAMES),
        "ladder_course": course_figure(run, card),
    }
    for name, svg in drawn.items():
        (IMAGES / f"{name}.svg").write_text(standalone(svg), encoding="utf-8")
        print(f"{IMAGES.name}/{name}.svg")


if __name__ == "__main__":
    main()
