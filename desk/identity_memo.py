"""Results of a function for the objects it was asked about last."""

from collections.abc import Callable
from typing import Generic, TypeVar

One = TypeVar('One')
Result = TypeVar('Result')


class IdentityMemo(Generic[One, Result]):
    """A function that works once for one object, however many ask in turn.

    Objects are told apart by identity, since comparing large ones costs more than the work: only for
    objects that never change. The last ``most`` of them are kept alive.
    """

    def __init__(self, work: Callable[[One], Result], *, most: int) -> None:
        self._work = work
        self._most = most
        self._results: dict[int, tuple[One, Result]] = {}

    def __call__(self, one: One) -> Result:
        """Return the result for an object."""
        known = self._results.get(id(one))
        if known is None:
            known = self._results[id(one)] = (one, self._work(one))
            if len(self._results) > self._most:
                del self._results[next(iter(self._results))]
        return known[1]
