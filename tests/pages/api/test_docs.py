"""The documentation: every operation with its refusals and an example, and nothing loaded from elsewhere."""

import json
import re
from typing import Any

import httpx
import pytest

from pages.api.shapes import CHAT_EXAMPLE, MESSAGE_EXAMPLE, Chat, Line, refusals
from tests.pages.api.conftest import Site

PROBLEM = 'application/problem+json'
PUBLIC = {'/healthz', '/readyz', '/metrics'}


@pytest.fixture
async def document(site: Site) -> dict[str, Any]:
    async with site.client() as client:
        answer = (await client.get('/openapi.json')).json()
    assert isinstance(answer, dict)
    return answer


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, operations in document['paths'].items()
        for method, operation in operations.items()
    ]


def test_every_operation_says_how_it_refuses(document: dict[str, Any]) -> None:
    silent = [
        f'{method} {path}'
        for path, method, operation in _operations(document)
        if path not in PUBLIC and not {'401', '422'} & set(operation['responses'])
    ]

    assert silent == []


def test_every_refusal_is_a_problem_with_an_example(document: dict[str, Any]) -> None:
    contents = [
        (path, status, answer['content'])
        for path, _, operation in _operations(document)
        for status, answer in operation['responses'].items()
        if status.startswith('4')
    ]

    assert contents
    assert all(set(content) == {PROBLEM} for _, _, content in contents)
    assert all(
        content[PROBLEM]['example']['status'] == int(status) for _, status, content in contents
    )
    assert set(document['components']['schemas']['Problem']['required']) >= {'title', 'status'}


def test_every_operation_has_a_summary_a_tag_and_an_example(document: dict[str, Any]) -> None:
    bare = [
        f'{method} {path}'
        for path, method, operation in _operations(document)
        if not (
            operation.get('summary') and operation.get('tags') and _has_example(operation, document)
        )
    ]

    assert bare == []


def _has_example(operation: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether some body of a successful answer, or of the request, is shown; an empty answer needs none."""
    success = next(one for status, one in operation['responses'].items() if status.startswith('2'))
    bodies = [
        *success.get('content', {}).values(),
        *operation.get('requestBody', {}).get('content', {}).values(),
    ]
    return not bodies or any('example' in str(_resolved(body, document)) for body in bodies)


def _resolved(part: Any, document: dict[str, Any]) -> str:
    """Return a part of the document as text, with the schemas that it refers to."""
    names = re.findall(r'#/components/schemas/(\w+)', str(part))
    return f'{part}{[document["components"]["schemas"][name] for name in names]}'


def test_examples_are_what_the_desk_really_answers() -> None:
    chat, line = Chat.model_validate(CHAT_EXAMPLE), Line.model_validate(MESSAGE_EXAMPLE)

    assert chat.model_dump(mode='json') == CHAT_EXAMPLE
    assert line.model_dump(mode='json') == MESSAGE_EXAMPLE


def test_refusals_speak_in_sentences() -> None:
    details = [
        answer['content'][PROBLEM]['example']['detail']
        for answer in refusals(401, 403, 404, 409, 413, 422, 429).values()
    ]

    assert [detail for detail in details if not detail.endswith(('.', '요'))] == []


async def test_page_loads_all_it_needs_from_the_desk(site: Site) -> None:
    async with site.client() as client:
        page = await client.get('/docs')
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        answers: list[httpx.Response] = [await client.get(path) for path in loaded]

    assert len(loaded) == 4
    assert all(path.startswith('/docs/') for path in loaded)
    assert {answer.status_code for answer in answers} == {200}
    assert '<script>' not in page.text


def test_operations_that_a_text_names_are_there(document: dict[str, Any]) -> None:
    named = set(re.findall(r'(GET|POST|PUT|PATCH|DELETE) (/[\w/{}-]+)', json.dumps(document)))
    served = {(method.upper(), path) for path, method, _ in _operations(document)}

    assert named
    assert named - served == set()
