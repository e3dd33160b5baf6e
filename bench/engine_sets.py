"""`python -m bench.engine_sets`: what answers about sets cost, of all actions and of everybody. Processor time."""

from __future__ import annotations

import os

from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR

DATABASE = BASE_DIR / "var" / "bench" / "everybody.sqlite3"


def main() -> None:
    DATABASE.parent.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        **isolated_environment(),
        "DATABASE_URL": f"sqlite:///{DATABASE}",
        "DJANGO_SETTINGS_MODULE": "iamconsole.settings",
    }
    import django  # noqa: PLC0415  settings are read from the environment above

    django.setup()
    from bench import engine_catalog, engine_everybody  # noqa: PLC0415

    for lines in (engine_catalog.measure(), engine_everybody.measure()):
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()
