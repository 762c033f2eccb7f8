"""Plain HTML pages for people who are not signed in: no socket, and no script that they need (decision 0003).

The templates beside this module escape every value. Their texts are Korean inside ``_()``, as everywhere.
"""

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from pages.locale import LANGUAGES, text

THEME_COOKIE = 'desk_theme'
THEMES = ('light', 'dark')
UNDO_COOKIE = 'desk_undo'
UNDO_SECONDS = ('0', '3')
"""How long a sent message can be taken back before it goes out; 0: at once."""
STYLES = ('/static/tokens.css', '/static/forms.css')

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / 'templates'),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def render(template: str, language: str, **values: object) -> Markup:
    """Render a template in a language."""
    drawn = _TEMPLATES.get_template(template).render(
        values, _=partial(text, language), language=language
    )
    return Markup(drawn)  # noqa: S704 - the template has escaped what came from outside


def page(  # noqa: PLR0913 - all of these are parts of one page
    *,
    title: str,
    body: Markup,
    language: str,
    theme: str = '',
    status: int = 200,
    headers: dict[str, str] | None = None,
    styles: tuple[str, ...] = (),
    scripts: tuple[str, ...] = (),
) -> HTMLResponse:
    """Return a whole page around ``body``.

    Args:
        title: the page's title.
        body: its content, from ``render``.
        language: the language it is read in.
        theme: the reader's choice; empty to follow the system.
        status: the answer's status.
        headers: further headers of the answer.
        styles: further stylesheets.
        scripts: scripts that improve the page; it works without them.
    """
    content = render(
        'page.html',
        language,
        title=title,
        body=body,
        theme=theme,
        styles=(*STYLES, *styles),
        scripts=scripts,
    )
    return HTMLResponse(content, status, headers={'Cache-Control': 'no-store'} | (headers or {}))


def alert(sentence: str) -> Markup:
    """Return an error message that screen readers read aloud; nothing for an empty sentence."""
    return render('alert.html', LANGUAGES[0], sentence=sentence)


def theme_of(request: HTTPConnection) -> str:
    """Return the theme chosen in this browser; empty to follow the system."""
    chosen = request.cookies.get(THEME_COOKIE, '')
    return chosen if chosen in THEMES else ''


def undo_seconds_of(request: HTTPConnection) -> int:
    """Return how many seconds a sent message rests in this browser before it goes out."""
    chosen = request.cookies.get(UNDO_COOKIE, '')
    return int(chosen) if chosen in UNDO_SECONDS else 0
