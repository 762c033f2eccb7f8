"""The guide's load test (성능 테스트): customers and agents over the public API, by REST and by sockets.

    make locust                        a running local desk with its demo accounts, 20 users, one minute
    locust -f tests/load/locustfile.py --host=http://localhost:8080     the same with locust's own page, as the guide starts it

Customers start a chat, write, and read what agents answer. Agents sign in, take waiting chats, and answer, every other time
through their socket. Locust patches Python's sockets for gevent, so this module is for a process of its own.

The desk slows down strangers by their address, and here all come from one: who is told to wait (429) waits, and that is no
failure. One chat in four ends early, and its customer comes back with another.
"""

import itertools
import json
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

import gevent
from gevent.queue import Empty, SimpleQueue
from locust import HttpUser, between, task
from locust.clients import ResponseContextManager
from websocket import WebSocketException, create_connection

ACCOUNTS = os.environ.get('DESK_AGENTS', 'agent1,agent2,agent3,agent4,agent5,agent6').split(',')
"""Sign-in names; more agents than these share their accounts."""
PASSWORD = os.environ.get('DESK_PASSWORD', 'desk-demo-1234')
DEPARTMENT = os.environ.get('DESK_DEPARTMENT', '주문·배송')
ANSWER_SECONDS = 10
TAKEN_BY_ANOTHER = {404, 409}
"""A colleague was faster, the customer has gone, or the agent's hands are full."""
LINES = (
    '주문한 상품이 아직 안 왔어요',
    '언제쯤 받을 수 있을까요?',
    '네, 감사합니다',
    '주소를 바꾸고 싶어요',
)
ANSWERS = ('네, 바로 확인해 드리겠습니다.', '잠시만 기다려 주세요.', '오늘 출발했습니다.')
NEXT_ACCOUNT = itertools.cycle(ACCOUNTS)


@contextmanager
def allowing(caught: Any, *statuses: int) -> Iterator[ResponseContextManager]:
    """Wait when the desk says so, and count these further statuses as expected."""
    with caught as response:
        if response.status_code == 429:
            response.success()
            time.sleep(min(float(response.headers.get('Retry-After', 1)), ANSWER_SECONDS))
        elif response.status_code in statuses:
            response.success()
        yield response


class Customer(HttpUser):
    """A customer with one chat."""

    weight = 3
    wait_time = between(1, 3)

    def on_start(self) -> None:
        """Start a chat."""
        self.chat_id, self.seen = '', 0
        form = {'name': '부하 시험', 'phone': '010-0000-0000', 'department': DEPARTMENT}
        with allowing(self.client.post('/chat/visits', json=form, catch_response=True)) as response:
            if response.status_code == 201:
                started = response.json()
                self.chat_id = started['chat']['id']
                self.key = {'X-Chat-Token': started['token']}

    def on_stop(self) -> None:
        """Leave, so that no chat of the test stays in the queue."""
        if self.chat_id:
            self._post('leave', {}, 404)
            self.chat_id = ''

    @task(4)
    def write(self) -> None:
        """Send a message under an id of its own, twice now and then: it must arrive once."""
        if not self.chat_id:
            self.on_start()
            return
        message = {'content': random.choice(LINES), 'type': 'text', 'id': str(uuid4())}
        for _ in range(random.choice((1, 1, 1, 2))):
            self._post('messages', message, 409)  # an agent may have ended the chat

    @task(4)
    def read(self) -> None:
        """Ask for what came after the last number."""
        if not self.chat_id:
            return
        asked = self.client.get(
            f'/chat/visits/{self.chat_id}/messages',
            params={'after': self.seen},
            headers=self.key,
            name='/chat/visits/{id}/messages',
            catch_response=True,
        )
        with allowing(asked) as response:
            if response.status_code == 200:
                numbers = [one['number'] for one in response.json()]
                if numbers != list(range(self.seen + 1, self.seen + 1 + len(numbers))):
                    response.failure(f'after {self.seen} came {numbers}')
                self.seen = max([self.seen, *numbers])

    @task(1)
    def come_again(self) -> None:
        """Leave, and start another chat."""
        if random.random() < 0.25:
            self.on_stop()
            self.on_start()

    def _post(self, what: str, body: dict[str, Any], *statuses: int) -> None:
        asked = self.client.post(
            f'/chat/visits/{self.chat_id}/{what}',
            json=body,
            headers=self.key,
            name=f'/chat/visits/{{id}}/{what}',
            catch_response=True,
        )
        with allowing(asked, *statuses):
            pass


class Agent(HttpUser):
    """An agent's program: signed in, with a socket."""

    weight = 1
    wait_time = between(0.5, 2)

    def on_start(self) -> None:
        """Sign in, become available, and open the socket."""
        username = next(NEXT_ACCOUNT)
        said = self.client.post(
            '/auth/login', json={'username': username, 'password': PASSWORD}
        ).json()
        self.key = {'Authorization': f'Bearer {said["access_token"]}'}
        self.chats: list[str] = []
        self.ways = itertools.cycle((self._say, self._send))
        with allowing(
            self.client.put(
                '/agents/me/status',
                json={'status': 'available'},
                headers=self.key,
                catch_response=True,
            ),
            409,
        ):
            pass
        address = self.host.replace('http', 'ws', 1) + f'/ws/{username}'
        self.socket = create_connection(address, header=self.key, timeout=None)
        self.answers: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.listening = gevent.spawn(self._listen)

    def on_stop(self) -> None:
        """Close the socket, once nothing waits on it: gevent ends the process where something does."""
        self.listening.kill()
        self.socket.close()

    @task(2)
    def take(self) -> None:
        """Take the waiting chat that waits longest."""
        waiting = self._get('/chat/sessions', status='waiting', limit=5)
        for chat in (waiting or {}).get('items', [])[:1]:
            with self._post(chat['id'], 'take', None, *TAKEN_BY_ANOTHER) as response:
                if response.status_code == 200:
                    self.chats.append(chat['id'])

    @task(4)
    def answer(self) -> None:
        """Read a chat of one's own and answer, through the socket and by REST in turn."""
        if not self.chats:
            return
        chat_id = random.choice(self.chats)
        self._get(f'/chat/sessions/{chat_id}/messages', limit=50)
        message = {'content': random.choice(ANSWERS), 'type': 'text', 'id': str(uuid4())}
        next(self.ways)(message | {'chat_session_id': chat_id})

    def _send(self, message: dict[str, Any]) -> None:
        """Send by REST."""
        chat_id = message.pop('chat_session_id')
        with self._post(chat_id, 'messages', message, *TAKEN_BY_ANOTHER) as response:
            if response.status_code in TAKEN_BY_ANOTHER:
                self.chats.remove(chat_id)

    def _say(self, message: dict[str, Any]) -> None:
        """Send through the socket and wait for the answer to it; note how long that took."""
        began, fault = time.perf_counter(), None
        message.pop('type')
        self.socket.send(json.dumps({'type': 'message', 'data': message}))
        kind = self._answer_to(message['id'])
        if kind is None:
            fault = TimeoutError('no answer on the socket')
        self.environment.events.request.fire(
            request_type='WS',
            name='/ws message',
            response_time=(time.perf_counter() - began) * 1000,
            response_length=0,
            exception=fault,
            context={},
        )
        if kind == 'error':  # the customer has gone
            self.chats.remove(message['chat_session_id'])

    def _listen(self) -> None:
        """Read all frames: say that one is here, and keep the answers."""
        with suppress(WebSocketException, OSError):
            while text := self.socket.recv():
                frame = json.loads(text)
                if frame['type'] == 'ping':
                    self.socket.send('{"type": "pong"}')
                elif frame['type'] in {'ack', 'error'}:
                    self.answers.put(frame)

    def _answer_to(self, message_id: str) -> str | None:
        deadline = time.monotonic() + ANSWER_SECONDS
        with suppress(Empty):
            while (left := deadline - time.monotonic()) > 0:
                frame = self.answers.get(timeout=left)
                if frame['data'].get('id') == message_id:
                    return str(frame['type'])
        return None

    def _get(self, path: str, **parameters: object) -> Any:
        name = '/chat/sessions/{id}/messages' if path.endswith('messages') else path
        asked = self.client.get(
            path, params=parameters, headers=self.key, name=name, catch_response=True
        )
        with allowing(asked, 404) as response:
            return response.json() if response.status_code == 200 else None

    @contextmanager
    def _post(
        self, chat_id: str, what: str, body: object, *statuses: int
    ) -> Iterator[ResponseContextManager]:
        asked = self.client.post(
            f'/chat/sessions/{chat_id}/{what}',
            json=body,
            headers=self.key,
            name=f'/chat/sessions/{{id}}/{what}',
            catch_response=True,
        )
        with allowing(asked, *statuses) as response:
            yield response
