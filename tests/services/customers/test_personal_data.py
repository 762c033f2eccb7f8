"""Numbers and addresses: who sees them whole, and what it takes for everybody else."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from desk import clock
from desk.db import Database
from desk.errors import InvalidInputError, NotFoundError
from desk.settings import Settings
from models import Call, CallDirection, ChatStatus
from services.audit import queries as audit_queries
from services.audit.chain import SealedEntry
from services.customers.personal_data import (
    Contacts,
    RevealReason,
    masked_email,
    masked_phone,
)
from services.registry import Services
from services.text.reasons import MAX_WHY_CHARS
from tests.support.make import DEPARTMENT, Make


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The log's own way in."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def entries(db: Database) -> list[SealedEntry]:
    """The whole audit log, oldest first."""
    async with db.reading() as session:
        return list(await audit_queries.sealed_after(session, 0, limit=100))


@pytest.mark.parametrize(
    ('digits', 'shown'),
    [
        ('01012345678', '010-****-5678'),
        ('0111234567', '011-***-4567'),
        ('023456789', '02-***-6789'),
        ('0212345678', '02-****-5678'),
        ('03112345678', '031-****-5678'),
        ('07012345678', '070-****-5678'),
        ('15881234', '****-1234'),
        ('+14155550123', '****-0123'),
        ('821012345678', '****-5678'),
        ('1234', '****'),
        ('', ''),
    ],
)
def test_number_shows_its_ends(digits: str, shown: str) -> None:
    assert masked_phone(digits) == shown


@pytest.mark.parametrize(
    ('address', 'shown'),
    [
        ('minsu@example.com', 'mi***@example.com'),
        ('kim@example.com', 'ki***@example.com'),
        ('mi@example.com', 'm***@example.com'),
        ('m@example.com', 'm***@example.com'),
        ('"a@b"@example.com', '"a***@example.com'),
        ('김민수@example.com', '김민***@example.com'),
        ('nowhere', '***'),
        (None, ''),
        ('', ''),
    ],
)
def test_address_shows_its_first_letters_and_where_it_is(address: str | None, shown: str) -> None:
    assert masked_email(address) == shown


@pytest.mark.parametrize(
    ('status', 'sees'),
    [
        (ChatStatus.ACTIVE, True),
        (ChatStatus.ON_HOLD, True),
        (ChatStatus.CLOSED, False),
    ],
)
async def test_who_talks_with_a_customer_sees_how_to_reach_them(
    services: Services, make: Make, status: ChatStatus, sees: bool
) -> None:
    agent, customer = await make.agent(), await make.customer()
    await make.chat(agent=agent, customer_id=customer.id, status=status)

    assert await services.personal_data.sees_whole(agent, customer.id) == (
        {customer.id} if sees else set()
    )


@pytest.mark.parametrize('is_over', [True, False])
async def test_who_calls_with_a_customer_sees_how_to_reach_them(
    services: Services, make: Make, db: Database, is_over: bool
) -> None:
    agent, customer = await make.agent(), await make.customer()
    call = Call(
        customer_id=customer.id,
        agent_id=agent.id,
        direction=CallDirection.INBOUND,
        department=DEPARTMENT,
        phone=customer.phone,
        end_time=clock.now() if is_over else None,
    )
    async with db.transaction() as session:
        session.add(call)

    assert bool(await services.personal_data.sees_whole(agent, customer.id)) is not is_over


async def test_colleagues_and_supervisors_see_them_masked(services: Services, make: Make) -> None:
    holder, customer, other = await make.agent(), await make.customer(), await make.customer()
    await make.chat(agent=holder, customer_id=customer.id)

    for somebody in (await make.agent(), await make.supervisor()):
        assert await services.personal_data.sees_whole(somebody, customer.id) == set()
    assert await services.personal_data.sees_whole(holder, other.id) == set()
    assert await services.personal_data.sees_whole(holder, other.id, customer.id) == {customer.id}


async def test_who_looks_is_written_down_with_the_reason_and_without_what_was_seen(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    customer = await make.customer(email='minjun@example.com', other_phones=['0212345678'])

    seen = await services.personal_data.reveal(agent, customer.id, RevealReason.CALL)

    [entry] = await entries(db)
    assert seen == Contacts(
        phone='01012345678', other_phones=('0212345678',), email='minjun@example.com'
    )
    assert (entry.action, entry.agent_id, entry.subject_id) == (
        'personal_data_shown', agent.id, customer.id,
    )  # fmt: skip
    assert entry.details == '{"fields": ["phone", "other_phones", "email"], "reason": "call"}'


async def test_other_reason_needs_words_and_keeps_no_name_and_no_number_of_them(
    services: Services, make: Make, db: Database
) -> None:
    agent, customer = await make.agent(), await make.customer()
    personal_data = services.personal_data

    for nothing in ('', '  ', 'x' * (MAX_WHY_CHARS + 1)):
        with pytest.raises(InvalidInputError):
            await personal_data.reveal(agent, customer.id, RevealReason.OTHER, nothing)
    await personal_data.reveal(
        agent, customer.id, RevealReason.OTHER, ' 이민준 님 010-1234-5678로 택배 확인 '
    )

    [entry] = await entries(db)
    assert entry.reason == '*** 님 ***-****-****로 택배 확인'


async def test_nobody_is_not_there_and_nothing_is_written(
    services: Services, make: Make, db: Database
) -> None:
    agent, erased = await make.agent(), await make.customer(erased_at=clock.now())

    for customer_id in (uuid4(), erased.id):
        with pytest.raises(NotFoundError):
            await services.personal_data.reveal(agent, customer_id, RevealReason.CALL)

    assert await entries(db) == []


async def test_visitors_number_is_looked_at_in_chats_that_one_may_see(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    chat, foreign = await make.chat(), await make.chat(department='기술지원')

    seen = await services.personal_data.reveal_visitor(agent, chat.id, RevealReason.IDENTITY)
    with pytest.raises(NotFoundError):
        await services.personal_data.reveal_visitor(agent, foreign.id, RevealReason.IDENTITY)

    [entry] = await entries(db)
    assert seen == Contacts(phone=chat.visitor_phone)
    assert (entry.subject_kind, entry.subject_id) == ('chat', chat.id)
