"""The login form: plain HTML that works without a script, drawn again after a refused sign-in."""

from math import ceil

from starlette.requests import Request
from starlette.responses import Response

from desk.errors import DeskError, TooManyError
from desk.settings import Settings
from pages.locale import language_of, sentence, text
from pages.roles import role_name
from pages.web import forms
from pages.web.demo_day import DemoDay
from pages.web.refusals import headers_of
from services.registry import Services

CODE = '/login/code'
DEMO_PASSWORD = 'desk-demo-1234'  # noqa: S105 - everybody's, on a desk of one machine only


async def draw(  # noqa: PLR0913 - a page has parts
    request: Request,
    services: Services,
    settings: Settings,
    *,
    error: DeskError | None = None,
    username: str = '',
    goal: str = '/desk',
    demo: DemoDay | None = None,
) -> Response:
    """Return the login page, with the error and the name that was typed."""
    language = language_of(request)
    body = forms.render(
        'login.html',
        language,
        sentence=_sentence(request, language, error),
        username=username,
        goal=goal,
        accounts=await services.sign_ins.demo_accounts() if settings.has_demo_people else [],
        password=DEMO_PASSWORD,
        role_name=role_name,
        has_single_sign_on=services.single_sign_on is not None,
        has_passwords=bool(services.sign_ins.passwords_for),
        demo=demo,
    )
    return forms.page(
        title=text(language, '로그인'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status if error else 200,
        headers=_headers(error),
    )


def draw_code(request: Request, *, error: DeskError | None = None, goal: str) -> Response:
    """Return the form that asks for the code of the second factor."""
    language = language_of(request)
    body = forms.render(
        'code.html', language, sentence=_sentence(request, language, error), goal=goal
    )
    return forms.page(
        title=text(language, '2단계 인증'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status if error else 200,
        headers=_headers(error),
    )


def _sentence(request: Request, language: str, error: DeskError | None) -> str:
    """Return the error as a sentence, or why the reader was led here; nothing for a plain visit."""
    if isinstance(error, TooManyError):
        return _wait_sentence(language, error)
    if error:
        return sentence(language, error)
    return text(language, 'sign_in.ended') if 'ended' in request.query_params else ''


def _wait_sentence(language: str, error: TooManyError) -> str:
    """Return how long to wait: in seconds below 90 seconds, in minutes above."""
    if error.wait_seconds < 90 or error.key != 'sign_in.wait':
        return sentence(language, error)
    return text(language, 'sign_in.wait_minutes', wait_minutes=ceil(error.wait_seconds / 60))


def _headers(error: DeskError | None) -> dict[str, str]:
    return (
        {name: value for name, value in headers_of(error).items() if name == 'Retry-After'}
        if error
        else {}
    )
