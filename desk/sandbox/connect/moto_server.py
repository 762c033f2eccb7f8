"""The stand-in for S3, SNS, SQS and Kinesis: moto's server, in a separate process.

It scans whole queues for every message, which must not block the centre. It ends with its parent in
any case, because it waits for the end of the pipe from it.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from logging import getLogger

from desk.sandbox.errors import SandboxError

START_SECONDS = 60.0
STEP_SECONDS = 0.05


@contextmanager
def running(host: str, port: int) -> Iterator[None]:
    """Run moto while the block runs.

    Raises:
        SandboxError: the port is in use, or moto does not answer.
    """
    if _listens(host, port):
        message = f'Port {port} is taken: set SANDBOX_MOTO_PORT to a free one, or to 0 to run without events.'
        raise SandboxError(message)
    command = [sys.executable, '-m', 'desk.sandbox.connect.moto_server', host, str(port)]
    with subprocess.Popen(  # noqa: S603 - this module
        command, stdin=subprocess.PIPE, start_new_session=True
    ) as process:
        try:
            _wait_for(process, host, port)
            yield
        finally:
            process.terminate()


def serve(host: str, port: int) -> None:
    """Serve until standard input ends."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - a development dependency

    getLogger('werkzeug').setLevel('WARNING')  # it logs every request
    moto = ThreadedMotoServer(ip_address=host, port=port, verbose=False)
    moto.start()
    sys.stdin.read()
    moto.stop()


def _wait_for(process: 'subprocess.Popen[bytes]', host: str, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _listens(host, port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SandboxError(
                f'moto does not listen at {host}:{port}: what it wrote stands above.'
            )
        try:
            process.wait(STEP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


if __name__ == '__main__':
    serve(sys.argv[1], int(sys.argv[2]))
