from policies.remembering import LONGEST_REMEMBERED, remembering


def test_only_short_texts_are_remembered() -> None:
    asked: list[int] = []

    def length(text: str) -> int:
        asked.append(len(text))
        return len(text)

    remembered = remembering(length, 8)
    answers = [remembered("a" * size) for size in (1, 1, LONGEST_REMEMBERED + 1, LONGEST_REMEMBERED + 1)]

    assert answers == [1, 1, LONGEST_REMEMBERED + 1, LONGEST_REMEMBERED + 1]
    assert asked == [1, LONGEST_REMEMBERED + 1, LONGEST_REMEMBERED + 1]
