"""How a refusal is said: problem+json (RFC 9457) to programs, a small page to people."""

from http import HTTPStatus

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.errors import DeskError, TooManyError
from pages import forms
from pages.locale import language_of, sentence, text
from pages.paths import is_for_programs

PROBLEM = 'application/problem+json'


def answer(request: Request, error: DeskError) -> Response:
    """Say an expected failure to whoever asked: a browser that opens a page, or a program."""
    is_page = 'text/html' in request.headers.get('accept', '')
    if is_page and not is_for_programs(request.url.path):
        return page(request, error)
    return problem(request, error)


def problem(request: Request, error: DeskError) -> Response:
    """Say an expected failure to a program, in the reader's language."""
    detail = sentence(language_of(request), error)
    return problem_of(error.status, error.key, detail, headers=headers_of(error), **error.details)


def problem_of(
    status: int, key: str, detail: str, *, headers: dict[str, str] | None = None, **extra: object
) -> Response:
    """Return a problem: ``key`` is what programs branch on, ``detail`` what people read."""
    body = {'type': 'about:blank', 'title': HTTPStatus(status).phrase, 'status': status}
    content = {**body, 'code': key, 'detail': detail, **extra}
    return JSONResponse(content, status, headers=headers, media_type=PROBLEM)


def page(request: Request, error: DeskError) -> Response:
    """Say an expected failure to a person."""
    language = language_of(request)
    body = Markup('<p role="alert" class="alert">{}</p><p><a href="/desk">{}</a></p>').format(
        sentence(language, error), text(language, '처음으로')
    )
    return forms.page(
        title=text(language, '할 수 없습니다'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status,
        headers=headers_of(error),
    )


def headers_of(error: DeskError) -> dict[str, str]:
    """Return the headers that belong to a refusal."""
    if isinstance(error, TooManyError):
        return {'Retry-After': str(error.wait_seconds)}
    return {'WWW-Authenticate': 'Bearer'} if error.status == HTTPStatus.UNAUTHORIZED else {}
