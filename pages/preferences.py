"""What a person chooses for this browser: light or dark, Korean or English. Kept in cookies, never identity."""

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from nicegui import ui

from models import Agent
from pages.locale import COOKIE as LANGUAGE_COOKIE
from pages.locale import LANGUAGES, _, language, language_of
from pages.parts.markup import Piece, filled
from pages.paths import safe_next
from pages.roles import role_name

THEME_COOKIE = 'desk_theme'
THEMES = ('system', 'light', 'dark')
YEAR_SECONDS = 365 * 24 * 3600

# Constants of ours, no text of people: which of them is used is decided here.
_THEME_HEAD = {
    'light': Markup('<script>document.documentElement.dataset.theme = "light"</script>'),
    'dark': Markup('<script>document.documentElement.dataset.theme = "dark"</script>'),
    'system': Markup(),
}
_LANGUAGE_HEAD = {
    'en': Markup('<script>document.documentElement.lang = "en"</script>'),
    'ko': Markup(),
}


def router() -> APIRouter:
    """Serve ``POST /preferences``: keeps the choices and goes back to where the person was."""
    routes = APIRouter(include_in_schema=False)

    @routes.post('/preferences')
    async def choose(
        request: Request, theme: str = Form(''), lang: str = Form(''), back: str = Form('/desk')
    ) -> RedirectResponse:
        answer = RedirectResponse(safe_next(back), status_code=303)
        secure = request.url.scheme == 'https'
        for name, value, known in (
            (THEME_COOKIE, theme, THEMES),
            (LANGUAGE_COOKIE, lang, LANGUAGES),
        ):
            if value in known:
                answer.set_cookie(
                    name, value, max_age=YEAR_SECONDS, secure=secure, samesite='lax', path='/'
                )
        return answer

    return routes


def theme_of(request: Request) -> str:
    """Return ``system``, ``light`` or ``dark``."""
    theme = request.cookies.get(THEME_COOKIE)
    return theme if theme in THEMES else THEMES[0]


def apply(request: Request, head: Markup) -> None:
    """Dress the page that is being drawn: stylesheets, theme and language."""
    theme = theme_of(request)
    for part in (head, _THEME_HEAD[theme], _LANGUAGE_HEAD[language_of(request)]):
        ui.add_head_html(part)
    ui.dark_mode({'light': False, 'dark': True}.get(theme))


def profile_card(agent: Agent) -> None:
    """Draw who is signed in, the choices, and the way out."""
    with ui.element('div').classes('desk-card desk-profile').props('role=document'):
        Piece(
            inside=filled(
                '<h2>{name}</h2><p>{role} · {department}</p>',
                name=agent.name,
                role=role_name(language(), agent.role),
                department=agent.department,
            )
        )
        _choices(
            _('화면'),
            'theme',
            {'system': _('시스템 설정'), 'light': _('밝게'), 'dark': _('어둡게')},
            theme_of(ui.context.client.request),
        )
        _choices(_('언어'), 'lang', {'ko': '한국어', 'en': 'English'}, language())
        Piece(
            'form',
            inside=filled(
                '<button class="desk-button" type="submit">{text}</button>', text=_('로그아웃')
            ),
        ).props('method=post action=/auth/logout')


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
        '<fieldset><legend>{title}</legend>{buttons}</fieldset>', title=title, buttons=buttons
    )
    Piece('form', inside=inside).props('method=post action=/preferences')
