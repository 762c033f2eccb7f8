"""``/auth`` as programs use it: the guide's bodies, problems in the reader's language."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from desk.settings import Settings
from pages.api import auth, problems
from pages.web import gate, unknown_paths
from pages.web.principals import SignedIn
from pages.web.request_ids import RequestIds
from services.registry import Services
from tests.support.make import PASSWORD, Make


@pytest.fixture
async def program(services: Services, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A program that speaks to the desk."""
    for flood in gate.FLOODS.values():
        flood.reset()
    app = FastAPI()
    problems.register(app)
    app.include_router(auth.router(services, settings))

    @app.get('/chat/who')
    async def who(staff: SignedIn) -> dict[str, str]:
        return {'username': staff.agent.username}

    unknown_paths.register(app)
    gate.install(app, services, settings)
    app.add_middleware(RequestIds)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url='http://desk.test'
    ) as program:
        yield program


async def token_of(program: httpx.AsyncClient, username: str) -> dict[str, str]:
    """Sign in; returns the header that says so."""
    answer = await program.post('/auth/login', json={'username': username, 'password': PASSWORD})
    assert answer.status_code == 200
    return {'Authorization': f'Bearer {answer.json()["access_token"]}'}


async def test_login_answers_as_the_guide_gives_it(program: httpx.AsyncClient, make: Make) -> None:
    agent = await make.agent()

    answer = await program.post(
        '/auth/login', json={'username': agent.username, 'password': PASSWORD}
    )

    assert answer.status_code == 200
    assert answer.json().keys() == {'access_token', 'token_type'}
    assert answer.json()['token_type'] == 'bearer'
    assert 'set-cookie' not in answer.headers


async def test_bearer_says_who_asks(program: httpx.AsyncClient, make: Make) -> None:
    agent = await make.agent()
    header = await token_of(program, agent.username)

    answer = await program.get('/chat/who', headers=header)

    assert answer.json() == {'username': agent.username}


@pytest.mark.parametrize(
    ('language', 'sentence'),
    [
        ('ko', '아이디나 비밀번호가 맞지 않습니다.'),
        ('en', 'Invalid credentials: the username or the password is wrong.'),
    ],
)
async def test_wrong_password_is_a_problem_in_the_readers_language(
    program: httpx.AsyncClient, make: Make, language: str, sentence: str
) -> None:
    agent = await make.agent()

    answer = await program.post(
        '/auth/login',
        json={'username': agent.username, 'password': 'wrong'},
        headers={'Accept-Language': language},
    )

    assert answer.status_code == 401
    assert answer.headers['content-type'] == 'application/problem+json'
    assert answer.json() == {
        'type': 'about:blank',
        'title': 'Unauthorized',
        'status': 401,
        'code': 'sign_in.wrong',
        'detail': sentence,
        'request_id': answer.headers['x-request-id'],
    }


async def test_throttled_login_says_how_long_to_wait(program: httpx.AsyncClient) -> None:
    wrong = {'username': 'nobody', 'password': 'wrong'}
    for _ in range(5):
        await program.post('/auth/login', json=wrong)

    answer = await program.post('/auth/login', json=wrong)

    assert answer.status_code == 429
    assert answer.json()['code'] == 'sign_in.wait'
    assert answer.headers['retry-after'] == str(answer.json()['wait_seconds'])


@pytest.mark.parametrize(
    'body', [b'', b'[]', b'{', b'{"username": "a"}', b'{"username": 7, "password": {}}', b'"\xff"']
)
async def test_bad_body_is_a_problem_that_repeats_nothing(
    program: httpx.AsyncClient, body: bytes
) -> None:
    answer = await program.post(
        '/auth/login', content=body, headers={'Content-Type': 'application/json'}
    )

    assert answer.status_code == 422
    assert answer.headers['content-type'] == 'application/problem+json'
    assert answer.json()['code'] == 'api.invalid'
    assert 'input' not in answer.text


async def test_logout_ends_the_bearer(program: httpx.AsyncClient, make: Make) -> None:
    header = await token_of(program, (await make.agent()).username)

    answer = await program.post('/auth/logout', headers=header)

    assert (answer.status_code, answer.json()) == (200, {'message': 'Logged out successfully'})
    assert (await program.get('/chat/who', headers=header)).status_code == 401
    assert (await program.post('/auth/logout', headers=header)).status_code == 401


async def test_bearer_of_one_desk_is_known_and_revoked_at_another(
    program: httpx.AsyncClient, another_desk: Services, make: Make
) -> None:
    header = await token_of(program, (await make.agent()).username)
    staff = await another_desk.sign_ins.staff_by_bearer(
        header['Authorization'].removeprefix('Bearer ')
    )

    await another_desk.sign_ins.sign_out(staff)

    assert (await program.get('/chat/who', headers=header)).status_code == 401


async def test_documentation_names_both_bodies(program: httpx.AsyncClient) -> None:
    described = (await program.get('/openapi.json')).json()

    login = described['paths']['/auth/login']['post']
    assert set(login['requestBody']['content']) == {
        'application/json',
        'application/x-www-form-urlencoded',
    }
    assert {'200', '401', '429'} <= set(login['responses'])
