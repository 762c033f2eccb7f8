"""Whom the desk may call, when and for what."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest

from desk import clock
from desk.db import Database
from desk.errors import ConflictError
from desk.settings import Settings
from models import Agent, CallPermission, CustomerStatus
from services.calls.dial_rules import DialPurpose, DialRules, QuietHours
from services.registry import Services
from tests.conftest import assembled
from tests.support.make import Make

NUMBER = '01055556666'


CALLER = Agent(
    username='caller', email='caller@example.com', password_hash='', first_name='서연', last_name='김',
    department='주문·배송',
)  # fmt: skip


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """A desk without Connect, by day."""
    async with assembled(settings) as services:
        yield services


def until_seoul(at: str) -> timedelta:
    """How far it is from now to the next time that clocks in Seoul show this."""
    now = clock.now().astimezone(clock.SEOUL)
    then = datetime.combine(now.date(), time.fromisoformat(at), clock.SEOUL)
    return then - now if then > now else then - now + timedelta(days=1)


async def refusal(rules: DialRules, phone: str, purpose: DialPurpose = DialPurpose.SERVICE) -> str:
    """Why a number is not to be called; empty when it may be."""
    try:
        await rules.check(CALLER, phone, purpose)
    except ConflictError as error:
        return error.key
    return ''


@pytest.mark.parametrize(
    ('permission', 'service', 'advertising'),
    [
        (CallPermission.ANYTHING, '', ''),
        (CallPermission.SERVICE, '', 'dial.no_consent'),
        (CallPermission.NOTHING, 'dial.not_wanted', 'dial.not_wanted'),
    ],
)
async def test_customer_is_called_for_what_they_agreed_to(
    services: Services, make: Make, permission: CallPermission, service: str, advertising: str
) -> None:
    await make.customer(phone=NUMBER, call_permission=permission)

    assert await refusal(services.dial_rules, NUMBER) == service
    assert await refusal(services.dial_rules, NUMBER, DialPurpose.ADVERTISING) == advertising


async def test_blocked_customer_is_called_at_no_time_and_for_nothing(
    services: Services, make: Make
) -> None:
    await make.customer(phone=NUMBER)
    await make.customer(phone=NUMBER, status=CustomerStatus.BLOCKED)

    found = {await refusal(services.dial_rules, NUMBER, purpose) for purpose in DialPurpose}

    assert found == {'dial.blocked'}


async def test_strictest_of_those_who_share_a_number_decides_and_nobody_agreed_to_nothing(
    services: Services, make: Make
) -> None:
    assert await refusal(services.dial_rules, NUMBER, DialPurpose.ADVERTISING) == 'dial.no_consent'
    assert await refusal(services.dial_rules, NUMBER) == ''

    await make.customer(phone='01011112222', call_permission=CallPermission.ANYTHING)
    await make.customer(phone='01011112222', call_permission=CallPermission.NOTHING)

    assert await refusal(services.dial_rules, '01011112222') == 'dial.not_wanted'


@pytest.mark.parametrize(
    ('at', 'key'),
    [('20:59:30', ''), ('21:00:30', 'dial.night'), ('03:00', 'dial.night'), ('07:59', 'dial.night'), ('08:00:30', '')],
)  # fmt: skip
async def test_nobody_is_called_by_night_but_who_asked_for_it(
    services: Services, db: Database, at: str, key: str
) -> None:
    rules = DialRules(db, services.phone_lookup, QuietHours())

    with clock.moved(until_seoul(at)):
        assert await refusal(rules, NUMBER) == key
        assert await refusal(rules, NUMBER, DialPurpose.PROMISED) == ''


async def test_programs_are_held_to_the_same_rules(services: Services, make: Make) -> None:
    agent = await make.agent()
    customer = await make.customer(phone=NUMBER, call_permission=CallPermission.NOTHING)

    with pytest.raises(ConflictError) as refused:
        await services.calls.dial_customer(agent, customer.id, call_id=uuid4())

    assert refused.value.key in {'dial.not_wanted', 'call.not_set_up'}


def test_quiet_hours_are_read_as_they_are_set() -> None:
    assert QuietHours.of('21:00-08:00') == QuietHours()
    assert not QuietHours.of('').are_now
