"""A person's choices for this browser: light or dark, Korean or English, and whether a sent message can be taken back. Kept in cookies that identify nobody."""

from copy import copy

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from nicegui import ui
from nicegui.language import Language

from models import Agent
from pages.locale import COOKIE as LANGUAGE_COOKIE
from pages.locale import LANGUAGES, _, language, language_of
from pages.parts.kit.markup import Piece, filled
from pages.roles import role_name
from pages.web.bodies import fields_of
from pages.web.forms import (
    THEME_COOKIE,
    THEMES,
    UNDO_COOKIE,
    UNDO_SECONDS,
    theme_of,
    undo_seconds_of,
)
from pages.web.paths import safe_next

SYSTEM = 'system'
CHOICES = (SYSTEM, *THEMES)
YEAR_SECONDS = 365 * 24 * 3600

# Constants, never user input: the cookie only selects one of them.
_THEME_HEAD = {
    'light': Markup('<script>document.documentElement.dataset.theme = "light"</script>'),
    'dark': Markup('<script>document.documentElement.dataset.theme = "dark"</script>'),
    'system': Markup(),
}
_LOCALES: dict[str, Language] = {'ko': 'ko-KR', 'en': 'en-US'}


def router() -> APIRouter:
    """Serve ``POST /preferences``: store the choices and lead back to the page."""
    routes = APIRouter(include_in_schema=False)

    @routes.post('/preferences')
    async def choose(request: Request) -> RedirectResponse:
        chosen = await fields_of(request)
        answer = RedirectResponse(safe_next(chosen.get('back', '/desk')), status_code=303)
        secure = request.url.scheme == 'https'
        for name, value, known in (
            (THEME_COOKIE, chosen.get('theme', ''), CHOICES),
            (LANGUAGE_COOKIE, chosen.get('lang', ''), LANGUAGES),
            (UNDO_COOKIE, chosen.get('undo', ''), UNDO_SECONDS),
        ):
            if value in known:
                answer.set_cookie(
                    name, value, max_age=YEAR_SECONDS, secure=secure, samesite='lax', path='/'
                )
        return answer

    return routes


def apply(request: Request, head: Markup) -> None:
    """Apply stylesheets, theme and language to the page that is being drawn."""
    theme = theme_of(request) or SYSTEM
    for part in (head, _THEME_HEAD[theme]):
        ui.add_head_html(part)
    ui.dark_mode({'light': False, 'dark': True}.get(theme))
    client = ui.context.client
    client.page = copy(client.page)  # a page is shared by all its readers
    client.page.language = _LOCALES[language_of(request)]


def profile(agent: Agent) -> None:
    """Draw the person's role and department, the choices, and the sign-out."""
    ui.label(f'{role_name(language(), agent.role)} · {_(agent.department)}').classes('desk-sub')
    _choices(
        _('화면 모드'),
        'theme',
        {SYSTEM: _('시스템 설정'), 'light': _('밝게'), 'dark': _('어둡게')},
        theme_of(ui.context.client.request) or SYSTEM,
    )
    _choices(_('언어'), 'lang', {'ko': '한국어', 'en': 'English'}, language())
    _choices(
        _('보낸 메시지 되돌리기'),
        'undo',
        {'0': _('바로 보내기'), '3': _('3초 동안 되돌리기')},
        str(undo_seconds_of(ui.context.client.request)),
    )
    # In a tab of its own: leaving the desk's page would end the call bar's connection.
    account = Piece('a', inside=filled('{text}', text=_('내 계정: 비밀번호, 2단계 인증, 기기')))
    account.classes('desk-account-link').props('href=/account target=_blank rel=noopener')
    with ui.element('div').classes('desk-leave'):
        _leave('/auth/logout', _('로그아웃'), '')
        _leave(
            '/auth/logout-everywhere',
            _('모든 로그인 끊기'),
            _('다른 브라우저와 프로그램에서도 모두 로그아웃합니다.'),
        )


def _leave(action: str, text: str, title: str) -> None:
    button = filled(
        '<button class="desk-button" type="submit" title="{title}">{text}</button>',
        text=text,
        title=title,
    )
    form = Piece('form', inside=button).props('method=post')
    form.props['action'] = action


def _choices(title: str, name: str, choices: dict[str, str], chosen: str) -> None:
    buttons = Markup().join(
        filled(
            '<button class="desk-button" type="submit" name="{name}" value="{value}" aria-pressed="{pressed}">{text}</button>',
            name=name,
            value=value,
            text=text,
            pressed='true' if value == chosen else 'false',
        )
        for value, text in choices.items()
    )
    inside = filled(
        '<fieldset><legend>{title}</legend>{buttons}</fieldset>'
        '<input type="hidden" name="back" value="{back}">',
        title=title,
        buttons=buttons,
        back=ui.context.client.sub_pages_router.current_path,
    )
    Piece('form', inside=inside).classes('desk-choices').props('method=post action=/preferences')
