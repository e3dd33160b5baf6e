"""Python's collector, spared: it looks through everything that lives, however seldom anything is found."""

import gc

# New objects before a collection. A page makes some ten thousand, nearly all of which go without the collector.
YOUNG = 50_000
# Collections before an older generation is looked through, too.
OLDER = 20


def spare() -> None:
    """For a process that has loaded all its code: what lives now lives on, and is looked through no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, OLDER, OLDER)
