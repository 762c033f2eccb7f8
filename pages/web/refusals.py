"""Refusals: problem+json (RFC 9457) to programs, a small page to people."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk import request_ids
from desk.errors import DeskError, TooManyError, UpstreamError
from pages.locale import customer_sentence, language_of, sentence, text
from pages.web import forms
from pages.web.paths import Area, area_of, is_for_programs, path_of
from pages.web.talk_place import TalkPlace

PROBLEM = 'application/problem+json'
AGAIN_SECONDS = 5
"""A browser requests a page again after so long when a backing service was unavailable."""


def answer(request: Request, error: DeskError) -> Response:
    """Answer an expected error: with a page to a browser that opens a page, else with a problem."""
    return page(request, error) if _is_for_people(request) else problem(request, error)


def _is_for_people(request: Request) -> bool:
    """Return whether a browser opens a page."""
    is_page = 'text/html' in request.headers.get('accept', '')
    return is_page and not is_for_programs(path_of(request))


def problem(request: Request, error: DeskError) -> Response:
    """Answer an expected error with a problem, in the reader's language."""
    detail = sentence(language_of(request), error)
    return problem_of(error.status, error.key, detail, headers=headers_of(error), **error.details)


def problem_of(
    status: int, key: str, detail: str, *, headers: dict[str, str] | None = None, **extra: object
) -> Response:
    """Return a problem: ``key`` is for programs, ``detail`` for people."""
    body = {'type': 'about:blank', 'title': HTTPStatus(status).phrase, 'status': status}
    content = {**body, 'code': key, 'detail': detail, 'request_id': request_ids.current(), **extra}
    return JSONResponse(content, status, headers=headers, media_type=PROBLEM)


def page(request: Request, error: DeskError) -> Response:
    """Answer an expected error with a page."""
    language = language_of(request)
    is_customer = area_of(path_of(request)) is Area.CUSTOMER
    say = customer_sentence if is_customer else sentence
    body = forms.render(
        'refusal.html',
        language,
        sentence=say(language, error),
        way=TalkPlace.of(request).at() if is_customer else '/desk',
        way_text=text(language, '처음으로'),
        request_id=request_ids.current() if isinstance(error, UpstreamError) else '',
    )
    return forms.page(
        title=_title(language, error, is_customer=is_customer),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status,
        headers=headers_of(error) | _coming_back(request, error),
    )


def failed(request: Request) -> Response:
    """Answer an unexpected error; its details are in the log only, under the number that the page shows."""
    language = language_of(request)
    said = text(language, 'api.failed')
    if not _is_for_people(request):
        return problem_of(500, 'api.failed', said)
    body = forms.render(
        'refusal.html',
        language,
        sentence=said,
        way='/desk',
        way_text=text(language, '처음으로'),
        request_id=request_ids.current(),
    )
    return forms.page(
        title=text(language, '할 수 없습니다'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=500,
    )


def _title(language: str, error: DeskError, *, is_customer: bool) -> str:
    if isinstance(error, UpstreamError):
        words = ('잠시 연결할 수 없습니다', '잠시 연결할 수 없어요')
    else:
        words = ('할 수 없습니다', '할 수 없어요')
    return text(language, words[is_customer])


def _coming_back(request: Request, error: DeskError) -> dict[str, str]:
    """Let the browser, also one without scripts, request a page again that could not be shown."""
    if isinstance(error, UpstreamError) and request.method == 'GET':
        return {'Refresh': str(AGAIN_SECONDS)}
    return {}


def headers_of(error: DeskError) -> dict[str, str]:
    """Return the headers of a refusal."""
    if isinstance(error, TooManyError):
        return {'Retry-After': str(error.wait_seconds)}
    return {'WWW-Authenticate': 'Bearer'} if error.status == HTTPStatus.UNAUTHORIZED else {}
