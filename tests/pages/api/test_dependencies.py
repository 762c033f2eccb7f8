"""What requests are given before their operation runs: found out on the loop, in no thread."""

import inspect
from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from tests.pages.api.conftest import Site


def _within(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _within(one)


def test_no_dependency_waits_for_a_thread(site: Site) -> None:
    """FastAPI sends a plain function through one: two changes of threads, each in wait of a busy loop."""
    assert site.app is not None
    operations = [
        one.dependant for one in iter_route_contexts(site.app.routes) if hasattr(one, 'dependant')
    ]

    needed = [one.call for operation in operations for one in _within(operation)]

    assert needed
    assert [call for call in needed if not inspect.iscoroutinefunction(call)] == []
