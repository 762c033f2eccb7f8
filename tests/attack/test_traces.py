"""What strangers and customers do leaves a line in the log at most: no stack trace, no query, nothing they wrote."""

import logging

import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope
from structlog.testing import capture_logs

from desk import metrics
from models import Agent
from tests.pages.conftest import SignIn, agent, sign_in

__all__ = ['agent', 'sign_in']

PHONE = '01098765432'
LEAVING = (
    ('/preferences', 'application/x-www-form-urlencoded'),
    ('/talk', 'application/x-www-form-urlencoded'),
    ('/auth/login', 'application/x-www-form-urlencoded'),
    ('/auth/login', 'application/json'),
    ('/chat/visits', 'application/json'),
    ('/customers', 'application/json'),
)
UNKNOWN = ('/docs/x', '/static/x', '/healthz/x', '/talk/x', '/login/x', '/whatever', '/openapi.json/x',
           '/chat/x', '/ws/x', '/_nicegui/x', '/desk/nothing', '/favicon.ico/x')  # fmt: skip


def scope_of(path: str, kind: str, **more: bytes) -> Scope:
    """A POST as a server announces it."""
    headers = {b'host': b'desk.test', b'content-type': kind.encode(), b'content-length': b'100'}
    headers |= {name.replace('_', '-').encode(): value for name, value in more.items()}
    return {
        'type': 'http', 'asgi': {'version': '3.0'}, 'http_version': '1.1', 'method': 'POST', 'scheme': 'http',
        'path': path, 'raw_path': path.encode(), 'query_string': b'', 'root_path': '',
        'headers': list(headers.items()), 'client': ('203.0.113.7', 1), 'server': ('desk.test', 80), 'state': {},
    }  # fmt: skip


async def leave(app: FastAPI, scope: Scope) -> None:
    """Say half of a body and hang up."""
    said: list[Message] = [
        {'type': 'http.request', 'body': b'{"name"', 'more_body': True},
        {'type': 'http.disconnect'},
    ]

    async def receive() -> Message:
        return said.pop(0) if len(said) > 1 else said[0]

    async def send(message: Message) -> None:
        del message

    await app(scope, receive, send)


def left() -> float:
    """How many requests were noted as 499."""
    return sum(
        sample.value
        for metric in metrics.REQUESTS.collect()
        for sample in metric.samples
        if sample.name.endswith('_total') and sample.labels['status'] == '499'
    )


async def test_who_leaves_in_mid_body_is_499_without_a_trace(
    web: FastAPI, sign_in: SignIn, agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    browser = (await sign_in(agent)).http_client
    cookie = f'desk_session={browser.cookies["desk_session"]}'.encode()
    before = left()

    for path, kind in LEAVING:
        await leave(web, scope_of(path, kind, cookie=cookie))

    assert left() - before == len(LEAVING)
    assert not [one for one in caplog.records if one.exc_info or one.levelno >= logging.WARNING]


async def test_what_is_written_into_an_unknown_address_is_not_logged(
    web: FastAPI, sign_in: SignIn, agent: Agent, caplog: pytest.LogCaptureFixture
) -> None:
    browser = (await sign_in(agent)).http_client
    statuses = {}

    with capture_logs() as lines:
        for path in UNKNOWN:
            for method in ('GET', 'POST', 'DELETE', 'HEAD'):
                address = f'{path}/홍길동/{PHONE}?phone={PHONE}'
                statuses[path, method] = (await browser.request(method, address)).status_code

    assert {one for one, status in statuses.items() if status not in {404, 405}} == set()
    assert len([one for one in lines if one['event'] == 'request_processed']) == len(statuses)
    said = f'{lines} {[one.getMessage() for one in caplog.records if one.name != "httpx"]}'
    assert not [part for part in (PHONE, '홍길동', '%ED%99%8D') if part in said]


@pytest.mark.parametrize(
    ('address', 'logged'),
    [
        (f'/chat/sessions/{PHONE}', '/chat/sessions/{session_id}'),
        (f'/invite/{PHONE}', '/invite/{token}'),
        (f'/setup/{PHONE}', '/setup/{token}'),
        (f'/static/{PHONE}.css', '/static'),
        (f'/{PHONE}', 'other'),
    ],
)
async def test_request_is_logged_by_its_route(
    web: FastAPI, sign_in: SignIn, agent: Agent, address: str, logged: str
) -> None:
    browser = (await sign_in(agent)).http_client

    with capture_logs() as lines:
        await browser.get(address)

    assert [one['path'] for one in lines if one['event'] == 'request_processed'] == [logged]


@pytest.mark.parametrize('path', ['/healthz', '/docs', '/login', '/desk', '/chat/sessions'])
async def test_known_paths_say_which_methods_they_take(
    web: FastAPI, sign_in: SignIn, agent: Agent, path: str
) -> None:
    browser = (await sign_in(agent)).http_client

    for method in ('TRACE', 'PUT', 'OPTIONS', 'HEAD', 'PROPFIND'):
        answer = await browser.request(method, path)

        assert answer.status_code == 405
        assert answer.headers['allow'] == 'GET'
