"""`python3 -m scripts.run`: prepare what is missing, then become the server."""

from __future__ import annotations

import os
import sys

from scripts import setup


def main() -> None:
    setup.main([])
    os.chdir(setup.BASE_DIR)
    sys.stdout.flush()
    os.execv(setup.PYTHON, [str(setup.PYTHON), "-m", "gunicorn", "--config", "iamconsole/gunicorn.py"])


if __name__ == "__main__":
    main()
