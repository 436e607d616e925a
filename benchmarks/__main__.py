"""All benchmarks, one after the other: `make bench`."""

from benchmarks import commands, coverage_of_intervals, knowledge, ladder

for part in (commands, knowledge, ladder, coverage_of_intervals):
    print(f"== {part.__name__}")
    part.main()
    print()
