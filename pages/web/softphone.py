"""The softphone that pages embed: the CCP's address for a browser, and the people who have a softphone."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

import structlog
from starlette.requests import HTTPConnection

from desk.settings import Settings
from desk.vendor_files import STREAMS, VendorFileError
from models import Agent, AgentRole
from pages.web.hosts import host_name
from services.calls.directory import ConnectDirectory

log = structlog.get_logger()

LOOPBACK = frozenset({'127.0.0.1', 'localhost'})


@dataclass(frozen=True, slots=True, kw_only=True)
class Softphone:
    """Amazon's library and the CCP that it opens.

    Args:
        library: the release file, as it is served.
        ccp_url: the CCP to embed.
        login_url: where an agent signs in; ``{username}`` in it is replaced. Empty: the CCP asks by itself.
    """

    library: bytes
    ccp_url: str
    login_url: str

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Return the softphone of these settings; ``None`` without Connect or without Amazon's library."""
        if not settings.connect_ccp_url:
            return None
        try:
            library = STREAMS.content(settings.desk_home)
        except VendorFileError as error:
            log.warning('desk_without_softphone', reason=str(error))
            return None
        return cls(
            library=library, ccp_url=settings.connect_ccp_url, login_url=settings.connect_login_url
        )

    def is_for(self, agent: Agent, directory: ConnectDirectory) -> bool:
        """Whether somebody takes calls: Connect knows them. As long as it has not said whom it knows, their role decides."""
        if directory.knows_users:
            return directory.user(agent) is not None
        return agent.role is not AgentRole.ADMIN

    def has_audio(self) -> bool:
        """Return whether calls have sound: the simulator on this machine is silent."""
        return urlsplit(self.ccp_url).hostname not in LOOPBACK

    def ccp_for(self, asked: HTTPConnection) -> str:
        """Return the CCP's address for a browser, see ``_by_the_same_name``."""
        return _by_the_same_name(self.ccp_url, asked)

    def login_for(self, asked: HTTPConnection, username: str) -> str:
        """Return where a user of Connect signs in, empty when the CCP asks by itself."""
        address = self.login_url.replace('{username}', quote(username, safe=''))
        return _by_the_same_name(address, asked)

    def framed_for(self, asked: HTTPConnection, username: str) -> str:
        """Return what the CCP's frame begins with: its own sign-in, which needs no click, else the CCP itself."""
        ccp, login = self.ccp_for(asked), self.login_for(asked, username)
        return login if login and origin_of(login) == origin_of(ccp) else ccp


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(address)
    return f'{parts.scheme}://{parts.netloc}'


def _by_the_same_name(address: str, asked: HTTPConnection) -> str:
    """Return an address on this machine under the host name that the browser uses: cookies belong to a host name."""
    parts, name = urlsplit(address), host_name(asked)
    if parts.hostname not in LOOPBACK or name not in LOOPBACK:
        return address
    return urlunsplit(parts._replace(netloc=f'{name}:{parts.port}'))
