"""Files over the API, both ways: the body is the file, the id its message's; an answer is saved and never shown as a page."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from desk.settings import Settings
from models import Agent
from services.aws.object_store import S3
from services.files import files
from services.files.intake import MAX_FILE_BYTES, FileSetup
from services.registry import Services
from tests.conftest import assembled
from tests.pages.api.conftest import Site
from tests.support.make import DEPARTMENT
from tests.support.pictures import PNG

FORM = {'name': '최유진', 'phone': '010-9876-5432', 'department': DEPARTMENT}


@pytest.fixture
async def services(settings: Settings, bucket: S3) -> AsyncIterator[Services]:
    files.UPLOADS.reset()
    async with assembled(settings, files=FileSetup(store=bucket)) as services:
        yield services


async def test_customers_file_is_saved_by_the_agent_and_the_agents_by_the_customer(
    site: Site, services: Services, agent: Agent, api: httpx.AsyncClient
) -> None:
    async with site.client() as customer:
        started = (await customer.post('/chat/visits', json=FORM)).json()
        customer.headers['X-Chat-Token'] = started['token']
        chat_id, theirs, ours = started['chat']['id'], uuid4(), uuid4()
        mine = f'/chat/visits/{chat_id}/files'
        sent = await customer.put(f'{mine}/{theirs}', params={'name': '여권 사본.PNG'}, content=PNG)
        again = await customer.put(f'{mine}/{theirs}', params={'name': '다른 이름'}, content=b'')
        await api.post(f'/chat/sessions/{chat_id}/take')
        place = f'/chat/sessions/{chat_id}/files'
        answered = await api.put(
            f'{place}/{ours}', params={'name': '안내.txt'}, content='네'.encode()
        )

        saved = await api.get(f'{place}/{theirs}')
        fetched = await customer.get(f'{mine}/{ours}')

        assert (sent.status_code, sent.json()['type'], sent.json()['content']) == (
            200,
            'file',
            '여권 사본.PNG',
        )
        assert again.json() == sent.json()
        assert (answered.status_code, answered.json()['number']) == (200, 3)
        assert (saved.content, fetched.content) == (PNG, '네'.encode())
        assert saved.headers['Content-Type'] == 'image/png'
        assert saved.headers['Content-Disposition'] == (
            "attachment; filename*=UTF-8''%EC%97%AC%EA%B6%8C%20%EC%82%AC%EB%B3%B8.PNG"
        )
        assert 'sandbox' in saved.headers['Content-Security-Policy']
        elsewhere = [
            await site.client().get(f'{mine}/{theirs}'),
            await customer.get(f'/chat/visits/{uuid4()}/files/{theirs}'),
            await customer.get(f'{mine}/{uuid4()}'),
            await api.get(f'{place}/{uuid4()}'),
        ]
        assert [one.status_code for one in elsewhere] == [404] * 4


async def test_what_cannot_be_sent_says_why(api: httpx.AsyncClient, site: Site) -> None:
    async with site.client() as customer:
        started = (await customer.post('/chat/visits', json=FORM)).json()
    place = f'/chat/sessions/{started["chat"]["id"]}'
    early = await api.put(f'{place}/files/{uuid4()}', content=PNG)
    await api.post(f'{place}/take')

    answers = [
        early,
        await api.put(f'{place}/files/{uuid4()}', content=b''),
        await api.put(f'{place}/files/{uuid4()}', content=b'MZ\x90'),
        await api.put(f'{place}/files/{uuid4()}', content=bytes(MAX_FILE_BYTES + 1)),
    ]

    assert [(one.status_code, one.json()['code']) for one in answers] == [
        (409, 'chat.not_taken'),
        (422, 'file.empty'),
        (422, 'file.kind'),
        (413, 'file.too_large'),
    ]
