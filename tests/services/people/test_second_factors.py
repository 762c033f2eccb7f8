"""The second factor: set up with a first code, each code accepted once, recovery codes, waits, rules, resets."""

import asyncio
from datetime import timedelta

import pyotp
import pytest

from desk import clock
from desk.db import Database
from desk.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    TooManyError,
)
from models import Agent, AgentRole, AuditAction, SecondFactor
from services.audit.filter import AuditFilter
from services.people.second_step import CodeNeededError
from services.registry import Services
from tests.support.make import PASSWORD, Make

STEP = timedelta(seconds=30)


def code_of(key: str, *, later: timedelta = timedelta()) -> str:
    """What the app shows."""
    return pyotp.TOTP(key.replace(' ', '')).at(clock.now() + later)


async def turned_on(services: Services, agent: Agent) -> tuple[str, list[str]]:
    """Set it up; returns the key and the recovery codes. The first code counts as one of a minute ago."""
    factors = services.second_factors
    with clock.moved(-2 * STEP):
        new = factors.begin(agent, issuer='desk.test')
        codes = await factors.confirm(agent, new.pending, code_of(new.key))
    return new.key, codes


async def pending_of(services: Services, agent: Agent) -> str:
    """The first step of a sign-in."""
    with pytest.raises(CodeNeededError) as needed:
        await services.sign_ins.sign_in(agent.username, PASSWORD, address='192.0.2.1')
    return needed.value.pending


async def test_who_has_one_signs_in_in_two_steps(services: Services, make: Make) -> None:
    agent = await make.agent()
    key, _ = await turned_on(services, agent)

    pending = await pending_of(services, agent)
    staff, token = await services.sign_ins.finish(pending, code_of(key), address='192.0.2.1')

    assert staff.agent.id == agent.id
    assert (await services.sign_ins.staff_by_token(token)).session_id == staff.session_id


async def test_a_code_is_accepted_once_also_by_two_at_once(
    services: Services, another_desk: Services, make: Make
) -> None:
    agent = await make.agent()
    key, _ = await turned_on(services, agent)
    pending = await pending_of(services, agent)
    code = code_of(key)

    done = await asyncio.gather(
        *(
            desk.sign_ins.finish(pending, code, address='192.0.2.1')
            for desk in (services, another_desk)
        ),
        return_exceptions=True,
    )

    [refused] = [one for one in done if isinstance(one, BaseException)]
    assert isinstance(refused, NotSignedInError)
    assert refused.key == 'sign_in.code_wrong'


@pytest.mark.parametrize(('steps', 'is_right'), [(-2, False), (-1, True), (1, True), (2, False)])
async def test_clocks_may_differ_by_one_step(
    services: Services, make: Make, steps: int, is_right: bool
) -> None:
    agent = await make.agent()
    key, _ = await turned_on(services, agent)
    factors = services.second_factors
    with clock.moved(2 * STEP):  # clear of the step that turned it on
        code = code_of(key, later=steps * STEP)
        if is_right:
            await factors.accept(agent.id, code)
        else:
            with pytest.raises(NotSignedInError):
                await factors.accept(agent.id, code)


async def test_an_earlier_code_is_refused_after_a_later_one(services: Services, make: Make) -> None:
    agent = await make.agent()
    key, _ = await turned_on(services, agent)
    await services.second_factors.accept(agent.id, code_of(key, later=STEP))

    with pytest.raises(NotSignedInError):
        await services.second_factors.accept(agent.id, code_of(key))


async def test_a_recovery_code_works_once_however_it_is_typed(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    _, codes = await turned_on(services, agent)
    assert len(set(codes)) == 10
    accept = services.second_factors.accept

    await accept(agent.id, f' {codes[3].upper().replace("-", " ")} ')

    with pytest.raises(NotSignedInError):
        await accept(agent.id, codes[3])
    await accept(agent.id, codes[4])
    assert (await services.second_factors.state(agent)).codes_left == 8


async def test_wrong_codes_wait_from_wherever_they_come(services: Services, make: Make) -> None:
    agent = await make.agent()
    key, _ = await turned_on(services, agent)
    pending = await pending_of(services, agent)
    for number in range(5):
        with pytest.raises(NotSignedInError):
            await services.sign_ins.finish(pending, '000000', address=f'192.0.2.{number + 1}')

    with pytest.raises(TooManyError) as waits:
        await services.sign_ins.finish(pending, code_of(key), address='198.51.100.7')

    assert 20 < waits.value.wait_seconds <= 30
    with clock.moved(timedelta(seconds=31)):
        await services.sign_ins.finish(pending, code_of(key), address='198.51.100.7')


async def test_the_first_step_is_worth_nothing_later_or_after_a_new_password(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    key, _ = await turned_on(services, agent)
    pending = await pending_of(services, agent)
    finish = services.sign_ins.finish

    with clock.moved(timedelta(minutes=6)), pytest.raises(NotSignedInError) as late:
        await finish(pending, code_of(key), address='192.0.2.1')
    with pytest.raises(NotSignedInError):
        await finish(f'{pending[:-2]}xx', code_of(key), address='192.0.2.1')
    await make.changed(agent, password_hash='another')
    with pytest.raises(NotSignedInError) as changed:
        await finish(pending, code_of(key), address='192.0.2.1')

    assert {late.value.key, changed.value.key} == {'sign_in.step_over'}


async def test_a_wrong_password_says_nothing_of_a_second_factor(
    services: Services, make: Make
) -> None:
    agent = await make.agent()
    await turned_on(services, agent)

    with pytest.raises(NotSignedInError) as refused:
        await services.sign_ins.sign_in(agent.username, 'wrong', address='192.0.2.1')

    assert refused.value.key == 'sign_in.wrong'


async def test_setting_up_needs_a_right_code_and_ones_own_form(
    services: Services, make: Make
) -> None:
    agent, other = await make.agent(), await make.agent()
    factors = services.second_factors
    new = factors.begin(agent, issuer='desk.test')

    with pytest.raises(InvalidInputError):
        await factors.confirm(agent, new.pending, '000000')
    with pytest.raises(InvalidInputError):
        await factors.confirm(other, new.pending, code_of(new.key))
    with clock.moved(timedelta(hours=1)), pytest.raises(InvalidInputError):
        await factors.confirm(agent, new.pending, code_of(new.key))
    await factors.confirm(agent, new.pending, code_of(new.key))
    with pytest.raises(ConflictError):
        await factors.confirm(agent, new.pending, code_of(new.key))


async def test_the_stored_secret_is_encrypted_for_its_owner(
    services: Services, make: Make, db: Database
) -> None:
    agent = await make.agent()
    key, codes = await turned_on(services, agent)

    async with db.reading() as session:
        row = await session.get(SecondFactor, agent.id)
    assert row

    plain = key.replace(' ', '')
    assert plain not in row.secret
    assert not any(code.replace('-', '') in str(row.recovery_marks) for code in codes)
    assert services.second_factors._codes._sealer.opened(row.secret, str(agent.id)) == plain
    assert services.second_factors._codes._sealer.opened(row.secret, 'somebody else') is None


async def test_a_role_that_needs_one_is_led_to_it(services: Services, make: Make) -> None:
    admin, agent = await make.admin(), await make.agent()
    staff, token = await services.sign_ins.sign_in(agent.username, PASSWORD, address='192.0.2.1')
    await services.second_factors.require(admin, AgentRole.AGENT, is_required=True)
    lacking = await services.sign_ins.staff_by_token(token)

    key, _ = await turned_on(services, agent)
    now = await services.sign_ins.staff(staff.session_id)

    assert (lacking.lacks_second_factor, now.lacks_second_factor) == (True, False)
    with clock.moved(2 * STEP), pytest.raises(ConflictError):
        await services.second_factors.turn_off(agent, code_of(key))
    await services.second_factors.require(admin, AgentRole.AGENT, is_required=False)
    with clock.moved(3 * STEP):
        await services.second_factors.turn_off(agent, code_of(key))
    assert (await services.second_factors.state(agent)).since is None


async def test_administrators_reset_it_and_end_the_sessions(services: Services, make: Make) -> None:
    admin, agent = await make.admin(), await make.agent()
    _, token = await services.sign_ins.sign_in(agent.username, PASSWORD, address='192.0.2.1')
    await turned_on(services, agent)

    with pytest.raises(NotAllowedError):
        await services.second_factors.reset(agent, agent.id)
    await services.second_factors.reset(admin, agent.id)

    with pytest.raises(NotSignedInError):
        await services.sign_ins.staff_by_token(token)
    with pytest.raises(NotFoundError):
        await services.second_factors.reset(admin, agent.id)
    await services.sign_ins.sign_in(agent.username, PASSWORD, address='192.0.2.1')
    page = await services.audit_log.newest(admin, AuditFilter())
    assert AuditAction.SECOND_FACTOR_RESET in {one.action for one in page.entries}
