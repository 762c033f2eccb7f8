"""The components' test server, and what a test asks of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page

from tests.support.until import until as tests_until

WAIT_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One component's page of the test server, with a key of its own."""

    base: str
    key: str

    def url(self, path: str, **query: object) -> str:
        return str(httpx.URL(f'{self.base}{path}', params={'key': self.key, **query}))

    async def call(self, method: str, *arguments: object, **named: object) -> None:
        """Run a method of the component, or of its stage, on the server."""
        async with httpx.AsyncClient() as client:
            url = f'{self.base}/call/{self.key}/{method}'
            answer = await client.post(url, json=named or list(arguments))
            answer.raise_for_status()

    async def told(self, name: str) -> list[object]:
        """Return what the component has told the server under ``name`` so far."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(f'{self.base}/log/{self.key}')
        return [value for event, value in answer.json() if event == name]

    async def hears(self, name: str, count: int) -> list[object]:
        """Return the first events of ``name`` once there are at least ``count``."""
        await until(lambda: self._has(name, count))
        return await self.told(name)

    async def _has(self, name: str, count: int) -> bool:
        return len(await self.told(name)) >= count


until = partial(tests_until, seconds=WAIT_SECONDS)


async def settled(page: Page) -> None:
    """Return when the page has heard from the server and is ready for hands."""
    await page.wait_for_load_state('load')
    await until(lambda: page.evaluate('() => window.did_handshake === true'))


@pytest.fixture(scope='session')
def parts_server() -> Iterator[str]:
    """A process that serves the components' pages; the address."""
    environment = {k: v for k, v in os.environ.items() if k != 'PYTEST_CURRENT_TEST'}
    command = [sys.executable, '-m', 'tests.support.browser.parts_server']
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        yield f'http://127.0.0.1:{int(process.stdout.readline())}'
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def part(parts_server: str) -> Part:
    """A key that no other test uses."""
    return Part(base=parts_server, key=uuid4().hex)
