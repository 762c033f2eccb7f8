"""How a refusal is said: problem+json (RFC 9457) to programs, a small page to people."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from desk.errors import DeskError, TooManyError, UpstreamError
from pages.locale import customer_sentence, language_of, sentence, text
from pages.web import forms
from pages.web.paths import Area, area_of, is_for_programs, path_of

PROBLEM = 'application/problem+json'
AGAIN_SECONDS = 5
"""After so long a browser asks again for a page that could not be shown because something was away."""


def answer(request: Request, error: DeskError) -> Response:
    """Say an expected failure to whoever asked: a browser that opens a page, or a program."""
    return page(request, error) if _is_for_people(request) else problem(request, error)


def _is_for_people(request: Request) -> bool:
    """Whether a browser opens a page, and no program asks."""
    is_page = 'text/html' in request.headers.get('accept', '')
    return is_page and not is_for_programs(path_of(request))


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
    is_customer = area_of(path_of(request)) is Area.CUSTOMER
    say = customer_sentence if is_customer else sentence
    body = forms.render(
        'refusal.html',
        language,
        sentence=say(language, error),
        way='/talk' if is_customer else '/desk',
        way_text=text(language, '처음으로'),
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
    """Say that the desk itself failed; what it was is in the log."""
    language = language_of(request)
    said = text(language, 'api.failed')
    if not _is_for_people(request):
        return problem_of(500, 'api.failed', said)
    body = forms.render(
        'refusal.html', language, sentence=said, way='/desk', way_text=text(language, '처음으로')
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
    """Let a page that could not be shown be asked for again, by a browser without a script too."""
    if isinstance(error, UpstreamError) and request.method == 'GET':
        return {'Refresh': str(AGAIN_SECONDS)}
    return {}


def headers_of(error: DeskError) -> dict[str, str]:
    """Return the headers that belong to a refusal."""
    if isinstance(error, TooManyError):
        return {'Retry-After': str(error.wait_seconds)}
    return {'WWW-Authenticate': 'Bearer'} if error.status == HTTPStatus.UNAUTHORIZED else {}
