"""The login form: plain HTML that works without a script, drawn anew when a sign-in was refused."""

from math import ceil

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from desk.errors import DeskError, TooManyError
from desk.settings import Environment, Settings
from pages import forms
from pages.locale import language_of, sentence, text
from pages.refusals import headers_of
from pages.roles import role_name
from services.registry import Services
from services.sign_ins import DemoAccount

DEMO_PASSWORD = 'desk-demo-1234'  # noqa: S105 - everybody's, on a desk of one machine only

_FORM = Markup(
    """<form method="post" action="/auth/login">
{alert}<input type="hidden" name="next" value="{goal}">
{username}{password}<button type="submit">{button}</button>
</form>
"""
)
_DEMO = Markup(
    """<section class="demo" aria-labelledby="demo-title">
<h2 id="demo-title">{title}</h2>
<ul>
{rows}</ul>
</section>
"""
)
_DEMO_ROW = Markup(
    """<li><form method="post" action="/auth/login">
<input type="hidden" name="username" value="{username}">
<input type="hidden" name="password" value="{password}">
<input type="hidden" name="next" value="{goal}">
<button type="submit" class="account"><span class="who">{username}</span> <span>{name}</span>
<span class="where">{department} · {role}</span></button>
</form></li>
"""
)


async def draw(
    request: Request,
    services: Services,
    settings: Settings,
    *,
    error: DeskError | None = None,
    username: str = '',
    goal: str = '/desk',
) -> Response:
    """Return the login page, with what went wrong and the name that was typed."""
    language = language_of(request)
    body = _form(language, _alert(request, language, error), username, goal)
    if settings.desk_env is Environment.LOCAL:
        body += _demo(language, await services.sign_ins.demo_accounts(), goal)
    return forms.page(
        title=text(language, '로그인'),
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status if error else 200,
        headers=_headers(error),
    )


def _form(language: str, alert: Markup, username: str, goal: str) -> Markup:
    required = Markup(' required')
    focus = Markup(' autofocus')
    return _FORM.format(
        alert=alert,
        goal=goal,
        username=forms.field(
            name='username',
            label=text(language, '아이디'),
            value=username,
            autocomplete='username',
            extra=required
            + ('' if username else focus)
            + Markup(' autocapitalize="none" spellcheck="false"'),
        ),
        password=forms.field(
            name='password',
            label=text(language, '비밀번호'),
            kind='password',
            autocomplete='current-password',
            extra=required + (focus if username else ''),
        ),
        button=text(language, '로그인'),
    )


def _alert(request: Request, language: str, error: DeskError | None) -> Markup:
    if isinstance(error, TooManyError):
        return forms.alert(_wait_sentence(language, error))
    if error:
        return forms.alert(sentence(language, error))
    if 'ended' in request.query_params:
        return forms.alert(text(language, 'sign_in.ended'))
    return Markup('')


def _wait_sentence(language: str, error: TooManyError) -> str:
    """Say how long to wait: seconds below a minute and a half, minutes above."""
    if error.wait_seconds < 90 or error.key != 'sign_in.wait':
        return sentence(language, error)
    return text(language, 'sign_in.wait_minutes', wait_minutes=ceil(error.wait_seconds / 60))


def _demo(language: str, accounts: list[DemoAccount], goal: str) -> Markup:
    rows = Markup('').join(
        _DEMO_ROW.format(
            username=one.username,
            password=DEMO_PASSWORD,
            goal=goal,
            name=one.name,
            department=text(language, one.department),
            role=role_name(language, one.role),
        )
        for one in accounts
    )
    return _DEMO.format(title=text(language, '시험용 계정'), rows=rows) if rows else Markup('')


def _headers(error: DeskError | None) -> dict[str, str]:
    return (
        {name: value for name, value in headers_of(error).items() if name == 'Retry-After'}
        if error
        else {}
    )
