"""What the servers of a home are like."""

import stat
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis

from desk.sandbox import BackingUrls, Sandbox
from tests.support.sandbox.homes import Client, Home


def test_korean_trigrams_are_not_empty(shared_urls: BackingUrls) -> None:
    client = Client(shared_urls)

    client.sql('CREATE EXTENSION IF NOT EXISTS pg_trgm')

    [row] = client.sql(
        "SELECT cardinality(show_trgm('김철수')), similarity('김철수', '김철') > 0.3"
    )
    assert row == (4, True)


def test_locale_is_postgres_own(shared_urls: BackingUrls) -> None:
    [row] = Client(shared_urls).sql(
        'SELECT datlocprovider::text, datlocale, pg_encoding_to_char(encoding) '
        'FROM pg_database WHERE datname = current_database()'
    )

    assert row == ('b', 'C.UTF-8', 'UTF8')


def test_desk_role_is_no_superuser_and_makes_databases(shared_urls: BackingUrls) -> None:
    client = Client(shared_urls)

    client.sql('CREATE DATABASE another')

    [row] = client.sql(
        'SELECT current_user, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user'
    )
    assert row == ('desk', False, True)


def test_role_that_the_desk_works_as_owns_nothing(shared_urls: BackingUrls) -> None:
    with psycopg.connect(shared_urls.database_url.replace('+psycopg', '')) as connection:
        row = connection.execute("""
            SELECT current_user, rolsuper, rolcreatedb, rolcreaterole,
                pg_has_role('desk', 'MEMBER'), has_schema_privilege('public', 'CREATE')
            FROM pg_roles WHERE rolname = current_user
        """).fetchone()

    assert row == ('desk_app', False, False, False, False, False)


def test_two_hundred_connections_are_allowed(shared_urls: BackingUrls) -> None:
    [row] = Client(shared_urls).sql(
        "SELECT current_setting('max_connections'), current_setting('shared_buffers')"
    )

    assert row == ('200', '256MB')


def test_wrong_password_is_refused(shared_urls: BackingUrls) -> None:
    database, stream = urlsplit(shared_urls.database_url), urlsplit(shared_urls.redis_url)

    with pytest.raises(psycopg.OperationalError, match='password authentication failed'):
        psycopg.connect(f'postgresql://desk:guess@127.0.0.1:{database.port}/desk')
    with (
        closing(redis.Redis.from_url(f'redis://:guess@127.0.0.1:{stream.port}')) as valkey,
        pytest.raises(redis.AuthenticationError),
    ):
        valkey.ping()


@pytest.mark.usefixtures('shared_urls')
def test_servers_listen_on_this_machine_only_and_on_no_socket_file(shared_home: Home) -> None:
    ears = [
        connection
        for pid in shared_home.heads()
        for connection in psutil.Process(pid).net_connections('all')
        if connection.status == psutil.CONN_LISTEN or isinstance(connection.laddr, str)
    ]

    assert len(ears) == 2
    assert {ear.laddr.ip for ear in ears} == {'127.0.0.1'}


@pytest.mark.usefixtures('shared_urls')
def test_secrets_and_logs_are_private_and_data_folders_closed(shared_home: Home) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in shared_home.path.iterdir()}

    assert modes.pop('postgres') == 0o700
    assert modes.pop('valkey') == 0o700
    assert modes.keys() >= {'sandbox.json', 'postgres.log', 'valkey.log'}
    assert set(modes.values()) == {0o600}


def test_password_is_in_no_command_line(shared_urls: BackingUrls, shared_home: Home) -> None:
    password = urlsplit(shared_urls.redis_url).password
    lines = [' '.join(process.cmdline()) for process in shared_home.people()]

    assert password
    assert lines
    assert not [line for line in lines if password in line]


def test_log_names_nobody(shared_urls: BackingUrls, shared_home: Home) -> None:
    client = Client(shared_urls)
    client.sql('CREATE TABLE people (name text PRIMARY KEY)')
    client.sql("INSERT INTO people VALUES ('김철수')")

    with pytest.raises(psycopg.errors.UniqueViolation):
        client.sql("INSERT INTO people VALUES ('김철수')")

    assert 'duplicate key' in shared_home.log('postgres')
    assert '김철수' not in shared_home.log('postgres')


@pytest.mark.parametrize(('durable', 'expected'), [(True, 'on'), (False, 'off')])
def test_only_tests_do_without_durability(home: Home, *, durable: bool, expected: str) -> None:
    with Sandbox(home.path, durable=durable) as urls:
        [row] = Client(urls).sql(
            "SELECT current_setting('fsync'), current_setting('synchronous_commit'), "
            "current_setting('full_page_writes')"
        )

    assert row == (expected, expected, expected)


def test_a_very_long_path_is_no_obstacle(tmp_path: Path) -> None:
    home = Home(tmp_path / ('깊은 폴더 ' * 5).strip() / ('d' * 120) / 'home')

    with Sandbox(home.path, durable=False) as urls:
        Client(urls).keep('word')

    assert home.becomes_empty()
