"""Single sign-on against a real provider process: who comes in as what, who is refused, and who is out again."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest

from desk import clock
from desk.errors import DeskError, NotSignedInError, UpstreamError
from desk.settings import Settings
from models import Agent, AgentRole
from pages.locale import sentence
from services.identity.single_sign_on import Arrival
from services.people.sign_ins import SessionOrigin
from services.registry import Services
from tests.conftest import assembled
from tests.support.make import DEPARTMENT, PASSWORD, Make
from tests.support.provider import CALLBACK, ProviderProcess, serving, setup_of, signed_in

HERE = SessionOrigin(address='192.0.2.1', user_agent='test')
MINA = {
    'groups': ['desk-agents'],
    'email': 'mina@example.com',
    'given_name': '미나',
    'family_name': '김',
}
MINA |= {'preferred_username': 'mina', 'email_verified': True}
LATER = timedelta(seconds=45)


@pytest.fixture(scope='module')
def running() -> Iterator[ProviderProcess]:
    with serving() as provider:
        yield provider


@pytest.fixture
def provider(running: ProviderProcess) -> ProviderProcess:
    running.knows('mina', **MINA)
    return running


@pytest.fixture
async def desk(settings: Settings, provider: ProviderProcess) -> AsyncIterator[Services]:
    """A desk whose people sign in at the provider, administrators with a password too."""
    there = provider.settings(settings, oidc_local_admins=True)
    async with assembled(settings, identity=setup_of(there)) as services:
        yield services


async def come(services: Services, sub: str = 'mina') -> Arrival:
    """Sign in at the provider."""
    assert services.single_sign_on
    ticket, answer = await signed_in(services, sub)
    return await services.single_sign_on.arrive(ticket, answer, callback=CALLBACK, origin=HERE)


async def refusal(services: Services, ticket: str | None, answer: dict[str, str]) -> str:
    """What is said to somebody who is refused."""
    assert services.single_sign_on
    with pytest.raises(DeskError) as refused:
        await services.single_sign_on.arrive(ticket, answer, callback=CALLBACK, origin=HERE)
    return refused.value.key


async def is_in(services: Services, arrival: Arrival) -> bool:
    """Whether a session is valid."""
    try:
        await services.sign_ins.staff_by_token(arrival.token)
    except NotSignedInError:
        return False
    return True


async def look(services: Services) -> None:
    """Let the desk ask the provider about everybody, a while later."""
    assert services.provider_watch
    with clock.moved(LATER):
        await services.provider_watch.look()


async def test_first_sign_in_makes_an_account_with_what_the_groups_give(desk: Services) -> None:
    first = await come(desk)
    again = await come(desk)

    person = first.staff.agent
    assert (person.username, person.name, person.email) == ('mina', '김미나', 'mina@example.com')
    assert (person.role, person.department) == (AgentRole.AGENT, DEPARTMENT)
    assert again.staff.agent.id == person.id
    assert (await desk.sign_ins.staff_by_token(first.token)).is_provided
    assert first.goal == '/desk'


async def test_nobody_signs_in_there_with_a_password(desk: Services, make: Make) -> None:
    await come(desk)
    agent, admin = await make.agent(), await make.admin()
    sign_in = desk.sign_ins.sign_in

    with pytest.raises(NotSignedInError) as no_password:
        await sign_in('mina', '', address='192.0.2.1')
    with pytest.raises(NotSignedInError) as local:
        await sign_in(agent.username, PASSWORD, address='192.0.2.1')
    await sign_in(admin.username, PASSWORD, address='192.0.2.1')

    assert (no_password.value.key, local.value.key) == ('sign_in.wrong', 'sign_in.at_provider')


async def test_who_is_in_no_group_is_refused_and_has_no_account(
    desk: Services, provider: ProviderProcess, make: Make
) -> None:
    provider.knows('stranger', groups=['cooks'], email='s@example.com')

    assert await refusal(desk, *await signed_in(desk, 'stranger')) == 'sso.no_group'

    people = await desk.authority.people(await make.admin())
    assert [one.username for one in people if one.sso_subject] == []


async def test_most_rights_of_several_groups_count(
    desk: Services, provider: ProviderProcess
) -> None:
    provider.knows('lead', groups=['cooks', 'desk-agents', 'desk-leads'], email='l@example.com')

    assert (await come(desk, 'lead')).staff.agent.role is AgentRole.SUPERVISOR


async def test_answer_counts_in_the_browser_that_asked_and_once(desk: Services) -> None:
    ticket, answer = await signed_in(desk, 'mina')
    other_ticket, other_answer = await signed_in(desk, 'mina')

    assert await refusal(desk, None, answer) == 'sso.not_asked'
    assert await refusal(desk, other_ticket, answer) == 'sso.not_asked'
    assert await refusal(desk, ticket, answer | {'state': ''}) == 'sso.not_asked'
    assert await refusal(desk, ticket, answer | {'iss': 'https://evil.example'}) == 'sso.refused'
    assert await refusal(desk, ticket, {'state': answer['state'], 'error': 'no'}) == 'sso.denied'
    with clock.moved(timedelta(minutes=11)):
        assert await refusal(desk, ticket, answer) == 'sso.not_asked'
    assert desk.single_sign_on
    arrive = desk.single_sign_on.arrive
    await arrive(other_ticket, other_answer, callback=CALLBACK, origin=HERE)
    assert await refusal(desk, other_ticket, other_answer) == 'sso.refused'  # the code is spent


async def test_token_of_another_sign_in_is_refused(desk: Services) -> None:
    assert desk.single_sign_on
    ticket, answer = await signed_in(desk, 'mina')
    tickets = desk.single_sign_on._tickets
    asked = json.loads(tickets.opened(ticket) or '')
    other = tickets.sealed(json.dumps(asked | {'nonce': 'of another'}))

    assert await refusal(desk, other, answer) == 'sso.refused'


async def test_code_is_worth_nothing_without_the_verifier_that_it_was_asked_with(
    desk: Services,
) -> None:
    assert desk.single_sign_on
    ticket, answer = await signed_in(desk, 'mina')
    tickets = desk.single_sign_on._tickets
    asked = json.loads(tickets.opened(ticket) or '')
    stolen = tickets.sealed(json.dumps(asked | {'verifier': 'of-whoever-has-the-code' * 2}))

    with pytest.raises(NotSignedInError) as refused:
        await desk.single_sign_on.arrive(stolen, answer, callback=CALLBACK, origin=HERE)

    said = sentence('ko', refused.value)
    assert said == '조직 계정으로 로그인하지 못했습니다. 처음부터 다시 시도하세요.'
    assert await refusal(desk, ticket, answer) == 'sso.refused'  # the code is spent
    again, fresh = await signed_in(desk, 'mina')
    arrive = desk.single_sign_on.arrive
    await arrive(again, fresh, callback=CALLBACK, origin=HERE)


async def test_provider_gives_no_code_without_a_challenge(
    desk: Services, provider: ProviderProcess
) -> None:
    """What the desk asks with is needed: without its challenge the provider of these tests refuses."""
    assert desk.single_sign_on
    departure = await desk.single_sign_on.depart('/desk', callback=CALLBACK)
    address, _sign, _rest = departure.address.partition('&code_challenge=')
    assert _sign

    async with httpx.AsyncClient() as browser:
        bare = await browser.post(address, data={'sub': 'mina'})

    assert (bare.status_code, bare.json()['error']) == (400, 'invalid_request')


async def test_verified_address_links_an_account_and_an_unverified_one_does_not(
    desk: Services, provider: ProviderProcess, make: Make
) -> None:
    mine = await make.agent(username='mina-kim', email='Mina@example.com')
    provider.knows('liar', groups=['desk-admins'], email='mina@example.com', email_verified=False)

    assert await refusal(desk, *await signed_in(desk, 'liar')) == 'sso.taken'
    assert (await come(desk)).staff.agent.id == mine.id
    provider.knows('liar', groups=['desk-admins'], email='mina@example.com', email_verified=True)
    assert await refusal(desk, *await signed_in(desk, 'liar')) == 'sso.taken'  # it has a subject


async def test_who_was_deactivated_here_stays_out(desk: Services, make: Make) -> None:
    first = await come(desk)
    await desk.authority.deactivate(await make.admin(), first.staff.agent.id)

    assert await refusal(desk, *await signed_in(desk, 'mina')) == 'sign_in.inactive'


async def test_who_is_deactivated_at_the_provider_is_out(
    desk: Services, provider: ProviderProcess
) -> None:
    one, two = await come(desk), await come(desk)
    await look(desk)
    assert await is_in(desk, one)
    provider.deactivates('mina')

    with clock.moved(2 * LATER):
        assert desk.provider_watch
        await desk.provider_watch.look()

    assert not await is_in(desk, one)
    assert not await is_in(desk, two)


async def test_changed_groups_change_the_role_and_lost_ones_end_the_session(
    desk: Services, provider: ProviderProcess
) -> None:
    arrival = await come(desk)
    provider.knows('mina', **(MINA | {'groups': ['desk-leads']}))
    await look(desk)
    role = (await desk.sign_ins.staff_by_token(arrival.token)).agent.role

    provider.knows('mina', **(MINA | {'groups': []}))
    assert desk.provider_watch
    with clock.moved(2 * LATER):
        await desk.provider_watch.look()

    assert role is AgentRole.SUPERVISOR
    assert not await is_in(desk, arrival)


async def test_the_last_administrator_stays_one(desk: Services, provider: ProviderProcess) -> None:
    provider.knows('boss', groups=['desk-admins'], email='boss@example.com')
    arrival = await come(desk, 'boss')
    provider.knows('boss', groups=['desk-agents'], email='boss@example.com')

    await look(desk)

    now: Agent = (await desk.sign_ins.staff_by_token(arrival.token)).agent
    assert (now.role, now.department) == (AgentRole.ADMIN, DEPARTMENT)


async def test_provider_that_is_away_is_said_and_ends_nobodys_session(
    desk: Services, settings: Settings, provider: ProviderProcess, make: Make
) -> None:
    arrival, admin = await come(desk), await make.admin()
    there = provider.settings(settings, oidc_local_admins=True)
    provider.stop()
    try:
        await look(desk)
        async with assembled(settings, identity=setup_of(there)) as started_meanwhile:
            assert started_meanwhile.single_sign_on
            with pytest.raises(UpstreamError) as away:
                await started_meanwhile.single_sign_on.depart('/desk', callback=CALLBACK)
            await started_meanwhile.sign_ins.sign_in(admin.username, PASSWORD, address='')
    finally:
        provider.start()

    assert away.value.key == 'sso.away'
    assert await is_in(desk, arrival)


async def test_keys_that_changed_are_read_again(desk: Services, provider: ProviderProcess) -> None:
    await come(desk)
    provider.stop()
    provider.start()
    provider.knows('mina', **MINA)

    assert desk.single_sign_on
    keys = desk.single_sign_on._provider
    keys._keys_at -= 60  # they were read a minute ago
    assert (await come(desk)).staff.agent.username == 'mina'


async def test_signing_out_ends_the_providers_session_too(
    desk: Services, provider: ProviderProcess, make: Make
) -> None:
    arrival, admin = await come(desk), await make.admin()
    local, _ = await desk.sign_ins.sign_in(admin.username, PASSWORD, address='192.0.2.1')
    assert desk.single_sign_on

    away = await desk.single_sign_on.farewell(arrival.staff, back='https://desk.test/login')
    nowhere = await desk.single_sign_on.farewell(local, back='https://desk.test/login')
    await desk.sign_ins.sign_out(arrival.staff)
    afterwards = await desk.single_sign_on.farewell(arrival.staff, back='https://desk.test/login')

    assert away
    assert away.startswith(f'{provider.issuer}/oauth2/end_session?')
    assert 'id_token_hint=ey' in away
    assert 'post_logout_redirect_uri=https%3A%2F%2Fdesk.test%2Flogin' in away
    assert nowhere is None
    assert afterwards
    assert 'id_token_hint' not in afterwards  # the provider's tokens are not kept


async def test_groups_give_skills_and_take_them_again(
    settings: Settings, provider: ProviderProcess, make: Make
) -> None:
    agent = {'role': 'agent', 'department': DEPARTMENT}
    groups = {
        'desk-agents': agent,
        'returns': agent | {'skills': {'반품': 2, '없는 역량': 3}},
        'experts': agent | {'skills': {'반품': 4, '영어': 1}},
    }
    there = provider.settings(settings, oidc_groups=json.dumps(groups), oidc_local_admins=True)
    async with assembled(settings, identity=setup_of(there)) as desk:
        boss, found = await make.admin(), []
        skills = {one: (await desk.skills.add(boss, one)).id for one in ('반품', '영어', '교환')}
        for named in (['returns', 'experts'], ['returns'], ['desk-agents']):
            provider.knows('mina', **(MINA | {'groups': named}))
            person = (await come(desk)).staff.agent
            levels = (await desk.skills.levels(boss)).get(person.id, {})
            found.append({name: levels[one] for name, one in skills.items() if one in levels})
            if not found[1:]:
                await desk.skills.set_levels(boss, person.id, {skills['교환']: 5})

    assert found == [{'반품': 4, '영어': 1}, {'반품': 2}, {}]
