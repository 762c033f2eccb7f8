"""Agents' pages behind a balancer, which come back as a browser does whatever happens to their process.

A page keeps the balancer's cookie. When its socket closes it waits as Socket.IO's client does (1 s, give or take a half, twice
as long after each failure, at most 5 s), asks for its socket again, and loads itself anew when the process does not know it.
What it shows is noted by the number of the load's message, from frames and from the page's source alike.
"""

import asyncio
import json
import random
import time
from http.cookies import SimpleCookie
from typing import TypeAlias
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp

from tests.load.balancer import STICKY_COOKIE
from tests.load.floor import Person
from tests.load.sockets import BUBBLE, CLIENT_ID, NEXT_MESSAGE

RECONNECT_SECONDS, MAX_RECONNECT_SECONDS, JITTER = 1.0, 5.0, 0.5
"""Socket.IO's client: ``reconnectionDelay``, ``reconnectionDelayMax``, ``randomizationFactor``."""
SILENCE_SECONDS = 18.0
"""Engine.IO's ping interval and time-out for a reconnect time of 15 s (``pages.app.RECONNECT_SECONDS``)."""
ACK_SECONDS = 3.0
LOAD = aiohttp.ClientTimeout(total=20)
Socket: TypeAlias = 'aiohttp.ClientWebSocketResponse[bool]'
AWAY = (aiohttp.ClientError, ConnectionError, TimeoutError)


class LastingPage:
    """One tab that stays open."""

    def __init__(self, http: aiohttp.ClientSession, address: str, person: Person) -> None:
        self._http = http
        self._address = address
        self._person = person
        self._sticky = ''
        self._client_id = ''
        self._next = 0
        self.shown: dict[int, float] = {}
        """By number: when the page showed a message first, on the monotonic clock."""
        self.gaps: list[float] = []
        """How long the page had no socket, each time."""
        self.loads = 0
        self.refused_loads = 0
        """How often the page could not be loaded: a person would have seen an error and pressed reload."""
        self.is_open = asyncio.Event()

    @property
    def chat_id(self) -> str:
        """The chat that it shows."""
        return str(self._person.chat_id)

    def lose_place(self) -> None:
        """Forget the balancer's cookie, as a browser does that drops it."""
        self._sticky = ''

    async def live(self) -> None:
        """Stay open until cancelled."""
        lost_at: float | None = None
        await self._load_until_there()
        wait = RECONNECT_SECONDS
        while True:
            try:
                async with self._connected() as socket:
                    if not await self._is_known(socket):
                        await self._load_until_there()
                        continue
                    if lost_at is not None:
                        self.gaps.append(time.monotonic() - lost_at)
                    wait, lost_at = RECONNECT_SECONDS, None
                    self.is_open.set()
                    await self._listen(socket)
            except AWAY:
                wait = min(2 * wait, MAX_RECONNECT_SECONDS)
            lost_at = lost_at or time.monotonic()
            self.is_open.clear()
            await asyncio.sleep(wait * random.uniform(1 - JITTER, 1 + JITTER))

    async def _load_until_there(self) -> None:
        while not await self._load():
            self.refused_loads += 1
            await asyncio.sleep(1)

    async def _load(self) -> bool:
        url = f'{self._address}/desk/chats/{self._person.chat_id}'
        headers = self._headers() | {'Connection': 'close'}
        try:
            async with self._http.get(
                url, headers=headers, allow_redirects=False, timeout=LOAD
            ) as answer:
                source = await answer.text()
                self._keep_place(answer)
        except AWAY:
            return False
        found, place = CLIENT_ID.search(source), NEXT_MESSAGE.search(source)
        if answer.status != 200 or not found or not place:
            return False
        self.loads += 1
        self._client_id, self._next = found[1], int(place[1])
        self._show(source)
        return True

    def _keep_place(self, answer: aiohttp.ClientResponse) -> None:
        for line in answer.headers.getall('Set-Cookie', []):
            if (cookie := SimpleCookie(line).get(STICKY_COOKIE)) is not None:
                self._sticky = cookie.value

    def _headers(self) -> dict[str, str]:
        cookies = f'desk_session={self._person.cookie}'
        if self._sticky:
            cookies += f'; {STICKY_COOKIE}={self._sticky}'
        return {'Cookie': cookies, 'Origin': self._address}

    def _connected(self) -> aiohttp.client._WSRequestContextManager:
        query = {
            'EIO': '4',
            'transport': 'websocket',
            'implicit_handshake': 'true',
            'client_id': self._client_id,
            'next_message_id': self._next,
            'tab_id': uuid4(),
            'document_id': uuid4(),
        }
        address = f'{self._address}/_nicegui_ws/socket.io/?{urlencode(query)}'
        timeout = aiohttp.ClientWSTimeout(ws_close=1)
        return self._http.ws_connect(
            address, headers=self._headers(), max_msg_size=0, timeout=timeout
        )

    async def _is_known(self, socket: Socket) -> bool:
        """Join; return whether the process knows the page."""
        try:
            await socket.receive_str(timeout=SILENCE_SECONDS)  # Engine.IO's greeting
            await socket.send_str('40')
            answer = await socket.receive_str(timeout=SILENCE_SECONDS)
        except TypeError as error:  # aiohttp: it was closed
            raise ConnectionError from error
        return str(answer).startswith('40')

    async def _listen(self, socket: Socket) -> None:
        acknowledged_at = 0.0
        while True:
            frame = await socket.receive(timeout=SILENCE_SECONDS)
            if frame.type is not aiohttp.WSMsgType.TEXT:
                return
            text = str(frame.data)
            if text == '2':
                await socket.send_str('3')
            elif text.startswith('42'):
                self._next += 1
                self._show(text)
                if time.monotonic() - acknowledged_at > ACK_SECONDS:
                    acknowledged_at = time.monotonic()
                    said = {'client_id': self._client_id, 'next_message_id': self._next}
                    await socket.send_str('42' + json.dumps(['ack', said]))

    def _show(self, text: str) -> None:
        for number in BUBBLE.findall(text):
            self.shown.setdefault(int(number), time.monotonic())
