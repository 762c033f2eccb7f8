"""The guide's own test of the API, with ``main.build()`` and a real chat; and its chat flow, end to end."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from nicegui.testing.general import nicegui_reset_globals

from desk.settings import Settings
from main import build
from models import ChatSession
from tests.support.make import DEPARTMENT, PASSWORD, Make


@pytest.fixture
async def chat(make: Make) -> ChatSession:
    """A chat that ``test_agent`` holds."""
    return await make.chat(agent=await make.agent(username='test_agent'))


@pytest.fixture
def client(chat: ChatSession, settings: Settings) -> Iterator[TestClient]:
    """The whole desk, as it is served; made after ``chat``, whose connections live in another loop."""
    with nicegui_reset_globals(), TestClient(build(settings)) as client:
        yield client


def test_send_message(client: TestClient, chat: ChatSession) -> None:
    # 로그인
    login_response = client.post(
        '/auth/login', json={'username': 'test_agent', 'password': PASSWORD}
    )
    token = login_response.json()['access_token']

    # 메시지 전송
    response = client.post(
        f'/chat/sessions/{chat.id}/messages',
        json={'content': '테스트 메시지', 'type': 'text'},
        headers={'Authorization': f'Bearer {token}'},
    )

    assert response.status_code == 200
    assert response.json()['content'] == '테스트 메시지'


def test_chat_flow(client: TestClient) -> None:
    # 1. 상담원 로그인
    login = client.post('/auth/login', json={'username': 'test_agent', 'password': PASSWORD}).json()
    agent = {'Authorization': f'{login["token_type"]} {login["access_token"]}'}
    # 2. 고객 채팅 세션 생성
    form = {'name': '최유진', 'phone': '010-9876-5432', 'department': DEPARTMENT}
    started = client.post('/chat/visits', json=form).json()
    visit, customer = f'/chat/visits/{started["chat"]["id"]}', {'X-Chat-Token': started['token']}
    session = visit.replace('visits', 'sessions')
    # 3. 메시지 교환
    client.post(f'{visit}/messages', json={'content': '여보세요'}, headers=customer)
    client.post(f'{session}/take', headers=agent)
    client.post(f'{session}/messages', json={'content': '네, 고객님'}, headers=agent)
    # 4. 세션 종료
    client.post(f'{session}/end', headers=agent)

    lines = client.get(f'{visit}/messages', headers=customer).json()
    assert [(line['sender'], line['type']) for line in lines] == [
        ('customer', 'text'),
        ('system', 'joined'),
        ('agent', 'text'),
        ('system', 'ended_by_agent'),
    ]
    assert client.get(visit, headers=customer).json()['status'] == 'closed'
    assert client.post('/auth/logout', headers=agent).json() == {
        'message': 'Logged out successfully'
    }
    assert client.get('/chat/sessions', headers=agent).status_code == 401


def test_sessions_are_a_plain_list(client: TestClient, chat: ChatSession) -> None:
    login = client.post('/auth/login', json={'username': 'test_agent', 'password': PASSWORD}).json()

    answer = client.get(
        '/chat/sessions', headers={'Authorization': f'Bearer {login["access_token"]}'}
    )

    assert [one['id'] for one in answer.json()] == [str(chat.id)]


def test_unknown_path_and_wrong_method_beside_the_pages(client: TestClient) -> None:
    login = client.post('/auth/login', json={'username': 'test_agent', 'password': PASSWORD}).json()
    agent = {'Authorization': f'Bearer {login["access_token"]}'}

    unknown = [
        client.get(path, headers=agent) for path in ('/chat/no', '/calls/1/nothing', '/ws/1')
    ]
    wrong = client.delete('/chat/sessions', headers=agent)
    ready = client.get('/readyz')

    assert {answer.status_code for answer in unknown} == {404}
    assert wrong.status_code == 405
    problems = {answer.headers['content-type'] for answer in (*unknown, wrong)}
    assert problems == {'application/problem+json'}
    assert set(ready.json()['services']) == {'postgresql', 'redis'}
