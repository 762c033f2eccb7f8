"""The whole desk in its real server, on a port of its own, and what speaks to it byte by byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI

import main
from desk.settings import Settings
from tests.support.ports import free_port
from tests.support.until import until

PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Served:
    """An application in its server."""

    port: int
    server: uvicorn.Server

    @property
    def connections(self) -> int:
        """How many there are now."""
        return len(self.server.server_state.connections)


@asynccontextmanager
async def served(app: FastAPI, settings: Settings) -> AsyncIterator[Served]:
    """Serve an application, whose lifespan has begun, as ``make run`` does while the block runs."""
    port = free_port()
    server = main.server_of(app, settings.model_copy(update={'port': port}))
    server.config.lifespan, server.config.timeout_keep_alive = 'off', 1
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started, seconds=PATIENCE_SECONDS)
    yield Served(port, server)
    server.should_exit = True
    await task


async def answered(port: int, *parts: bytes) -> bytes:
    """Send parts one after the other on one connection; return all that comes until the server hangs up."""
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await reader.read()
    except ConnectionError:
        return b''
    finally:
        writer.close()


def status_of(answer: bytes) -> int:
    """Return the status of a raw answer; 0 for none."""
    return int(answer.split(b' ', 2)[1]) if answer.startswith(b'HTTP/1.1 ') else 0
