"""The first migration on a server where nothing is but its owner, who is no superuser, as on a server of AWS."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

import main
from desk.sandbox import BackingUrls
from desk.settings import Settings
from models import migrations
from tests.support.databases import address
from tests.support.production import in_production

PASSWORD = "it's a password"


@pytest.fixture
def names(backing: BackingUrls) -> Iterator[tuple[str, str, str]]:
    """An empty database, its owner, and the name of the desk's role, which is not there yet."""
    owner, role = f'owner_{uuid4().hex}', f'role_{uuid4().hex}'
    as_superuser = address(backing, 'postgres').replace('postgresql+psycopg://desk:', 'postgresql://postgres:')  # fmt: skip
    with psycopg.connect(as_superuser, autocommit=True) as server:
        run = lambda said, *names: server.execute(sql.SQL(said).format(*map(sql.Identifier, names)))  # noqa: E731
        server.execute(
            sql.SQL('CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD {}').format(
                sql.Identifier(owner), PASSWORD
            )
        )
        run('CREATE DATABASE {} OWNER {}', owner, owner)
        yield owner, role, as_superuser.rsplit('@', 1)[1].split('/')[0]
        run('DROP DATABASE {} WITH (FORCE)', owner)
        run('DROP ROLE IF EXISTS {}', role)
        run('DROP ROLE {}', owner)


async def test_migration_makes_the_desks_role_which_owns_nothing(
    names: tuple[str, str, str], settings: Settings
) -> None:
    owner, role, server = names
    owners, desks = (f'postgresql://{one}:it%27s%20a%20password@{server}/{owner}' for one in (owner, role))  # fmt: skip

    migrations.upgrade(owners, used_by=desks)
    migrations.upgrade(owners, used_by=desks)

    with psycopg.connect(desks) as desk:
        assert desk.execute('SELECT count(*) FROM agents').fetchone() == (0,)
    await main.require_protected_audit_log(in_production(settings, database_url=desks))
