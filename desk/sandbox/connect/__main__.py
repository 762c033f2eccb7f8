"""Runs the simulator as a process: ``python -m desk.sandbox.connect`` (``make sandbox``)."""

import gc
import os
import socket
import sys
from contextlib import ExitStack, suppress
from importlib.util import find_spec

import structlog
import uvicorn
from typing_extensions import override

from desk import logging
from desk.sandbox.connect import moto_server, server
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control import api, page
from desk.sandbox.connect.faults import AS_IN_AWS
from desk.sandbox.connect.keeping import Keeper
from desk.sandbox.connect.options import Options
from desk.sandbox.connect.publishing import Publisher
from desk.sandbox.connect.seed import AGENT_STREAM, CONTACT_QUEUE
from desk.sandbox.connect.softphone.pages import CCP_PATH
from desk.sandbox.errors import SandboxError

HOST = '127.0.0.1'
BACKLOG = 2_048

log = structlog.get_logger()


def main() -> None:
    """Serve a centre on this machine until Ctrl-C."""
    logging.configure()
    try:
        with suppress(KeyboardInterrupt), ExitStack() as stack:
            _serve(Options.read(), stack)
    except SandboxError as error:
        sys.exit(str(error))


def _serve(options: Options, stack: ExitStack) -> None:
    listener = stack.enter_context(_listener(options.aws_port))
    centre = Centre(seed=options.seed, events=AS_IN_AWS if options.disorder else None)
    keeper = Keeper(centre, options.snapshot) if options.snapshot else None
    if keeper is not None:
        keeper.begin()
    publisher = _publisher(centre, options, stack)
    app = server.build(
        centre,
        home=options.desk_home,
        throttled=options.throttles,
        publisher=publisher,
        keeper=keeper,
    )
    _say(centre, options, told=publisher is not None)
    _tune_collector()
    config = uvicorn.Config(
        app,
        log_level='warning',
        ws='websockets-sansio',
        timeout_graceful_shutdown=1,
    )
    with suppress(KeyboardInterrupt):  # uvicorn raises it again after its shutdown
        Server(config, centre).run(sockets=[listener])
    if keeper is not None and keeper.trouble:
        raise SandboxError(keeper.trouble)


class Server(uvicorn.Server):
    """A server that releases waiting requests on shutdown: softphones poll for half a minute."""

    def __init__(self, config: uvicorn.Config, centre: Centre) -> None:
        super().__init__(config)
        self._centre = centre

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._centre.close()
        await super().shutdown(sockets)


def _listener(port: int) -> socket.socket:
    """Return the listening socket: requests wait there until they are served.

    Raises:
        SandboxError: the port is in use or not permitted.
    """
    try:
        return socket.create_server((HOST, port), backlog=BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        message = f'Port {port} cannot be used ({why}): set SANDBOX_AWS_PORT to a free one.'
        raise SandboxError(message) from error


def _tune_collector() -> None:
    """Exempt lasting objects from garbage collection: a full one takes half a second in a large centre."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 1_000)


def _publisher(centre: Centre, options: Options, stack: ExitStack) -> Publisher | None:
    """Start moto and return the publisher of events to it; without moto none are published."""
    if not options.moto_port or find_spec('moto') is None:
        return None
    stack.enter_context(moto_server.running(HOST, options.moto_port))
    publisher = Publisher(centre, f'http://{HOST}:{options.moto_port}', seed=options.seed)
    publisher.prepare()
    return publisher


def _say(centre: Centre, options: Options, *, told: bool) -> None:
    instance = centre.world.state.instance
    lines = [
        f'Connect in a box   http://{HOST}:{options.aws_port}   instance {instance.id}',
        f'  region {instance.region}, account {instance.account}, any credentials',
        f'  softphone          http://{HOST}:{options.aws_port}{CCP_PATH}',
        f'  control            http://{HOST}:{options.aws_port}{api.PREFIX}{page.PATH}/',
    ]
    if told:
        lines.append(
            f'  events             http://{HOST}:{options.moto_port}   '
            f'SQS {CONTACT_QUEUE}, Kinesis {AGENT_STREAM}'
        )
    sys.stdout.write('\n'.join(lines) + '\n')
    sys.stdout.flush()


if __name__ == '__main__':
    main()
