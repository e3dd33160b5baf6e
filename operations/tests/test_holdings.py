from __future__ import annotations

from operations.holdings import DocumentCache
from policies.models import PolicyText

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Sid":"%s","Effect":"Allow","Action":"*","Resource":"*"}}'


def test_a_full_cache_starts_over_and_answers_all_the_same(db: None) -> None:
    cache = DocumentCache(size=1)
    one, other = (PolicyText.of(DOCUMENT % sid).sha256 for sid in ("One", "Other"))

    found = [cache([one]), cache([one, other]), cache([one])]

    assert [sorted(documents) for documents in found] == [[one], sorted([one, other]), [one]]
    assert cache([other])[other].statements[0].sid == "Other"
