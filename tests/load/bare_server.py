"""The baseline: a bare FastAPI WebSocket that inserts each message with psycopg and fans it out. Nothing else.

It runs in the same server with the same settings as the desk, on the same PostgreSQL, into a table with the
columns of ``messages`` and its key alone.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import psycopg
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

import main as desk_main
from desk.settings import Settings
from tests.load.floor import bare

POOL = 20
_TABLE = """
    CREATE TABLE IF NOT EXISTS bare_messages (
        id uuid PRIMARY KEY, chat_session_id uuid, number int, sender text, sender_id uuid, type text,
        content text, created_at timestamptz)
"""
_INSERT = """
    INSERT INTO bare_messages (id, chat_session_id, number, sender, sender_id, type, content, created_at)
    VALUES (%(id)s, %(chat)s, %(number)s, 'customer', NULL, 'text', %(content)s, %(now)s)
"""


class Bare:
    """A pool of connections and the sockets of each chat."""

    def __init__(self, url: str) -> None:
        self._url = bare(url)
        self._pool: asyncio.LifoQueue[psycopg.AsyncConnection] = asyncio.LifoQueue()
        self._sockets: dict[str, set[WebSocket]] = defaultdict(set)

    @asynccontextmanager
    async def running(self, _: FastAPI) -> AsyncIterator[None]:
        """Open the pool; close it afterwards."""
        opened = [await psycopg.AsyncConnection.connect(self._url) for _ in range(POOL)]
        await opened[0].execute(_TABLE)
        await opened[0].commit()
        for connection in opened:
            self._pool.put_nowait(connection)
        yield
        for connection in opened:
            await connection.close()

    async def talk(self, websocket: WebSocket, chat_id: str) -> None:
        """Store what this socket says and tell the chat's other sockets."""
        await websocket.accept()
        sockets = self._sockets[chat_id]
        sockets.add(websocket)
        try:
            while True:
                said = json.loads(await websocket.receive_text())
                line = {'chat': chat_id, 'now': datetime.now(UTC)} | said
                await self._store(line)
                text = json.dumps(line | {'now': line['now'].isoformat()}, ensure_ascii=False)
                for other in [one for one in sockets if one is not websocket]:
                    await other.send_text(text)
        except WebSocketDisconnect:
            sockets.discard(websocket)

    async def _store(self, line: dict[str, object]) -> None:
        connection = await self._pool.get()
        try:
            await connection.execute(_INSERT, line)
            await connection.commit()
        finally:
            self._pool.put_nowait(connection)


def main() -> None:
    """Serve until SIGTERM."""
    settings = Settings()
    baseline = Bare(settings.database_url)
    app = FastAPI(lifespan=baseline.running)
    app.websocket('/ws/{chat_id}')(baseline.talk)
    desk_main.tune_collector()
    desk_main.server_of(app, settings).run()


if __name__ == '__main__':
    main()
