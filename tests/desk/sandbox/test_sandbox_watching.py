"""A server that dies while desks run is replaced below them, on its data and its port."""

import os
import signal
import socket
from collections.abc import Callable, MutableMapping
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
import redis
from structlog.testing import capture_logs

from desk.sandbox import Sandbox, leases
from desk.sandbox.leases import Tenancy
from desk.sandbox.waiting import until
from tests.support.sandbox.homes import PATIENCE_SECONDS, Client, Home, Opener

AWAY = (psycopg.OperationalError, redis.RedisError)
KILLED: dict[str, Callable[[Home], int]] = {
    'postgres': Home.postmaster_pid,
    'valkey': lambda home: home.people('valkey-server')[0].pid,
}


def comes_back(client: Client, words: tuple[list[str], list[str]]) -> bool:
    """Wait until both servers answer, with what they were told before."""

    def says() -> bool:
        try:
            return client.words() == words
        except AWAY:
            return False

    return until(says, timeout_seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize('server', KILLED)
def test_killed_server_is_replaced_while_the_desk_runs(
    home: Home, open_desk: Opener, server: str
) -> None:
    desk = open_desk(home)
    client = Client(desk.urls())
    client.keep('before')
    killed = KILLED[server](home)

    os.kill(killed, signal.SIGKILL)

    assert until(lambda: not psutil.pid_exists(killed), timeout_seconds=PATIENCE_SECONDS)
    assert comes_back(client, (['before'], ['before']))
    client.keep('after')
    assert client.words() == (['before', 'after'], ['before', 'after'])
    assert desk.leave() == 0
    assert home.becomes_empty()


def test_two_desks_replace_a_server_once(home: Home, open_desk: Opener) -> None:
    desks = [open_desk(home), open_desk(home)]
    [client, _] = [Client(desk.urls()) for desk in desks]
    client.keep('before')

    for kill in KILLED.values():
        os.kill(kill(home), signal.SIGKILL)

    assert comes_back(client, (['before'], ['before']))
    assert len(home.heads()) == 2
    assert [desk.leave() for desk in desks] == [0, 0]
    assert home.becomes_empty()


def test_ctrl_c_while_a_server_is_replaced_leaves_no_process(home: Home, open_desk: Opener) -> None:
    desk = open_desk(home)
    desk.urls()
    os.kill(home.postmaster_pid(), signal.SIGKILL)

    desk.press_ctrl_c()

    assert desk.exit_code() == 0
    assert home.becomes_empty()


def test_server_that_cannot_be_replaced_yet_is_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(home.path, durable=False) as urls, capture_logs() as said:
        client = Client(urls)
        client.keep('before')
        monkeypatch.setattr(leases, 'GATE_SECONDS', 0.1)

        with closing(Tenancy(home.path)) as other, other.alone():
            os.kill(KILLED['valkey'](home), signal.SIGKILL)
            assert tells(said, 'server_not_replaced')

        assert comes_back(client, (['before'], ['before']))
        assert tells(said, 'server_replaced')


def test_server_whose_port_was_taken_is_missed_aloud(home: Home) -> None:
    with Sandbox(home.path, durable=False) as urls, capture_logs() as said:
        with closing(Tenancy(home.path)) as other, other.alone():
            os.kill(KILLED['valkey'](home), signal.SIGKILL)
            assert until(lambda: not home.people('valkey-server'), timeout_seconds=PATIENCE_SECONDS)
            stranger = taken(urlsplit(urls.redis_url).port or 0)

        with stranger:
            assert tells(said, 'server_moved')


def taken(port: int) -> socket.socket:
    """Listen on a port as soon as it is free: the kernel closes a killed process's sockets after its name is gone."""
    found: list[socket.socket] = []

    def listening() -> bool:
        with suppress(OSError):
            found.append(socket.create_server(('127.0.0.1', port)))
        return bool(found)

    assert until(listening, timeout_seconds=PATIENCE_SECONDS)
    return found[0]


def tells(said: list[MutableMapping[str, Any]], event: str) -> bool:
    """Wait until the desk has logged an event."""
    return until(
        lambda: event in [entry['event'] for entry in list(said)], timeout_seconds=PATIENCE_SECONDS
    )
