"""Errors of the API: every one is problem+json, in the reader's language."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from desk.errors import DeskError
from pages.locale import language_of, text
from pages.web import refusals
from pages.web.paths import Area, area_of, path_of
from pages.web.refusals import PROBLEM, answer, problem_of

CODES = {
    400: 'api.unreadable',
    404: 'api.unknown_path',
    405: 'api.method',
    413: 'api.too_long',
}
"""The framework's own refusals by status, and the sentence for each."""


class Problem(BaseModel):
    """The body of every refusal (RFC 9457)."""

    type: str = 'about:blank'
    title: str
    status: int
    code: str
    """A stable code for programs."""
    detail: str
    """A sentence for people, in the language of ``Accept-Language``."""
    request_id: str
    """The number of the request, as in ``X-Request-Id`` and the desk's log."""


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe refusals for the API's documentation."""
    return {
        status: {'model': Problem, 'content': {PROBLEM: {}}, 'description': 'Refused'}
        for status in statuses
    }


def register(app: FastAPI) -> None:
    """Answer every ``DeskError`` and every invalid input with a problem."""
    app.add_exception_handler(DeskError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused_by_framework)


async def _expected(request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)  # noqa: S101 - what it is registered for
    return answer(request, error)


async def failed(request: Request, error: Exception) -> Response:
    """Answer for a page that cannot be built: NiceGUI's own answer is in English and shows the error's text."""
    return answer(request, error) if isinstance(error, DeskError) else refusals.failed(request)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    return invalid(request, error.errors())


def invalid(request: Request, errors: Sequence[Any]) -> Response:
    """Name the fields that are invalid, and never their values."""
    fields = [{'field': _field(error['loc']), 'reason': error['msg']} for error in errors]
    named = ', '.join(one['field'] for one in fields if one['field'])
    detail = text(language_of(request), 'api.invalid', fields=named or '-')
    return problem_of(422, 'api.invalid', detail, errors=fields)


async def _refused_by_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    is_for_programs = area_of(path_of(request)) in {Area.API, Area.CUSTOMER, Area.SIGN_IN}
    if error.status_code not in CODES or not (is_for_programs or error.status_code == 405):
        return await http_exception_handler(request, error)
    key = CODES[error.status_code]
    headers = dict(error.headers or {})
    return problem_of(
        error.status_code, key, text(language_of(request), key), headers=headers or None
    )


def _field(location: Sequence[object]) -> str:
    return '.'.join(str(part) for part in location if part not in {'body', 'query', 'path'})
