"""Who may read ``/metrics``."""

import re
from pathlib import Path

import httpx
import pytest
from prometheus_client import Counter, Gauge, Histogram
from pydantic import SecretStr

from desk import metrics as desk_metrics
from desk.settings import Settings
from services.registry import Services
from tests.pages.api.conftest import application
from tests.support.production import in_production

TOKEN = 'a-token-of-the-collector-that-is-long-enough'


async def metrics(
    services: Services, settings: Settings, *, sender: str = '127.0.0.1', **headers: str
) -> httpx.Response:
    """Ask for them from an address."""
    transport = httpx.ASGITransport(application(services, settings), client=(sender, 50_000))
    sent = {name.replace('_', '-').encode(): value.encode() for name, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url='http://127.0.0.1:8080') as asking:
        return await asking.get('/metrics', headers=list(sent.items()))


async def test_this_machine_reads_them(services: Services, settings: Settings) -> None:
    for desk in (settings, in_production(settings)):
        answer = await metrics(services, desk)

        assert answer.headers['content-type'].startswith('text/plain')
        assert 'desk_program_sockets' in answer.text


@pytest.mark.parametrize(
    ('sender', 'headers'),
    [
        ('203.0.113.7', {}),
        ('127.0.0.1', {'X_Forwarded_For': '203.0.113.7'}),
        ('127.0.0.1', {'Forwarded': 'for=203.0.113.7'}),
        ('127.0.0.1', {'Host': 'evil.example'}),
    ],
)
async def test_others_do_not(
    services: Services, settings: Settings, sender: str, headers: dict[str, str]
) -> None:
    for desk in (settings, in_production(settings)):
        answer = await metrics(services, desk, sender=sender, **headers)

        assert (answer.status_code, answer.json()['code']) == (403, 'gate.metrics')
        assert 'desk_' not in answer.text


async def test_token_opens_them_from_anywhere_and_is_then_needed(
    services: Services, settings: Settings
) -> None:
    desk = in_production(settings, metrics_token=SecretStr(TOKEN))

    opened = await metrics(
        services, desk, sender='10.0.0.9', Host='10.0.0.5:8080', Authorization=f'Bearer {TOKEN}'
    )
    refused = [
        await metrics(services, desk, **headers)
        for headers in (
            {},
            {'Authorization': f'Basic {TOKEN}'},
            {'Authorization': f'Bearer {TOKEN}x'},
            {'Authorization': 'Bearer '},
            {'Authorization': 'Bearer 한글'},
        )
    ]

    assert opened.status_code == 200
    assert {answer.status_code for answer in refused} == {403}


def test_whatever_is_told_is_also_counted() -> None:
    source = (
        '\n'.join(
            path.read_text()
            for room in ('desk', 'pages', 'services')
            for path in Path(room).rglob('*.py')
        )
        + Path('main.py').read_text()
    )
    kinds = (Counter, Gauge, Histogram)
    names = [name for name, one in vars(desk_metrics).items() if isinstance(one, kinds)]

    never = [
        name
        for name in names
        if not re.search(rf'\b{name}\.(labels|inc|dec|set|set_function|observe|time|track)', source)
    ]

    assert names
    assert never == []
