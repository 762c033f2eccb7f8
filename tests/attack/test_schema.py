"""The API against its own description: made-up requests, valid and not, by four who come; nothing answers otherwise."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from desk.settings import Settings
from models import Agent, AgentRole
from pages.web import gate, page_limits
from services.registry import Services
from tests.attack.server import served
from tests.support.make import PASSWORD, Make

pytestmark = pytest.mark.slow

EXAMPLES = 3
"""Of each operation, valid and not, by each who comes: some 300 requests a person."""
ELSEWHERE = ('/auth/', '/agents/{who}', '/metrics')
"""What ends the session of who asks, or is no JSON: asked for in ``test_matrix`` and ``test_auth``."""


async def _nobody(make: Make) -> Agent | None:
    return None


WHO: dict[str, Callable[[Make], Any]] = {
    'stranger': _nobody,
    'agent': lambda make: make.agent(),
    'supervisor': lambda make: make.supervisor(),
    'admin': lambda make: make.agent(role=AgentRole.ADMIN),
}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count nobody's requests: here the answers matter, not how many are asked for."""
    for flood in (*gate.FLOODS.values(), page_limits.PAGES):
        monkeypatch.setattr(flood, '_limit', 1_000_000)


@pytest.mark.parametrize('who', WHO)
async def test_every_answer_is_as_documented(
    web: FastAPI, settings: Settings, make: Make, who: str
) -> None:
    services: Services = web.state.services
    headers = {}
    if person := await WHO[who](make):
        staff, _ = await services.sign_ins.sign_in(person.username, PASSWORD, address='127.0.0.1')
        headers['Authorization'] = f'Bearer {services.sign_ins.bearer(staff)}'
    schema = schemathesis.openapi.from_dict(web.openapi())

    async with served(web, settings) as desk:
        address = f'http://127.0.0.1:{desk.port}'
        wrong = await asyncio.to_thread(_findings, schema, address, headers)

    assert not wrong, '\n'.join(wrong)


def _findings(schema: Any, address: str, headers: dict[str, str]) -> list[str]:
    """Return what is answered otherwise than the description says, one line each."""
    found = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.startswith(ELSEWHERE):
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                _attempt(operation, mode, address, headers)
            except Unsatisfiable:  # nothing that is not valid can be said
                continue
            except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - each finding is a class of its own
                found.append(f'{operation.label} {mode.name}: {_first_words(error)}')
    return found


def _attempt(operation: Any, mode: GenerationMode, address: str, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(
            base_url=address,
            headers=headers,
            timeout=10,
            excluded_checks=[positive_data_acceptance],
        )  # whether a valid request is accepted depends on the rows as well: 404, 409, 422 are documented

    ask()


def _first_words(error: BaseException) -> str:
    """Return what a failure says without the pages of hints that follow."""
    return ' · '.join(line.strip(' -|') for line in str(error).splitlines() if line.strip())[:600]
