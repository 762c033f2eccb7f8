"""Servers are known by what they are and where they live, on every system."""

import shutil
import subprocess
from pathlib import Path

import pytest

from desk.sandbox import Sandbox
from desk.sandbox.processes import Place, ProcessTable, ProcTable, PsTable
from desk.sandbox.waiting import until
from tests.support.sandbox.homes import Client, Home

TABLES = [
    pytest.param(
        ProcTable(),
        marks=pytest.mark.skipif(not Path('/proc/self/exe').exists(), reason='not Linux'),
    ),
    pytest.param(
        PsTable(), marks=pytest.mark.skipif(not Path('/bin/ps').exists(), reason='no ps here')
    ),
]


@pytest.mark.parametrize('table', TABLES)
def test_unreaped_process_is_not_alive(table: ProcessTable) -> None:
    process = subprocess.Popen(['/bin/sleep', '60'])
    assert until(lambda: table.is_alive(process.pid), timeout_seconds=10)

    process.kill()

    assert until(lambda: not table.is_alive(process.pid), timeout_seconds=10)
    process.wait()


@pytest.mark.parametrize('table', TABLES)
def test_same_program_elsewhere_is_no_resident(table: ProcessTable, tmp_path: Path) -> None:
    here, elsewhere = tmp_path / 'here', tmp_path / 'elsewhere'
    here.mkdir()
    elsewhere.mkdir()
    program = shutil.copy('/bin/sleep', tmp_path / 'postgres')
    place = Place.of(here, program='postgres', mark='desk-of-this-test')

    with subprocess.Popen([program, '60'], cwd=elsewhere) as stranger:
        assert until(lambda: table.is_alive(stranger.pid), timeout_seconds=10)
        residents = table.residents(place)
        stranger.kill()

    assert residents == []


@pytest.mark.skipif(not Path('/bin/ps').exists(), reason='no ps here')
def test_system_without_proc_adopts_and_replaces_too(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('desk.sandbox.sandbox.process_table', PsTable)
    with Sandbox(home.path) as urls:
        Client(urls).keep('word')
        servers = home.heads()

        with Sandbox(home.path) as again:
            assert again == urls
            assert home.heads() == servers
            home.kill_all()

        with Sandbox(home.path) as replaced:
            assert Client(replaced).words() == (['word'], ['word'])
            assert not home.heads() & servers

    assert home.becomes_empty()
