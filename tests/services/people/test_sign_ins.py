"""Signing in and out: sessions that can be revoked in every process, and the brake on guessing."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import OctKey

from desk import clock, passwords
from desk.db import Database
from desk.errors import NotSignedInError, TooManyError
from desk.events import Event
from desk.settings import Settings
from desk.tokens import hashed, new_token
from models import Agent, AgentStatus, SignInSession
from services.people.events import SessionRevoked, agent_topic
from services.people.sign_ins import Staff
from services.registry import Services
from tests.conftest import SECRET
from tests.support.make import PASSWORD, Make
from tests.support.until import until_waiting

ADDRESS = '203.0.113.7'


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
    services: Services, username: str, password: str = PASSWORD, address: str = ADDRESS
) -> Staff:
    """Sign in and leave the cookie alone."""
    staff, _ = await services.sign_ins.sign_in(username, password, address=address)
    return staff


async def fail(services: Services, username: str, *, times: int, address: str = ADDRESS) -> None:
    """Try a wrong password so many times."""
    for _ in range(times):
        with pytest.raises(NotSignedInError):
            await sign_in(services, username, 'wrong', address)


async def heard(services: Services, topic: str, kind: type[Event]) -> asyncio.Queue[Event]:
    """Collect the events of a kind at a topic."""
    events: asyncio.Queue[Event] = asyncio.Queue()

    def keep(event: Event) -> None:
        if isinstance(event, kind):
            events.put_nowait(event)

    services.topics.subscribe(topic, keep)
    return events


async def test_right_password_begins_a_session(services: Services, make: Make) -> None:
    agent = await make.agent()

    staff, token = await services.sign_ins.sign_in(agent.username, PASSWORD, address=ADDRESS)

    again = await services.sign_ins.staff_by_token(token)
    assert (again.agent.id, again.session_id) == (agent.id, staff.session_id)
    assert again.expires_at == staff.expires_at
    assert (await services.sign_ins.staff(staff.session_id)).agent.id == agent.id


async def test_signing_in_makes_nobody_available_unasked(services: Services, make: Make) -> None:
    agent = await make.agent(status=AgentStatus.OFFLINE)

    await sign_in(services, agent.username)

    assert (await services.agents.agent(agent.id)).status is AgentStatus.OFFLINE


async def test_signing_in_again_leaves_the_chosen_status(services: Services, make: Make) -> None:
    agent = await make.agent(status=AgentStatus.AWAY)

    staff = await sign_in(services, agent.username)

    assert staff.agent.status is AgentStatus.AWAY


@pytest.mark.parametrize(
    'username', ['agent-1', 'nobody', '', 'x' * 4_000, 'nul\x00byte', '\ud800half']
)
async def test_wrong_password_and_unknown_name_sound_the_same(
    services: Services, make: Make, username: str
) -> None:
    await make.agent(username='agent-1')

    with pytest.raises(NotSignedInError) as refused:
        await sign_in(services, username, 'wrong\ud800')

    assert refused.value.key == 'sign_in.wrong'


async def test_password_of_nobody_is_compared_as_well() -> None:
    known = await passwords.hashed('nobody has this password')

    assert await passwords.matches('nobody has this password', known)
    assert not await passwords.matches('nobody has this password', None)
    assert not await passwords.matches('x' * (passwords.MAX_PASSWORD_CHARS + 1), known)


async def test_unknown_name_is_slowed_down_like_a_known_one(services: Services) -> None:
    await fail(services, 'nobody', times=5)

    with pytest.raises(TooManyError):
        await sign_in(services, 'nobody')


async def test_fifth_failure_makes_even_the_right_password_wait(
    services: Services, another_desk: Services, make: Make, later: ExitStack
) -> None:
    agent = await make.agent()
    await fail(services, agent.username, times=3)
    await fail(another_desk, agent.username, times=2)

    with pytest.raises(TooManyError) as refused:
        await sign_in(services, agent.username)
    assert 25 <= refused.value.wait_seconds <= 30

    later.enter_context(clock.moved(timedelta(seconds=31)))
    await sign_in(services, agent.username)


async def test_each_further_failure_doubles_the_wait_up_to_fifteen_minutes(
    services: Services, later: ExitStack
) -> None:
    await fail(services, 'nobody', times=5)
    waits = []

    for _ in range(8):
        with pytest.raises(TooManyError) as refused:
            await sign_in(services, 'nobody')
        waits.append(refused.value.wait_seconds)
        later.enter_context(clock.moved(timedelta(seconds=refused.value.wait_seconds)))
        await fail(services, 'nobody', times=1)

    assert waits == pytest.approx([30, 60, 120, 240, 480, 900, 900, 900], abs=2)


async def test_success_clears_the_failures_of_the_account(services: Services, make: Make) -> None:
    agent = await make.agent()
    await fail(services, agent.username, times=4)

    await sign_in(services, agent.username)

    await fail(services, agent.username, times=4)
    await sign_in(services, agent.username)


async def test_guesses_at_the_same_moment_are_counted_too(services: Services, make: Make) -> None:
    agent = await make.agent()

    tries = (sign_in(services, agent.username, f'guess {number}') for number in range(20))
    answers = await asyncio.gather(*tries, return_exceptions=True)

    assert [type(answer) for answer in answers].count(NotSignedInError) == 5
    assert [type(answer) for answer in answers].count(TooManyError) == 15


async def test_one_colleagues_mistakes_do_not_slow_the_centre_down(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    for number in range(19):
        await fail(services, f'colleague-{number}', times=1)

    await sign_in(services, agent.username)


async def test_many_accounts_tried_from_one_address_slow_that_address_down(
    services: Services, make: Make, later: ExitStack
) -> None:
    agent = await make.agent()
    for number in range(20):
        await fail(services, f'guessed-{number}', times=1)

    with pytest.raises(TooManyError) as refused:
        await sign_in(services, agent.username)
    await sign_in(services, agent.username, address='198.51.100.1')

    later.enter_context(clock.moved(timedelta(seconds=refused.value.wait_seconds)))
    await sign_in(services, agent.username)


async def test_whole_shift_signs_in_at_once_from_one_address(
    services: Services, make: Make
) -> None:
    agents = [await make.agent() for _ in range(40)]

    signed_in = await asyncio.gather(*(sign_in(services, agent.username) for agent in agents))

    assert {staff.agent.id for staff in signed_in} == {agent.id for agent in agents}


async def test_signing_out_ends_cookie_and_bearer_in_every_process(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    staff, token = await services.sign_ins.sign_in(agent.username, PASSWORD, address=ADDRESS)
    bearer = services.sign_ins.bearer(staff)
    assert (await another_desk.sign_ins.staff_by_bearer(bearer)).session_id == staff.session_id
    revoked = await heard(another_desk, agent_topic(agent.id), SessionRevoked)

    await services.sign_ins.sign_out(staff)

    assert await asyncio.wait_for(revoked.get(), 5) == SessionRevoked(
        agent_id=agent.id, session_id=staff.session_id
    )
    with pytest.raises(NotSignedInError):
        await another_desk.sign_ins.staff(staff.session_id)
    with pytest.raises(NotSignedInError):
        await another_desk.sign_ins.staff_by_token(token)
    with pytest.raises(NotSignedInError):
        await another_desk.sign_ins.staff_by_bearer(bearer)


async def test_last_sign_out_puts_the_agent_offline(services: Services, make: Make) -> None:
    agent = await make.agent()
    first, second = await sign_in(services, agent.username), await sign_in(services, agent.username)

    await services.sign_ins.sign_out(first)
    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE

    await services.sign_ins.sign_out(second)
    assert (await services.agents.agent(agent.id)).status is AgentStatus.OFFLINE


async def test_signing_out_everywhere_ends_every_session(services: Services, make: Make) -> None:
    agent = await make.agent()
    sessions = [await sign_in(services, agent.username) for _ in range(3)]

    assert await services.sign_ins.sign_out_everywhere(sessions[0]) == 3

    for staff in sessions:
        with pytest.raises(NotSignedInError):
            await services.sign_ins.staff(staff.session_id)


async def test_session_expires_and_its_agent_goes_offline(
    services: Services, make: Make, later: ExitStack
) -> None:
    agent = await make.agent()
    staff, token = await services.sign_ins.sign_in(agent.username, PASSWORD, address=ADDRESS)
    bearer = services.sign_ins.bearer(staff)

    later.enter_context(clock.moved(timedelta(hours=12, seconds=1)))

    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_token(token)
    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_bearer(bearer)
    assert await services.sign_ins.tidy() == 1
    assert (await services.agents.agent(agent.id)).status is AgentStatus.OFFLINE


async def test_tidying_leaves_who_is_signed_in(services: Services, make: Make) -> None:
    agent = await make.agent()
    await sign_in(services, agent.username)

    assert await services.sign_ins.tidy() == 0

    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE


async def test_who_signs_in_while_others_are_put_offline_stays(
    services: Services, make: Make, settings: Settings
) -> None:
    """Tidying reads who has left, and a sign-in of theirs is just then being written."""
    agent = await make.agent(status=AgentStatus.AVAILABLE)
    with clock.moved(timedelta(hours=-13)):
        await sign_in(services, agent.username)
    db = Database(settings.database_url, pool_size=2)
    async with db.transaction() as session:
        await session.get(Agent, agent.id, with_for_update=True)
        tidying = asyncio.ensure_future(services.sign_ins.tidy())
        await until_waiting(db, 1)
        session.add(
            SignInSession(
                agent_id=agent.id,
                token_hash=hashed(new_token()),
                expires_at=clock.now() + timedelta(hours=1),
            )
        )
    gone = await tidying
    await db.close()

    assert gone == 0
    assert (await services.agents.agent(agent.id)).status is AgentStatus.AVAILABLE


async def test_bearer_without_a_signature_or_of_another_kind_is_refused(
    services: Services, make: Make
) -> None:
    staff = await sign_in(services, (await make.agent()).username)
    _, claims, _ = services.sign_ins.bearer(staff).split('.')
    unsigned = f'{_base64({"alg": "none"})}.{claims}.'
    our_key_other_kind = jwt.encode(
        {'alg': 'HS512'}, {'sid': str(staff.session_id), 'exp': 4_102_444_800}, OctKey.import_key(SECRET),
        algorithms=['HS512'],
    )  # fmt: skip

    for forged in (unsigned, our_key_other_kind):
        with pytest.raises(NotSignedInError):
            await services.sign_ins.staff_by_bearer(forged)


@pytest.mark.parametrize('bearer', ['', 'nonsense', 'a.b.c', 'x' * 10_000, '\ud55c\uae00'])
async def test_nonsense_bearer_is_refused(services: Services, bearer: str) -> None:
    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_bearer(bearer)


async def test_bearer_that_names_no_session_is_refused(services: Services) -> None:
    claims = {'sub': 'agent-1', 'sid': str(uuid4()), 'exp': 4_102_444_800}
    made_with_our_key = jwt.encode({'alg': 'HS256'}, claims, OctKey.import_key(SECRET))

    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_bearer(made_with_our_key)


async def test_demo_accounts_are_named_with_role_and_department(
    services: Services, make: Make
) -> None:
    agent, supervisor = await make.agent(), await make.supervisor()

    accounts = await services.sign_ins.demo_accounts()

    assert {(one.username, one.name, one.role, one.department) for one in accounts} == {
        (one.username, one.name, one.role, one.department) for one in (agent, supervisor)
    }


def _base64(header: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip('=')


async def test_hash_of_other_parameters_is_made_anew_at_the_next_sign_in(
    services: Services, make: Make, db: Database
) -> None:
    old = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    agent, current = await make.agent(password_hash=old), await make.agent()

    async def kept(one: Agent) -> str:
        async with db.reading() as session:
            return (await session.get_one(Agent, one.id)).password_hash

    await fail(services, agent.username, times=1)
    untouched = await kept(agent)
    await asyncio.gather(*(sign_in(services, agent.username) for _ in range(2)))
    renewed = await kept(agent)
    await sign_in(services, agent.username)
    await sign_in(services, current.username)

    assert untouched == old
    assert renewed.startswith('$argon2id$v=19$m=8,t=1,p=1$')
    assert await kept(agent) == renewed
    assert await kept(current) == current.password_hash
