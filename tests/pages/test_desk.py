"""The workspace without a browser: open, take, write, see."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from nicegui import background_tasks, binding
from nicegui.element import Element
from nicegui.testing import User

from desk.db import Database
from desk.settings import Settings
from models import Agent, AgentStatus, ChatStatus
from pages.parts.kit.reply_box import ReplyBox
from pages.parts.workspace import inbox_panel
from services.chats.events import ChatCard, ChatChanged
from services.chats.inbox import PAGE
from services.chats.inbox_order import Scope, Tab
from services.registry import Services
from tests.pages.conftest import SignIn
from tests.support.databases import locked
from tests.support.make import Make
from tests.support.statements import each_statement, heard_statements
from tests.support.until import until, until_waiting

pytestmark = pytest.mark.slow

MOST_ELEMENTS = 400
UNNAMED = ('Task-', 'unnamed task')
"""How asyncio and NiceGUI call tasks without a name."""
MOST_STATEMENTS = 28
"""What a page with an open chat asks of the database, its customer and its counts included."""


async def test_agent_takes_a_chat_writes_and_sees_it(
    user: User, make: Make, services: Services
) -> None:
    chat = await make.chat(lines=1)
    await user.open('/desk')
    await user.should_see('최유진')

    user.find('최유진').trigger('click', 'take')

    await user.should_see('1번째 줄', retries=20)
    await user.should_see(ReplyBox)
    _send(user, '무엇을 도와 드릴까요?')
    await user.should_see('무엇을 도와 드릴까요?', retries=20)
    await user.should_see('전송됨')
    *_, newest = await services.visits.transcript(chat.id)
    assert newest.content == '무엇을 도와 드릴까요?'


async def test_chat_of_another_department_is_not_there(user: User, make: Make) -> None:
    chat = await make.chat(department='결제·환불', lines=1)

    await user.open(f'/desk/chats/{chat.id}')

    await user.should_see('없는 상담이거나 볼 수 없는 상담입니다', retries=20)
    await user.should_not_see('1번째 줄')
    await user.should_not_see(ReplyBox)


async def test_address_of_no_chat_is_explained_in_place(user: User) -> None:
    await user.open('/desk/chats/7')

    await user.should_see('없는 상담이거나 볼 수 없는 상담입니다', retries=20)
    await user.should_see('대기')


async def test_colleagues_chat_can_be_read_and_not_written_in(user: User, make: Make) -> None:
    colleague = await make.agent(first_name='도윤', last_name='이')
    chat = await make.chat(agent=colleague, lines=1)

    await user.open(f'/desk/chats/{chat.id}')

    await user.should_see('1번째 줄', retries=20)
    await user.should_see('동료가 상담하고 있습니다')


async def test_closed_chat_says_so(user: User, make: Make, agent: Agent) -> None:
    chat = await make.chat(agent=agent, lines=1, status=ChatStatus.CLOSED)

    await user.open(f'/desk/chats/{chat.id}')

    await user.should_see('종료된 상담입니다', retries=20)


async def test_row_that_stays_is_not_drawn_anew(user: User, make: Make) -> None:
    await make.chat(visitor_name='정하윤')
    await user.open('/desk')
    await user.should_see('정하윤')
    [before] = user.find('정하윤').elements

    await make.chat(visitor_name='강지후')
    user.find('대기').click()

    await user.should_see('강지후', retries=20)
    [after] = user.find('정하윤').elements
    assert after is before


async def test_desk_opens_with_the_chats_in_hand(user: User, make: Make, agent: Agent) -> None:
    await make.chat(visitor_name='정하윤')
    await make.chat(agent=agent, visitor_name='강지후')

    await user.open('/desk')

    await user.should_see('강지후', retries=20)
    await user.should_not_see('정하윤')


async def test_counts_that_were_older_than_the_page_are_put_right(
    sign_in: SignIn, make: Make, agent: Agent
) -> None:
    first, second = await sign_in(agent), await sign_in(agent)
    await first.open('/desk')
    await first.should_see('대기 0')

    await make.chat(agent=agent, visitor_name='강지후')  # past all services: no event tells of it
    await second.open('/desk')

    await second.should_see('강지후', retries=20)
    await second.should_see('진행 1', retries=40)


async def test_full_screen_stays_small_and_polls_nothing(
    user: User, make: Make, agent: Agent
) -> None:
    for _ in range(55):
        await make.chat(lines=1)
    chat = await make.chat(agent=agent, lines=120)

    client = await user.open(f'/desk/chats/{chat.id}')

    await user.should_see('120번째 줄', retries=20)
    assert len(client.elements) <= MOST_ELEMENTS
    assert len(binding.active_links) == 0


async def test_page_that_is_left_leaves_nothing_behind(
    user: User, web: FastAPI, make: Make, agent: Agent
) -> None:
    topics = web.state.services.topics
    before = topics.counts()
    chat = await make.chat(agent=agent, lines=1)
    client = await user.open(f'/desk/chats/{chat.id}')
    await user.should_see('1번째 줄', retries=20)
    assert topics.counts() != before

    client.delete()

    assert topics.counts() == before


async def test_other_chat_ends_what_the_first_one_heard(
    user: User, web: FastAPI, make: Make, agent: Agent
) -> None:
    first = await make.chat(agent=agent, lines=1, visitor_name='정하윤')
    await make.chat(agent=agent, lines=2, visitor_name='강지후')
    await user.open(f'/desk/chats/{first.id}')
    await user.should_see('1번째 줄', retries=20)

    user.find('강지후').trigger('click', 'open')

    await user.should_see('2번째 줄', retries=20)
    assert f'chat:{first.id}' not in web.state.services.topics.counts()


async def test_news_that_are_read_up_on_while_the_page_closes_draw_nothing(
    user: User, web: FastAPI, make: Make, settings: Settings
) -> None:
    """What a page that has gone would draw raises, and is logged as an error: that fails this test."""
    colleague, chat = await make.agent(), await make.chat(visitor_name='정하윤')
    client = await user.open('/desk')
    await user.should_see('정하윤', retries=20)
    [card] = [one for one in await _waiting(web, colleague) if one.id == chat.id]
    taken = card.model_copy(
        update={'version': 9, 'status': ChatStatus.ACTIVE, 'agent_id': colleague.id}
    )
    db = Database(settings.database_url, pool_size=1)

    async with locked(settings, 'agents'):  # the colleague's name is waited for
        before = set(background_tasks.running_tasks)
        web.state.services.topics.publish(ChatChanged(chat=taken))
        await until_waiting(db, 1)
        drawing = background_tasks.running_tasks - before
        client.delete()

    await asyncio.wait(drawing, timeout=5)
    await db.close()
    assert drawing
    assert all(one.cancelled() for one in drawing)


async def _waiting(web: FastAPI, agent: Agent) -> list[ChatCard]:
    page = await web.state.services.inbox.page(agent, Tab.WAITING, Scope.DEPARTMENT)
    return list(page.chats)


def _send(user: User, text: str) -> UUID:
    """Send as the box does; its text lives in the browser alone."""
    message_id = uuid4()
    user.find(ReplyBox).trigger('send', {'id': str(message_id), 'text': text, 'seen': 1_000})
    return message_id


async def test_long_list_shows_a_window_and_says_so(user: User, make: Make) -> None:
    for _ in range(inbox_panel.MAX_ROWS + 5):
        await make.chat()
    await user.open('/desk')
    await user.should_see('더 보기', retries=20)

    for shown in range(PAGE, inbox_panel.MAX_ROWS, PAGE):
        await until(lambda count=shown: len(_rows(user)) == count)
        user.find('더 보기').click()

    await user.should_see('최근 150건만 보입니다', retries=20)
    assert len(_rows(user)) == inbox_panel.MAX_ROWS
    assert len(user.client.elements) <= MOST_ELEMENTS


def _rows(user: User) -> list[Element]:
    return [one for one in user.client.elements.values() if one.props.get('role') == 'listitem']


async def test_chats_row_is_read_once_by_each_part_that_shows_something_of_it(
    user: User, make: Make, agent: Agent, statements: list[str]
) -> None:
    chat = await make.chat(agent=agent, lines=3)
    await user.open('/desk')
    await user.should_see('대기')
    await settled(statements)
    statements.clear()

    await user.open(f'/desk/chats/{chat.id}')

    await user.should_see('3번째 줄', retries=20)
    await settled(statements)
    rows = [one for one in statements if READS_CHAT.search(one)]
    # The conversation, its customer, promises, mood, and the draft that came with the chat.
    assert 1 <= len(rows) <= 5, [one[-500:] for one in rows]


async def test_page_of_a_chat_asks_few_statements_and_each_once(
    user: User, make: Make, agent: Agent
) -> None:
    chat = await make.chat(agent=agent, lines=3)
    statements: list[str] = []

    def hear(text: str, _values: object) -> None:
        task = asyncio.current_task()
        if task is None or task.get_name().startswith(UNNAMED):  # the desk's own loops have names
            statements.append(text)

    with each_statement(hear):
        await user.open(f'/desk/chats/{chat.id}')
        await user.should_see('3번째 줄', retries=20)
        await settled(statements)

    asked = Counter(statements)
    assert 20 < len(statements) <= MOST_STATEMENTS, [*asked]
    # A chat's row is read for the conversation and for its customer.
    assert [one[-200:] for one in asked if asked[one] > 1 and not READS_CHAT.search(one)] == []


READS_CHAT = re.compile(r'FROM chat_sessions\s+WHERE .*chat_sessions\.id = %', re.DOTALL)


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that goes to the database meanwhile, but for the sweeps that go on by themselves."""
    with heard_statements() as heard:
        yield heard


async def settled(statements: list[str]) -> None:
    """Return when nothing has been asked for a moment."""
    count = -1
    while count != len(statements):
        count = len(statements)
        await asyncio.sleep(0.3)


async def test_rows_follow_what_their_queue_is_now(
    user: User, make: Make, services: Services, agent: Agent
) -> None:
    await make.changed(agent, status=AgentStatus.AWAY, base_status=AgentStatus.AWAY)
    queue, admin = await make.queue(), await make.admin()
    await make.chat(visitor_name='정하윤')
    await user.open('/desk')
    await user.should_see('수락', retries=20)
    await user.should_not_see('자동 배정')

    await services.queues.edit(admin, queue.id, {'mode': 'push'}, version=queue.version)

    await user.should_see('자동 배정', retries=40)
