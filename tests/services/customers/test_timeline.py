"""The timeline: all kinds together, newest first, only what one may see, page by page; and notes."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import InvalidInputError, NotAllowedError, NotFoundError
from models import Agent, Customer
from services.customers.events import CustomerChanged, CustomerPart, customer_topic
from services.customers.fields import CustomerEdit
from services.customers.timeline import TimelineEntry, TimelineKind
from services.registry import Services
from services.work.cursors import Cursor
from tests.support.listening import listen
from tests.support.make import DEPARTMENT, Make
from tests.support.statements import heard_statements
from tests.support.until import until


async def everything(
    services: Services, agent: Agent, customer: Customer, *, limit: int
) -> list[TimelineEntry]:
    """Page through a whole timeline."""
    seen: list[TimelineEntry] = []
    place: Cursor | None = None
    while True:
        page = await services.customer_timeline.page(agent, customer.id, after=place, limit=limit)
        seen += page.entries
        if page.is_last:
            return seen
        place = page.place


async def lived(services: Services, make: Make, agent: Agent) -> Customer:
    """A customer with something of each kind, several at the same moment."""
    customer, now = await make.customer(), clock.now()
    for days in (1, 1, 3, 5):
        at = now - timedelta(days=days)
        await make.chat(customer_id=customer.id, start_time=at)
        await make.call(agent=agent, customer_id=customer.id, start_time=at, end_time=at)
        with clock.moved(-timedelta(days=days)):
            await services.customer_notes.add(agent, customer.id, f'{days}일 전에 통화함')
    edit = CustomerEdit(version=0, memo='오후 통화 선호')
    await services.customer_records.edit(agent, customer.id, edit)
    return customer


async def test_all_kinds_come_newest_first(services: Services, make: Make) -> None:
    agent = await make.agent(last_name='이', first_name='도윤')
    customer = await lived(services, make, agent)

    page = await services.customer_timeline.page(agent, customer.id)

    assert [one.at for one in page.entries] == sorted(
        (one.at for one in page.entries), reverse=True
    )
    assert len(page.entries) == 13
    assert page.entries[0].change is not None
    assert page.entries[0].change.fields == {'memo': ['', '오후 통화 선호']}
    assert page.entries[0].agent_name == '이도윤'


@pytest.mark.parametrize('limit', [1, 2, 5])
async def test_pages_join_without_gaps_or_repeats(
    services: Services, make: Make, limit: int
) -> None:
    agent = await make.agent()
    customer = await lived(services, make, agent)
    whole = (await services.customer_timeline.page(agent, customer.id)).entries

    paged = await everything(services, agent, customer, limit=limit)

    assert [one.id for one in paged] == [one.id for one in whole]


async def test_place_stays_right_while_things_happen(services: Services, make: Make) -> None:
    agent = await make.agent()
    customer = await lived(services, make, agent)
    whole = (await services.customer_timeline.page(agent, customer.id)).entries
    first = await services.customer_timeline.page(agent, customer.id, limit=4)

    await services.customer_notes.add(agent, customer.id, '그사이에 적음')
    second = await services.customer_timeline.page(agent, customer.id, after=first.place, limit=4)

    assert [one.id for one in first.entries + second.entries] == [one.id for one in whole[:8]]


async def test_kinds_can_be_chosen(services: Services, make: Make) -> None:
    agent = await make.agent()
    customer = await lived(services, make, agent)

    page = await services.customer_timeline.page(agent, customer.id, kinds={TimelineKind.NOTE})

    assert {one.kind for one in page.entries} == {TimelineKind.NOTE}


async def test_of_other_departments_only_the_number_of_chats_is_told(
    services: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(department='기술지원'), await make.supervisor()
    customer = await make.customer()
    await make.chat(customer_id=customer.id, department=DEPARTMENT)
    await make.call(customer_id=customer.id, department=DEPARTMENT)
    own = await make.chat(customer_id=customer.id, department='기술지원')

    seen = await services.customer_timeline.page(agent, customer.id, limit=1)
    everything_seen = await services.customer_timeline.page(supervisor, customer.id)

    assert ([one.id for one in seen.entries], seen.is_last) == ([own.id], True)
    assert len(everything_seen.entries) == 3
    assert (seen.elsewhere, everything_seen.elsewhere) == (1, 0)


async def test_timeline_takes_eight_queries_at_most(services: Services, make: Make) -> None:
    agent = await make.agent()
    customer = await lived(services, make, agent)
    with heard_statements() as statements:
        await services.customer_timeline.page(agent, customer.id)

    assert len([one for one in statements if one.lstrip().startswith(('SELECT', 'WITH'))]) == 8


async def test_contact_stands_there_with_what_was_written_down_after_it(
    services: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()
    chat = await make.chat(agent=agent, customer_id=customer.id)
    leaf = await make.category('배송', '지연')
    await make.wrap_up(chat, category_id=leaf.id, summary='내일 도착 안내')

    [entry] = (await services.customer_timeline.page(agent, customer.id)).entries

    assert entry.wrap_up
    assert (entry.wrap_up.category, entry.wrap_up.summary) == ('배송 > 지연', '내일 도착 안내')


async def test_contact_stands_there_with_what_was_promised_in_it(
    services: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()
    chat = await make.chat(agent=agent, customer_id=customer.id)
    due_at = clock.now() + timedelta(hours=1)
    made = await services.promises.make(agent, chat.id, '다시 전화', due_at)

    [entry] = (await services.customer_timeline.page(agent, customer.id)).entries

    assert [(one.id, one.body) for one in entry.promises] == [(made.id, '다시 전화')]


async def test_note_is_its_writers_to_change_and_remove(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, colleague, customer = await make.agent(), await make.agent(), await make.customer()
    listener = listen(another_desk, customer_topic(customer.id))
    note = await services.customer_notes.add(agent, customer.id, '  환불 \r\n 처리함 ')

    for forbidden in (
        services.customer_notes.change(colleague, note.id, '몰래'),
        services.customer_notes.remove(colleague, note.id),
    ):
        with pytest.raises(NotAllowedError, match=r'note\.not_yours'):
            await forbidden
    changed = await services.customer_notes.change(agent, note.id, '환불 완료')
    await services.customer_notes.remove(agent, note.id)

    assert changed.text == '환불 완료'
    assert (await services.customer_timeline.page(agent, customer.id)).entries == []
    await until(lambda: len(listener.events) == 3)
    assert {one.part for one in listener.of(CustomerChanged)} == {CustomerPart.NOTES}


async def test_same_note_sent_twice_is_one(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, customer, note_id = await make.agent(), await make.customer(), uuid4()

    await asyncio.gather(
        *(
            desk.customer_notes.add(agent, customer.id, '한 번만', note_id=note_id)
            for desk in (services, another_desk) * 3
        )
    )

    assert len((await services.customer_timeline.page(agent, customer.id)).entries) == 1


async def test_card_number_in_a_note_is_masked_before_it_is_stored(
    services: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()

    note = await services.customer_notes.add(agent, customer.id, '카드 4111-1111-1111-1111 확인')

    assert '1111-1111' not in note.text


@pytest.mark.parametrize('text', ['', '   \n ', 'ㄱ' * 2_001, '널\x00문자'])
async def test_unusable_note_is_refused(services: Services, make: Make, text: str) -> None:
    agent, customer = await make.agent(), await make.customer()

    with pytest.raises(InvalidInputError):
        await services.customer_notes.add(agent, customer.id, text)


async def test_note_needs_a_customer(services: Services, make: Make) -> None:
    agent = await make.agent()

    with pytest.raises(NotFoundError):
        await services.customer_notes.add(agent, uuid4(), '누구에게?')
    with pytest.raises(NotFoundError, match=r'note\.not_found'):
        await services.customer_notes.remove(agent, uuid4())
