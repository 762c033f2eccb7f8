"""A small NiceGUI server with a page for each component, run as a process of its own by the tests.

Every page takes ``?key=``; what its component tells the server is read at ``/log/{key}``, and its methods are
called at ``/call/{key}/{method}`` with a JSON list of arguments. The pages stand under the desk's own CSP.
"""

import inspect
import json
import socket
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from nicegui import ui
from nicegui.element import Element

import pages
from pages.parts.kit.clock import Clocks, ClockUnits, milliseconds
from pages.parts.kit.error_report import ErrorReport
from pages.parts.kit.link_badge import LinkBadge, LinkBadgeLabels
from pages.parts.kit.notifier import Notifier
from pages.parts.kit.panes import Panes, PanesLabels, PaneWidth
from pages.parts.kit.reply_box import (
    CannedContext,
    CannedLabels,
    FileLabels,
    ReplyBox,
    ReplyBoxLabels,
    ReplyBoxPlace,
    TypedReply,
)
from pages.parts.kit.scroller import Scroller, ScrollerLabels
from pages.parts.kit.sound import Sound, SoundDevice, SoundState
from pages.parts.workspace.first_checks import FirstChecks

CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'self'; "
    "object-src 'none'; base-uri 'self'"
)
REPLY = ReplyBoxLabels(
    placeholder='메시지를 입력하세요...',
    box='메시지',
    send='전송',
    sending='전송중',
    waiting='연결되면 전송됩니다',
    failed='실패',
    again='다시 보내기',
    discard='지우기',
    send_anyway='그대로 보내기',
    edit='고치기',
    too_long='너무 깁니다',
    resting='곧 전송됩니다',
    undo='되돌리기',
)
CANNED = CannedLabels(
    list='자주 쓰는 답변',
    hint='자주 쓰는 답변 ( / )',
    own='내 답변',
    loading='불러오는 중',
    failed='불러오지 못했습니다',
    none='찾는 답변이 없습니다',
    empty='아직 답변이 없습니다',
    more='그 밖에 {count}개',
    keys='',
    keys_en='',
    manage='답변 관리',
    missing='빈칸을 모두 채우세요',
    insert='넣기',
    cancel='취소',
)
FILES = FileLabels(
    pick='파일 보내기',
    camera='사진 찍기',
    attached='보낼 파일',
    cancel='취소',
    again='다시 보내기',
    waiting='기다림',
    failed='실패',
    away='끊김',
    too_large='너무 큽니다',
)
VARIABLES = {'고객명': '최{상담원명}', '상담원명': '김서연'}
PANES = PanesLabels(
    left='상담 목록',
    center='대화',
    right='고객',
    resize_left='상담 목록 너비',
    resize_right='고객 너비',
    toggle_right='고객 정보',
)

told: dict[str, list[tuple[str, object]]] = defaultdict(list)
live: dict[str, list['Stage']] = defaultdict(list)
api = FastAPI()
api.mount('/static', StaticFiles(directory=Path(pages.__file__).parent / 'static'))


class Stage:
    """One open page: its component, and what tests may do to it."""

    def __init__(self, key: str, part: Element) -> None:
        self.key = key
        self.part = part
        live[key].append(self)

    def hear(self, name: str) -> Callable[..., Awaitable[None]]:
        """Return a handler that notes an event."""

        async def note(value: object = None) -> None:
            told[self.key].append((name, value))

        return note


class ReplyStage(Stage):
    """A transcript of three messages and a box."""

    def __init__(self, key: str, text: str, undo: int = 0) -> None:
        with ui.element().props('id=transcript') as self.transcript:
            self.add_message(3)
        place = ReplyBoxPlace(keep=f'desk.pending.{key}', transcript='#transcript')
        self.box = ReplyBox(REPLY, place, limit=100, text=text, undo_seconds=undo)
        super().__init__(key, self.box)
        self.box.on_send(self._sent)
        self.box.on_draft(self.hear('draft'))
        self.box.on_typing(lambda: told[key].append(('typing', None)))

    async def _sent(self, outgoing: TypedReply) -> None:
        told[self.key].append(
            ('send', {'id': str(outgoing.id), 'text': outgoing.text, 'seen': outgoing.seen})
        )

    def add_message(self, number: int) -> None:
        with self.transcript:
            ui.label(f'message {number}').props['data-number'] = number

    def settle(self, message_id: str) -> None:
        self.box.settle(UUID(message_id))

    def fail(self, message_id: str, sentence: str) -> None:
        self.box.fail(UUID(message_id), sentence)

    def hold(self, message_id: str, sentence: str) -> None:
        self.box.hold(UUID(message_id), sentence)

    def listen_late(self) -> None:
        """Add a listener: NiceGUI takes the element out of the page and draws it anew."""
        self.box.on('late', lambda: None)


class CannedStage(ReplyStage):
    """The same with canned replies."""

    def __init__(self, key: str, text: str, *, english: bool) -> None:
        super().__init__(key, text)

        async def used(reply_id: UUID) -> None:
            told[key].append(('used', str(reply_id)))

        self.box.offer_canned(CANNED, manage='/desk/replies', on_used=used)
        self.box.set_canned(
            CannedContext(department='주문·배송', english=english, variables=VARIABLES)
        )


class ScrollerStage(Stage):
    """A log of 40 px messages."""

    def __init__(self, key: str, first: int, last: int) -> None:
        self.scroller = Scroller(
            ScrollerLabels(log='대화 내용', end='맨 아래로', newest='최신 메시지'),
            has_more=first > 1,
        )
        self.scroller.style('height: 400px')
        super().__init__(key, self.scroller)
        self.first = first
        self.last = first - 1
        self.add(last)
        self.scroller.on_older(self.hear('older'))
        self.scroller.on_seen(self.hear('seen'))

    def add(self, last: int) -> None:
        for number in range(self.last + 1, last + 1):
            self._message(number)
        self.last = last

    def prepend(self, count: int) -> None:
        for number in range(self.first - 1, self.first - 1 - count, -1):
            self._message(number).move(target_index=0)
        self.first -= count
        self.scroller.older_done(has_more=self.first > 1)

    def drop_oldest(self, count: int) -> None:
        for element in list(self.scroller.default_slot.children)[:count]:
            element.delete()

    def grow(self, number: int, height: int) -> None:
        for element in self.scroller.default_slot.children:
            if element.props['data-number'] == number:
                element.style(f'height: {height}px')

    def _message(self, number: int) -> Element:
        with self.scroller:
            message = ui.label(f'message {number}').style('height: 40px')
        message.props['data-number'] = number
        return message


class ClockStage(Stage):
    """Two clocks that count up, one that counts down, and a counter beside them."""

    def __init__(self, key: str, ahead_seconds: int) -> None:
        now = datetime.fromtimestamp(datetime.now(UTC).timestamp() + ahead_seconds, UTC)
        self.clocks = Clocks(ClockUnits(hour='시간', minute='분'), now=now)
        super().__init__(key, self.clocks)
        self.now = milliseconds(now)
        self.wait = self._clock('wait', 'data-since', 42)
        self.wait.props['data-late-seconds'] = 60
        self._clock('long', 'data-since', 63 * 60)
        self._clock('left', 'data-countdown', -125)

    def _clock(self, mark: str, prop: str, seconds_ago: int) -> Element:
        clock = ui.label('')
        clock.props['data-testid'] = mark
        clock.props[prop] = self.now - seconds_ago * 1000
        return clock

    def restart(self, seconds_ago: int) -> None:
        self.wait.props['data-since'] = self.now - seconds_ago * 1000

    def redraw(self) -> None:
        self.wait.classes('redrawn')

    def add_clock(self) -> None:
        with self.wait.client.layout:
            self._clock('new', 'data-since', 600)


@ui.page('/reply')
def reply(key: str, text: str = '', undo: int = 0) -> None:
    ReplyStage(key, text, undo)


@ui.page('/canned')
def canned(key: str, text: str = '', english: bool = False) -> None:
    CannedStage(key, text, english=english)


@ui.page('/files')
def files(key: str) -> None:
    stage = ReplyStage(key, '')
    stage.box.offer_files(FILES, path='/files', most_bytes=2_000, accept='.txt')


@ui.page('/scroller')
def scroller(key: str, first: int = 1, last: int = 50) -> None:
    ScrollerStage(key, first, last)


@ui.page('/clock')
def clock(key: str, ahead_seconds: int = 0) -> None:
    ClockStage(key, ahead_seconds)


@ui.page('/panes')
def panes(key: str) -> None:
    ui.query('.nicegui-content').style('padding: 0; height: 100vh; display: block')
    part = Panes(
        PANES,
        left=PaneWidth(usual=320, least=240, most=480),
        right=PaneWidth(usual=360, least=280, most=560),
        keep=f'desk.panes.{key}',
    )
    part.style('height: 100vh')
    with part.left:
        ui.label('left pane')
    with part.center:
        ui.textarea().props['aria-label'] = 'note'
    with part.right:
        ui.label('right pane')
    Stage(key, part)


@ui.page('/sound')
def sound(key: str) -> None:
    ui.page_title('desk')
    ui.label('somewhere to click')
    part = Sound(keep=f'desk.sound.{key}').mark('sound')
    part.props['data-testid'] = 'sound'

    def note(state: SoundState) -> None:
        told[key].append(('state', [state.unlocked, state.muted, state.volume]))

    def found(devices: list[SoundDevice] | None) -> None:
        told[key].append(('devices', [[one.id, one.name] for one in devices or []]))

    part.on_state(note)
    part.on_devices(found)
    Stage(key, part)


@ui.page('/checks')
def checks(key: str) -> None:
    ring = Sound(keep=f'desk.sound.{key}').mark('sound')
    ring.props['data-testid'] = 'sound'
    notifier = Notifier(ring, keep=f'desk.notices.{key}')
    Stage(key, FirstChecks(notifier, has_voice=True))


@ui.page('/badge')
def badge(key: str) -> None:
    labels = LinkBadgeLabels(synced='동기화됨', behind='동기화 지연', away='연결 끊김')
    Stage(key, LinkBadge(labels, number=1284))


@ui.page('/errors')
def errors(key: str) -> None:
    part = ErrorReport(reader=key)
    part.on('failed', lambda event: told[key].append(('failed', event.args)))
    Stage(key, part)


@api.middleware('http')
async def with_csp(request: Request, respond: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await respond(request)
    response.headers['Content-Security-Policy'] = CSP
    return response


@api.get('/canned-replies')
async def canned_replies() -> dict[str, object]:
    return {'items': [*CANNED_ITEMS, *(_filler(number) for number in range(2_000))]}


def _filler(number: int) -> dict[str, object]:
    return _item(f'채움 {number}', body=f'{number}번 답변입니다. 교환은 안내해 드릴게요. ' * 4)


def _item(title: str, **others: object) -> dict[str, object]:
    plain = {'title_en': '', 'body': f'{title} 안내', 'body_en': '', 'code': '', 'folder': ''}
    counts = {'department': '', 'is_own': False, 'uses': 0, 'own_uses': 0}
    return {'id': str(uuid5(UUID(int=0), title)), 'title': title, **plain, **counts, **others}


CANNED_ITEMS = [
    _item(
        '첫인사', body='안녕하세요, {고객명}님. {상담원명}입니다. {회사}', code='ㅎㅇ', own_uses=2
    ),
    _item(
        '배송 지연',
        title_en='Late delivery',
        body='주문번호 {{주문번호}} 건은 {{도착일}}에 도착해요.\n{{주문번호}} 확인 부탁드려요.',
        body_en='Your order {{order}} is late.',
        folder='배송',
        department='주문·배송',
    ),
    _item('환불 절차', body='환불은 3~5일 걸려요.', department='결제·환불'),
    _item('남의 부서', is_own=True, department='결제·환불'),
]


@api.get('/log/{key}')
async def log(key: str) -> list[tuple[str, object]]:
    return told[key]


@api.post('/call/{key}/{method}')
async def call(key: str, method: str, request: Request) -> None:
    """Call a method of the page's stage, else of its component, in every open tab of this key."""
    arguments = json.loads(await request.body())
    for stage in live[key]:
        if stage.part.is_deleted:
            continue
        owner = stage if hasattr(stage, method) else stage.part
        positional = arguments if isinstance(arguments, list) else []
        named = arguments if isinstance(arguments, dict) else {}
        with stage.part.client:
            answer = getattr(owner, method)(*positional, **named)
            assert not inspect.isawaitable(answer)


def main() -> None:
    """Serve on a free port of the loopback and say which."""
    ui.run_with(
        api, reconnect_timeout=15, binding_refresh_interval=None, show_welcome_message=False
    )
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen()  # who comes before the server has started waits
        sys.stdout.write(f'{listener.getsockname()[1]}\n')
        sys.stdout.flush()
        server = uvicorn.Server(uvicorn.Config(api, log_config=None, ws='websockets-sansio'))
        server.run(sockets=[listener])


if __name__ == '__main__':
    main()
