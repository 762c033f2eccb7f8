"""The customer's page: the form, the chat, and all that may happen to either."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from nicegui import Client, binding, ui
from nicegui.functions.download import download
from nicegui.functions.navigate import Navigate
from nicegui.functions.notify import notify
from nicegui.testing import User
from nicegui.testing.general import nicegui_reset_globals
from sqlalchemy import text

from desk import clock
from desk.db import Database
from desk.events import Resync
from desk.settings import Settings
from models import EVERYWHERE, Agent, ChatEnding, ChatSession, ChatStatus, SettingKind
from pages.parts.talk import news
from services.chats import chats
from services.chats.events import ChatCard
from services.chats.inbox_order import Scope, Tab
from services.registry import Services
from tests.support.databases import away
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until

pytestmark = pytest.mark.slow

FORM = {
    'consent': 'yes',
    'name': '최유진',
    'phone': '010-1234-5678',
    'department': DEPARTMENT,
}
TAB_REMEMBERS = re.compile(r'return .*sessionStorage')


class Visitor:
    """A customer's browser without a screen."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.http = user.http_client

    async def form(self, **query: str) -> dict[str, str]:
        """Open the form and fill it in."""
        page = await self.http.get('/talk', params=query)
        found = re.search(r'name="token" value="([\w-]+)"', page.text)
        assert found, page.text
        return {**FORM, 'token': found[1]}

    async def start(self, **changes: str) -> UUID:
        """Start a chat and open its page; returns the chat's id."""
        await self.http.post('/talk', data={**await self.form(), **changes})
        return await self.open()

    async def open(self) -> UUID:
        """Open the own chat, in a tab that has just been led there or remembers that it was."""
        client = await self.user.open('/talk/chat')
        await until(lambda: bool(self.elements(placeholder='메시지를 입력하세요...')))
        [box] = self.elements(placeholder='메시지를 입력하세요...')
        assert client.has_socket_connection
        return UUID(box.props['keep'].removeprefix('desk.talk.'))

    def elements(self, **props: Any) -> list[ui.element]:
        """The page's elements with these props."""
        assert self.user.client is not None
        return [
            element
            for element in self.user.client.elements.values()
            if all(element.props.get(name) == value for name, value in props.items())
        ]

    @property
    def text(self) -> str:
        """All that the page shows, in the order in which it was drawn."""
        assert self.user.client is not None
        parts = [
            element.props.get('innerHTML', '')
            for element in self.user.client.elements.values()
            if element.visible
        ]
        return unescape(re.sub(r'<[^>]+>', ' ', '\n'.join(parts)))

    @property
    def panel(self) -> Any:
        """The chat on the page."""
        [panel] = [one for one in self.elements() if 'talk' in one.classes]
        return panel

    @property
    def numbers(self) -> list[int]:
        """The numbers of the messages on screen, from top to bottom."""
        log = next(one for one in self.elements() if one.tag.endswith('scroller'))
        return [int(one.props['data-number']) for one in log.default_slot.children]

    async def sees(self, *texts: str) -> None:
        await until(lambda: all(text in self.text for text in texts))

    async def sees_no(self, text: str) -> None:
        await until(lambda: text not in self.text)

    async def sends(self, text: str, message_id: UUID | None = None) -> None:
        """Send a message as the reply box does."""
        self.tell('send', {'id': str(message_id or uuid4()), 'text': text, 'seen': 0})

    def tell(self, event: str, args: dict[str, Any]) -> None:
        """Let a component of the page tell the server something."""
        assert self.user.client is not None
        for element in self.elements():
            for listener in list(element._event_listeners.values()):
                if listener.type == event:
                    element._handle_event(
                        {'listener_id': listener.id, 'args': args, 'client_id': element.client.id}
                    )

    def press(self, text: str) -> None:
        """Press the button that says ``text``."""
        [button] = [one for one in self.elements(innerHTML=text) if one.tag == 'button']
        for listener in button._event_listeners.values():
            button._handle_event({'listener_id': listener.id, 'args': {}})


@pytest.fixture
async def browse(
    settings: Settings, services: Services, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Callable[[], Visitor]]:
    """Open as many browsers as a test wants on one whole desk; ``services`` are another process's."""
    from main import build  # noqa: PLC0415 - pages are registered inside this fixture's NiceGUI

    with nicegui_reset_globals():
        os.environ['NICEGUI_USER_SIMULATION'] = 'true'
        clients: list[httpx.AsyncClient] = []
        api = build(settings)

        def browser() -> Visitor:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(api),
                base_url='http://test',
                headers={'Accept': 'text/html'},
            )
            clients.append(client)
            return Visitor(User(client))

        try:
            async with api.router.lifespan_context(api):
                yield browser
                await leave_in_peace(settings)
        finally:
            os.environ.pop('NICEGUI_USER_SIMULATION', None)
            ui.navigate, ui.notify, ui.download = Navigate(), notify, download
            for client in clients:
                await client.aclose()
    errors = [one.getMessage() for one in caplog.get_records('call') if one.levelname == 'ERROR']
    assert not errors, errors


async def leave_in_peace(settings: Settings) -> None:
    """Close all pages, and wait until none of them is in the midst of a query any more."""
    for client in list(Client.instances.values()):
        client.delete()
    busy = text(
        'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() '
        "AND state <> 'idle' AND pid <> pg_backend_pid()"
    )
    db = Database(settings.database_url, pool_size=1)

    async def is_quiet() -> bool:
        async with db.statement() as connection:
            return (await connection.execute(busy)).scalar_one() == 0

    await until(is_quiet)
    await db.close()


@pytest.fixture
def visitor(browse: Callable[[], Visitor]) -> Visitor:
    """One customer."""
    return browse()


@pytest.fixture
async def agent(make: Make) -> Agent:
    """Who can take the customer's chats."""
    return await make.agent()


# ---- the form


async def test_form_asks_for_name_phone_and_department(visitor: Visitor, agent: Agent) -> None:
    page = await visitor.http.get('/talk')

    assert page.status_code == 200
    for label in ('이름', '전화번호', '문의 유형'):
        assert f'>{label}</label>' in page.text
    assert f'<option value="{DEPARTMENT}"' in page.text
    assert '>상담 시작</button>' in page.text
    assert re.findall('<script[^>]*>', page.text) == ['<script src="/static/talk_form.js" defer>']


async def test_open_form_is_told_of_changes_within_a_second(
    visitor: Visitor, make: Make, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, queue = await make.admin(), await make.queue()
    settings = services.desk_settings
    first = await visitor.http.get('/talk/news')

    async def told() -> httpx.Response:
        return await visitor.http.get('/talk/news', params={'after': first.text})

    monkeypatch.setattr(news, 'HOLD_SECONDS', 0.3)
    await settings.edit(admin, SettingKind.RETENTION, EVERYWHERE, {'alerts': '90'}, version=0)
    unconcerned = await told()
    monkeypatch.setattr(news, 'HOLD_SECONDS', 60.0)
    waiting = asyncio.ensure_future(told())
    await asyncio.sleep(0)
    await settings.edit(admin, SettingKind.HOURS, queue.id, {'mon': '9-10'}, version=0)
    done = await asyncio.wait_for(waiting, 30)
    again = await told()

    assert (first.status_code, first.headers['cache-control']) == (200, 'no-store')
    assert unconcerned.status_code == 204
    assert (done.status_code, done.text.split('.')[0]) == (200, first.text.split('.')[0])
    assert done.text == again.text != first.text


async def test_topics_are_called_as_administrators_wrote_them(visitor: Visitor, make: Make) -> None:
    await make.queue(name='환불 문의', name_en='Refunds', department='결제')

    korean, english = await visitor.http.get('/talk'), await visitor.http.get('/talk?lang=en')

    assert '<option value="환불 문의" selected>환불 문의</option>' in korean.text
    assert '<option value="환불 문의" selected>Refunds</option>' in english.text


async def test_form_speaks_english_when_asked_and_remembers(visitor: Visitor, agent: Agent) -> None:
    asked = await visitor.http.get('/talk', params={'lang': 'en'})
    again = await visitor.http.get('/talk')

    for page in (asked, again):
        assert '>Start chat</button>' in page.text
        assert '<html lang="en"' in page.text


@pytest.mark.parametrize(
    ('field', 'typed', 'sentence'),
    [
        ('consent', '', '개인정보 수집·이용에 동의해 주세요.'),
        ('name', ' ', '이름을 입력해 주세요.'),
        ('name', '가' * 101, '이름은 100자까지 입력할 수 있어요.'),
        ('phone', '', '전화번호를 입력해 주세요.'),
        ('phone', '12', '전화번호를 확인해 주세요.'),
        ('department', '없는 부서', '문의 유형을 선택해 주세요.'),
    ],
)
async def test_wrong_field_is_explained_beside_it_and_nothing_typed_is_lost(
    visitor: Visitor, agent: Agent, field: str, typed: str, sentence: str
) -> None:
    form = await visitor.form() | {field: typed}

    answer = await visitor.http.post('/talk', data=form)

    assert answer.status_code == 422
    assert f'id="{field}-error">{sentence}' in answer.text
    assert f'aria-describedby="{field}-error"' in answer.text
    assert 'role="alert"' in answer.text
    kept = {name: value for name, value in form.items() if name != field}
    assert all(f'value="{value}"' in answer.text for value in kept.values())
    assert 'desk_chat' not in answer.cookies


async def test_all_that_is_wrong_is_said_at_once(visitor: Visitor, agent: Agent) -> None:
    form = await visitor.form() | {'consent': '', 'name': '', 'phone': '12', 'department': ''}

    answer = await visitor.http.post('/talk', data=form)

    said = re.findall(r'id="(\w+)-error"', answer.text)
    assert said == ['consent', 'name', 'phone', 'department']
    assert re.findall(r'id="(\w+)"[^>]*autofocus', answer.text) == ['consent']


async def test_consent_is_asked_before_name_and_number_and_kept(
    visitor: Visitor, agent: Agent, settings: Settings
) -> None:
    page = await visitor.http.get('/talk')
    asked = [page.text.index(f'name="{field}"') for field in ('consent', 'name', 'phone')]
    assert asked == sorted(asked)
    assert not re.search(r'name="consent"[^>]*checked', page.text)

    chat_id = await visitor.start()

    db = Database(settings.database_url, pool_size=1)
    async with db.reading() as session:
        chat = await session.get_one(ChatSession, chat_id)
    await db.close()
    assert chat.consented_at is not None


async def test_typed_markup_stays_text(visitor: Visitor, agent: Agent) -> None:
    form = await visitor.form() | {'name': '"><script>alert(1)</script>', 'phone': ''}

    answer = await visitor.http.post('/talk', data=form)

    assert '<script>' not in answer.text
    assert '&lt;script&gt;alert(1)' in answer.text


async def test_start_leads_to_the_chat_with_a_cookie_of_its_own(
    visitor: Visitor, agent: Agent
) -> None:
    answer = await visitor.http.post('/talk', data=await visitor.form())

    assert (answer.status_code, answer.headers['location']) == (303, '/talk/chat')
    cookie = answer.headers['set-cookie'].lower()
    assert all(part in cookie for part in ('desk_chat=', 'httponly', 'samesite=lax', 'path=/;'))


async def test_form_sent_twice_at_once_is_one_chat(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    form = await visitor.form()

    answers = await asyncio.gather(*(visitor.http.post('/talk', data=form) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {303}
    chat = await services.visits.chat_of(form['token'])
    assert await services.visits.place(chat.id) == 1
    assert chat.visitor_phone == '01012345678'


async def test_second_form_leads_back_to_the_chat_that_goes_on(
    visitor: Visitor, agent: Agent
) -> None:
    second = await visitor.form()
    chat_id = await visitor.start()

    answer = await visitor.http.post('/talk', data=second)

    assert (answer.status_code, answer.headers['location']) == (303, '/talk')
    assert '이어서 상담하기' in (await visitor.http.get('/talk')).text
    assert await visitor.open() == chat_id


# ---- one computer, several people


async def test_next_person_is_asked_and_sees_nothing_of_what_was_said(
    visitor: Visitor, agent: Agent
) -> None:
    await visitor.start()
    await visitor.sends('제 주문은 비밀이에요')
    await visitor.sees('비밀이에요')

    question = (await visitor.http.get('/talk')).text

    assert '이어서 상담하기' in question
    assert '새로 시작하기' in question
    assert '최*진' in question
    assert not any(secret in question for secret in ('최유진', '비밀', '1234', '<script'))


async def test_tab_that_did_not_open_the_chat_leads_to_the_question(
    visitor: Visitor, agent: Agent
) -> None:
    await visitor.start()
    await visitor.sends('제 주문은 비밀이에요')
    visitor.http.cookies.delete('desk_talk_enter', path='/talk/chat')
    asked: list[object] = []
    visitor.user.javascript_rules[TAB_REMEMBERS] = asked.append  # answers with nothing

    await visitor.user.open('/talk/chat')

    await until(lambda: bool(asked))
    await visitor.user.should_see('상담을 불러오고 있어요')
    assert '비밀' not in visitor.text
    assert not visitor.elements(placeholder='메시지를 입력하세요...')


async def test_tab_remembers_its_chat_over_every_reload(visitor: Visitor, agent: Agent) -> None:
    chat_id = await visitor.start()
    visitor.http.cookies.delete('desk_talk_enter', path='/talk/chat')
    visitor.user.javascript_rules[TAB_REMEMBERS] = lambda _: str(chat_id)

    assert await visitor.open() == chat_id


async def test_chat_goes_on_for_who_says_that_it_is_theirs(visitor: Visitor, agent: Agent) -> None:
    chat_id = await visitor.start()
    visitor.http.cookies.delete('desk_talk_enter', path='/talk/chat')

    answer = await visitor.http.post('/talk/resume')

    assert (answer.status_code, answer.headers['location']) == (303, '/talk/chat')
    assert await visitor.open() == chat_id


async def test_next_person_begins_anew_and_the_first_chat_stays(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()

    await visitor.http.post('/talk/new', data={'leaves': str(chat_id)})

    assert '>상담 시작</button>' in (await visitor.http.get('/talk')).text
    assert (await services.visits.chat(chat_id)).status is ChatStatus.WAITING
    assert await visitor.start(name='정하윤') != chat_id


async def test_too_many_starts_hear_how_long_to_wait(visitor: Visitor, agent: Agent) -> None:
    form = await visitor.form()
    for number in range(30):
        await visitor.http.post('/talk', data={'name': '', 'token': f'another form {number}'})

    answer = await visitor.http.post('/talk', data=form)

    assert answer.status_code == 429
    assert re.search(r'role="alert"[^>]*>[^<]*\d+초 뒤에', answer.text)
    assert 'value="최유진"' in answer.text


async def test_unknown_token_is_a_stranger(visitor: Visitor, agent: Agent) -> None:
    visitor.http.cookies.set('desk_chat', 'x' * 43)

    form = await visitor.http.get('/talk')
    chat = await visitor.http.get('/talk/chat')

    assert '>상담 시작</button>' in form.text
    assert (chat.status_code, chat.headers['location']) == (303, '/talk')


@pytest.mark.parametrize('token', ['guessable', '0' * 43, '토큰' * 20, '\x00', 'é' * 43])
async def test_token_of_a_form_that_is_not_ours_is_replaced(
    visitor: Visitor, agent: Agent, services: Services, token: str
) -> None:
    refused = await visitor.http.post('/talk', data=await visitor.form() | {'token': token})

    assert refused.status_code == 422
    assert token not in refused.text
    assert (await services.inbox.page(agent, Tab.WAITING, Scope.DEPARTMENT)).chats == []


async def test_nobody_at_the_desk_is_said(visitor: Visitor) -> None:
    page = await visitor.http.get('/talk')

    assert '지금은 상담을 받을 수 있는 상담원이 없어요.' in page.text
    assert '<form' not in page.text


# ---- waiting


async def test_place_in_the_queue_moves_up(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    earlier = await make.chat()
    await visitor.start()
    await visitor.sees('앞에 1명이 기다리고 있어요', '상담원 연결을 기다리고 있어요')

    await services.chats.take(agent, earlier.id)

    await visitor.sees('다음 차례예요')


async def test_who_has_left_a_message_is_offered_nothing_when_the_queue_is_crowded_again(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    queue = await make.queue(most_waiting=2)
    chat_id = await visitor.start()
    other = await make.chat(queue_id=queue.id)
    await services.crowding.look()
    await visitor.sees('지금은 기다리는 분이 많아요', '메시지 남기기')

    await services.left_messages.leave_waiting(chat_id)
    await visitor.sees('남기신 메시지를 상담원이 곧 확인해요')
    await services.visits.leave(other.id)
    assert await services.crowding.look() == frozenset()
    await make.chat(queue_id=queue.id)
    assert await services.crowding.look() == {queue.id}

    await visitor.sees_no('지금은 기다리는 분이 많아요')


@pytest.mark.parametrize(
    ('field', 'typed', 'fault'),
    [('phone', '12', '전화번호를 확인해 주세요.'), ('consent', '', '동의')],
)
async def test_crowded_queue_offers_its_ways_once_nothing_is_wrong_in_the_form(
    visitor: Visitor, agent: Agent, make: Make, field: str, typed: str, fault: str
) -> None:
    queue = await make.queue(most_waiting=1)
    await make.chat(queue_id=queue.id)
    form = await visitor.form()

    refused = await visitor.http.post('/talk', data=form | {field: typed})
    offered = await visitor.http.post('/talk', data=form)

    assert re.search(rf'id="{field}-error">[^<]*{fault}', refused.text)
    assert '지금은 기다리는 분이 많아요' not in refused.text
    assert (
        '지금은 기다리는 분이 많아요. 계속 기다리시거나, 메시지를 남기실 수 있어요.' in offered.text
    )


async def test_taken_chat_shows_its_agent(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()
    await visitor.sees('다음 차례예요')

    await services.chats.take(agent, chat_id)

    await visitor.sees(f'{agent.name} 상담원이 연결되었어요', f'{agent.name} 상담원')
    await visitor.sees_no('차례')


async def test_page_that_is_open_gives_signs_of_life(
    visitor: Visitor, agent: Agent, settings: Settings
) -> None:
    chat_id = await visitor.start()
    began = clock.now()
    db = Database(settings.database_url, pool_size=1)

    async def has_given_one() -> bool:
        async with db.reading() as session:
            chat = await session.get_one(ChatSession, chat_id)
        return chat.customer_seen_at > began

    await visitor.open()

    await until(has_given_one)
    await db.close()


async def test_outage_costs_nobody_their_place(visitor: Visitor, agent: Agent) -> None:
    """Nobody heard anything for ten minutes: who comes back waits on, and is told so."""
    await visitor.start()
    await visitor.sees('다음 차례예요')

    with clock.moved(timedelta(minutes=10)):
        await visitor.open()

        await visitor.sees('다음 차례예요', '대기 순서는 그대로예요')


async def test_page_asked_for_while_the_database_is_away_comes_back_by_itself(
    visitor: Visitor, agent: Agent, settings: Settings
) -> None:
    await visitor.start()
    await visitor.sees('다음 차례예요')

    with away(settings):
        for path in ('/talk/chat', '/talk'):
            page = await visitor.http.get(path)
            assert page.status_code == 502
            assert int(page.headers['refresh']) <= 10  # the browser asks again, without a script
            assert '곧 다시 이어져요' in page.text
        form = await visitor.http.post('/talk', data=FORM | {'token': 'x' * 43})

    assert form.status_code == 502
    await visitor.open()
    await visitor.sees('다음 차례예요')


async def test_form_sent_while_the_database_is_away_keeps_what_was_typed(
    visitor: Visitor, agent: Agent, settings: Settings
) -> None:
    form = await visitor.form()

    with away(settings):
        refused = await visitor.http.post('/talk', data=form)

    assert refused.status_code == 502
    assert all(f'value="{value}"' in refused.text for value in form.values())
    assert 'refresh' not in refused.headers
    again = await visitor.http.post('/talk', data=form)
    assert again.headers['location'] == '/talk/chat'


# ---- the conversation


async def test_conversation_goes_both_ways_with_marks(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    chat_id = await visitor.start()

    await visitor.sends('배송이 언제 오나요?')
    await visitor.sees('배송이 언제 오나요?', '전송됨')
    await services.chats.take(agent, chat_id)
    await services.chats.mark(agent, chat_id, delivered=1)
    await visitor.sees('전달됨')
    await services.chats.reply(agent, make.outgoing(chat_id, '내일 도착합니다.'))
    await visitor.sees('내일 도착합니다.')
    await services.chats.mark(agent, chat_id, read=3)

    await visitor.sees('읽음')
    assert visitor.numbers == [1, 2, 3]


async def test_same_send_twice_is_one_message(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()
    message_id = uuid4()

    await visitor.sends('한 번만', message_id)
    await visitor.sends('한 번만', message_id)
    await visitor.sees('한 번만')
    await visitor.sends('그다음')
    await visitor.sees('그다음')

    stored = await services.visits.transcript(chat_id)
    assert [one.content for one in stored] == ['한 번만', '그다음']
    assert visitor.numbers == [1, 2]


async def test_two_tabs_of_one_customer_show_the_same(
    browse: Callable[[], Visitor], agent: Agent, services: Services
) -> None:
    one, other = browse(), browse()
    chat_id = await one.start()
    other.http.cookies = one.http.cookies

    assert await other.open() == chat_id
    await one.sends('첫째 탭에서')
    await other.sends('둘째 탭에서')

    for tab in (one, other):
        await tab.sees('첫째 탭에서', '둘째 탭에서')
        assert tab.numbers == [1, 2]


async def test_reload_shows_the_whole_chat_once(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    chat_id = await visitor.start()
    await visitor.sends('처음')
    await visitor.sees('처음')
    await services.chats.take(agent, chat_id)
    await services.chats.reply(agent, make.outgoing(chat_id, '답장'))

    assert await visitor.open() == chat_id

    await visitor.sees('처음', '답장', f'{agent.name} 상담원')
    assert visitor.numbers == [1, 2, 3]


async def test_missed_messages_are_caught_up(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    chat_id = await visitor.start()
    await services.chats.take(agent, chat_id)
    await visitor.sees('연결되었어요')
    topics = visitor.panel._topics
    deaf = [topics._subscriptions.pop(f'chat:{chat_id}')]
    for number in range(3):
        await services.chats.reply(agent, make.outgoing(chat_id, f'{number}번 소식'))
    topics._subscriptions[f'chat:{chat_id}'] = deaf.pop()

    topics.publish(Resync())

    await visitor.sees('0번 소식', '1번 소식', '2번 소식')
    assert visitor.numbers == [1, 2, 3, 4]


async def test_delivered_and_read_reach_the_agent(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    chat_id = await visitor.start()
    await services.chats.take(agent, chat_id)
    await services.chats.reply(agent, make.outgoing(chat_id, '보이시나요?'))
    await visitor.sees('보이시나요?')

    delivered = await card_when(services, chat_id, lambda chat: chat.customer_delivered_number == 2)
    visitor.tell('seen', {'number': 2})
    read = await card_when(services, chat_id, lambda chat: chat.customer_read_number == 2)

    assert (delivered.customer_read_number, read.customer_delivered_number) == (0, 2)


async def test_typing_of_the_agent_is_shown_until_the_message_comes(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    chat_id = await visitor.start()
    await services.chats.take(agent, chat_id)

    await services.chats.typing(agent, chat_id)
    await visitor.sees(f'{agent.name} 상담원이 입력하고 있어요')
    await services.chats.reply(agent, make.outgoing(chat_id, '다 썼습니다'))

    await visitor.sees('다 썼습니다')
    await visitor.sees_no('입력하고 있어요')


async def test_names_of_several_agents_stand_over_their_messages(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    supervisor = await make.supervisor()
    chat_id = await visitor.start()
    await services.chats.take(agent, chat_id)

    await services.chats.reply(agent, make.outgoing(chat_id, '상담원입니다'))
    await services.chats.reply(supervisor, make.outgoing(chat_id, '관리자입니다'))

    await visitor.sees(agent.name, '상담원입니다', supervisor.name, '관리자입니다')
    assert visitor.numbers == [1, 2, 3]


async def test_refused_message_hears_a_sentence(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()
    told: list[tuple[Any, ...]] = []
    [box] = visitor.elements(placeholder='메시지를 입력하세요...')
    box.run_method = lambda *call: told.append(call)  # type: ignore[method-assign, assignment]

    await visitor.sends('가' * 5_001)

    await until(lambda: bool(told))
    assert told[0][0] == 'fail'
    assert '5000자' in told[0][2].replace(',', '')
    assert await services.visits.transcript(chat_id) == []


async def test_text_of_people_is_escaped(visitor: Visitor, agent: Agent) -> None:
    await visitor.start()

    await visitor.sends('<img src=x onerror=alert(1)> https://example.com/a')

    await visitor.sees('<img src=x onerror=alert(1)>')
    [message] = visitor.elements(**{'data-number': '1'})
    assert '&lt;img src=x' in message.props['innerHTML']
    assert 'rel="noopener noreferrer nofollow"' in message.props['innerHTML']


async def test_address_ends_where_the_sentence_goes_on(visitor: Visitor, agent: Agent) -> None:
    await visitor.start()

    await visitor.sends('www.example.com/a?b=1&c=2에서 봤어요')

    await visitor.sees('에서 봤어요')
    [message] = visitor.elements(**{'data-number': '1'})
    assert 'href="https://www.example.com/a?b=1&amp;c=2"' in message.props['innerHTML']
    assert '>www.example.com/a?b=1&amp;c=2</a>에서 봤어요' in message.props['innerHTML']


# ---- the end


async def test_customer_ends_after_one_question_and_may_start_anew(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()
    await services.chats.take(agent, chat_id)
    await visitor.sees('연결되었어요')

    visitor.press('상담 종료')
    await visitor.sees('상담을 종료할까요?')
    visitor.press('종료하기')

    await visitor.sees('상담이 종료되었어요.', '새 상담 시작')
    [box] = visitor.elements(placeholder='메시지를 입력하세요...')
    assert not box.props['disabled']  # for a day it goes on when its customer writes
    assert (await services.visits.chat(chat_id)).ending is ChatEnding.CUSTOMER
    answer = await visitor.http.post('/talk/new')
    assert (answer.status_code, answer.headers['location']) == (303, '/talk')
    assert await visitor.start() != chat_id


async def test_chat_left_while_waiting_is_abandoned(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()

    visitor.press('상담 종료')
    await visitor.sees('상담을 종료할까요?')
    visitor.press('종료하기')

    await visitor.sees('상담원과 연결되기 전에 상담이 종료되었어요.')
    await visitor.sees_no('차례')
    assert (await services.visits.chat(chat_id)).ending is ChatEnding.ABANDONED


async def test_end_by_the_agent_reaches_every_tab(
    browse: Callable[[], Visitor], agent: Agent, services: Services
) -> None:
    one, other = browse(), browse()
    chat_id = await one.start()
    other.http.cookies = one.http.cookies
    await other.open()
    await services.chats.take(agent, chat_id)

    await services.chats.end(agent, chat_id)

    for tab in (one, other):
        await tab.sees('상담을 종료했어요', '새 상담 시작')


async def test_cookie_of_an_ended_chat_goes_with_it(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()
    await visitor.sends('안녕하세요')
    await visitor.sees('안녕하세요')
    await services.visits.leave(chat_id)

    chat = await visitor.http.get('/talk/chat')
    form = await visitor.http.get('/talk')

    assert (chat.status_code, chat.headers['location']) == (303, '/talk')
    assert '상담원과 연결되기 전에 상담이 종료되었어요.' in form.text
    assert '안녕하세요' not in form.text
    assert 'desk_chat' not in visitor.http.cookies
    assert await visitor.start() != chat_id


async def test_ended_chat_asks_for_its_rating_after_a_reload_as_long_as_one_may_be_given(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()
    await services.chats.take(agent, chat_id)
    await services.chats.end(agent, chat_id)
    visitor.http.cookies.delete('desk_talk_enter', path='/talk/chat')
    visitor.user.javascript_rules[TAB_REMEMBERS] = lambda _: str(chat_id)
    form = await visitor.http.get('/talk')

    await visitor.user.open('/talk/chat')

    await visitor.sees('상담은 어떠셨나요?', '새 상담 시작')
    assert f'data-rates="{chat_id}" hidden' in form.text
    resumed = await visitor.http.post('/talk/resume')
    assert resumed.headers['location'] == '/talk'  # nobody but this tab sees what was said
    with clock.moved(timedelta(days=1, minutes=1)):
        chat, form = [await visitor.http.get(path) for path in ('/talk/chat', '/talk')]
    assert (chat.status_code, chat.headers['location']) == (303, '/talk')
    assert 'data-rates' not in form.text
    assert 'desk_chat' not in visitor.http.cookies


async def test_ended_chat_is_not_shown_to_the_tab_of_another(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    chat_id = await visitor.start()
    await services.chats.take(agent, chat_id)
    await services.chats.end(agent, chat_id)
    visitor.http.cookies.delete('desk_talk_enter', path='/talk/chat')
    asked: list[object] = []

    def remembered(match: object) -> str:
        asked.append(match)
        return str(uuid4())

    visitor.user.javascript_rules[TAB_REMEMBERS] = remembered

    await visitor.user.open('/talk/chat')

    await until(lambda: bool(asked))
    await visitor.sees_no('상담은 어떠셨나요?')


async def test_chat_that_goes_on_is_not_let_go(visitor: Visitor, agent: Agent) -> None:
    chat_id = await visitor.start()

    await visitor.http.post('/talk/new')

    assert await visitor.open() == chat_id


# ---- the page itself


async def test_long_chat_keeps_the_page_small(
    visitor: Visitor, agent: Agent, make: Make, services: Services
) -> None:
    chat_id = await visitor.start()
    await services.chats.take(agent, chat_id)
    for number in range(2, 132):
        chats.REPLIES.reset()
        await services.chats.reply(agent, make.outgoing(chat_id, f'{number}번째 줄'))
        await visitor.sees(f'{number}번째 줄')

    assert visitor.numbers == list(range(32, 132))
    assert len(visitor.elements()) <= 400
    assert not binding.active_links


async def test_page_that_goes_leaves_no_subscription(
    visitor: Visitor, agent: Agent, services: Services
) -> None:
    await visitor.start()
    topics = visitor.panel._topics
    its_own = {topic for topic in topics.counts() if topic.startswith(('chat:', 'queue:'))}
    assert its_own  # all others are what the process itself hears

    visitor.panel.client.delete()

    assert its_own.isdisjoint(topics.counts())


async def test_chat_page_speaks_english(visitor: Visitor, agent: Agent) -> None:
    form = await visitor.form(lang='en')

    await visitor.http.post('/talk', data=form)
    await visitor.user.open('/talk/chat')

    await visitor.sees('You are next', 'Waiting for an agent', 'End chat')
    assert visitor.elements(placeholder='Type a message...')


async def card_when(
    services: Services, chat_id: UUID, true: Callable[[ChatCard], bool]
) -> ChatCard:
    """Return the chat once something is true of it."""

    async def holds() -> bool:
        return true(await services.visits.chat(chat_id))

    await until(holds)
    return await services.visits.chat(chat_id)
