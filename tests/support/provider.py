"""A real OpenID provider (``oidc-provider-mock``, made strict) in a process of its own, on a port of this machine."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from desk.settings import Settings
from services.identity.setup import IdentitySetup
from services.registry import Services
from tests.support.make import DEPARTMENT
from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
CLIENT = 'desk'
CALLBACK = 'https://desk.test/auth/sso/callback'
GROUPS = json.dumps(
    {
        'desk-agents': {'role': 'agent', 'department': DEPARTMENT},
        'desk-leads': {'role': 'supervisor', 'department': DEPARTMENT},
        'desk-admins': {'role': 'admin', 'department': '관리'},
    }
)
"""What its groups mean at the desk."""


class ProviderProcess:
    """The provider; started again it has other keys, and has forgotten everybody."""

    def __init__(self) -> None:
        self.port = free_port()
        self.issuer = f'http://127.0.0.1:{self.port}'
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Serve, and return when it answers."""
        self._process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-m', 'tests.support.strict_provider', str(self.port)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, 'the provider did not start'
            assert time.monotonic() < deadline, 'the provider is not ready in time'
            time.sleep(0.05)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def knows(self, sub: str, **claims: Any) -> None:
        """Have somebody with these claims, in place of earlier ones."""
        httpx.put(f'{self.issuer}/users/{sub}', json=claims).raise_for_status()

    def deactivates(self, sub: str) -> None:
        """Refuse somebody from now on."""
        httpx.post(f'{self.issuer}/users/{sub}/revoke-tokens').raise_for_status()

    def tells(self, address: str) -> None:
        """Post the logout tokens of ended sessions there."""
        httpx.put(f'{self.issuer}/clients/{CLIENT}/backchannel', content=address).raise_for_status()

    def settings(self, settings: Settings, **more: Any) -> Settings:
        """Return settings of a desk whose people sign in here."""
        given = {
            'oidc_issuer': self.issuer,
            'oidc_client_id': CLIENT,
            'oidc_client_secret': 'a-secret-of-the-desk',
            'oidc_groups': GROUPS,
        }
        return Settings.model_validate(settings.model_dump() | given | more)

    def _answers(self) -> bool:
        try:
            return httpx.get(f'{self.issuer}/jwks', timeout=5).status_code == 200
        except httpx.TransportError:
            return False


@contextmanager
def serving() -> Iterator[ProviderProcess]:
    """Run a provider while the block runs."""
    provider = ProviderProcess()
    provider.start()
    try:
        yield provider
    finally:
        provider.stop()


def setup_of(settings: Settings) -> IdentitySetup:
    """Return the setup that these settings ask for."""
    setup = IdentitySetup.of(settings)
    assert setup
    return setup


async def asked(address: str, sub: str) -> dict[str, str]:
    """Do what a person does at the provider; return what its redirect brings back."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(address, data={'sub': sub})
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers['location']).query))


async def signed_in(services: Services, sub: str) -> tuple[str, dict[str, str]]:
    """Begin a sign-in and do the provider's part; return the ticket and what came back."""
    assert services.single_sign_on
    departure = await services.single_sign_on.depart('/desk', callback=CALLBACK)
    return departure.ticket, await asked(departure.address, sub)
