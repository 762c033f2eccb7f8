"""The number of a request: from the balancer to the log, the answer, the problem and the page that apologises."""

import json
import logging as stdlib_logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
import structlog
from fastapi import FastAPI
from nicegui import ui
from structlog.testing import capture_logs

from desk import logging

OURS = re.compile(r'[0-9a-f]{32}')
AMAZONS = '1-67891233-abcdef012345678912345678'


@asynccontextmanager
async def browser(web: FastAPI, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(web, raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport, base_url='http://test', headers=headers
    ) as client:
        yield client


@pytest.mark.parametrize(
    'given',
    [
        '7b1f0f9e-0f0a-4a64-9d5b-2d1c5a3f6e77',
        '01JDZKQ4W6T8Y7N5V3M2K1H0GF',
        '7F000001:8296_7F00001E:1F90_4F7B0A69_0003:790B'.replace('_', '-'),
    ],
    ids=['UUID', 'ULID', 'HAProxy'],
)
async def test_id_of_the_balancer_comes_back(web: FastAPI, given: str) -> None:
    async with browser(web) as client:
        answer = await client.get('/healthz', headers={'X-Request-Id': given})

    assert answer.headers['x-request-id'] == given


async def test_id_of_amazons_balancer_is_the_root_of_its_trace(web: FastAPI) -> None:
    header = f'Self=1-67891234-12456789abcdef012345678a;Root={AMAZONS};Sampled=1'
    async with browser(web) as client:
        answer = await client.get('/healthz', headers={'X-Amzn-Trace-Id': header})

    assert answer.headers['x-request-id'] == AMAZONS


@pytest.mark.parametrize(
    'given',
    [
        '',
        'short',
        'x' * 65,
        'a\tb' * 10,
        '010-1234-5678-0000',
        '9001011234567890',
        '<b>' * 8,
        'é' * 20,
    ],
)
async def test_any_other_form_is_replaced(web: FastAPI, given: str) -> None:
    async with browser(web) as client:
        answer = await client.get('/healthz', headers=[(b'X-Request-Id', given.encode('latin-1'))])

    assert OURS.fullmatch(answer.headers['x-request-id'])


async def test_log_lines_of_a_request_carry_its_id(web: FastAPI) -> None:

    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with browser(web) as client:
            answer = await client.get('/chat/sessions')

    [line] = [one for one in lines if one['event'] == 'request_processed']
    assert answer.status_code == 401
    assert line['request_id'] == answer.headers['x-request-id'] == answer.json()['request_id']


@pytest.mark.parametrize(
    ('language', 'said'),
    [('ko', '문의할 때 알려 주실 번호'), ('en', 'Number to quote when you ask about this')],
)
async def test_page_that_cannot_be_built_apologises_with_the_number_and_without_the_error(
    web: FastAPI, caplog: pytest.LogCaptureFixture, language: str, said: str
) -> None:
    @ui.page('/talk/broken-for-a-test')
    async def broken() -> None:
        message = '홍길동 010-1234-5678'
        raise ValueError(message)

    async with browser(web, Accept='text/html', **{'Accept-Language': language}) as client:
        answer = await client.get('/talk/broken-for-a-test')

    caplog.clear()
    assert answer.status_code == 500
    assert said in answer.text
    assert answer.headers['x-request-id'] in answer.text
    assert '홍길동' not in answer.text


def test_line_in_production_is_json_with_the_id(
    capsys: pytest.CaptureFixture[str], logging_as_it_was: None
) -> None:
    logging.configure(as_json=True)
    with structlog.contextvars.bound_contextvars(request_id='a-request-of-a-test'):
        structlog.get_logger().info('something_happened')

    assert json.loads(capsys.readouterr().err)['request_id'] == 'a-request-of-a-test'


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    root = stdlib_logging.getLogger()
    handlers, level, processors = root.handlers, root.level, structlog.get_config()
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**processors)
