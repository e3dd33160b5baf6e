import pytest
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from iamconsole.preferences import THEME, appearance, set_preference


def choose(data: dict[str, str], headers: dict[str, str] | None = None) -> HttpResponse:
    return set_preference(RequestFactory().post("/preferences/", data, headers=headers))


def with_cookie(theme: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = theme
    return request


def test_a_choice_is_kept_in_a_cookie() -> None:
    response = choose({"theme": "dark", "next": "/iam/users/?q=a"})

    assert response.cookies["theme"].value == "dark"
    assert response["Location"] == "/iam/users/?q=a"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com/", "javascript:alert(1)", "", "iam/", "../iam/"]
)
def test_a_choice_never_leads_to_another_site(elsewhere: str) -> None:
    assert choose({"theme": "dark", "next": elsewhere})["Location"] == "/"


def test_htmx_gets_the_button_for_the_next_choice() -> None:
    response = choose({"density": "compact"}, {"HX-Request": "true"})

    assert b'value="comfortable"' in response.content
    assert "preference-changed" in response["HX-Trigger"]


@pytest.mark.parametrize("data", [{}, {"theme": "pink"}, {"colour": "dark"}])
def test_an_unknown_choice_is_refused(data: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        choose(data)


def test_the_cookie_decides_how_the_page_looks() -> None:
    assert appearance(with_cookie("dark")) == {"density": "comfortable", "theme": "dark"}


def test_a_cookie_of_unknown_value_is_passed_over() -> None:
    assert appearance(with_cookie('"><script>'))["theme"] == "system"


def test_the_button_goes_round_all_values() -> None:
    following = {value: THEME.chosen(value).next_value for value in THEME.words}

    assert following == {"system": "light", "light": "dark", "dark": "system"}
