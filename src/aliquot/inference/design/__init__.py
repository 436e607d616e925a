"""From a target back to a recipe: knobs within hard limits, turned until the target is met."""
