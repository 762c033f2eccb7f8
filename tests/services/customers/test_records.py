"""Records: created and edited as people type them; two who edit at once lose nothing."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from desk import clock
from desk.errors import InvalidInputError, NotFoundError
from models import ChatStatus, Customer, CustomerStatus, MessageType, RiskLevel
from services.customers.events import CustomerChanged, customer_topic
from services.customers.fields import MAX_ATTRIBUTES, CustomerEdit, CustomerFields, phones_of
from services.customers.records import EditClashError
from services.customers.warnings import CustomerWarning, warnings_of
from services.registry import Services
from services.work.cursors import Cursor
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until

SPELLINGS = {
    '010-1234-5678': '01012345678',
    '+82 10 1234 5678': '01012345678',
    '0082-10-1234-5678': '01012345678',
    '０１０－１２３４－５６７８': '01012345678',  # noqa: RUF001 - as Korean keyboards write it
    '02)345-6789': '023456789',
    '1588-1234': '15881234',
    '+1 650-253-0000': '+16502530000',
}
UNUSABLE: list[dict[str, Any]] = [
    {'name': '   '},
    {'name': '김' * 101},
    {'name': '김\x00철수'},
    {'phones': []},
    {'phones': ['010-****-5678']},
    {'phones': ['119911']},
    {'phones': ['전화 없음']},
    {'phones': [f'010-1234-56{place:02}' for place in range(11)]},
    {'email': 'mi***@example.com'},
    {'email': 'no-at.example.com'},
    {'email': 'two words@example.com'},
    {'memo': 'ㄱ' * 2_001},
    {'attributes': {'': '골드'}},
    {'attributes': {'등급': 'ㄱ' * 201}},
    {'attributes': {f'항목 {place}': '값' for place in range(MAX_ATTRIBUTES + 1)}},
]


def edit(customer: Customer, **changes: Any) -> CustomerEdit:
    """What somebody changed who had this version before them."""
    return CustomerEdit(version=customer.version, **changes)


async def test_new_customer_is_kept_as_people_write_and_machines_compare(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    fields = CustomerFields(
        name='  김  철수 ',
        phones=('+82 10-1234-5678', '02-345-6789', '010 1234 5678'),
        email=' Chulsoo@example.com ',
        attributes={'회원 등급': '골드'},
    )

    made = await services.customer_records.create(agent, fields)

    kept = await services.customer_records.customer(agent, made.id)
    assert (kept.name, kept.email) == ('김 철수', 'Chulsoo@example.com')
    assert phones_of(kept) == ['01012345678', '023456789']
    assert kept.attributes == {'회원 등급': '골드'}


async def test_same_new_customer_sent_twice_is_one(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, customer_id = await make.agent(), uuid4()
    fields = CustomerFields(name='김철수', phones=('01012345678',))

    await asyncio.gather(
        *(
            desk.customer_records.create(agent, fields, customer_id=customer_id)
            for desk in (services, another_desk) * 3
        )
    )

    page = await services.customer_records.latest(agent)
    assert [one.id for one in page.customers] == [customer_id]


@pytest.mark.parametrize(('typed', 'kept'), SPELLINGS.items())
async def test_number_is_read_in_any_spelling(
    services: Services, make: Make, typed: str, kept: str
) -> None:
    agent, customer = await make.agent(), await make.customer(phone='0311112222')

    edited = await services.customer_records.edit(
        agent, customer.id, edit(customer, phones=[typed])
    )

    assert edited.customer.phone == kept


@pytest.mark.parametrize('wrong', UNUSABLE)
async def test_unusable_value_is_refused_and_changes_nothing(
    services: Services, make: Make, wrong: dict[str, Any]
) -> None:
    agent, customer = await make.agent(), await make.customer()

    with pytest.raises(InvalidInputError):
        await services.customer_records.edit(agent, customer.id, edit(customer, **wrong))

    kept = await services.customer_records.customer(agent, customer.id)
    assert kept.model_dump() == customer.model_dump()


async def test_different_fields_of_two_editors_come_together_and_are_told(
    services: Services, another_desk: Services, make: Make
) -> None:
    colleague, agent = await make.agent(last_name='이', first_name='도윤'), await make.agent()
    customer = await make.customer(memo='')
    attribute = {'회원 등급': '골드'}
    await another_desk.customer_records.edit(
        colleague, customer.id, edit(customer, risk_level='high', attributes=attribute)
    )

    edited = await services.customer_records.edit(
        agent, customer.id, edit(customer, memo='오후 통화 선호', attributes={'계약 번호': 'A-1'})
    )

    kept = edited.customer
    assert (kept.risk_level, kept.memo, kept.version) == (RiskLevel.HIGH, '오후 통화 선호', 2)
    assert kept.attributes == {'회원 등급': '골드', '계약 번호': 'A-1'}
    assert {(one.field, one.before, one.after, one.agent_name) for one in edited.theirs} == {
        ('risk_level', 'low', 'high', '이도윤'),
        ('attributes.회원 등급', None, '골드', '이도윤'),
    }


async def test_same_field_of_two_editors_is_the_second_ones_choice(
    services: Services, make: Make
) -> None:
    colleague, agent = await make.agent(last_name='이', first_name='도윤'), await make.agent()
    customer = await make.customer(name='이민준')
    await services.customer_records.edit(colleague, customer.id, edit(customer, name='이민중'))

    with pytest.raises(EditClashError) as refused:
        await services.customer_records.edit(
            agent, customer.id, edit(customer, name='이민즌', memo='급함')
        )

    [clash] = refused.value.clashes
    assert (clash.field, clash.base, clash.theirs, clash.mine, clash.agent_name) == (
        'name', '이민준', '이민중', '이민즌', '이도윤',
    )  # fmt: skip
    unchanged = await services.customer_records.customer(agent, customer.id)
    assert (unchanged.name, unchanged.memo) == ('이민중', '')
    chosen = await services.customer_records.edit(
        agent, customer.id, edit(refused.value.customer, name='이민즌', memo='급함')
    )
    assert (chosen.customer.name, chosen.customer.memo) == ('이민즌', '급함')


async def test_two_who_mean_the_same_do_not_clash(services: Services, make: Make) -> None:
    agent, customer = await make.agent(), await make.customer()
    wanted = edit(customer, status='blocked')

    for _ in range(2):
        edited = await services.customer_records.edit(agent, customer.id, wanted)

    assert (edited.customer.status, edited.customer.version) == (CustomerStatus.BLOCKED, 1)


async def test_of_many_editors_of_one_field_at_once_one_wins(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()

    answers = await asyncio.gather(
        *(
            desk.customer_records.edit(agent, customer.id, edit(customer, memo=f'{number}번'))
            for number, desk in enumerate((services, another_desk) * 4)
        ),
        return_exceptions=True,
    )

    clashes = [one for one in answers if isinstance(one, EditClashError)]
    assert len(clashes) == 7
    assert (await services.customer_records.customer(agent, customer.id)).version == 1


async def test_change_that_nobody_wrote_down_counts_as_a_clash(
    services: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer(version=3)

    with pytest.raises(EditClashError):
        await services.customer_records.edit(
            agent, customer.id, CustomerEdit(version=1, name='다른 이름')
        )


async def test_open_card_of_another_process_hears_of_an_edit(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()
    listener = listen(another_desk, customer_topic(customer.id))

    await services.customer_records.edit(agent, customer.id, edit(customer, memo='전화 요망'))

    await until(lambda: bool(listener.events))
    assert [one.version for one in listener.of(CustomerChanged)] == [1]


async def test_card_and_account_numbers_never_enter_a_record(
    services: Services, make: Make
) -> None:
    agent, customer = await make.agent(), await make.customer()

    edited = await services.customer_records.edit(
        agent, customer.id, edit(customer, memo='카드 4111-1111-1111-1111')
    )

    assert '1111-1111' not in edited.customer.memo


async def test_latest_contacts_come_first_and_pages_join_without_gaps(
    services: Services, make: Make
) -> None:
    agent, now = await make.agent(), clock.now()
    strangers = [await make.customer(name=f'새 고객 {number}') for number in range(4)]
    known = [await make.customer(name=f'고객 {number}') for number in range(5)]
    for days, customer in enumerate(known):
        await make.chat(customer_id=customer.id, start_time=now - timedelta(days=days))

    seen: list[Customer] = []
    place: Cursor | None = None
    while True:
        page = await services.customer_records.latest(agent, after=place, limit=2)
        seen += page.customers
        if page.is_last:
            break
        place = page.place

    assert [one.id for one in seen] == [one.id for one in (*known, *reversed(strangers))]


async def test_warnings_are_told_gravest_first(services: Services, make: Make) -> None:
    agent, quiet = await make.agent(), await make.customer()
    risky = await make.customer(status=CustomerStatus.BLOCKED, risk_level=RiskLevel.HIGH)

    known = await services.customer_records.warnings(agent, [quiet.id, risky.id])

    assert known == {risky.id: (CustomerWarning.BLOCKED, CustomerWarning.HIGH_RISK)}
    assert warnings_of(quiet) == ()


async def test_unknown_customer_is_not_found(services: Services, make: Make) -> None:
    agent = await make.agent()

    with pytest.raises(NotFoundError, match=r'customer\.not_found'):
        await services.customer_records.customer(agent, uuid4())
    with pytest.raises(NotFoundError, match=r'customer\.not_found'):
        await services.customer_records.edit(agent, uuid4(), CustomerEdit(version=0, name='가'))


async def test_block_ends_open_chats_with_a_line(services: Services, make: Make) -> None:
    supervisor, agent = await make.supervisor(), await make.agent()
    customer = await make.customer(phone='01077778888')
    held = await make.chat(agent=agent, customer_id=customer.id, lines=1)
    waiting = await make.chat(visitor_phone='01077778888', lines=1)  # nobody has linked it
    elsewhere = await make.chat(visitor_phone='01011112222', lines=1)
    other = await make.customer()
    linked = await make.chat(visitor_phone='01077778888', customer_id=other.id, lines=1)

    blocked = edit(customer, status='blocked')
    await services.customer_records.edit(supervisor, customer.id, blocked)

    statuses = {}
    for one in (held, waiting, elsewhere, linked):
        now = await services.chats.chat(supervisor, one.id)
        statuses[one.id] = now.status is ChatStatus.CLOSED
    assert statuses == {held.id: True, waiting.id: True, elsewhere.id: False, linked.id: False}
    *_, last = await services.chats.transcript(supervisor, held.id)
    assert (last.type, last.content) == (MessageType.ENDED_BY_AGENT, '')
    [wrap_up] = await services.wrap_ups.open_of(agent)
    assert wrap_up.contact_id == held.id
