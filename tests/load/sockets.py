"""What is at the other end: agents' pages on NiceGUI's socket as a browser holds them, and plain sockets.

A page is asked for, its source read for its id, its socket opened with the handshake of NiceGUI 3.18, pings are
answered and updates acknowledged every three seconds. Only drawing is left out.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import aiohttp

from tests.load.floor import Person
from tests.load.processes import Running

CLIENT_ID = re.compile(r"'client_id': '([0-9a-f-]+)'")
ELEMENTS = re.compile(r'parseElements\(String\.raw`([^`]*)`')
NEXT_MESSAGE = re.compile(r"'next_message_id': (\d+)")
BUBBLE = re.compile(r'desk-bubble[^#]{0,40}#(\d{8})#')
"""A message of the load in a transcript; the inbox shows the same words in another place."""
ANY_BUBBLE = 'desk-bubble'
ASKED_WHEN_DRAWN = re.compile(r'requestAnimationFrame.*"request_id":"([0-9a-f-]+)"')
"""The desk asks when a message was drawn that is part of a trace (``pages.parts.transcript.drawn``)."""
ACK_SECONDS = 3.0

Heard = Callable[[int], None]


def words(number: int) -> str:
    """Return what message ``number`` of the load says."""
    return f'#{number:08d}# 주문한 상품이 아직 오지 않았습니다. 언제 도착하나요?'


class Page:
    """A signed-in agent's page with a chat open."""

    def __init__(self, http: aiohttp.ClientSession, running: Running, person: Person) -> None:
        self._http = http
        self._running = running
        self._headers = {'Cookie': f'desk_session={person.cookie}', 'Origin': running.address}
        self._person = person
        self._reading: asyncio.Task[None] | None = None
        self._next = 0
        self._acknowledged_at = 0.0
        self._elements: dict[str, dict[str, Any]] = {}
        self.client_id = ''
        self.has_transcript = asyncio.Event()
        self.updates = 0

    async def open(self, heard: Heard, chat_id: UUID | None = None) -> None:
        """Open the page and its socket; ``heard`` is called with each message of the load that arrives."""
        await self.connect(f'/desk/chats/{chat_id or self._person.chat_id}', heard)
        await asyncio.wait_for(self.has_transcript.wait(), 30)

    async def connect(self, path: str, heard: Heard) -> None:
        """Open any page of the desk and its socket."""
        url = f'{self._running.address}{path}'
        # Like a browser: the socket gets a connection of its own, never the one that brought the page.
        alone = self._headers | {'Connection': 'close'}
        async with self._http.get(url, headers=alone, allow_redirects=False) as answer:
            assert answer.status == 200, answer.status
            source = await answer.text()
        self.client_id = _first(CLIENT_ID, source)
        self._elements = json.loads(_first(ELEMENTS, source))
        self._next = int(_first(NEXT_MESSAGE, source))
        if ANY_BUBBLE in source:
            self.has_transcript.set()
        socket = await self._http.ws_connect(
            self._socket_address(), headers=self._headers, max_msg_size=0
        )
        self._socket = socket
        await socket.receive_str()  # Engine.IO's greeting
        await socket.send_str('40')
        self._reading = asyncio.get_running_loop().create_task(self._read(heard))

    async def switch(self, chat_id: UUID) -> None:
        """Open another chat in the open desk, as a press on its row does; returns when its messages have come."""
        self.has_transcript.clear()
        await self._emit('0', 'sub_pages_open', f'/desk/chats/{chat_id}')
        await asyncio.wait_for(self.has_transcript.wait(), 30)

    async def press_tab(self, place: int) -> None:
        """Press one of the inbox's tabs: 0 for 대기, 1 for 진행, 2 for 종료."""
        tabs = [key for key, one in self._elements.items() if 'desk-tab' in one.get('class', ())]
        await self._emit(tabs[place], 'click')

    async def say_softphone(self, state: dict[str, Any]) -> None:
        """Send the state of a softphone, as the window around the page does."""
        [softphone] = [key for key, one in self._elements.items() if _is_softphone(one)]
        await self._emit(softphone, 'state', state)

    async def unlock_sound(self) -> None:
        """Say that sound can be heard, as a browser does after the first press; else calls cannot ring at this page."""
        [sound] = [key for key, one in self._elements.items() if _is_sound(one)]
        await self._emit(sound, 'state', {'unlocked': True, 'muted': False, 'volume': 1.0})

    async def acknowledge(self) -> None:
        """Tell the server what has come, so that it need not keep it to send it again."""
        self._acknowledged_at = time.monotonic()
        said = {'client_id': self.client_id, 'next_message_id': self._next}
        await self._socket.send_str('42' + json.dumps(['ack', said]))

    async def close(self) -> None:
        """Hang up."""
        if self._reading:
            self._reading.cancel()
        await self._socket.close()

    async def _emit(self, element: str, kind: str, *values: object) -> None:
        """Send an event to all who listen for it, as a browser does."""
        events = self._elements[element]['events']
        for listener in [one['listener_id'] for one in events if one['type'] == kind]:
            said = {
                'id': int(element),
                'client_id': self.client_id,
                'listener_id': listener,
                'args': [json.dumps(value) for value in values],
            }
            await self._socket.send_str('42' + json.dumps(['event', said]))

    def _socket_address(self) -> str:
        query = {
            'EIO': '4',
            'transport': 'websocket',
            'implicit_handshake': 'true',
            'client_id': self.client_id,
            'next_message_id': self._next,
            'tab_id': uuid4(),
            'document_id': uuid4(),
        }
        return f'{self._running.address}/_nicegui_ws/socket.io/?{urlencode(query)}'

    async def _read(self, heard: Heard) -> None:
        async for frame in self._socket:
            text = str(frame.data)
            if text == '2':
                await self._socket.send_str('3')
            elif text.startswith('42'):
                await self._take(text, heard)
            elif text.startswith('44'):
                raise ConnectionRefusedError(text)

    async def _take(self, text: str, heard: Heard) -> None:
        self._next += 1
        if ANY_BUBBLE in text:
            self.updates += 1
            self.has_transcript.set()
            for number in BUBBLE.findall(text):
                heard(int(number))
        if asked := ASKED_WHEN_DRAWN.search(text):
            said = {'request_id': asked[1], 'client_id': self.client_id, 'result': 'drawn'}
            await self._socket.send_str('42' + json.dumps(['javascript_response', said]))
        if time.monotonic() - self._acknowledged_at > ACK_SECONDS:
            await self.acknowledge()


class Customer:
    """A customer who writes over the desk's own API."""

    def __init__(self, http: aiohttp.ClientSession, running: Running, person: Person) -> None:
        self._http = http
        self._url = f'{running.address}/chat/visits/{person.chat_id}/messages'
        self._headers = {'X-Chat-Token': person.visit_token}

    async def write(self, number: int) -> None:
        """Send message ``number`` of the load; returns when the desk has stored it."""
        body = {'id': str(uuid4()), 'content': words(number)}
        async with self._http.post(self._url, json=body, headers=self._headers) as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()


class BareSocket:
    """One end of a chat on the baseline."""

    def __init__(self, http: aiohttp.ClientSession, running: Running, person: Person) -> None:
        self._http = http
        self._address = f'{running.address}/ws/{person.chat_id}'
        self._reading: asyncio.Task[None] | None = None

    async def open(self, heard: Heard) -> None:
        """Connect; ``heard`` is called with each message of the load that arrives."""
        self._socket = await self._http.ws_connect(self._address)
        self._reading = asyncio.get_running_loop().create_task(self._read(heard))

    async def close(self) -> None:
        """Hang up."""
        if self._reading:
            self._reading.cancel()
        await self._socket.close()

    async def write(self, number: int) -> None:
        """Send message ``number`` of the load."""
        said = {'id': str(uuid4()), 'number': number, 'content': words(number)}
        await self._socket.send_str(json.dumps(said, ensure_ascii=False))

    async def _read(self, heard: Heard) -> None:
        async for frame in self._socket:
            heard(_number(str(frame.data)))


class ProgramSocket:
    """An agent's program on the desk's ``/ws/{agent_id}``."""

    def __init__(self, http: aiohttp.ClientSession, running: Running, person: Person) -> None:
        self._http = http
        self._address = f'{running.address}/ws/{person.agent_id}'
        self._headers = {'Cookie': f'desk_session={person.cookie}', 'Origin': running.address}
        self._chat_id = str(person.chat_id)
        self._reading: asyncio.Task[None] | None = None

    async def open(self, heard: Heard) -> None:
        """Connect; ``heard`` is called with each message of the load that arrives."""
        self._socket = await self._http.ws_connect(self._address, headers=self._headers)
        self._reading = asyncio.get_running_loop().create_task(self._read(heard))

    async def close(self) -> None:
        """Hang up."""
        if self._reading:
            self._reading.cancel()
        await self._socket.close()

    async def write(self, number: int) -> None:
        """Send message ``number`` of the load."""
        said = {'id': str(uuid4()), 'chat_session_id': self._chat_id, 'content': words(number)}
        await self._socket.send_str(
            json.dumps({'type': 'message', 'data': said}, ensure_ascii=False)
        )

    async def _read(self, heard: Heard) -> None:
        async for frame in self._socket:
            text = str(frame.data)
            if text.startswith('{"type": "message"'):
                heard(_number(text))
            elif text.startswith('{"type": "ping"'):
                await self._socket.send_str('{"type": "pong"}')
            elif text.startswith('{"type": "error"'):
                raise AssertionError(text)


def _is_softphone(element: dict[str, Any]) -> bool:
    """Whether an element hears a softphone's state: it names its agent, as no other that hears of states does."""
    events = {one['type'] for one in element.get('events', ())}
    return 'state' in events and 'username' in element.get('props', {})


def _is_sound(element: dict[str, Any]) -> bool:
    events = {one['type'] for one in element.get('events', ())}
    return 'state' in events and element.get('props', {}).get('keep') == 'desk.sound'


NUMBER = re.compile(r'#(\d{8})#')


def _number(text: str) -> int:
    return int(_first(NUMBER, text))


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    assert found, f'{pattern.pattern} is not in {text[:200]}'
    return found[1]
