"""Attacks on the whole desk as it is served, in this process: nothing stands between an attack and the application."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from pages.web import gate
from tests.pages.conftest import forgotten, web

__all__ = ['forgotten', 'web']


@pytest.fixture(autouse=True)
def unhurried_addresses() -> None:
    """Forget how often other tests came from this address."""
    for flood in gate.FLOODS.values():
        flood.reset()


@pytest.fixture
async def stranger(web: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody whom nobody knows."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(web), base_url='http://desk.test'
    ) as stranger:
        yield stranger
