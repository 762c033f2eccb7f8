"""Naughty and enormous texts in every place where the API takes one: refused in words or kept, quickly, never a 500."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from unicodedata import normalize

import httpx
import pytest
from fastapi import FastAPI

from desk.sandbox import vendor
from desk.server_protocols import HEAD_BYTES
from desk.settings import Settings
from models import AgentRole
from pages.web import gate, page_limits
from pages.web.bodies import MAX_BODY_BYTES
from services.registry import Services
from tests.support import api_inputs
from tests.support.api_inputs import TextPlace
from tests.support.loop_lag import measured_turns
from tests.support.make import PASSWORD, Make

pytestmark = pytest.mark.slow

EVERY = 40
"""A text goes into one in so many places, the next one into others: all places and all texts, some 900 requests."""
UNHURT = ('/erase', '/merges', '/logout', '/auth/')
"""These are asked about rows that are not there: the others need theirs, and their session, to the end."""
MAX_HEAD_BYTES = HEAD_BYTES // 4
"""Of an address and of a header: each byte takes up to three there, in heads that the server takes."""
LONGEST_TURN_SECONDS = 0.2
"""STYLE §7: what blocks the loop for so long freezes all screens for so long."""
ATTEMPTS = 3
"""The collector's pauses count as well: what is slow for the text's sake is slow each time."""
AWKWARD = ('0', '\u0301', '\ufdfa', normalize('NFD', '각'), '900101-1', 'a@-(주)\u200d ', '월 3시 ')
"""What was slow once, or could be: marks to be ordered, a sign that unfolds into 18, numbers to be masked, times."""


@dataclass(frozen=True)
class Insider:
    """Who may do everything, with rows of their own to do it to."""

    client: httpx.AsyncClient
    ids: Mapping[str, str]

    async def say(self, place: TextPlace, text: str) -> httpx.Response:
        """Say a text in one place."""
        ids = {} if any(part in place.path for part in UNHURT) else self.ids
        return await self.client.request(**place.request(text, ids))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count nobody's requests: here the answers matter, not how many are asked for."""
    for flood in (*gate.FLOODS.values(), page_limits.PAGES):
        monkeypatch.setattr(flood, '_limit', 1_000_000)


@pytest.fixture
async def insider(web: FastAPI, make: Make) -> AsyncIterator[Insider]:
    """An administrator with a chat and a customer."""
    services: Services = web.state.services
    admin = await make.agent(role=AgentRole.ADMIN)
    customer, chat = await make.customer(), await make.chat(agent=admin)
    other, queue = await make.agent(), await make.queue()
    staff, _ = await services.sign_ins.sign_in(admin.username, PASSWORD, address='127.0.0.1')
    ids = {
        'session_id': chat.id, 'contact_id': chat.id, 'contact_ids': chat.id, 'customer_id': customer.id,
        'agent_id': other.id, 'queue_id': queue.id,
    }  # fmt: skip
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(web),
        base_url='http://desk.test',
        headers={'Authorization': f'Bearer {services.sign_ins.bearer(staff)}'},
    ) as client:
        yield Insider(client, {name: str(one) for name, one in ids.items()})


async def test_naughty_texts_are_kept_or_refused_in_words(web: FastAPI, insider: Insider) -> None:
    texts = json.loads(vendor.content(vendor.NAUGHTY, Settings().desk_home))
    places = list(api_inputs.text_places(web.openapi()))

    wrong = []
    for turn, text in enumerate(texts):
        for place in places[turn % EVERY :: EVERY]:
            answer = await insider.say(place, text)
            if answer.status_code >= 500 or (answer.is_error and not answer.json()['detail']):
                wrong.append(f'{place}: {answer.status_code} for {text!r}')

    assert len(places) > 60
    assert not wrong, '\n'.join(wrong)


@pytest.mark.parametrize('awkward', AWKWARD)
async def test_enormous_texts_hold_nobody_up(web: FastAPI, insider: Insider, awkward: str) -> None:
    slow = []

    for place in api_inputs.text_places(web.openapi()):
        most = MAX_BODY_BYTES // 2 if place.name in place.body else MAX_HEAD_BYTES
        for length in (most, place.longest):
            text = of_bytes(awkward, length)
            for _ in range(ATTEMPTS):
                with measured_turns() as meter:
                    answer = await insider.say(place, text)
                if meter.worst_seconds <= LONGEST_TURN_SECONDS:
                    break
            if answer.status_code >= 500 or meter.worst_seconds > LONGEST_TURN_SECONDS:
                slow.append(f'{place} {length}: {answer.status_code}, {meter.worst_seconds:.2f} s')

    assert not slow, '\n'.join(slow)


def of_bytes(part: str, length: int) -> str:
    """Repeat a part up to so many bytes."""
    return part * (length // len(part.encode()))
