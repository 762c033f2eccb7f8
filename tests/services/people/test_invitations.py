"""Invitations: a link with which one person comes to a sign-in of their own, once and within a week."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from desk import clock, passwords
from desk.db import Database
from desk.errors import FieldsRefusedError, NotAllowedError, NotFoundError
from models import Agent, AgentRole, AuditAction
from services.audit import queries as audit_queries
from services.people.events import SETTINGS
from services.people.invitations import VALID_FOR, Invited, Invitee
from services.registry import Services
from tests.support.listening import listen
from tests.support.make import Make
from tests.support.until import until

PASSWORD = 'what-only-hayun-knows'
HAYUN = {
    'last_name': '이',
    'first_name': '하윤',
    'email': 'hayun@example.com',
    'username': 'hayun',
    'department': '주문·배송',
}


def hayun(**changes: str) -> Invitee:
    return Invitee(**(HAYUN | changes))


@pytest.fixture(autouse=True)
def cheap_passwords() -> None:
    """Hash fast: what is under test is not the hash."""
    passwords.use_cost(time_cost=1, memory_kib=8, parallelism=1)


@pytest.fixture
async def admin(make: Make) -> Agent:
    return await make.admin(username='boss')


@pytest.fixture
async def invited(services: Services, admin: Agent) -> Invited:
    return await services.invitations.invite(admin, hayun())


async def test_invited_sets_a_password_and_signs_in(
    services: Services, another_desk: Services, admin: Agent, invited: Invited, db: Database
) -> None:
    heard = listen(another_desk, SETTINGS)

    agent = await another_desk.invitations.accept(invited.token, PASSWORD, PASSWORD)

    staff, _ = await services.sign_ins.sign_in('hayun', PASSWORD, address='127.0.0.1')
    assert staff.agent.id == agent.id == invited.invitation.id
    assert (agent.name, agent.role, agent.department) == ('이하윤', AgentRole.AGENT, '주문·배송')
    assert await services.invitations.waiting(admin) == []
    await until(lambda: len(heard.events) > 0)
    async with db.reading() as session:
        entries = list(await audit_queries.sealed_after(session, 0, limit=100))
    assert [(one.action, one.agent_id, one.subject_id) for one in entries[:2]] == [
        (AuditAction.AGENT_INVITED, admin.id, agent.id),
        (AuditAction.AGENT_JOINED, agent.id, agent.id),
    ]


async def test_token_is_kept_as_a_hash_only(invited: Invited) -> None:
    assert invited.token not in str(invited.invitation.model_dump())


async def used(services: Services, admin: Agent, invited: Invited) -> None:
    await services.invitations.accept(invited.token, PASSWORD, PASSWORD)


async def withdrawn(services: Services, admin: Agent, invited: Invited) -> None:
    await services.invitations.withdraw(admin, invited.invitation.id)


async def renewed(services: Services, admin: Agent, invited: Invited) -> None:
    await services.invitations.renew(admin, invited.invitation.id)


async def replaced(services: Services, admin: Agent, invited: Invited) -> None:
    await services.invitations.invite(admin, hayun(username='hayun.lee', email='Hayun@example.com'))


@pytest.mark.parametrize('end', [used, withdrawn, renewed, replaced])
async def test_link_that_has_ended_admits_nobody(
    services: Services,
    admin: Agent,
    invited: Invited,
    end: Callable[[Services, Agent, Invited], Awaitable[None]],
) -> None:
    await end(services, admin, invited)

    with pytest.raises(NotFoundError):
        await services.invitations.accept(invited.token, PASSWORD, PASSWORD)


async def test_link_is_valid_for_a_week_and_a_new_one_can_be_made(
    services: Services, admin: Agent, invited: Invited
) -> None:
    with clock.moved(VALID_FOR):
        with pytest.raises(NotFoundError):
            await services.invitations.accept(invited.token, PASSWORD, PASSWORD)
        [waiting] = await services.invitations.waiting(admin)
        assert not waiting.is_open

        again = await services.invitations.renew(admin, invited.invitation.id)

        assert (
            await services.invitations.accept(again.token, PASSWORD, PASSWORD)
        ).first_name == '하윤'


@pytest.mark.parametrize(
    ('password', 'repeated', 'field'),
    [('short', 'short', 'password'), (PASSWORD, 'another-password', 'repeated')],
)
async def test_password_is_long_enough_and_typed_twice(
    services: Services, invited: Invited, password: str, repeated: str, field: str
) -> None:
    with pytest.raises(FieldsRefusedError) as refused:
        await services.invitations.accept(invited.token, password, repeated)

    assert list(refused.value.faults) == [field]


async def test_all_that_cannot_be_used_is_said_by_field(
    services: Services, admin: Agent, make: Make
) -> None:
    await make.agent(username='hayun')

    with pytest.raises(FieldsRefusedError) as blank:
        await services.invitations.invite(admin, Invitee(**dict.fromkeys(HAYUN, ' ')))
    with pytest.raises(FieldsRefusedError) as taken:
        await services.invitations.invite(admin, hayun(username='Hayun'))

    assert set(blank.value.faults) == set(HAYUN)
    assert {name: one.key for name, one in taken.value.faults.items()} == {
        'username': 'invite.username_taken',
        'email': 'invite.email_taken',
    }


async def test_only_administrators_of_this_moment_invite(
    services: Services, make: Make, admin: Agent, invited: Invited
) -> None:
    supervisor = await make.supervisor()
    await make.admin(username='another')
    await services.authority.set_role(admin, admin.id, AgentRole.SUPERVISOR)
    stale = admin  # a page that has not heard of it yet

    for by in (supervisor, stale):
        for asked in (
            services.invitations.invite(by, hayun(username='other', email='other@example.com')),
            services.invitations.renew(by, invited.invitation.id),
            services.invitations.withdraw(by, invited.invitation.id),
            services.invitations.waiting(by),
        ):
            with pytest.raises(NotAllowedError):
                await asked


async def test_two_who_open_one_link_at_once_are_one_colleague(
    services: Services, another_desk: Services, invited: Invited
) -> None:
    outcomes = await asyncio.gather(
        services.invitations.accept(invited.token, PASSWORD, PASSWORD),
        another_desk.invitations.accept(invited.token, PASSWORD, PASSWORD),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in outcomes) == ['Agent', 'NotFoundError']
