"""The sandbox as a process: how it starts, what it says when it cannot, and that it leaves nothing behind."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from desk.sandbox.connect import moto_server
from desk.sandbox.connect.options import Options
from desk.sandbox.connect.seed import seed_id
from desk.sandbox.errors import SandboxError
from desk.sandbox.waiting import until
from tests.support.ports import free_port
from tests.support.sandbox.box import ORDERS_FLOW, ROOT, running_box
from tests.support.sandbox.ccp import Ccp

SECONDS = 10


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which somebody else listens."""
    with socket.create_server(('127.0.0.1', 0)) as listener:
        yield int(listener.getsockname()[1])


def test_port_that_is_taken_is_said_in_a_sentence(taken: int) -> None:
    ended = subprocess.run(
        [sys.executable, '-m', 'desk.sandbox.connect'],
        cwd=ROOT,
        env={**os.environ, 'SANDBOX_AWS_PORT': str(taken)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (1, '')  # it promises no address
    said = (
        f'Port {taken} cannot be used (Address already in use): set SANDBOX_AWS_PORT to a free one.'
    )
    assert ended.stderr == f'{said}\n'


def test_nothing_is_told_to_a_stranger_at_the_port_of_moto(taken: int) -> None:
    with (
        pytest.raises(SandboxError, match=f'Port {taken} is taken: set SANDBOX_MOTO_PORT'),
        moto_server.running('127.0.0.1', taken),
    ):
        pass


def test_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv('SANDBOX_AWS_PORT', 'many')
    monkeypatch.setenv('SANDBOX_MOTO_PORT', '70000')

    with pytest.raises(SandboxError) as error:
        Options.read()

    named = [line.partition(':')[0] for line in str(error.value).splitlines()]
    assert named == ['SANDBOX_AWS_PORT', 'SANDBOX_MOTO_PORT']


@pytest.mark.parametrize('end', [signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_the_sandbox(end: signal.Signals, tmp_path: Path) -> None:
    with running_box(tmp_path) as box:
        sandbox = psutil.Process(box.pid)
        [moto] = sandbox.children()

        sandbox.send_signal(end)

        assert psutil.wait_procs([sandbox, moto], timeout=SECONDS)[1] == []
    assert 'Traceback' not in (tmp_path / 'sandbox.log').read_text()


def test_snapshot_file_is_where_the_next_process_begins(tmp_path: Path) -> None:
    without_moto = {'SANDBOX_MOTO_PORT': '0', 'SANDBOX_SNAPSHOT': str(tmp_path / 'day.json')}
    with running_box(tmp_path, **without_moto) as first:
        contact_id = first.ring()

    with running_box(tmp_path, **without_moto) as second:
        contact = second.connect.describe_contact(ContactId=contact_id, **second.instance)

    assert contact['Contact']['QueueInfo']['Id'] == seed_id('queue/주문·배송')


def test_killed_sandbox_goes_on_where_it_was(tmp_path: Path) -> None:
    kept = {'SANDBOX_MOTO_PORT': '0', 'SANDBOX_SNAPSHOT': str(tmp_path / 'day.json')}
    with running_box(tmp_path, **kept) as first:
        before = first.ring()
        asked = {'ContactFlowId': ORDERS_FLOW, 'ClientToken': 'one-click', **first.instance}
        chat = first.start_chat()
        task = first.connect.start_task_contact(Name='환불', **asked)
        until(lambda: task['ContactId'] in (tmp_path / 'day.json').read_text(), timeout_seconds=3)
        psutil.Process(first.pid).kill()

    with running_box(tmp_path, **kept) as second:
        token = second.token_of(chat['ParticipantToken'])
        second.chat.send_message(ConnectionToken=token, ContentType='text/plain', Content='아직')
        contact = second.connect.describe_contact(ContactId=before, **second.instance)
        again = second.connect.start_task_contact(Name='환불', **asked)

    assert 'DisconnectTimestamp' not in contact['Contact']
    assert again['ContactId'] == task['ContactId']


@pytest.mark.parametrize('content', [b'', b'{"now": 1', b'[]', b'\xff\xfe', b'{"now": "x"}'])
def test_broken_snapshot_is_put_aside_and_said_in_a_sentence(
    content: bytes, tmp_path: Path
) -> None:
    place = tmp_path / 'day.json'
    place.write_bytes(content)

    with running_box(tmp_path, SANDBOX_MOTO_PORT='0', SANDBOX_SNAPSHOT=str(place)) as box:
        assert box.connect.list_users(**box.instance)['UserSummaryList']

    [aside] = tmp_path.glob('day.json.broken-*')
    assert aside.read_bytes() == content
    said = (tmp_path / 'sandbox.log').read_text()
    assert f'{place} is no snapshot of a centre, and is kept as {aside.name};' in said
    assert 'Traceback' not in said


@pytest.mark.parametrize(
    ('place', 'said'),
    [
        ('folder', 'The snapshot {place} cannot be read (Is a directory).'),
        ('file/day.json', 'The snapshot {place} cannot be read (Not a directory).'),
        ('blocked.json', 'The snapshot {place} cannot be written (Is a directory).'),
    ],
)
def test_snapshot_that_cannot_be_kept_is_said_before_anything_begins(
    place: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / 'folder').mkdir()
    (tmp_path / 'file').touch()
    (tmp_path / 'blocked.json.new').mkdir()

    ended = subprocess.run(
        [sys.executable, '-m', 'desk.sandbox.connect'],
        cwd=ROOT,
        env={
            **os.environ,
            'SANDBOX_AWS_PORT': str(free_port()),
            'SANDBOX_MOTO_PORT': '0',
            'SANDBOX_SNAPSHOT': str(tmp_path / place),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ended.returncode, ended.stdout) == (1, '')
    assert said.format(place=tmp_path / place) in ended.stderr
    assert 'Traceback' not in ended.stderr


def test_disk_that_fills_up_is_said_and_the_older_snapshot_stays(tmp_path: Path) -> None:
    place = tmp_path / 'day.json'
    with running_box(tmp_path, SANDBOX_MOTO_PORT='0', SANDBOX_SNAPSHOT=str(place)) as box:
        kept = place.read_bytes()
        (tmp_path / 'day.json.new').mkdir()
        box.ring()
        sandbox = psutil.Process(box.pid)
        sandbox.send_signal(signal.SIGINT)
        psutil.wait_procs([sandbox], timeout=SECONDS)

    assert place.read_bytes() == kept
    said = (tmp_path / 'sandbox.log').read_text()
    assert said.endswith(f'The snapshot {place} cannot be written (Is a directory).\n')
    assert 'Traceback' not in said


@pytest.mark.xdist_group('softphone')
async def test_softphone_that_waits_for_news_is_let_go_at_the_end(tmp_path: Path) -> None:
    with running_box(tmp_path, SANDBOX_MOTO_PORT='0') as box:
        ccp = Ccp(box)
        version = ccp.ask('GetAgentSnapshot')['nextToken']
        with ThreadPoolExecutor(1) as apart:
            poll = apart.submit(ccp.ask, 'GetAgentSnapshot', nextToken=version, timeout=30_000)
            sandbox = psutil.Process(box.pid)
            until(lambda: is_asked(sandbox), timeout_seconds=SECONDS)
            box.hand('GET', 'health')  # what was asked before has come in
            sandbox.send_signal(signal.SIGINT)
            answer = await asyncio.wrap_future(poll)

    assert answer['nextToken'] == version
    assert 'Traceback' not in (tmp_path / 'sandbox.log').read_text()


def is_asked(sandbox: psutil.Process) -> bool:
    return any(each.status == psutil.CONN_ESTABLISHED for each in sandbox.net_connections())
