"""All benchmarks, one after the other: `make bench`."""

from benchmarks import commands, coverage_of_intervals, ladder

for part in (commands, ladder, coverage_of_intervals):
    print(f"== {part.__name__}")
    part.main()
    print()
