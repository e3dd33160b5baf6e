"""What every template and every static file keeps to."""

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"


# Loaded by the pages of the policy editor alone.
EDITOR_SCRIPTS = frozenset({"editor.js", "completion.js", "visual.js"})


def compressed(paths: Iterable[Path]) -> int:
    return len(gzip.compress(b"".join(path.read_bytes() for path in sorted(paths))))


def used_icons() -> Iterator[str]:
    for template in TEMPLATES:
        yield from re.findall(r'{% icon "([\w-]+)" %}|href="#i-([\w-]+)"', template.read_text())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.name))
def test_a_template_holds_no_script_and_no_style(template: Path) -> None:
    text = template.read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son\w+=|hx-on|javascript:", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.name))
def test_a_template_says_which_names_it_needs_and_stays_short(template: Path) -> None:
    text = template.read_text()

    assert text.startswith("{# ")
    assert text.count("\n") <= 150


def test_every_icon_in_use_is_drawn() -> None:
    sprite = (settings.BASE_DIR / "templates/_icons.html").read_text()
    drawn = set(re.findall(r'<symbol id="i-([\w-]+)"', sprite))

    assert {name for found in used_icons() for name in found if name} <= drawn


def test_colours_stand_in_the_tokens_alone() -> None:
    assert not re.search(
        r"#[0-9a-fA-F]{3,8}\b(?!\w)|rgba?\(|hsla?\(", (STATIC / "css/console.css").read_text()
    )


def test_style_and_behaviour_stay_small() -> None:
    scripts = set(STATIC.glob("js/*.js"))
    of_the_editor = {path for path in scripts if path.name in EDITOR_SCRIPTS}

    assert compressed(STATIC.glob("css/*.css")) <= 15_000
    # With HTMX beside it, an ordinary page has well under the 30 kB that it may have.
    assert compressed(scripts - of_the_editor) <= 5_500
    assert compressed(of_the_editor) <= 8_600
