"""접속기록 점검: a month's accesses by person, what is unusual, and a signature that nobody changes."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from desk import clock
from desk.db import Database
from desk.errors import ConflictError, InvalidInputError, NotAllowedError
from desk.settings import Settings
from models import AccessMonth, Agent, AuditAction, Customer
from services.audit.access_reviews import digest_of
from services.audit.filter import AuditFilter
from services.audit.unusual import LEAST, Counted, Unusual, unusual
from services.customers.personal_data import RevealReason
from services.registry import Services
from services.work.unit_of_work import UnitsOfWork
from tests.support.make import Make

MONTH = date(2026, 11, 1)


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[Database]:
    """The database as the role that owns its tables."""
    db = Database(settings.migration_url, pool_size=1)
    yield db
    await db.close()


def month(**counts: int) -> AccessMonth:
    return AccessMonth(month=MONTH, agent_id=Agent().id, networks=[], **counts)


async def acted(
    db: Database, services: Services, agent: Agent, customer: Customer, times: int
) -> None:
    """Add entries to the log: that contact details were shown."""
    async with UnitsOfWork(db, services.relay).begin() as work:
        for _ in range(times):
            work.record(agent, AuditAction.PERSONAL_DATA_SHOWN, subject=customer)


async def test_month_says_who_saw_whose_data_and_what_is_unusual(
    services: Services, db: Database, make: Make
) -> None:
    eager, calm, admin, customer = await make.agent(), await make.agent(), await make.admin(), await make.customer()  # fmt: skip
    await acted(db, services, eager, customer, LEAST * 3)
    await acted(db, services, calm, customer, 2)
    await services.personal_data.reveal(calm, customer.id, RevealReason.IDENTITY)
    this = clock.now().astimezone(clock.SEOUL).date()

    with clock.moved(timedelta(days=40)):
        review = await services.access_reviews.review(admin, this)

    first, second = review.people
    assert (first.agent_id, first.month.entries, first.month.subjects) == (eager.id, LEAST * 3, 1)
    assert first.month.most == [['customer', str(customer.id), LEAST * 3]]
    assert review.customers == {customer.id: customer.code}
    assert {one.counted for one in first.unusual} >= {Counted.ENTRIES, Counted.SHOWN}
    assert (second.month.shown, second.unusual) == (3, ())
    assert review.month in review.unsigned


async def test_month_is_summed_once_and_the_log_is_not_read_again(
    services: Services, db: Database, make: Make
) -> None:
    admin, customer = await make.admin(), await make.customer()
    await acted(db, services, admin, customer, 3)
    this = clock.now().astimezone(clock.SEOUL).date()
    running = await services.access_reviews.review(admin, this)
    with clock.moved(timedelta(days=40)):
        over = await services.access_reviews.review(admin, this)
        async with db.transaction() as session:
            await (await session.connection()).execute(text('UPDATE access_months SET entries = 7'))
        again = await services.access_reviews.review(admin, this)

    assert (running.is_over, over.is_over) == (False, True)
    assert [one.month.entries for one in (*running.people, *over.people, *again.people)] == [3, 3, 7]  # fmt: skip


async def test_signed_review_stands_in_the_log_and_cannot_change(
    services: Services, db: Database, owner: Database, make: Make
) -> None:
    eager, calm, admin, customer = await make.agent(), await make.agent(), await make.admin(), await make.customer()  # fmt: skip
    await acted(db, services, eager, customer, LEAST)
    await acted(db, services, calm, customer, 1)
    this = clock.now().astimezone(clock.SEOUL).date()

    with pytest.raises(ConflictError, match=r'review\.not_over'):
        await services.access_reviews.sign(admin, this, '확인')
    with clock.moved(timedelta(days=40)):
        with pytest.raises(InvalidInputError, match=r'review\.remark'):
            await services.access_reviews.sign(admin, this)
        signed = await services.access_reviews.sign(admin, this, '불만 접수 때문, 010-1234-5678')
        with pytest.raises(ConflictError, match=r'review\.signed'):
            await services.access_reviews.sign(admin, this, '다시')
        review = await services.access_reviews.review(admin, this)
        assert review.month not in await services.access_reviews.unsigned(admin)

    assert review.signed is not None
    assert digest_of(review.signed) == review.signed.digest == signed.digest
    assert '5678' not in review.signed.remark
    [entry, *_] = (await services.audit_log.newest(admin, AuditFilter())).entries
    assert (entry.action, entry.details['digest']) == (AuditAction.ACCESS_REVIEWED, signed.digest)
    assert entry.details['head'] == f'{signed.head_id}:{signed.head_hash}'
    for statement in ("UPDATE access_reviews SET remark = ''", 'DELETE FROM access_reviews', 'TRUNCATE access_reviews'):  # fmt: skip
        for role in (db, owner):
            with pytest.raises(ProgrammingError):
                async with role.transaction() as session:
                    await (await session.connection()).execute(text(statement))


async def test_only_administrators_review(services: Services, make: Make) -> None:
    for person in (await make.agent(), await make.supervisor()):
        with pytest.raises(NotAllowedError):
            await services.access_reviews.review(person)
        with pytest.raises(NotAllowedError):
            await services.access_reviews.sign(person, MONTH)


def test_rule_compares_with_the_persons_own_months_and_with_the_others() -> None:
    few, many = month(entries=5), month(entries=LEAST * 3)

    assert unusual(month(entries=LEAST - 1), [month(entries=1)], [month(entries=1)]) == []
    assert unusual(many, [many], [many]) == []
    assert unusual(many, [few, few], [many]) == [Unusual(counted=Counted.ENTRIES, number=LEAST * 3, own=5)]  # fmt: skip
    assert unusual(many, [], [few, few, many]) == [Unusual(counted=Counted.ENTRIES, number=LEAST * 3, others=5)]  # fmt: skip
    assert unusual(many, [], []) == []


def test_rule_tells_new_networks_and_alarms() -> None:
    now, before = month(alarms=1), month()
    now.networks, before.networks = ['198.51.100.7', '203.0.113.0/24'], ['203.0.113.0/24']

    assert unusual(now, [before], []) == [Unusual(networks=('198.51.100.7',)), Unusual(alarms=1)]
    assert unusual(now, [], []) == [Unusual(alarms=1)]
