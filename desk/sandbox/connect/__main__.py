"""Run the sandbox as a process: ``python -m desk.sandbox.connect`` (``make sandbox``)."""

import gc
import os
import socket
import sys
from contextlib import ExitStack, suppress
from importlib.util import find_spec

import structlog
import uvicorn

from desk import logging
from desk.sandbox.connect import outside, server
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.control import api, page
from desk.sandbox.connect.faults import AS_IN_AWS
from desk.sandbox.connect.options import Options
from desk.sandbox.connect.publishing import AGENT_STREAM, CONTACT_QUEUE, Publisher
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
    if options.snapshot and options.snapshot.exists():
        centre.restore(options.snapshot.read_bytes())
    publisher = _publisher(centre, options, stack)
    app = server.build(
        centre,
        home=options.desk_home,
        throttled=options.throttles,
        publisher=publisher,
        at_end=lambda: _keep(centre, options),
    )
    _say(centre, options, told=publisher is not None)
    _tune_collector()
    config = uvicorn.Config(
        app,
        log_level='warning',
        ws='websockets-sansio',
        timeout_graceful_shutdown=1,  # softphones ask and wait for half a minute
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listener(port: int) -> socket.socket:
    """Return where requests come in: they wait from now on until they are served.

    Raises:
        SandboxError: somebody else listens there, or nobody may.
    """
    try:
        return socket.create_server((HOST, port), backlog=BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        message = f'Port {port} cannot be used ({why}): set SANDBOX_AWS_PORT to a free one.'
        raise SandboxError(message) from error


def _tune_collector() -> None:
    """Let the collector leave alone what stays for good: a centre only grows, and looking through it takes half a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 1_000)


def _keep(centre: Centre, options: Options) -> None:
    """Write the centre to its file, whole or not at all."""
    if options.snapshot:
        fresh = options.snapshot.with_name(f'{options.snapshot.name}.new')
        fresh.write_bytes(centre.snapshot())
        fresh.replace(options.snapshot)


def _publisher(centre: Centre, options: Options, stack: ExitStack) -> Publisher | None:
    """Start moto and let it hear of events; without moto nobody does."""
    if not options.moto_port or find_spec('moto') is None:
        return None
    stack.enter_context(outside.running(HOST, options.moto_port))
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
