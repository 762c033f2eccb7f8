"""What a state of the softphone costs the desk: nothing when it says nothing new, and little when it does.

A hundred agents' softphones share one event loop with everybody who writes.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from nicegui.testing import User

from desk import clock
from pages.parts.kit.clock import milliseconds
from pages.parts.kit.sound import Sound
from tests.pages.calls.conftest import Phone, a_call
from tests.support.statements import heard_statements
from tests.support.until import until

BY_CONTACT, OF_QUEUE = 'call_legs.contact_id =', 'queues.name ='
QUIET_SECONDS = 0.3
"""Longer than the desk takes to begin what a state leads to."""


@dataclass
class Costs:
    """What one state led to."""

    sent: list[str] = field(default_factory=list)
    """Elements that were drawn anew, and methods that ran in the browser."""
    asked: list[str] = field(default_factory=list)
    """Statements that look for a call or a queue: others are of the desk's own loops."""


@contextmanager
def costs(user: User) -> Iterator[Costs]:
    """Count while the block runs."""
    assert user.client is not None
    outbox, found = user.client.outbox, Costs()
    begin = outbox.next_message_id
    with heard_statements() as asked:
        yield found
    for number, _at, (_client, kind, data) in outbox.message_history:
        if number >= begin:
            drawn = [key for key in data if key != '_id']
            found.sent += [str(one) for one in drawn] if kind == 'update' else [kind]
    found.asked += [one for one in asked if BY_CONTACT in one or OF_QUEUE in one]


def proof(**more: object) -> dict[str, Any]:
    """What the window finds each minute."""
    at = milliseconds(clock.now())
    return {'microphone': 'granted', 'answers': True, 'throttled': False, 'at': at, **more}


@pytest.fixture
async def call(phone: Phone, user: User) -> dict[str, Any]:
    """A call that agent1 has, with all that its beginning led to."""
    user.find(Sound).trigger('state', {'unlocked': True, 'muted': False, 'volume': 1.0})
    call = a_call('contact-1', 'connected')
    phone.says(call, proof=proof())
    await user.should_see('통화 중', retries=20)
    await asyncio.sleep(QUIET_SECONDS)
    return call


async def test_state_that_says_nothing_new_costs_nothing(
    phone: Phone, user: User, call: dict[str, Any]
) -> None:
    said = proof()
    phone.says(call, proof=said)

    with costs(user) as found:
        for _ in range(5):
            phone.says(call, proof=said)
        await asyncio.sleep(QUIET_SECONDS)

    assert (found.sent, found.asked) == ([], [])


async def test_proof_of_each_minute_draws_nothing_and_still_guards(
    phone: Phone, user: User, call: dict[str, Any]
) -> None:
    with costs(user) as found:
        phone.says(call, proof=proof(at=milliseconds(clock.now()) + 60_000))
        await asyncio.sleep(QUIET_SECONDS)

    assert (found.sent, found.asked) == ([], [])
    phone.says(call, proof=proof(answers=False))
    await user.should_see('소프트폰이 응답하지 않습니다.', retries=20)
    phone.says(call, proof=proof())
    await user.should_not_see('소프트폰이 응답하지 않습니다.', retries=20)


async def test_change_draws_what_it_changes_and_asks_nothing(
    phone: Phone, user: User, call: dict[str, Any]
) -> None:
    with costs(user) as muted:
        phone.says(call, proof=proof(), muted=True)
        await asyncio.sleep(QUIET_SECONDS)
    leg = {**call['legs'][1], 'state': 'hold'}
    with costs(user) as held:
        phone.says({**call, 'legs': [call['legs'][0], leg]}, proof=proof(), muted=True)
        await asyncio.sleep(QUIET_SECONDS)

    assert (len(muted.sent), muted.asked) == (1, []), muted.sent
    # the bar, what it announces and shows, 보류 and 보류 해제, the party's line, its state and its 보류
    assert (len(held.sent) <= 8, held.asked) == (True, []), held.sent


async def test_answered_call_is_looked_for_once(phone: Phone, user: User) -> None:
    with costs(user) as found:
        phone.says(a_call('contact-2', 'connected', queue='주문·배송'))
        await until(lambda: len(user.find('보류').elements) > 0)
        await asyncio.sleep(QUIET_SECONDS)

    # and its queue, for how long a call may last
    assert [BY_CONTACT in one for one in sorted(found.asked)] == [True, False], found.asked
