"""Benchmarks: never a timed test, always a ratio to something that runs beside."""
