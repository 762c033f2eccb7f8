"""Guessing masked numbers and addresses one after the other: counted, slowed down, and written down."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import text

from desk import clock
from desk.db import Database
from desk.errors import TooManyError
from desk.settings import Settings
from models import Agent, AuditAction
from services.audit.filter import AuditFilter
from services.history.filter import HistoryFilter
from services.registry import Services
from services.search.lookups import ALL_BACKOFF, EMAIL_BACKOFF, PHONE_BACKOFF, whole_values
from services.text.terms import parse_terms
from tests.support.make import Make


@pytest.fixture
def later() -> Iterator[ExitStack]:
    """Clocks that a test moves and that are put back after it."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[Database]:
    """A way in past the services."""
    db = Database(settings.database_url, pool_size=1)
    yield db
    await db.close()


async def is_admitted(services: Services, agent: Agent, typed: str) -> bool:
    """Whether a search for this would be answered at once."""
    try:
        await services.lookups.admit(agent, whole_values(parse_terms(typed)))
    except TooManyError:
        return False
    return True


async def tried(services: Services, agent: Agent, *texts: str) -> int:
    """How many of these look-ups were answered before one had to wait."""
    for answered, typed in enumerate(texts):
        if not await is_admitted(services, agent, typed):
            return answered
    return len(texts)


async def rows(db: Database) -> list[str]:
    """What is kept of look-ups, as the database writes it."""
    async with db.statement() as connection:
        kept = await connection.execute(text('SELECT lookups::text FROM lookups'))
        return list(kept.scalars())


async def unusual(services: Services, make: Make) -> list[tuple[object, dict[str, object]]]:
    """Of whom the monthly review learns, and how much."""
    admin = await make.admin()
    page = await services.audit_log.newest(admin, AuditFilter(action=AuditAction.LOOKUPS_UNUSUAL))
    return [(entry.agent_id, entry.details) for entry in page.entries]


def alike(count: int) -> list[str]:
    """Numbers that end the same: what somebody tries who sees the last four digits."""
    return [f'010{middle:04}5678' for middle in range(1000, 1000 + count)]


async def test_masked_number_is_not_guessed_by_trying_all_that_end_so(
    services: Services, make: Make
) -> None:
    agent, other = await make.agent(), await make.agent()
    await make.customer(phone='01010505678')

    assert await tried(services, agent, *alike(51)) == PHONE_BACKOFF.limit
    assert await unusual(services, make) == [(agent.id, {'alike': PHONE_BACKOFF.limit})]
    with pytest.raises(TooManyError) as refused:  # nor is it said whether it is the one
        await services.customer_search.search(agent, '01010505678')
    assert refused.value.key == 'search.lookups'
    assert 50 < refused.value.wait_seconds <= 60
    with pytest.raises(TooManyError):
        await services.history.page(agent, HistoryFilter(text='01010505678'))
    assert len(await services.customer_search.search(other, '01010505678')) == 1


async def test_masked_address_is_not_guessed_either(services: Services, make: Make) -> None:
    agent = await make.agent()
    guesses = [f'mi{number}@example.com' for number in range(40)]

    assert await tried(services, agent, *guesses) == EMAIL_BACKOFF.limit
    assert len(await unusual(services, make)) == 1


async def test_every_way_to_write_a_number_is_the_same_look_up(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    ways = ('01050005678', '010-5000-5678', '+82 10 5000 5678', '5000-5678', '0105000 5678')

    for _ in range(3):
        assert await tried(services, agent, *ways) == len(ways)
    assert await tried(services, agent, *alike(10)) == PHONE_BACKOFF.limit - 1


async def test_many_different_numbers_in_an_hour_are_slowed_down_too(
    services: Services, another_desk: Services, make: Make, later: ExitStack
) -> None:
    agent = await make.agent()
    numbers = [f'0107{number:03}{number:04}' for number in range(100)]

    assert await tried(services, agent, *numbers[:40]) == 40
    assert await tried(another_desk, agent, *numbers[40:]) == ALL_BACKOFF.limit - 40
    assert await unusual(services, make) == [(agent.id, {'lookups': ALL_BACKOFF.limit})]

    later.enter_context(clock.moved(ALL_BACKOFF.first))
    assert await tried(services, agent, *numbers[90:]) == 1  # and then waits twice as long
    later.enter_context(clock.moved(timedelta(hours=1)))
    assert await tried(services, agent, *numbers[91:]) == 9


async def test_a_days_work_is_not_slowed_down(
    services: Services, make: Make, later: ExitStack
) -> None:
    agent = await make.agent()

    for hour in range(8):
        calls = [f'010{hour + 20}{call:02}{hour}{call:03}' for call in range(30)]
        assert await tried(services, agent, *calls) == 30
        later.enter_context(clock.moved(timedelta(hours=1)))
    assert await unusual(services, make) == []


@pytest.mark.parametrize(
    'typed',
    ['김민준', 'ㄱㅁㅈ', '5678', '010', '010-1234', '010-1234-567', '02-123-456', '345678', 'C-0001234', 'kim', 'kim@', 'kim@example', '@example.com', ''],
)  # fmt: skip
def test_half_a_number_is_no_look_up(typed: str) -> None:
    assert whole_values(parse_terms(typed)) == []


async def test_series_goes_into_the_log_once_an_hour(
    services: Services, make: Make, later: ExitStack
) -> None:
    agent = await make.agent()
    guesses = alike(20)

    await tried(services, agent, *guesses)
    for _ in range(3):
        await tried(services, agent, *guesses)
    assert len(await unusual(services, make)) == 1

    later.enter_context(clock.moved(timedelta(days=2)))
    await tried(services, agent, *guesses)
    assert len(await unusual(services, make)) > 1


async def test_numbers_written_into_a_record_of_ones_own_are_counted_as_well(
    services: Services, make: Make
) -> None:
    """Whoever may write numbers into a record could learn from its duplicates which numbers there are."""
    agent = await make.agent()
    await make.customer(name='윤보라', phone='01098127634')
    mine = await make.customer(name='윤보라')

    for middle in range(PHONE_BACKOFF.limit):
        await make.changed(mine, phone=f'010{middle:04}7634')
        assert await services.customer_duplicates.suggestions(agent, mine.id) == []
    await make.changed(mine, phone='01098127634')
    with pytest.raises(TooManyError):
        await services.customer_duplicates.suggestions(agent, mine.id)

    assert len(await unusual(services, make)) == 1


async def test_colleagues_records_have_duplicates_all_day_long(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    for number in range(ALL_BACKOFF.limit + 5):
        one = await make.customer(phone=f'0108{number:03}{number:04}')
        await services.customer_duplicates.suggestions(agent, one.id)

    assert await unusual(services, make) == []


async def test_look_ups_are_kept_as_hashes_and_for_a_month(
    services: Services, make: Make, db: Database, later: ExitStack
) -> None:
    agent = await make.agent()
    await tried(services, agent, '01050005678', 'mi@example.com')

    kept = await rows(db)
    assert len(kept) == 2
    assert not any('5678' in row or 'example' in row for row in kept)
    await services.lookups.tidy()
    assert len(await rows(db)) == 2

    later.enter_context(clock.moved(timedelta(days=31)))
    await services.lookups.tidy()
    assert await rows(db) == []
