"""All actions of the catalog at once, for one caller and one resource."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bench.engine_workload import workload
from bench.timing import first, quickest, row
from policies.all_actions import all_actions
from policies.engine import Asker, Kind, Principal, Source, Universe, effective, parse_policy


def measure() -> Iterator[str]:
    texts = [json.dumps(entry["policy"]) for entry in workload()["identity_policies"]]
    universe = all_actions().universe
    asker = Asker(Principal.of("arn:aws:iam::111122223333:user/tea/alice"), {}, "arn:aws:s3:::tea-dev/menu")

    def compiled() -> list[Source]:
        return [Source(Kind.IDENTITY, "bench", "", parse_policy(text)) for text in texts]

    sources = compiled()
    fresh = Universe(universe.names)
    yield f"All {len(universe.names):,} actions for one caller and resource, 100 statements"
    yield row("compiling them and answering", first(lambda: effective(asker, compiled(), fresh)), 150)
    yield row("compiled", quickest(lambda: effective(asker, sources, universe)), 5)
