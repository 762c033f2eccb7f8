"""The history: who sees what, in which order, by which filters and words; its counts, and all of it for an export."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy import text as sql

from desk import clock
from desk.db import Database
from desk.errors import NotFoundError
from desk.settings import Settings
from models import (
    Agent,
    Call,
    CallEnding,
    ChatEnding,
    ChatSession,
    ChatStatus,
    Message,
    Priority,
    Sentiment,
)
from services.history.contact import Contact, FoundLine
from services.history.filter import EVERYTHING, Channel, ContactState, HistoryFilter, Period
from services.history.history import Hits, Precision
from services.registry import Services
from tests.support.make import DEPARTMENT, Make
from tests.support.until import until_waiting

OTHER_DEPARTMENT = '기술지원'


async def say(services: Services, make: Make, chat: ChatSession, *lines: str) -> None:
    for line in lines:
        await services.visits.write(make.outgoing(chat, line))


def ids(contacts: list[Contact]) -> list[UUID]:
    return [contact.id for contact in contacts]


# ---- who sees what


async def test_agents_see_their_own_and_their_departments_contacts_supervisors_all(
    services: Services, make: Make
) -> None:
    mine, stranger = await make.agent(), await make.agent(department=OTHER_DEPARTMENT)
    department_chat = await make.chat()
    department_call = await make.call()
    lent_chat = await make.chat(agent=mine, department=OTHER_DEPARTMENT)
    lent_call = await make.call(agent=mine, department=OTHER_DEPARTMENT)
    foreign_chat = await make.chat(department=OTHER_DEPARTMENT)
    foreign_call = await make.call(department=OTHER_DEPARTMENT)

    async def seen(agent: Agent) -> set[UUID]:
        page = await services.history.page(agent, EVERYTHING)
        return set(ids(page.contacts))

    ours = {department_chat.id, department_call.id, lent_chat.id, lent_call.id}
    theirs = {lent_chat.id, lent_call.id, foreign_chat.id, foreign_call.id}
    assert await seen(mine) == ours
    assert await seen(stranger) == theirs
    assert await seen(await make.supervisor()) == ours | theirs
    assert await seen(await make.agent(department='관리')) == set()


async def test_contact_that_goes_out_of_sight_does_not_end_the_list(
    services: Services, make: Make, settings: Settings
) -> None:
    agent = await make.agent()
    chats = [await make.chat() for _ in range(4)]
    db = Database(settings.database_url, pool_size=2)

    async with db.transaction() as session:  # rows are read after places: between the two
        await session.exec(sql('LOCK TABLE customers'))  # type: ignore[call-overload]  # plain SQL
        reading = asyncio.create_task(services.history.page(agent, EVERYTHING, limit=2))
        await until_waiting(db, 1)
        chat = await session.get_one(ChatSession, chats[-1].id)
        chat.department = OTHER_DEPARTMENT
    page = await reading
    rest = await services.history.page(agent, EVERYTHING, before=page.next)
    await db.close()

    assert page.next
    assert ids([*page.contacts, *rest.contacts]) == [one.id for one in reversed(chats[:-1])]


async def test_one_contact_is_the_same_to_who_may_not_see_it_and_to_nobody(
    services: Services, make: Make
) -> None:
    stranger = await make.agent(department=OTHER_DEPARTMENT)
    chat, call = await make.chat(lines=2), await make.call()
    await services.message_search.index_new()

    for contact_id in (chat.id, call.id, uuid4()):
        with pytest.raises(NotFoundError, match=r'history\.not_found'):
            await services.history.contact(stranger, contact_id)
        assert await services.history.found_numbers(stranger, contact_id, '번째') == []
    for text in ('번째', '최유진'):
        page = await services.history.page(stranger, HistoryFilter(text=text))
        assert page.contacts == []


async def test_visitor_of_no_record_is_found_by_the_name_in_the_row(
    services: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer(name='한소희')
    chat = await make.chat(visitor_name='황보 예린', status=ChatStatus.CLOSED)
    await make.chat(visitor_name='황보예린', customer_id=customer.id)  # her row says 한소희
    await make.chat(visitor_name='황보예린', department=OTHER_DEPARTMENT)

    for text in ('황보예린', '황보 예', '황보예린님'):
        wanted = HistoryFilter(text=text)
        page = await services.history.page(agent, wanted)
        assert ids(page.contacts) == [chat.id]
        assert (await services.history.exact(agent, wanted)).number == 1
    nobody = HistoryFilter(text='황보예린', state=ContactState.WAITING)
    assert (await services.history.page(agent, nobody)).contacts == []


async def test_filters_never_widen_what_is_seen(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent(department=OTHER_DEPARTMENT)
    await make.chat(agent=colleague)

    for wanted in (
        HistoryFilter(department=OTHER_DEPARTMENT),
        HistoryFilter(agent_id=colleague.id),
    ):
        assert (await services.history.page(agent, wanted)).contacts == []
        assert (await services.history.exact(agent, wanted)).number == 0
        assert [one async for one in services.history.rows(agent, wanted)] == []


# ---- what was written down after a contact


async def test_category_of_any_level_finds_all_below_it(services: Services, make: Make) -> None:
    agent = await make.agent()
    late = await make.category('배송', '지연', '택배사 지연')
    lost = await make.category('분실', parent=await make.category('배송 사고'))
    chat, other = await make.chat(agent=agent), await make.chat(agent=agent)
    call = await make.call(agent=agent)
    await make.wrap_up(chat, category_id=late.id, needs_follow_up=True)
    await make.wrap_up(call, category_id=late.id)
    await make.wrap_up(other, category_id=lost.id, needs_follow_up=True)
    middle = late.parent_id
    choices = (await services.history.choices(agent)).categories
    root = next(one.id for one in choices if one.path == '배송')

    async def found(**wanted: Any) -> list[UUID]:
        return ids((await services.history.page(agent, HistoryFilter(**wanted))).contacts)

    for node in (late.id, middle, root):
        assert await found(category_id=node) == [call.id, chat.id]
    assert await found(category_id=lost.id) == [other.id]
    assert await found(needs_follow_up=True) == [other.id, chat.id]
    assert await found(category_id=root, needs_follow_up=True) == [chat.id]
    assert await found(category_id=uuid4()) == []
    assert [one.path for one in choices] == [
        '배송', '배송 > 지연', '배송 > 지연 > 택배사 지연', '배송 사고', '배송 사고 > 분실'
    ]  # fmt: skip


async def test_contact_has_what_was_written_down_and_how_long_it_took(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    leaf = await make.category('배송', '지연')
    chat = await make.chat(agent=agent)
    await make.wrap_up(chat, category_id=leaf.id, summary='내일 도착 안내')

    written = (await services.history.contact(agent, chat.id)).wrap_up

    assert written
    assert (written.category, written.category_en) == ('배송 > 지연', '배송 (en) > 지연 (en)')
    assert (written.summary, written.length) == ('내일 도착 안내', timedelta(seconds=30))


async def test_agents_choose_among_the_categories_of_their_queues(
    services: Services, make: Make
) -> None:
    agent, boss = await make.agent(), await make.supervisor()
    elsewhere = await make.queue(name=OTHER_DEPARTMENT, department=OTHER_DEPARTMENT)
    await make.category('공통')
    await make.category('남의 분류', queue=elsewhere)

    assert [one.path for one in (await services.history.choices(agent)).categories] == ['공통']
    assert len((await services.history.choices(boss)).categories) == 2


# ---- what a row tells


async def test_row_tells_what_happened(services: Services, make: Make) -> None:
    agent = await make.agent()
    customer = await make.customer(name='이민준')
    began = clock.now() - timedelta(hours=1)
    chat = await make.chat(
        agent=agent, lines=2, customer_id=customer.id, status=ChatStatus.CLOSED,
        ending=ChatEnding.AGENT, start_time=began, taken_at=began + timedelta(seconds=10),
        end_time=began + timedelta(minutes=5), last_line='감사합니다',
    )  # fmt: skip

    contact = await services.history.contact(agent, chat.id)

    assert (contact.channel, contact.state) == (Channel.CHAT, ContactState.CLOSED)
    assert (contact.name, contact.agent_name) == ('이민준', agent.name)
    assert contact.length == timedelta(minutes=4, seconds=50)
    assert contact.last_line == '감사합니다'


async def test_call_stands_where_its_times_say(services: Services, make: Make) -> None:
    agent, now = await make.agent(), clock.now()
    states = {
        (await make.call()).id: ContactState.WAITING,
        (await make.call(agent=agent)).id: ContactState.ACTIVE,
        (await make.call(agent=agent, end_time=now)).id: ContactState.CLOSED,
        (await make.call(end_time=now, ending=CallEnding.MISSED)).id: ContactState.CLOSED,
        (await make.call(end_time=now, ending=CallEnding.ABANDONED)).id: ContactState.ABANDONED,
    }

    page = await services.history.page(agent, HistoryFilter(channel=Channel.CALL))

    assert {contact.id: contact.state for contact in page.contacts} == states
    for state in ContactState:
        page = await services.history.page(agent, HistoryFilter(state=state))
        assert set(ids(page.contacts)) == {one for one, its in states.items() if its is state}


# ---- words


async def test_word_finds_its_chats_in_the_order_of_the_history(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    older = await make.chat(agent=agent, start_time=clock.now() - timedelta(days=2))
    newer = await make.chat(agent=agent, start_time=clock.now() - timedelta(days=1))
    await make.chat(agent=agent, lines=1)
    await say(services, make, newer, '가습기에서 물이 새요', '네')
    await say(
        services, make, older, '공기청정기도 사고 싶은데', '가습기 필터는 있나요?'
    )  # said later

    page = await services.history.page(agent, HistoryFilter(text='가습기'))

    assert ids(page.contacts) == [newer.id, older.id]
    assert page.contacts[1].found == FoundLine(
        number=2, excerpt='가습기 필터는 있나요?', spans=((0, 3),)
    )
    assert await services.history.found_numbers(agent, older.id, '가습기') == [2]


async def test_long_line_is_cut_around_the_word(services: Services, make: Make) -> None:
    agent = await make.agent()
    chat = await make.chat(agent=agent)
    await say(services, make, chat, f'{"가나다라 " * 50}송장번호\n알려 주세요{" 마바사" * 50}')

    [contact] = (await services.history.page(agent, HistoryFilter(text='송장번호'))).contacts

    assert contact.found
    [(begin, end)] = contact.found.spans
    assert contact.found.excerpt[begin:end] == '송장번호'
    assert contact.found.excerpt.startswith('…')
    assert contact.found.excerpt.endswith('…')
    assert '\n' not in contact.found.excerpt


async def test_customers_name_and_number_find_their_contacts(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    customer = await make.customer(name='황보예린', phone='01055556666')
    chat = await make.chat(customer_id=customer.id, start_time=clock.now() - timedelta(hours=2))
    call = await make.call(customer_id=customer.id)
    await make.chat(customer_id=(await make.customer()).id)

    for text in ('황보예린', '예린', 'ㅎㅂㅇㄹ', '010-5555-6666', '6666'):
        page = await services.history.page(agent, HistoryFilter(text=text))
        assert ids(page.contacts) == [call.id, chat.id], text
    calls = HistoryFilter(text='황보예린', channel=Channel.CALL)
    assert ids((await services.history.page(agent, calls)).contacts) == [call.id]


async def test_word_and_filters_narrow_together(services: Services, make: Make) -> None:
    agent, colleague = await make.agent(), await make.agent()
    mine = await make.chat(agent=agent, priority=Priority.HIGH)
    theirs = await make.chat(agent=colleague)
    old = await make.chat(agent=agent, start_time=clock.now() - timedelta(days=40))
    for chat in (mine, theirs, old):
        await say(services, make, chat, '환불해 주세요')

    async def found(wanted: HistoryFilter) -> list[UUID]:
        return ids((await services.history.page(agent, replace(wanted, text='환불'))).contacts)

    assert await found(EVERYTHING) == [theirs.id, mine.id, old.id]
    assert await found(HistoryFilter(agent_id=colleague.id)) == [theirs.id]
    assert await found(HistoryFilter(priority=Priority.HIGH)) == [mine.id]
    assert await found(HistoryFilter(period=Period.MONTH)) == [theirs.id, mine.id]
    assert await found(HistoryFilter(state=ContactState.CLOSED)) == []
    assert await found(HistoryFilter(channel=Channel.CALL)) == []


async def test_what_selects_nothing_finds_nothing(services: Services, make: Make) -> None:
    agent = await make.agent()
    await make.chat(agent=agent, lines=1)

    for text in ('째', 'zz', '%', "'; --"):
        page = await services.history.page(agent, HistoryFilter(text=text))
        assert page.contacts == [], text


# ---- counts


async def test_few_are_counted_exactly_at_once(services: Services, make: Make) -> None:
    agent = await make.agent()
    for _ in range(3):
        await make.chat(lines=1)
    await make.call()

    exactly = Hits(number=4, precision=Precision.EXACT)
    assert await services.history.estimated(agent, EVERYTHING) == exactly
    assert await services.history.exact(agent, EVERYTHING) == exactly
    said = HistoryFilter(text='번째')
    assert await services.history.estimated(agent, said) == replace(exactly, number=3)
    assert await services.history.exact(agent, said) == replace(exactly, number=3)


# ---- pages


rows = st.lists(
    st.fixed_dictionaries(
        {
            'is_call': st.booleans(),
            'age': st.integers(0, 60).map(lambda days: timedelta(days=days)),
            'who': st.integers(0, 2),
            'state': st.sampled_from(ContactState),
            'priority': st.sampled_from((Priority.MEDIUM, Priority.HIGH)),
            'says': st.booleans(),
        }
    ),
    max_size=14,
)
Narrow = Callable[[list[Agent]], HistoryFilter]


@st.composite
def narrowings(draw: st.DrawFn) -> Narrow:
    who = draw(st.none() | st.integers(0, 2))
    wanted = HistoryFilter(
        period=draw(st.none() | st.sampled_from(Period)),
        department=draw(st.sampled_from((None, None, DEPARTMENT, OTHER_DEPARTMENT))),
        channel=draw(st.none() | st.sampled_from(Channel)),
        state=draw(st.none() | st.sampled_from(ContactState)),
        priority=draw(st.none() | st.just(Priority.HIGH)),
        text=draw(st.sampled_from(('', '', '', '가습기'))),
    )
    return lambda people: replace(wanted, agent_id=people[who].id if who is not None else None)


class Floor:
    """Three agents of two departments, a supervisor, and contacts that chance makes."""

    def __init__(self, db: Database, people: list[Agent]) -> None:
        self.db, self.people = db, people
        self.kept: list[ChatSession | Call] = []
        self.saying: set[UUID] = set()

    async def begin(self) -> None:
        self.kept, self.saying = [], set()
        self.now = clock.now()  # of one moment: those of one age began at the same one
        async with self.db.transaction() as session:
            for table in (Message, ChatSession, Call):
                await session.exec(delete(table))

    async def add(self, row: dict[str, object]) -> None:
        contact = self._contact(row)
        self.kept.append(contact)
        async with self.db.transaction() as session:
            session.add(contact)
            await session.flush()
            if isinstance(contact, ChatSession) and row['says']:
                self.saying.add(contact.id)
                session.add(
                    Message(
                        chat_session_id=contact.id, number=1, sender='customer', content='가습기요'
                    )
                )

    def _contact(self, row: dict[str, object]) -> ChatSession | Call:
        agent, state = self.people[row['who']], row['state']  # type: ignore[call-overload]  # an int
        began = self.now - row['age']  # type: ignore[operator]  # a timedelta
        shared = {
            'agent_id': agent.id, 'department': agent.department, 'start_time': began, 'priority': row['priority'],
        }  # fmt: skip
        is_over = state in (ContactState.CLOSED, ContactState.ABANDONED)
        if row['is_call'] and state is not ContactState.ON_HOLD:
            return Call(
                **shared, direction='inbound', phone='01012345678', end_time=began if is_over else None,
                answered_at=None if state in (ContactState.WAITING, ContactState.ABANDONED) else began,
                ending=CallEnding.ABANDONED if state is ContactState.ABANDONED else None,
            )  # fmt: skip
        return ChatSession(
            **shared, source='web', visitor_name='최유진', visitor_phone='01012345678', token_hash=uuid4().hex,
            status=ChatStatus.CLOSED if is_over else ChatStatus(state),
            ending=ChatEnding.ABANDONED if state is ContactState.ABANDONED else None,
        )  # fmt: skip

    def plain(self, agent: Agent, wanted: HistoryFilter) -> list[UUID]:
        """What a filter wants, as a reader of its words would pick it out of all there are."""
        return [
            one.id
            for one in sorted(self.kept, key=lambda one: (one.start_time, one.id), reverse=True)
            if self._is_seen(agent, one) and self._is_wanted(one, wanted)
        ]

    def _is_seen(self, agent: Agent, one: ChatSession | Call) -> bool:
        is_theirs = one.agent_id == agent.id or one.department == agent.department
        return agent.sees_everything or is_theirs

    def _is_wanted(self, one: ChatSession | Call, wanted: HistoryFilter) -> bool:
        since, until = wanted.span
        channel = Channel.CALL if isinstance(one, Call) else Channel.CHAT
        return (
            (since is None or one.start_time >= since)
            and (until is None or one.start_time < until)
            and wanted.agent_id in (None, one.agent_id)
            and wanted.department in (None, one.department)
            and wanted.priority in (None, one.priority)
            and wanted.channel in (None, channel)
            and wanted.state in (None, _state(one))
            and (not wanted.text or one.id in self.saying)
        )


def _state(one: ChatSession | Call) -> ContactState:
    if one.ending is not None:
        return ContactState.ABANDONED
    if isinstance(one, ChatSession):
        return ContactState(one.status)
    if one.end_time:
        return ContactState.CLOSED
    return ContactState.ACTIVE if one.answered_at else ContactState.WAITING


@pytest.fixture
async def floor(settings: Settings, make: Make) -> AsyncIterator[Floor]:
    people = [
        await make.agent(),
        await make.agent(),
        await make.agent(department=OTHER_DEPARTMENT),
        await make.supervisor(),
    ]
    db = Database(settings.database_url, pool_size=1)
    yield Floor(db, people)
    await db.close()


@pytest.mark.slow
@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=rows,
    meanwhile=rows,
    narrow=narrowings(),
    reader=st.integers(0, 3),
    size=st.integers(1, 4),
)
async def test_pages_put_together_are_the_plain_list(  # noqa: PLR0917 - hypothesis names them
    services: Services, floor: Floor, before: list[dict[str, object]],
    meanwhile: list[dict[str, object]], narrow: Narrow, reader: int, size: int,
) -> None:  # fmt: skip
    """Whatever is added between two pages: nothing twice, nothing left out, all in order."""
    await floor.begin()
    for row in before:
        await floor.add(row)
    agent, wanted = floor.people[reader], narrow(floor.people)
    at_first = floor.plain(agent, wanted)
    late = iter(meanwhile)

    read: list[UUID] = []
    place = None
    while True:
        page = await services.history.page(agent, wanted, before=place, limit=size)
        read += ids(page.contacts)
        if (place := page.next) is None:
            break
        if row := next(late, None):
            await floor.add(row)

    everything = floor.plain(agent, wanted)
    assert [one for one in read if one in at_first] == at_first
    assert read == [one for one in everything if one in read]
    assert len(set(read)) == len(read)
    assert [one.id async for one in services.history.rows(agent, wanted)] == everything
    assert (await services.history.exact(agent, wanted)).number == len(everything)
    assert (await services.history.estimated(agent, wanted)).number == len(everything)


async def test_reader_of_rows_who_leaves_holds_nothing(services: Services, make: Make) -> None:
    agent = await make.agent()
    for _ in range(3):
        await make.chat()

    for _ in range(5):  # more than there are connections
        reading = services.history.rows(agent, EVERYTHING)
        await anext(reading)
        await reading.aclose()  # type: ignore[attr-defined]  # an async generator

    async with asyncio.timeout(5):
        assert (await services.history.exact(agent, EVERYTHING)).number == 3


async def test_chats_are_found_by_how_their_customers_sounded(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    angry, glad, _ = [await make.chat(agent=agent, lines=1) for _ in range(3)]
    await make.call(agent=agent)
    await make.judged(angry, Sentiment.NEGATIVE)
    await make.judged(glad, Sentiment.POSITIVE)

    async def found(**wanted: Any) -> list[UUID]:
        return ids((await services.history.page(agent, HistoryFilter(**wanted))).contacts)

    assert await found(sentiment=Sentiment.NEGATIVE) == [angry.id]
    assert await found(sentiment=Sentiment.POSITIVE) == [glad.id]
    assert await found(sentiment=Sentiment.MIXED) == []
    assert await found(sentiment=Sentiment.NEGATIVE, channel=Channel.CALL) == []
    contact = await services.history.contact(agent, angry.id)
    assert contact.mood is not None
    assert contact.mood.sentiment is Sentiment.NEGATIVE
