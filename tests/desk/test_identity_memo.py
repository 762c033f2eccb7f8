"""A result is made once for each object, and only for the last few of them."""

from desk.identity_memo import IdentityMemo


def test_equal_objects_are_not_one_object() -> None:
    asked: list[list[int]] = []

    def work(one: list[int]) -> int:
        asked.append(one)
        return sum(one)

    memo = IdentityMemo(work, most=2)
    first, equal = [1, 2], [1, 2]

    assert [memo(first), memo(first), memo(equal), memo(first)] == [3, 3, 3, 3]
    assert asked == [first, equal]
    assert [id(one) for one in asked] == [id(first), id(equal)]


def test_the_oldest_is_forgotten() -> None:
    asked: list[str] = []
    memo = IdentityMemo(asked.append, most=2)
    one, two, three = 'one', 'two', 'three'

    for each in (one, two, three, two, one):
        memo(each)

    assert asked == [one, two, three, one]
