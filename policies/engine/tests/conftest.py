"""Hypothesis keeps what it remembers under var/, not beside the sources."""

from pathlib import Path

from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(__file__).parents[3] / "var" / "hypothesis")
