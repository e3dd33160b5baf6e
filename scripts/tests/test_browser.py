"""Where a browser for the journeys comes from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts import browser

SOURCES = ("installed", "downloaded", "by_playwright", "by_apt")


def offer(monkeypatch: pytest.MonkeyPatch, **offered: str) -> None:
    def source(name: str) -> Iterator[str]:
        return iter([offered[name]] if name in offered else [])

    for name in SOURCES:
        monkeypatch.setattr(browser, name, lambda name=name: source(name))
    monkeypatch.setattr(browser, "starts", lambda path: path != "broken")


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_is_asked(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, **{name: "/usr/bin/chromium"})

    assert browser.find_browser() == "/usr/bin/chromium"


def test_the_systems_browser_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, installed="theirs", downloaded="ours")

    assert browser.find_browser() == "theirs"


def test_a_browser_that_does_not_start_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, installed="broken", by_apt="whole")

    assert browser.find_browser() == "whole"


def test_without_any_browser_the_run_stops_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch)

    with pytest.raises(SystemExit, match="apt install chromium"):
        browser.find_browser()
