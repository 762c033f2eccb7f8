"""The gateway against the sandbox."""

from collections.abc import AsyncIterator

import pytest

from services.aws.connection import ConnectConnection
from tests.support.centre import connected_to
from tests.support.sandbox.box import Box
from tests.support.sandbox.standing import box, contact_queue, running

__all__ = ['box', 'contact_queue', 'running']


@pytest.fixture
async def connect(box: Box, contact_queue: str) -> AsyncIterator[ConnectConnection]:
    """A process's way to the sandbox."""
    async with connected_to(box) as connect:
        yield connect
