"""Files that people upload, as a service gets them."""

from collections.abc import AsyncIterator

import pytest

from services.customers.importing.files import ImportFile


@pytest.fixture
async def file() -> AsyncIterator[ImportFile]:
    """An empty upload, discarded after the test."""
    file = ImportFile()
    yield file
    await file.close()


async def fill(file: ImportFile, content: bytes) -> None:
    """Let a file hold this content, and nothing from before."""

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    await file.fill(chunks())
