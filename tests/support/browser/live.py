"""A whole desk as a person starts it: ``main.py serve`` in a process of its own, to be killed and started again."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from pydantic import SecretStr

from desk.db import Database
from desk.sandbox import BackingUrls
from desk.settings import Settings
from tests.conftest import SECRET
from tests.support.databases import address, app_address, drop, server_of
from tests.support.make import Make
from tests.support.ports import free_port

ROOT = Path(__file__).parents[3]
START_SECONDS = 60.0


class LiveDesk:
    """One server process on a port of its own; started again, it is at the same address on the same data."""

    def __init__(
        self,
        settings: Settings,
        *,
        log: Path,
        script: str = 'main.py',
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Take note of what to serve; ``start`` begins. Another ``script`` is another version of the desk, ``more`` further variables of its environment."""
        self.settings = settings
        self._more = dict(more or {})
        self.port = free_port()
        self.address = f'http://127.0.0.1:{self.port}'
        self._log, self._said = log, log.with_suffix('.out')
        self._script = script
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, seconds: float = START_SECONDS) -> None:
        """Serve, and return when every backing service answers; fail when that takes longer."""
        with self._log.open('ab') as log, self._said.open('wb') as said:
            self._process = subprocess.Popen(
                [sys.executable, self._script, 'serve'],
                cwd=ROOT,
                env=environment(self.settings) | self._more | {'PORT': str(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=log,
            )
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            assert self._process.poll() is None, f'it did not start: {self._log.read_text()}'
            assert time.monotonic() < deadline, 'it is not ready in time'
            time.sleep(0.05)

    def is_ready(self) -> bool:
        """Say whether it serves and every backing service answers it."""
        try:
            return httpx.get(f'{self.address}/readyz', timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        """Return what it printed since it was started."""
        return self._said.read_text()

    def kill(self) -> None:
        """Let it die as in a power cut."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to leave, and wait until it has."""
        self._end(signal.SIGTERM)

    def ask_to_stop(self) -> None:
        """Ask it to leave and return at once."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    def complaints(self) -> str:
        """Return what it has logged since it was last asked: errors only."""
        said = self._log.read_text()
        self._log.write_text('')
        return said

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            process, self._process = self._process, None
            process.send_signal(how)
            try:
                process.wait(timeout=20)
            finally:
                process.kill()  # nothing when it has ended
                process.wait()


def environment(settings: Settings) -> dict[str, str]:
    """Return the variables by which a process of the desk gets these settings, and no more of ours than it needs."""
    ours = {
        'DATABASE_URL': settings.database_url,
        'DATABASE_OWNER_URL': settings.database_owner_url,
        'REDIS_URL': settings.redis_url,
        'REDIS_PREFIX': settings.redis_prefix,
        'JWT_SECRET_KEY': settings.jwt_secret_key.get_secret_value(),
        'DESK_HOME': str(settings.desk_home),
        'DESK_ENV': 'local',
        'DEMO_PEOPLE': str(settings.demo_people),
        'ABANDON_AFTER_SECONDS': str(settings.abandon_after_seconds),
        'DRAIN_SECONDS': str(settings.seconds_to_drain),
        'POOL_SIZE': str(settings.pool_size),
        'AWS_ENDPOINT_URL_COMPREHEND': settings.aws_endpoint_url_comprehend,
        'AWS_ENDPOINT_URL_S3': settings.aws_endpoint_url_s3,
        'FILES_BUCKET': settings.files_bucket,
        'LOG_LEVEL': 'ERROR',
        'CONNECT_SANDBOX': str(settings.connect_sandbox),
        'CONNECT_CCP_URL': settings.connect_ccp_url,
        'CONNECT_LOGIN_URL': settings.connect_login_url,
        'CONNECT_INSTANCE_ID': settings.connect_instance_id,
        'CONTACT_FLOW_ID': settings.contact_flow_id,
        'SOURCE_PHONE_NUMBER': settings.source_phone_number,
        'AWS_ENDPOINT_URL_CONNECT': settings.aws_endpoint_url_connect,
        'AWS_ENDPOINT_URL_SQS': settings.aws_endpoint_url_sqs,
        'AWS_ENDPOINT_URL_KINESIS': settings.aws_endpoint_url_kinesis,
        'QUIET_HOURS': settings.quiet_hours,
        'OIDC_ISSUER': settings.oidc_issuer,
        'OIDC_CLIENT_ID': settings.oidc_client_id,
        'OIDC_CLIENT_SECRET': settings.oidc_client_secret.get_secret_value(),
        'OIDC_GROUPS': settings.oidc_groups,
        'OIDC_LOCAL_ADMINS': str(settings.oidc_local_admins),
        'OTEL_EXPORTER_OTLP_ENDPOINT': settings.otel_exporter_otlp_endpoint,
        'OTEL_SERVICE_NAME': settings.otel_service_name,
        'OTEL_TRACES_SAMPLER_ARG': str(settings.otel_traces_sampler_arg),
        'OTEL_BSP_SCHEDULE_DELAY': '200',
        'SENTRY_DSN': settings.sentry_dsn.get_secret_value(),
        'PYTHONPATH': str(ROOT),
    }
    # What simulates pages inside of a test must not reach a real server.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(('NICEGUI', 'PYTEST'))}
    return inherited | ours


async def agent1(db: Database) -> None:
    """Let ``agent1`` work there: a desk with people is not filled with the demo, which tests do not need."""
    await Make(db).agent(username='agent1')


@contextmanager
def database(
    backing: BackingUrls,
    template: str,
    home: Path,
    *,
    arrive: Callable[[Database], Awaitable[None]] = agent1,
) -> Iterator[Settings]:
    """Give the settings of a desk on a database of its own, cloned from ``template``, after somebody came to it."""
    name = f'live_{uuid4().hex}'
    with server_of(backing) as server:
        server.execute(f'CREATE DATABASE {name} TEMPLATE {template}')
    settings = Settings(
        _env_file=None,
        desk_home=home,
        database_url=app_address(backing, name),
        database_owner_url=address(backing, name),
        redis_url=backing.redis_url,
        redis_prefix=name,
        jwt_secret_key=SecretStr(SECRET),
        pool_size=5,
        connect_sandbox=False,
        quiet_hours='',
    )
    _let_arrive(settings, arrive)
    yield settings
    drop(backing, name)


@contextmanager
def served(settings: Settings, log: Path, *, script: str = 'main.py') -> Iterator[LiveDesk]:
    """Serve a desk; several on the same settings are the processes of one."""
    desk = LiveDesk(settings, log=log, script=script)
    try:
        desk.start()
        yield desk
    finally:
        desk.stop()


def _let_arrive(settings: Settings, arrive: Callable[[Database], Awaitable[None]]) -> None:
    async def come() -> None:
        db = Database(settings.database_url, pool_size=1)
        await arrive(db)
        await db.close()

    with ThreadPoolExecutor(1) as apart:  # from the loop that the test is about to run in
        apart.submit(asyncio.run, come()).result()
