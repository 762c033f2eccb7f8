"""A program as the contract of ``/ws`` lets one be written: what it hears is kept in order, whatever the desk goes through.

It asserts the promises that it lives by: a message comes after a higher number of its chat only when the frame says that it
is late, and never twice on one connection.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_SECONDS = 20.0


class ProgramClient:
    """One program, over all of its connections."""

    def __init__(
        self, port: int, agent_id: object, bearer: str, *, subscribes: bool = True
    ) -> None:
        self._address = f'ws://127.0.0.1:{port}/ws/{agent_id}'
        self._headers = {'Authorization': f'Bearer {bearer}'}
        self._subscribes = subscribes
        self.messages: dict[str, dict[int, str]] = defaultdict(dict)
        """By chat, by number: what was said."""
        self.late: list[tuple[str, int]] = []
        self.repeated: list[tuple[str, int]] = []
        """What was told on an earlier connection already."""
        self.connections = 0

    def numbers(self, chat_id: object) -> list[int]:
        """The numbers of a chat that are known, in order."""
        return sorted(self.messages[str(chat_id)])

    async def follow(self, *chat_ids: object) -> None:
        """Listen for ever; come back after every break, and go on from the highest number without a gap."""
        while True:
            try:
                async with connect(
                    self._address, additional_headers=self._headers, proxy=None
                ) as connection:
                    await self._listen(connection, [str(one) for one in chat_ids])
            except (OSError, ConnectionClosed, EOFError):
                await asyncio.sleep(0.05)

    async def _listen(self, connection: ClientConnection, chat_ids: list[str]) -> None:
        told: dict[str, set[int]] = defaultdict(set)
        if self._subscribes:
            cursors = {one: self._cursor(one) for one in chat_ids}
            await connection.send(json.dumps({'type': 'subscribe', 'data': {'cursors': cursors}}))
        self.connections += 1
        async for raw in connection:
            frame: dict[str, Any] = json.loads(raw)
            if frame['type'] == 'message':
                self._take_in(frame, told)
            elif frame['type'] == 'ping':
                await connection.send('{"type": "pong"}')

    def _take_in(self, frame: dict[str, Any], told: dict[str, set[int]]) -> None:
        chat_id, number = frame['data']['chat_session_id'], frame['data']['number']
        on_this = told[chat_id]
        assert number not in on_this, f'{number} twice on one connection'
        is_late = bool(on_this) and number < max(on_this)
        assert frame.get('late', False) is is_late, f'{number} after {max(on_this, default=0)}'
        on_this.add(number)
        if is_late:
            self.late.append((chat_id, number))
        if number in self.messages[chat_id]:
            self.repeated.append((chat_id, number))
        self.messages[chat_id][number] = frame['data']['content']

    def _cursor(self, chat_id: str) -> int:
        """Return up to which number the program has every message."""
        number = 0
        while number + 1 in self.messages[chat_id]:
            number += 1
        return number


@asynccontextmanager
async def following(client: ProgramClient, *chat_ids: object) -> AsyncIterator[ProgramClient]:
    """Let a program listen while the block runs; a promise that is broken fails the block."""
    task = asyncio.create_task(client.follow(*chat_ids))
    try:
        yield client
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            raise error
