"""Measured figures of dlgrade, as ratios within one run; docs/benchmarks.md says what each one means."""
