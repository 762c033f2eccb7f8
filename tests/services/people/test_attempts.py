"""Guessing passwords is slowed down, and keeps nobody out of their own account."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from desk import clock, passwords
from desk.errors import NotSignedInError, TooManyError
from services.people.attempts import ACCOUNT_BACKOFF, NETWORK_BACKOFF, SOURCE_BACKOFF
from services.people.devices import KNOWN_FOR, MAX_ACCOUNTS
from services.people.sign_ins import Staff
from services.registry import Services
from tests.support.make import PASSWORD, Make

HOME, CENTRE, STRANGER = '198.51.100.1', '203.0.113.7', '192.0.2.66'


@pytest.fixture(autouse=True)
def cheap_passwords() -> None:
    """Hash fast: what is under test is not the hash."""
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)


@pytest.fixture
def later() -> Iterator[ExitStack]:
    """Clocks that a test moves and that are put back after it."""
    with ExitStack() as stack:
        yield stack


async def sign_in(
    services: Services, username: str, address: str, *, device: str | None = None
) -> Staff:
    """Sign in with the right password."""
    staff, _ = await services.sign_ins.sign_in(username, PASSWORD, address=address, device=device)
    return staff


async def guesses(
    services: Services, username: str, address: str, count: int, *, device: str | None = None
) -> int:
    """Guess so many passwords; returns how many were looked at before one had to wait."""
    for number in range(count):
        try:
            await services.sign_ins.sign_in(
                username, f'guess {number}', address=address, device=device
            )
        except TooManyError:
            return number
        except NotSignedInError:
            continue
    return count


async def test_stranger_who_guesses_all_day_keeps_nobody_out(
    services: Services, make: Make, later: ExitStack
) -> None:
    agent = await make.agent()
    guessed = 0
    for _ in range(12):
        guessed += await guesses(services, agent.username, STRANGER, 10)
        later.enter_context(clock.moved(SOURCE_BACKOFF.most))
        await sign_in(services, agent.username, HOME)

    assert guessed == SOURCE_BACKOFF.limit + 11  # and not more because the owner came in between


async def test_stranger_who_has_many_addresses_slows_down_unknown_browsers_only(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    known = services.sign_ins.device_after(await sign_in(services, agent.username, HOME), None)
    for number in range(ACCOUNT_BACKOFF.limit):
        await make.failure(agent.username, network=f'192.0.2.{number % 250}')

    with pytest.raises(TooManyError) as refused:
        await sign_in(services, agent.username, CENTRE)
    assert refused.value.wait_seconds <= ACCOUNT_BACKOFF.most.total_seconds()
    await sign_in(services, agent.username, CENTRE, device=known)


async def test_colleague_who_tries_many_accounts_slows_down_no_known_browser(
    services: Services, make: Make
) -> None:
    agent, new = await make.agent(), await make.agent()
    known = services.sign_ins.device_after(await sign_in(services, agent.username, CENTRE), None)
    for number in range(NETWORK_BACKOFF.limit):
        assert await guesses(services, f'guessed-{number}', CENTRE, 1) == 1

    with pytest.raises(TooManyError):
        await sign_in(services, new.username, CENTRE)
    await sign_in(services, agent.username, CENTRE, device=known)


async def test_known_browser_guesses_no_more_than_others(services: Services, make: Make) -> None:
    agent, other = await make.agent(), await make.agent()
    known = services.sign_ins.device_after(await sign_in(services, agent.username, HOME), None)

    assert await guesses(services, agent.username, HOME, 20, device=known) == SOURCE_BACKOFF.limit
    assert await guesses(services, agent.username, CENTRE, 20, device=known) == 0
    assert await guesses(services, other.username, HOME, 20, device=known) == SOURCE_BACKOFF.limit


async def test_all_addresses_of_a_subscriber_are_one(services: Services, make: Make) -> None:
    agent, other = await make.agent(), await make.agent()
    one_by_one = [
        await guesses(services, agent.username, f'2001:db8:1:2::{number:x}', 1)
        for number in range(1, 9)
    ]
    for number in range(NETWORK_BACKOFF.limit):
        await guesses(services, f'guessed-{number}', f'2001:db8:5:6:{number:x}::1', 1)

    assert sum(one_by_one) == SOURCE_BACKOFF.limit
    with pytest.raises(TooManyError):
        await sign_in(services, other.username, '2001:db8:5:6:ffff::2')
    await sign_in(services, other.username, '2001:db8:5:7::1')


async def test_only_what_we_signed_makes_a_browser_known(
    services: Services, make: Make, later: ExitStack
) -> None:
    agent, other = await make.agent(), await make.agent()
    staff = await sign_in(services, agent.username, HOME)
    device = services.sign_ins.device_after(staff, None)
    for number in range(ACCOUNT_BACKOFF.limit):
        await make.failure(agent.username, network=f'192.0.2.{number % 250}')
    head, body, seal = device.split('.')
    of_other = services.sign_ins.device_after(await sign_in(services, other.username, HOME), None)

    for forged in ('', 'x', f'{head}.{body}.', f'{head}.{body}.{seal[:-2]}AA', of_other, services.sign_ins.bearer(staff)):  # fmt: skip
        with pytest.raises(TooManyError):
            await sign_in(services, agent.username, HOME, device=forged)
    with pytest.raises(NotSignedInError):  # nor does it open anything
        await services.sign_ins.staff_by_bearer(device)
    later.enter_context(clock.moved(KNOWN_FOR + timedelta(seconds=1)))
    assert await guesses(services, agent.username, HOME, 9, device=device) == SOURCE_BACKOFF.limit


async def test_browser_of_many_is_known_for_the_last_of_them(
    services: Services, make: Make
) -> None:
    agents = [await make.agent() for _ in range(MAX_ACCOUNTS + 1)]
    device = None
    for agent in agents:
        staff = await sign_in(services, agent.username, CENTRE, device=device)
        device = services.sign_ins.device_after(staff, device)
    for agent in (agents[-1], agents[0]):  # the latest failure counts
        for number in range(ACCOUNT_BACKOFF.limit):
            await make.failure(agent.username, network=f'192.0.2.{number % 250}')

    assert len(device or '') < 2_000  # of the 4,096 bytes that a browser keeps
    await sign_in(services, agents[-1].username, CENTRE, device=device)
    with pytest.raises(TooManyError):
        await sign_in(services, agents[0].username, CENTRE, device=device)
