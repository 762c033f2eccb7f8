"""Desks come, go and are killed; their servers and data behave."""

import time
from contextlib import closing

import pytest

from desk.sandbox import Sandbox, SandboxError, leases
from desk.sandbox.waiting import until
from tests.support.sandbox.homes import PATIENCE_SECONDS, Client, Home, Opener


def test_data_survives_and_second_start_is_quick(new_home: Home) -> None:
    began = time.monotonic()
    with Sandbox(new_home.path) as urls:
        first_seconds = time.monotonic() - began
        Client(urls).keep('first')
    assert new_home.becomes_empty()

    began = time.monotonic()
    with Sandbox(new_home.path) as again:
        second_seconds = time.monotonic() - began
        words = Client(again).words()

    assert again == urls  # ports and password are remembered
    assert words == (['first'], ['first'])
    assert second_seconds < first_seconds


def test_killed_desks_servers_are_adopted(home: Home, open_desk: Opener) -> None:
    killed = open_desk(home)
    urls = killed.urls()
    Client(urls).keep('before')
    servers = home.heads()
    killed.kill()

    successor = open_desk(home)

    assert successor.urls() == urls
    assert home.heads() == servers
    assert len(servers) == 2
    assert Client(urls).words() == (['before'], ['before'])
    assert successor.leave() == 0
    assert home.becomes_empty()


def test_last_one_out_stops_the_servers(home: Home, open_desk: Opener) -> None:
    first = open_desk(home)
    urls = first.urls()  # so that the servers are this one's, in reach of its Ctrl-C
    second = open_desk(home)
    assert second.urls() == urls
    servers = home.heads()

    assert first.leave() == 0
    Client(urls).keep('still here')
    assert home.heads() == servers

    assert second.leave() == 0
    assert home.becomes_empty()


def test_killed_desk_does_not_count_as_a_user(home: Home, open_desk: Opener) -> None:
    killed, living = open_desk(home), open_desk(home)
    killed.urls()
    living.urls()

    killed.kill()
    assert living.leave() == 0

    assert home.becomes_empty()


def test_two_sandboxes_of_one_process_are_two_users(home: Home) -> None:
    first, second = Sandbox(home.path, durable=False), Sandbox(home.path, durable=False)
    urls = first.start()
    assert second.start() == urls

    first.stop()
    Client(urls).keep('still here')
    second.stop()
    second.stop()

    assert home.becomes_empty()


def test_ten_desks_at_once_share_one_pair(new_home: Home, open_desk: Opener) -> None:
    desks = [open_desk(new_home) for _ in range(10)]

    addresses = {desk.urls() for desk in desks}

    assert len(addresses) == 1
    assert len(new_home.heads()) == 2
    for desk in desks:
        desk.press_ctrl_c()
    assert {desk.exit_code() for desk in desks} == {0}
    assert new_home.becomes_empty()


def test_ctrl_c_leaves_no_process(home: Home, open_desk: Opener) -> None:
    desk = open_desk(home)
    desk.urls()

    desk.press_ctrl_c()

    assert desk.last_words() == ''
    assert not home.people()
    assert 'database system is shut down' in home.log('postgres')
    assert 'ready to exit' in home.log('valkey')


def test_impatient_ctrl_c_leaves_no_process(home: Home, open_desk: Opener) -> None:
    desk = open_desk(home)
    desk.urls()

    desk.press_ctrl_c()
    assert until(lambda: 'fast shutdown' in home.log('postgres'), timeout_seconds=PATIENCE_SECONDS)
    desk.press_ctrl_c()

    desk.last_words()
    assert not home.people()


def test_ctrl_c_during_the_first_start_leaves_no_process(new_home: Home, open_desk: Opener) -> None:
    desk = open_desk(new_home)
    assert until(
        lambda: bool(list(new_home.path.glob('postgres.draft-*'))), timeout_seconds=PATIENCE_SECONDS
    )

    desk.press_ctrl_c()

    desk.last_words()
    assert new_home.becomes_empty()
    with Sandbox(new_home.path, durable=False) as urls:
        Client(urls).keep('works')
    assert not list(new_home.path.glob('postgres.draft-*'))


def test_ctrl_c_at_the_birth_of_a_server_leaves_no_process(home: Home, open_desk: Opener) -> None:
    desk = open_desk(home)
    assert until(lambda: bool(home.people()), timeout_seconds=PATIENCE_SECONDS)  # a shell still

    desk.press_ctrl_c()

    desk.last_words()
    assert home.becomes_empty()


def test_ctrl_c_while_servers_start_leaves_no_process(home: Home, open_desk: Opener) -> None:
    desk = open_desk(home)
    assert until(lambda: bool(home.people('postgres')), timeout_seconds=PATIENCE_SECONDS)

    desk.press_ctrl_c()

    desk.last_words()
    assert home.becomes_empty()


def test_desk_killed_during_the_first_start_is_followed(new_home: Home, open_desk: Opener) -> None:
    killed = open_desk(new_home)
    assert until(
        lambda: bool(list(new_home.path.glob('postgres.draft-*'))), timeout_seconds=PATIENCE_SECONDS
    )
    killed.kill()

    with Sandbox(new_home.path, durable=False) as urls:
        Client(urls).keep('works')
        assert len(new_home.heads()) == 2

    assert not list(new_home.path.glob('postgres.draft-*'))
    assert new_home.becomes_empty()


def test_desk_killed_while_servers_start_is_followed(home: Home, open_desk: Opener) -> None:
    killed = open_desk(home)
    assert until(lambda: bool(home.people('postgres')), timeout_seconds=PATIENCE_SECONDS)
    killed.kill()

    with Sandbox(home.path, durable=False) as urls:
        Client(urls).keep('works')
        assert len(home.heads()) == 2

    assert home.becomes_empty()


def test_endless_start_of_another_desk_is_named(
    new_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_home.path.mkdir()
    monkeypatch.setattr(leases, 'GATE_SECONDS', 0.1)

    with (
        closing(leases.Tenancy(new_home.path)) as other,
        other.alone(),
        pytest.raises(SandboxError, match='Another desk has been starting'),
    ):
        Sandbox(new_home.path).start()


def test_removed_home_still_ends_with_its_desk(home: Home) -> None:
    sandbox = Sandbox(home.path / 'inner', durable=False)
    sandbox.start()
    assert home.people('postgres')
    (home.path / 'inner').rename(home.path / 'moved away')

    sandbox.stop()

    assert not home.people()
