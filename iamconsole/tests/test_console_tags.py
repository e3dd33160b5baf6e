from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from iamconsole.clock import now
from iamconsole.templatetags.console import absolute, ago, backticks, layer_title
from policies.engine import Layer


def rendered(source: str, **names: object) -> str:
    return Template(source).render(Context(names)).strip()


def test_backticks_become_code_and_everything_is_escaped() -> None:
    assert backticks("No `<b>` & `c`") == "No <code>&lt;b&gt;</code> &amp; <code>c</code>"


def test_an_odd_backtick_stays_a_backtick() -> None:
    assert backticks("a `b` ` c") == "a `b` ` c"


def test_a_moment_is_told_with_its_offset() -> None:
    assert absolute(datetime(2026, 5, 7, 9, 41, 7, tzinfo=UTC)) == "7 May 2026, 09:41:07 +00:00"


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1, seconds=5), "1 minute ago"),
        (timedelta(hours=2, minutes=1), "2 hours ago"),
        (timedelta(days=12, hours=1), "12 days ago"),
        (timedelta(days=400), "1 year ago"),
        (timedelta(minutes=-5, seconds=-5), "in 5 minutes"),
    ],
)
def test_a_moment_is_told_as_people_say_it(passed: timedelta, said: str) -> None:
    assert ago(now() - passed) == said


def test_breadcrumbs_end_with_the_page_itself() -> None:
    text = rendered('{% breadcrumbs "IAM" "/iam/" name %}', name="<ana>")

    assert '<a href="/iam/">IAM</a>' in text
    assert '<li aria-current="page">&lt;ana&gt;</li>' in text


def test_a_document_is_highlighted_and_escaped() -> None:
    text = rendered('{% document value "A policy" %}', value='{"Effect": "Allow", "Sid": "a\\"</code>"}')

    assert '<span class="k">&quot;Effect&quot;</span>: <span class="e">&quot;Allow&quot;</span>' in text
    assert text.count("</code>") == 1


def test_every_layer_has_a_title() -> None:
    assert all("_" not in layer_title(layer) for layer in Layer)


@pytest.mark.parametrize(
    ("sort", "href", "aria"),
    [
        ("user_name", "?text=a&amp;sort=-user_name", 'aria-sort="ascending"'),
        ("-user_name", "?text=a&amp;sort=user_name", 'aria-sort="descending"'),
        ("path", "?text=a&amp;sort=user_name", ""),
    ],
)
def test_a_heading_turns_its_own_order_round_and_begins_at_the_first_page(
    rf: RequestFactory, sort: str, href: str, aria: str
) -> None:
    request = rf.get("/", {"text": "a", "marker": "x"})

    shown = rendered('{% sort_header "User name" "user_name" %}', sort=sort, request=request)

    assert f'href="{href}"' in shown
    assert aria in shown
    assert ("aria-sort" in shown) == bool(aria)
