"""The Connect simulator beside a desk: started, shared, supervised and stopped like PostgreSQL.

``with ContactCentre(home) as addresses`` is all that a desk needs. The centre is saved in the home
while it runs and continues from there; a killed desk leaves it running for the next one. Its output
is in ``<home>/connect/centre.log``.
"""

import os
import signal
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import structlog
from typing_extensions import override

from desk.sandbox import vendor
from desk.sandbox.connect import seed
from desk.sandbox.connect.objects import PREFIX as OBJECTS
from desk.sandbox.errors import SandboxError
from desk.sandbox.sandbox import ServerGroup
from desk.sandbox.server import Server, Site

log = structlog.get_logger()

FOLDER = 'connect'
PROJECT = Path(__file__).parents[2]
EVENTS = 'moto'
ANSWER_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAddresses:
    """The centre's addresses and ids for the desk's settings."""

    aws_url: str  # Connect, its participant service, Contact Lens, Comprehend
    events_url: str  # SQS, Kinesis, SNS, S3
    region: str
    instance_id: str
    contact_flow_id: str
    source_phone_number: str
    contact_queue: str  # its name in SQS
    softphone_trouble: str  # why there is no softphone; empty when there is one

    @property
    def objects_url(self) -> str:
        """Return the address of S3, whose objects are kept in the home."""
        return f'{self.aws_url}{OBJECTS}'

    @property
    def ccp_url(self) -> str:
        """Return the page that a desk embeds; open it with the same host name as the desk."""
        return f'{self.aws_url}/ccp-v2/'

    @property
    def login_url(self) -> str:
        """Return the sign-in page for agents; ``?agent=`` names one."""
        return f'{self.aws_url}/connect/login'

    @property
    def control_url(self) -> str:
        """Return the page for playing customers."""
        return f'{self.aws_url}/_sandbox/control/'


class ContactCentre(ServerGroup[ConnectAddresses]):
    """The centre of one desk's home.

    Args:
        home: the desk's home; the centre has a folder in it.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(home / FOLDER)
        self._desk_home = home.absolute()
        self._softphone_trouble = ''

    @override
    def start(self) -> ConnectAddresses:
        """Start the centre unless it runs; return its addresses.

        Without Amazon's library it has no softphone.

        Raises:
            SandboxError: it cannot start; the text says why.
        """
        try:
            vendor.fetch(self._desk_home)
        except SandboxError as error:
            self._softphone_trouble = str(error)
            log.warning('softphone_missing', reason=self._softphone_trouble)
        return super().start()

    @override
    def _servers_of(self, site: Site) -> list[Server]:
        return [CentreServer(site)]

    @override
    def _addresses_of(self, site: Site, ports: list[int]) -> ConnectAddresses:
        [port] = ports
        return ConnectAddresses(
            aws_url=f'http://127.0.0.1:{port}',
            events_url=f'http://127.0.0.1:{site.home_file.port(EVENTS)}',
            region=seed.REGION,
            instance_id=seed.INSTANCE_ID,
            contact_flow_id=seed.seed_id(f'flow/{seed.ORDERS}'),
            source_phone_number=seed.SYSTEM_NUMBER,
            contact_queue=seed.CONTACT_QUEUE,
            softphone_trouble=self._softphone_trouble,
        )


class CentreServer(Server):
    """The centre's process, with moto as its child, which ends with its parent."""

    name: ClassVar[str] = 'centre'
    program: ClassVar[str] = 'python'
    farewells: ClassVar = ((signal.SIGTERM, 20.0), (signal.SIGKILL, 5.0))

    @override
    def command(self, port: int) -> list[str]:
        settings = {
            **{name: value for name, value in os.environ.items() if name.startswith('SANDBOX_')},
            'PYTHONPATH': str(PROJECT),
            'DESK_HOME': str(self.site.home.parent),
            'SANDBOX_AWS_PORT': str(port),
            'SANDBOX_MOTO_PORT': str(self.site.home_file.free_port(EVENTS)),
            'SANDBOX_SNAPSHOT': str(self.folder / 'snapshot.json'),
        }
        given = [f'{name}={value}' for name, value in settings.items()]
        module = [sys.executable, '-m', 'desk.sandbox.connect']
        return ['/usr/bin/env', *given, *module, self.site.mark]

    @override
    def complaint(self, port: int) -> str:
        """Check that the centre answers."""
        address = f'http://127.0.0.1:{port}/_sandbox/health'
        try:
            with urllib.request.urlopen(address, timeout=ANSWER_SECONDS):
                return ''
        except (OSError, urllib.error.URLError) as error:
            return str(error)
