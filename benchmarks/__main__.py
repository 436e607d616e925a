"""All benchmarks, one after the other: `make bench`."""

from benchmarks import commands, coverage_of_intervals, diffraction, knowledge, ladder, many, mass, microscopy

for part in (commands, knowledge, ladder, many, mass, diffraction, microscopy, coverage_of_intervals):
    print(f"== {part.__name__}")
    part.main()
    print()
