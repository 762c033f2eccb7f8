"""Administrators end the sessions of others and keep people out; and so does whoever runs the desk."""

import asyncio
import json
from uuid import uuid4

import pytest

from desk.errors import ConflictError, NotAllowedError, NotFoundError, NotSignedInError
from models import Agent, AgentStatus, AuditAction, AuditEntry
from services.audit.filter import AuditFilter
from services.people.events import SessionRevoked, agent_topic
from services.people.sign_ins import Staff
from services.registry import Services
from tests.support.make import PASSWORD, Make


async def sign_in(services: Services, agent: Agent) -> tuple[Staff, str]:
    """Begin a session."""
    return await services.sign_ins.sign_in(agent.username, PASSWORD, address='127.0.0.1')


async def entries(services: Services, admin: Agent, action: AuditAction) -> list[AuditEntry]:
    """What the audit log says of an act, newest first."""
    page = await services.audit_log.newest(admin, AuditFilter(action=action))
    return list(page.entries)


async def test_administrator_ends_every_session_of_somebody_in_every_process(
    services: Services, another_desk: Services, make: Make
) -> None:
    admin, agent = await make.admin(), await make.agent()
    own, own_token = await sign_in(services, admin)
    begun = [await sign_in(services, agent) for _ in range(3)]
    heard: asyncio.Queue[object] = asyncio.Queue()
    another_desk.topics.subscribe(agent_topic(agent.id), heard.put_nowait)

    assert await services.accounts.sign_out_everywhere(admin, agent.username) == 3

    for _, token in begun:
        with pytest.raises(NotSignedInError):
            await another_desk.sign_ins.staff_by_token(token)
    revoked = set()
    while len(revoked) < 3:
        event = await asyncio.wait_for(heard.get(), 5)
        revoked |= {event.session_id} if isinstance(event, SessionRevoked) else set()
    assert revoked == {staff.session_id for staff, _ in begun}
    assert await services.sign_ins.staff_by_token(own_token) == own
    assert (await services.agents.agent(agent.id)).status is AgentStatus.OFFLINE
    said = await entries(services, admin, AuditAction.SIGNED_OUT_EVERYWHERE)
    assert {(one.agent_id, one.subject_id) for one in said} == {(admin.id, agent.id)}
    assert {one.details['session_id'] for one in said} == {str(one) for one in revoked}


async def test_blocked_account_is_out_and_stays_out(services: Services, make: Make) -> None:
    admin, agent = await make.admin(), await make.agent()
    staff, token = await sign_in(services, agent)

    for _ in range(2):
        await services.accounts.block(admin, str(agent.id))

    for opens in (
        services.sign_ins.staff_by_token(token),
        services.sign_ins.staff_by_bearer(services.sign_ins.bearer(staff)),
    ):
        with pytest.raises(NotSignedInError):
            await opens
    with pytest.raises(NotSignedInError) as refused:
        await sign_in(services, agent)
    assert refused.value.key == 'sign_in.inactive'
    with pytest.raises(
        NotSignedInError
    ) as refused:  # who does not know the password learns nothing
        await services.sign_ins.sign_in(agent.username, 'wrong', address='127.0.0.1')
    assert refused.value.key == 'sign_in.wrong'

    await services.accounts.unblock(admin, agent.username)
    await sign_in(services, agent)
    for action in (AuditAction.AGENT_DEACTIVATED, AuditAction.AGENT_REACTIVATED):
        [entry] = await entries(services, admin, action)
        assert (entry.agent_id, entry.subject_id) == (admin.id, agent.id)


async def test_sign_in_at_the_moment_of_blocking_does_not_slip_through(
    services: Services, make: Make
) -> None:
    admin, agent = await make.admin(), await make.agent()

    begun = await asyncio.gather(
        *(sign_in(services, agent) for _ in range(4)),
        services.accounts.block(admin, agent.username),
        return_exceptions=True,
    )

    for one in begun:
        if isinstance(one, tuple):
            assert not await services.sign_ins.is_valid(one[0].session_id)


async def test_nobody_blocks_themselves(services: Services, make: Make) -> None:
    admin = await make.admin()

    with pytest.raises(ConflictError):
        await services.accounts.block(admin, admin.username)

    await sign_in(services, admin)


async def test_others_may_not_and_nobody_is_not_found(services: Services, make: Make) -> None:
    admin, agent = await make.admin(), await make.agent()
    accounts = services.accounts

    for act in (accounts.sign_out_everywhere, accounts.block, accounts.unblock):
        for other in (agent, await make.supervisor()):
            with pytest.raises(NotAllowedError):
                await act(other, admin.username)
        for nobody in ('nobody', str(uuid4()), '', '\ud55c\uae00'):
            with pytest.raises(NotFoundError):
                await act(admin, nobody)


async def test_whoever_runs_the_desk_needs_no_account(services: Services, make: Make) -> None:
    admin = await make.admin()
    await sign_in(services, admin)

    assert await services.accounts.sign_out_everywhere(None, admin.username) == 1

    [entry] = await entries(services, admin, AuditAction.SIGNED_OUT_EVERYWHERE)
    assert (entry.agent_id, entry.subject_id, entry.path) == (None, admin.id, '')
    assert list(json.loads(json.dumps(entry.details))) == ['session_id']
