import pytest

from iamconsole.navigation import sections


def current(path: str) -> dict[str, str]:
    items = [item for section in sections(path) for item in section.items]
    return {item.label: item.current for item in items if item.current}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/iam/", {"Dashboard": "page"}),
        ("/iam/users/", {"Users": "page"}),
        ("/iam/users/ana/", {"Users": "true"}),
        ("/iam/account/", {}),
        ("/help/", {}),
    ],
)
def test_the_entry_of_the_page_is_marked(path: str, expected: dict[str, str]) -> None:
    assert current(path) == expected
