"""Who may do what: every route that the application has, by everybody who may come. A route without a row is red."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from enum import StrEnum, auto
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from nicegui import app as nicegui_app
from starlette.routing import Route

from desk.settings import Settings
from models import EVERYWHERE, Agent, AgentRole, SettingKind
from pages.web import page_limits
from pages.web.cookies import Cookie
from pages.web.talk_place import key_of
from services.chats.visits import ChatStart
from services.registry import Services
from services.widget.widget import SitePage
from tests.support.make import DEPARTMENT, PASSWORD, Make

HOST = 'http://desk.test'
SITE = 'https://shop.example.com'
METHODS = ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')
FRAMEWORK = '/_nicegui/'
"""Scripts and styles, the same for everybody."""


class Who(StrEnum):
    """Who comes."""

    STRANGER = auto()
    CUSTOMER = auto()
    AGENT = auto()
    SUPERVISOR = auto()
    ADMIN = auto()


EVERYBODY = frozenset(Who)
STAFF = frozenset({Who.AGENT, Who.SUPERVISOR, Who.ADMIN})
SUPERVISORS = frozenset({Who.SUPERVISOR, Who.ADMIN})
ADMINS = frozenset({Who.ADMIN})
CUSTOMERS = frozenset({Who.CUSTOMER})
NOBODY = frozenset[Who]()

MAY = {
    'GET /healthz': EVERYBODY,
    'GET /readyz': EVERYBODY,
    'GET /metrics': NOBODY,  # from elsewhere, without its token
    'GET /openapi.json': EVERYBODY,  # on one machine; in production for signed-in people
    'GET /docs': EVERYBODY,
    'GET /docs/start.js': EVERYBODY,
    'GET /favicon.ico': EVERYBODY,
    'GET /login': EVERYBODY,
    'POST /login/demo': EVERYBODY,  # on a local desk only
    'POST /auth/login': EVERYBODY,
    'GET /login/code': NOBODY,  # who has not typed their password is led back to it
    'POST /auth/code': EVERYBODY,
    'GET /auth/sso': EVERYBODY,
    'GET /auth/sso/callback': EVERYBODY,
    'POST /auth/sso/logout': EVERYBODY,  # the provider, whose token is checked
    'POST /auth/logout': STAFF,
    'POST /auth/logout-everywhere': STAFF,
    'POST /preferences': EVERYBODY,
    'GET /agents/me/status': STAFF,
    'PUT /agents/me/status': STAFF,
    'GET /queues': ADMINS,
    'POST /queues': ADMINS,
    'PATCH /queues/{queue_id}': ADMINS,
    'GET /agents': ADMINS,
    'GET /agents/skills': ADMINS,
    'GET /agents/export': ADMINS,
    'POST /agents/invitations': ADMINS,
    'PATCH /agents/{agent_id}': ADMINS,
    'POST /agents/{who}/sign-out': ADMINS,
    'POST /agents/{who}/block': ADMINS,
    'POST /agents/{who}/unblock': ADMINS,
    'GET /chat/sessions': STAFF,
    'GET /chat/sessions/{session_id}': STAFF,
    'GET /chat/sessions/{session_id}/messages': STAFF,
    'POST /chat/sessions/{session_id}/messages': STAFF,
    'GET /chat/sessions/{session_id}/files/{file_id}/preview': STAFF,
    'PUT /chat/sessions/{session_id}/files/{file_id}': STAFF,
    'PUT /chat/sessions/{session_id}/files/{file_id}/canned/{canned_id}': STAFF,
    'GET /chat/sessions/{session_id}/files/{file_id}': STAFF,
    'GET /chat/sessions/{session_id}/transcript': STAFF,
    'POST /chat/sessions/{session_id}/take': STAFF,
    'POST /chat/sessions/{session_id}/hold': STAFF,
    'GET /chat/labels': STAFF,
    'PUT /chat/sessions/{session_id}/labels': STAFF,
    'PUT /chat/sessions/{session_id}/priority': STAFF,
    'POST /chat/sessions/{session_id}/snooze': STAFF,
    'POST /chat/sessions/{session_id}/wake': STAFF,
    'POST /chat/sessions/{session_id}/reopen': STAFF,
    'POST /chat/sessions/{session_id}/resume': STAFF,
    'PUT /chat/sessions/{session_id}/silence': STAFF,
    'POST /chat/sessions/{session_id}/join': STAFF,
    'POST /chat/sessions/{session_id}/leave': STAFF,
    'POST /chat/sessions/{session_id}/end': STAFF,
    'POST /chat/sessions/{session_id}/read': STAFF,
    'POST /chat/sessions/{session_id}/typing': STAFF,
    'GET /chat/sessions/{session_id}/sentiment': STAFF,
    'GET /chat/sessions/{session_id}/wrap-up': STAFF,
    'GET /chat/sessions/{session_id}/wrap-up/categories': STAFF,
    'PUT /chat/sessions/{session_id}/wrap-up': STAFF,
    'POST /chat/sessions/{session_id}/wrap-up/finish': STAFF,
    'GET /left-messages': STAFF,
    'GET /chat/sessions/{session_id}/notes': STAFF,
    'POST /chat/sessions/{session_id}/notes': STAFF,
    'GET /chat/sessions/{session_id}/notes/colleagues': STAFF,
    'GET /transfers': STAFF,
    'POST /transfers': STAFF,
    'POST /transfers/{transfer_id}/accept': STAFF,
    'POST /transfers/{transfer_id}/refuse': STAFF,
    'POST /transfers/{transfer_id}/withdraw': STAFF,
    'POST /protection/cases': STAFF,
    'GET /protection/cases': SUPERVISORS,
    'GET /protection/cases/{case_id}': SUPERVISORS,
    'GET /protection/cases/{case_id}/record': SUPERVISORS,
    'GET /protection/cases/{case_id}/files/{file_id}': SUPERVISORS,
    'GET /protection/contacts/{contact_id}': STAFF,
    'POST /protection/cases/{case_id}/warnings': STAFF,
    'POST /protection/cases/{case_id}/end': STAFF,
    'POST /protection/cases/{case_id}/rest': STAFF,
    'POST /protection/cases/{case_id}/return': STAFF,
    'POST /protection/cases/{case_id}/restriction': SUPERVISORS,
    'POST /protection/cases/{case_id}/release': SUPERVISORS,
    'POST /protection/cases/{case_id}/reunite': SUPERVISORS,
    'GET /mentions': STAFF,
    'POST /mentions/{note_id}/read': STAFF,
    'POST /chat/sessions/{session_id}/wrap-up/take': STAFF,
    'GET /promises': STAFF,
    'POST /promises': STAFF,
    'GET /promises/{promise_id}': STAFF,
    'POST /promises/{promise_id}/close': STAFF,
    'POST /promises/{promise_id}/hand-over': STAFF,
    'GET /promises/contacts/{contact_id}': STAFF,
    'GET /promises/contacts/{contact_id}/lines': STAFF,
    'POST /promises/lines/{message_id}/dismiss': STAFF,
    'GET /callbacks': STAFF,
    'POST /callbacks': STAFF,
    'GET /callbacks/{callback_id}': STAFF,
    'POST /callbacks/{callback_id}/close': STAFF,
    'POST /callbacks/{callback_id}/dial': STAFF,
    'GET /canned-replies': STAFF,
    'POST /canned-replies': STAFF,
    'GET /canned-replies/export': STAFF,
    'GET /canned-replies/{reply_id}': STAFF,
    'PATCH /canned-replies/{reply_id}': STAFF,
    'POST /canned-replies/{reply_id}/uses': STAFF,
    'GET /calls': STAFF,
    'POST /calls': STAFF,
    'GET /calls/quick-connects': STAFF,
    'GET /calls/{call_id}': STAFF,
    'GET /calls/{call_id}/attributes': STAFF,
    'PUT /calls/{call_id}/attributes': STAFF,
    'POST /calls/{call_id}/stop': STAFF,
    'POST /calls/{call_id}/transfer': STAFF,
    'POST /calls/{call_id}/monitor': SUPERVISORS,
    'POST /calls/{call_id}/recording/pause': STAFF,
    'POST /calls/{call_id}/recording/resume': STAFF,
    'GET /calls/{call_id}/wrap-up': STAFF,
    'GET /calls/{call_id}/wrap-up/categories': STAFF,
    'PUT /calls/{call_id}/wrap-up': STAFF,
    'POST /calls/{call_id}/wrap-up/finish': STAFF,
    'POST /calls/{call_id}/wrap-up/take': STAFF,
    'POST /contacts/assign': SUPERVISORS,
    'POST /contacts/move': SUPERVISORS,
    'POST /contacts/priority': SUPERVISORS,
    'GET /contacts/{contact_id}/assignments': SUPERVISORS,
    'GET /customers': STAFF,
    'POST /customers': STAFF,
    'GET /customers/{customer_id}': STAFF,
    'PATCH /customers/{customer_id}': STAFF,
    'GET /customers/{customer_id}/timeline': STAFF,
    'POST /customers/{customer_id}/reveal': STAFF,
    'POST /customers/{customer_id}/erase': SUPERVISORS,
    'GET /customers/{customer_id}/file': SUPERVISORS,
    'POST /customers/{customer_id}/notes': STAFF,
    'PATCH /customers/{customer_id}/notes/{note_id}': STAFF,
    'DELETE /customers/{customer_id}/notes/{note_id}': STAFF,
    'GET /customers/{customer_id}/duplicates': STAFF,
    'POST /customers/{customer_id}/merges/preview': STAFF,
    'POST /customers/{customer_id}/merges': STAFF,
    'POST /customers/{customer_id}/merges/{merge_id}/undo': STAFF,
    'GET /customers/{customer_id}/files': STAFF,
    'PUT /customers/{customer_id}/files/{file_id}': STAFF,
    'GET /customers/{customer_id}/files/{file_id}': STAFF,
    'GET /customers/{customer_id}/files/{file_id}/preview': STAFF,
    'DELETE /customers/{customer_id}/files/{file_id}': STAFF,
    'GET /canned-replies/{reply_id}/files': STAFF,
    'PUT /canned-replies/{reply_id}/files/{file_id}': STAFF,
    'GET /canned-replies/{reply_id}/files/{file_id}': STAFF,
    'GET /canned-replies/{reply_id}/files/{file_id}/preview': STAFF,
    'DELETE /canned-replies/{reply_id}/files/{file_id}': STAFF,
    'GET /chat/visits/departments': EVERYBODY,
    'GET /chat/visits/announcement': EVERYBODY,
    'POST /chat/visits/token': EVERYBODY,
    'POST /chat/visits': EVERYBODY,
    'POST /chat/visits/left': EVERYBODY,
    'GET /talk/chat': CUSTOMERS,
    'GET /chat/visits/{visit_id}': CUSTOMERS,
    'GET /chat/visits/{visit_id}/messages': CUSTOMERS,
    'POST /chat/visits/{visit_id}/messages': CUSTOMERS,
    'GET /chat/visits/{visit_id}/files/{file_id}/preview': CUSTOMERS,
    'PUT /chat/visits/{visit_id}/files/{file_id}': CUSTOMERS,
    'GET /chat/visits/{visit_id}/files/{file_id}': CUSTOMERS,
    'GET /chat/visits/{visit_id}/transcript': CUSTOMERS,
    'POST /chat/visits/{visit_id}/read': CUSTOMERS,
    'POST /chat/visits/{visit_id}/typing': CUSTOMERS,
    'GET /chat/visits/{visit_id}/callback': CUSTOMERS,
    'POST /chat/visits/{visit_id}/callback': CUSTOMERS,
    'DELETE /chat/visits/{visit_id}/callback': CUSTOMERS,
    'PUT /chat/visits/{visit_id}/rating': CUSTOMERS,
    'GET /chat/visits/{visit_id}/rating': CUSTOMERS,
    'POST /chat/visits/{visit_id}/stay': CUSTOMERS,
    'POST /chat/visits/{visit_id}/reopen': CUSTOMERS,
    'POST /chat/visits/{visit_id}/leave': CUSTOMERS,  # the chat is over from here on
    'GET /settings': SUPERVISORS,
    'GET /settings/sites/keys': ADMINS,
    'POST /settings/sites/keys': ADMINS,
    'DELETE /settings/sites/keys/{key_id}': ADMINS,
    'POST /settings/{kind}': SUPERVISORS,  # each kind by each role, as below
    'GET /settings/{kind}/{subject_id}': ADMINS,  # each kind by each role: test_setting_matrix.py
    'PATCH /settings/{kind}/{subject_id}': ADMINS,
    'GET /settings/{kind}/{subject_id}/changes': ADMINS,
    'POST /settings/changes/{change_id}/take-back': SUPERVISORS,
    'GET /reports': SUPERVISORS,
    'GET /reports/export': SUPERVISORS,
    'GET /reports/shifts': SUPERVISORS,
    'GET /reports/shifts/export': SUPERVISORS,
    'PUT /reports/shifts/{agent_id}/{day}': SUPERVISORS,
    'DELETE /reports/shifts/{agent_id}/{day}': SUPERVISORS,
    'GET /history': STAFF,
    'GET /history/categories': STAFF,
    'GET /history/export': STAFF,
    'GET /history/{contact_id}': STAFF,
    'GET /invite/{token}': EVERYBODY,  # whoever holds the link; others are told that it is over
    'POST /invite/{token}': EVERYBODY,
    'GET /invite/ready': EVERYBODY,
    'GET /reset/{token}': EVERYBODY,  # as an invitation
    'POST /reset/{token}': EVERYBODY,
    'GET /reset/ready': EVERYBODY,
    'GET /setup/{token}': EVERYBODY,  # as an invitation; a desk with an administrator has none
    'POST /setup/{token}': EVERYBODY,
    'GET /setup/ready': EVERYBODY,
    'GET /account': STAFF,
    'POST /account/password': STAFF,
    'POST /account/sessions/end-others': STAFF,
    'POST /account/sessions/{session}/end': STAFF,
    'GET /account/second-factor': STAFF,
    'POST /account/second-factor': STAFF,
    'POST /account/second-factor/codes': STAFF,
    'POST /account/second-factor/off': STAFF,
    'GET /wall/{token}': EVERYBODY,  # whoever holds the link
    'GET /wall/{token}/numbers': EVERYBODY,
    'GET /talk': EVERYBODY,
    'GET /talk/news': EVERYBODY,
    'POST /talk': EVERYBODY,
    'POST /talk/resume': EVERYBODY,
    'POST /talk/new': EVERYBODY,
    'POST /talk/withdraw': EVERYBODY,
    'GET /talk/sites/{site_key}': EVERYBODY,
    'POST /talk/sites/{site_key}': EVERYBODY,
    'POST /talk/sites/{site_key}/resume': EVERYBODY,
    'POST /talk/sites/{site_key}/new': EVERYBODY,
    'POST /talk/sites/{site_key}/withdraw': EVERYBODY,
    'GET /talk/sites/{site_key}/chat': CUSTOMERS,
    'GET /widget.js': EVERYBODY,
    'GET /widget/look': EVERYBODY,
    'POST /widget/pulse': EVERYBODY,  # of a chat whose key they have; others are told that there is none
    'GET /softphone/streams.js': STAFF,
    'GET /softphone/server': STAFF,
    'GET /desk': STAFF,
    'GET /desk/chats/{chat_id}': STAFF,
    'GET /desk/customers': STAFF,
    'GET /desk/customers/new': STAFF,
    'GET /desk/customers/import': STAFF,  # what they may not see says so in its place, as below
    'GET /desk/customers/{customer_id}': STAFF,
    'GET /desk/history': STAFF,
    'GET /desk/history/{contact_id}': STAFF,
    'GET /desk/dashboard': STAFF,  # agents are told in its place that it is not theirs
    'GET /desk/reports': STAFF,
    'GET /desk/audit': STAFF,
    'GET /desk/replies': STAFF,
    'GET /desk/protection': STAFF,
    'GET /desk/protection/{case_id}': STAFF,
    'GET /desk/settings/abuse-words': STAFF,
    'GET /desk/audit/review': STAFF,
    'GET /desk/settings': STAFF,
    'GET /desk/settings/hours': STAFF,
    'GET /desk/settings/texts': STAFF,
    'GET /desk/settings/retention': STAFF,
    'GET /desk/settings/sites': STAFF,
    'GET /desk/settings/widget': STAFF,
    'GET /desk/settings/connections': STAFF,
    'GET /desk/settings/categories': STAFF,
    'GET /desk/settings/reasons': STAFF,
    'GET /desk/settings/thresholds': STAFF,
    'GET /desk/settings/labels': STAFF,
    'GET /desk/settings/people': STAFF,
    'GET /desk/settings/skills': STAFF,
}


ANOTHER = {
    'GET /chat/visits/token': {422},
    'GET /chat/visits/left': {422},
    'POST /invite/ready': {404},
    'POST /reset/ready': {404},
    'POST /setup/ready': {404},
    'PATCH /settings/sites/keys': {422},
    'PATCH /agents/skills': {422},
    'PATCH /agents/export': {422},
    'PATCH /agents/invitations': {422},
    'PATCH /canned-replies/export': {422},
}
"""What is answered where not 405: the last word is read as a visit's or a person's id, as an invitation's token."""


PRIVATE = '두루미처럼 까다로운 분이니 조심'
"""What a private note says (decision 0044)."""


class Visitors:
    """Five who come, each in a browser of their own, and the rows that they ask for."""

    def __init__(self, web: FastAPI, ids: dict[str, str]) -> None:
        self.web, self.ids = web, ids
        self.document: dict[str, Any] = web.openapi()
        self.browsers: dict[Who, httpx.AsyncClient] = {}

    async def ask(self, who: Who, method: str, path: str) -> httpx.Response:
        """Ask for a route about rows that are there, with the example that its documentation gives as the body."""
        page_limits.PAGES.reset()
        address = path.format_map(self.ids | {'who': 'agent-9'})
        body = self._example(method, path)
        return await self.browsers[who].request(
            method,
            address,
            json=body,
            headers={'Origin': HOST, 'Accept': 'application/json'},
        )

    def _example(self, method: str, path: str) -> Any:
        operation = self.document['paths'].get(path, {}).get(method.lower(), {})
        content = operation.get('requestBody', {}).get('content', {}).get('application/json', {})
        if 'example' in content:
            return content['example']
        name = content.get('schema', {}).get('$ref', '').rpartition('/')[2]
        schema = self.document.get('components', {}).get('schemas', {}).get(name, {})
        return next(iter(schema.get('examples', [])), None)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A desk with a softphone: it serves two routes more."""
    ccp = 'http://127.0.0.1:4580/ccp-v2/'
    return settings.model_copy(update={'connect_ccp_url': ccp, 'desk_home': Settings().desk_home})


@pytest.fixture
async def visitors(web: FastAPI, make: Make) -> AsyncIterator[Visitors]:
    """Everybody who may come, and what there is to ask for."""
    services: Services = web.state.services
    people = {
        Who.AGENT: await make.agent(),
        Who.SUPERVISOR: await make.supervisor(),
        Who.ADMIN: await make.agent(role=AgentRole.ADMIN),
    }
    await make.agent(username='agent-9')
    customer = await make.customer()
    call = await make.call(agent=people[Who.AGENT])
    chat = await make.chat(customer_id=customer.id, lines=1)
    ids = {
        'session_id': chat.id,
        'chat_id': chat.id,
        'contact_id': chat.id,
        'call_id': call.id,
        'customer_id': customer.id,
        'queue_id': uuid4(),
        'agent_id': uuid4(),
        'promise_id': uuid4(),
        'callback_id': uuid4(),
        'message_id': uuid4(),
        'note_id': uuid4(),
        'file_id': uuid4(),
        'canned_id': uuid4(),
        'reply_id': uuid4(),
        'transfer_id': uuid4(),
        'case_id': uuid4(),
        'merge_id': uuid4(),
        'session': uuid4(),
        'day': '2026-12-01',
        'token': 'nobody-was-given-this',
        'kind': SettingKind.RETENTION.value,
        'subject_id': EVERYWHERE,
        'change_id': uuid4(),
        'site_key': key_of(SITE),
        'key_id': uuid4(),
    }
    visitors = Visitors(web, {name: str(one) for name, one in ids.items()})
    async with AsyncExitStack() as stack:
        for who in Who:
            transport = httpx.ASGITransport(web)
            browser = httpx.AsyncClient(transport=transport, base_url=HOST)
            visitors.browsers[who] = await stack.enter_async_context(browser)
        for who, person in people.items():
            form = {'username': person.username, 'password': PASSWORD}
            sent = {'Origin': HOST}
            await visitors.browsers[who].post('/auth/login', data=form, headers=sent)
        await _begin_chat(visitors, services)
        await _begin_chat_on_site(visitors, services, people[Who.ADMIN])
        yield visitors


async def _begin_chat(visitors: Visitors, services: Services) -> None:
    form = {'name': '최유진', 'phone': '010-9876-5432', 'department': DEPARTMENT, 'consent': 'yes'}
    form['token'] = services.visits.new_token()
    browser = visitors.browsers[Who.CUSTOMER]
    answer = await browser.post('/talk', data=form, headers={'Origin': HOST})
    assert answer.status_code == 303, answer.text
    started = await services.visits.chat_of(browser.cookies[Cookie.VISIT])
    visitors.ids['visit_id'] = str(started.id)


async def _begin_chat_on_site(visitors: Visitors, services: Services, admin: Agent) -> None:
    edit = services.desk_settings.edit
    await edit(admin, SettingKind.SITES, EVERYWHERE, {'origins': SITE}, version=0)
    form = ChatStart(name='최유진', phone='010-2222-3333', department=DEPARTMENT)
    started = await services.widget.start(form, SitePage(site=SITE))
    visitors.browsers[Who.CUSTOMER].cookies.set(Cookie.SITE_VISIT, started.token)


def routes(web: FastAPI) -> Iterator[str]:
    """Every method and path of the application, and of the pages that are mounted below it."""
    own = [
        (one.path, one.methods) for one in iter_route_contexts(web.routes) if hasattr(one, 'path')
    ]
    pages = [
        (one.path, one.methods)
        for one in nicegui_app.routes
        if isinstance(one, APIRoute | Route) and not one.path.startswith(FRAMEWORK)
    ]
    for path, methods in (*own, *pages):
        yield from (f'{method} {path}' for method in sorted((methods or set()) - {'HEAD'}))


async def test_every_route_has_its_row(web: FastAPI) -> None:
    assert set(routes(web)) == set(MAY)


@pytest.mark.parametrize('who', Who)
async def test_everybody_may_do_what_their_row_says_and_no_more(
    visitors: Visitors, who: Who
) -> None:
    wrong = {}
    for route, may in MAY.items():
        method, path = route.split()
        # The session would be gone (see the next test); a day would be played (tests/pages/test_login.py).
        if path.startswith(('/auth', '/login/demo')):
            continue
        answer = await visitors.ask(who, method, path)
        if is_refused(answer) is (who in may) or answer.status_code >= 500:
            wrong[route] = (answer.status_code, answer.text[:200])

    assert wrong == {}


async def test_signing_out_is_for_who_is_signed_in(visitors: Visitors) -> None:
    for path in ('/auth/logout', '/auth/logout-everywhere'):
        for who in (Who.STRANGER, Who.CUSTOMER):
            assert is_refused(await visitors.ask(who, 'POST', path))
    for who, path in ((Who.AGENT, '/auth/logout'), (Who.ADMIN, '/auth/logout-everywhere')):
        assert (await visitors.ask(who, 'POST', path)).status_code == 303
        assert is_refused(await visitors.ask(who, 'GET', '/desk'))


async def test_no_other_method_does_anything(visitors: Visitors) -> None:
    wrong = {}
    for path in {route.split()[1] for route in MAY}:
        for method in METHODS:
            if f'{method} {path}' in MAY or (method == 'HEAD' and f'GET {path}' in MAY):
                continue
            if path == '/metrics':  # refused before the method is looked at
                continue
            answer = await visitors.ask(Who.ADMIN, method, path)
            if answer.status_code not in ANOTHER.get(f'{method} {path}', {405}):
                wrong[f'{method} {path}'] = answer.status_code

    assert wrong == {}


@pytest.mark.parametrize('who', [Who.STRANGER, Who.CUSTOMER])
async def test_no_route_gives_a_note_to_who_is_not_staff(
    web: FastAPI, visitors: Visitors, make: Make, who: Who
) -> None:
    services: Services = web.state.services
    agent = await make.agent()
    visit = await services.chats.take(agent, UUID(visitors.ids['visit_id']))
    await services.chats.reply(agent, make.outgoing(visit.id, '안녕하세요'))
    note = await services.chat_notes.add(agent, make.note(visit.id, PRIVATE, mentions=(agent.id,)))
    for name in ('session_id', 'chat_id', 'contact_id'):
        visitors.ids[name] = str(visit.id)
    visitors.ids['note_id'] = str(note.id)

    read, leaked = set(), []
    for route in MAY:
        method, path = route.split()
        if path.startswith(('/login/demo', '/auth/logout')):
            continue
        answer = await visitors.ask(who, method, path)
        if '안녕하세요' in answer.text:
            read.add(route)
        if any(word in answer.text for word in (PRIVATE, '두루미', str(note.id))):
            leaked.append(route)

    assert leaked == []
    # The control: what the customer may read is read here, and what is private is there for the staff.
    assert ('GET /chat/visits/{visit_id}/messages' in read) is (who is Who.CUSTOMER)
    seen = await visitors.ask(Who.AGENT, 'GET', '/chat/sessions/{session_id}/notes')
    assert PRIVATE in seen.text


def is_refused(answer: httpx.Response) -> bool:
    """Whether somebody was turned away: told so, or led to where they may begin. Nobody else's visit is there for one."""
    led_to = answer.headers.get('location', '').partition('?')[0]
    is_hidden = answer.status_code == 404 and '"visit.not_found"' in answer.text
    is_led_away = led_to == '/login' or f'{led_to}/chat' == answer.url.path
    return answer.status_code in {401, 403} or is_led_away or is_hidden
