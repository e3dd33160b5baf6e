import pytest
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from iamconsole import help as help_pages
from policies.validation.help import CHECKS


def asked() -> HttpRequest:
    return RequestFactory().get("/help/")


def test_the_index_names_every_topic() -> None:
    text = help_pages.index(asked()).content.decode()

    assert all(f"/help/{slug}/" in text for slug in help_pages.TOPICS)


@pytest.mark.parametrize("slug", help_pages.TOPICS)
def test_every_topic_has_a_text(slug: str) -> None:
    response = help_pages.topic(asked(), slug)

    assert f"<h1>{help_pages.TOPICS[slug]}</h1>".encode() in response.content


def test_every_check_has_a_page() -> None:
    for code in CHECKS:
        assert code.encode() in help_pages.check(asked(), code).content


def test_a_check_says_what_its_examples_are() -> None:
    text = help_pages.check(asked(), "IRRELEVANT_CONDITION_KEY_IN_POLICY").content.decode()

    assert "The examples are resource policies (<code>AWS::S3::Bucket</code>)." in text


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(Http404):
        help_pages.topic(asked(), "nothing")
    with pytest.raises(Http404):
        help_pages.check(asked(), "NOTHING")


def test_the_list_of_checks_links_to_each() -> None:
    text = help_pages.checks(asked()).content.decode()

    assert all(f"/help/checks/{code}/" in text for code in CHECKS)
