"""What killed servers leave behind is recovered; what belongs to others is left alone."""

import os
import shutil
import signal
import socket
import subprocess
import threading
from contextlib import closing, suppress
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from desk.sandbox import BackingUrls, Sandbox, server
from desk.sandbox.waiting import until
from tests.support.sandbox.homes import PATIENCE_SECONDS, Client, Desk, Home, Opener


def test_dead_servers_are_recovered_with_their_data(home: Home, open_desk: Opener) -> None:
    desk = open_desk(home)
    Client(desk.urls()).keep('committed')
    dead = home.heads()
    desk.kill()
    home.kill_all()

    with Sandbox(home.path) as urls:
        assert Client(urls).words() == (['committed'], ['committed'])
        assert len(home.heads()) == 2
        assert not home.heads() & dead

    assert 'automatic recovery in progress' in home.log('postgres')


def test_busy_child_of_a_killed_postmaster_is_ended_first(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, 'LINGER_SECONDS', 0.5)
    sandbox = Sandbox(home.path)
    urls = sandbox.start()
    Client(urls).keep('committed')
    endless = threading.Thread(target=_loop_forever, args=(urls,))
    endless.start()
    assert until(lambda: _is_looping(urls), timeout_seconds=PATIENCE_SECONDS)
    os.kill(home.postmaster_pid(), signal.SIGKILL)
    assert until(
        lambda: len(home.people('postgres')) == 1, timeout_seconds=PATIENCE_SECONDS
    )  # it does not notice

    with Sandbox(home.path) as again:
        assert Client(again).words() == (['committed'], ['committed'])
        endless.join(PATIENCE_SECONDS)
        assert not endless.is_alive()
    sandbox.stop()

    assert home.becomes_empty()


def test_stale_pid_of_a_stranger_is_never_signalled(home: Home, open_desk: Opener) -> None:
    stranger = _killed_with_a_strangers_pid(home, open_desk(home))
    try:
        with Sandbox(home.path) as urls:
            assert Client(urls).words() == (['committed'], ['committed'])
            assert home.postmaster_pid() != stranger.pid

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_postgres_of_another_home_is_not_adopted(new_home: Home) -> None:
    other = Home(new_home.path / 'other')
    with Sandbox(other.path, durable=False) as foreign:
        with Sandbox(new_home.path / 'own', durable=False):
            pass
        shutil.copy(other.path / 'postgres' / 'postmaster.pid', new_home.path / 'own' / 'postgres')

        with Sandbox(new_home.path / 'own', durable=False) as urls:
            assert urls.database_url != foreign.database_url

        Client(foreign).keep('untouched')


def test_taken_ports_are_changed(home: Home) -> None:
    with Sandbox(home.path) as before:
        Client(before).keep('first')
    ports = [urlsplit(url).port or 0 for url in (before.database_url, before.redis_url)]

    with _listening(ports[0]), _listening(ports[1]), Sandbox(home.path) as after:
        assert Client(after).words() == (['first'], ['first'])

    assert not {urlsplit(url).port for url in (after.database_url, after.redis_url)} & set(ports)


def test_half_made_cluster_is_cleared_away(new_home: Home) -> None:
    remains = new_home.path / 'postgres.draft-0'
    (remains / 'base').mkdir(parents=True)

    with Sandbox(new_home.path) as urls:
        Client(urls).keep('works')

    assert not remains.exists()


def test_half_made_database_is_completed(home: Home) -> None:
    with Sandbox(home.path) as urls:
        owner = urls.database_owner_url.replace('+psycopg', '')
        administrator = owner.replace('//desk:', '//postgres:')
        administrator = administrator.removesuffix('/desk') + '/postgres'
        with closing(psycopg.connect(administrator, autocommit=True)) as connection:
            connection.execute('DROP DATABASE desk')
            connection.execute('DROP ROLE desk')

        with Sandbox(home.path) as again:
            Client(again).keep('works')


def _loop_forever(urls: BackingUrls) -> None:
    with suppress(psycopg.OperationalError):
        Client(urls).sql('DO $$ BEGIN LOOP END LOOP; END $$')


def _is_looping(urls: BackingUrls) -> bool:
    query = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'DO %'"
    return bool(Client(urls).sql(query))


def _killed_with_a_strangers_pid(home: Home, desk: Desk) -> subprocess.Popen[bytes]:
    """Kill a home's servers and let a pid file of theirs name a process of the same user."""
    Client(desk.urls()).keep('committed')
    file = home.path / 'postgres' / 'postmaster.pid'
    owner = psutil.Process(home.postmaster_pid()).uids().real
    desk.kill()
    home.clear()
    stranger = subprocess.Popen(['/bin/sleep', '300'], user=owner)
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(''.join([f'{stranger.pid}\n', *lines[1:]]))
    return stranger


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(('127.0.0.1', port))
    listener.listen()
    return listener
