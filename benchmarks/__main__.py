"""All benchmarks, one after the other: `make bench`."""

from benchmarks import (
    amounts,
    clusters,
    commands,
    compilations,
    coverage_of_intervals,
    diffraction,
    diffrax_overhead,
    emission,
    gradients,
    injection,
    knowledge,
    ladder,
    many,
    mass,
    microscopy,
    sizes,
    sketches,
    step,
)

KINETICS = (ladder, step, gradients, diffrax_overhead, compilations, sketches, injection, many)
INSTRUMENTS = (mass, diffraction, microscopy, emission, amounts, clusters, sizes, coverage_of_intervals)

if __name__ == "__main__":  # a peer's process of its own reads this module again
    for part in (commands, knowledge, *KINETICS, *INSTRUMENTS):
        print(f"== {part.__name__}")
        part.main()
        print()
