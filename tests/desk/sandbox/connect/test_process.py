"""The sandbox as a process: how it starts, what it says when it cannot, and that it leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desk.sandbox.connect import outside
from desk.sandbox.connect.options import Options
from desk.sandbox.connect.seed import seed_id
from desk.sandbox.errors import SandboxError
from tests.desk.sandbox.connect.box import ROOT, running_box

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
        outside.running('127.0.0.1', taken),
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
