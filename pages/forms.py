"""Pages of plain HTML for people nobody knows yet: no script, no socket (decision 0003).

Everything that is put together here goes through ``Markup.format``, which escapes it.
"""

from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse

from pages.locale import text

THEME_COOKIE = 'desk_theme'
THEMES = ('light', 'dark')
STYLES = ('/static/tokens.css', '/static/forms.css')

_PAGE = Markup(
    """<!doctype html>
<html lang="{language}"{theme}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · {desk}</title>
<link rel="icon" href="/static/favicon.svg">
{styles}</head>
<body>
<main class="sheet">
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
)
_STYLE = Markup('<link rel="stylesheet" href="{}">\n')
_THEME = Markup(' data-theme="{}"')
_FIELD = Markup(
    '<div class="field"><label for="{name}">{label}</label>'
    '<input id="{name}" name="{name}" type="{kind}" value="{value}" autocomplete="{autocomplete}"{extra}></div>\n'
)


def page(
    *,
    title: str,
    body: Markup,
    language: str,
    theme: str = '',
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HTMLResponse:
    """Return a whole page around ``body``; ``theme`` is what the reader chose, empty to follow their system."""
    content = _PAGE.format(
        language=language,
        theme=_THEME.format(theme) if theme in THEMES else '',
        title=title,
        desk=text(language, '상담 데스크'),
        styles=Markup('').join(_STYLE.format(href) for href in STYLES),
        body=body,
    )
    return HTMLResponse(content, status, headers={'Cache-Control': 'no-store'} | (headers or {}))


def field(
    *,
    name: str,
    label: str,
    kind: str = 'text',
    value: str = '',
    autocomplete: str = 'off',
    extra: Markup = Markup(''),  # noqa: B008 - immutable
) -> Markup:
    """Return one labelled field; ``extra`` is further attributes, each after a space."""
    return _FIELD.format(
        name=name, label=label, kind=kind, value=value, autocomplete=autocomplete, extra=extra
    )


def alert(sentence: str) -> Markup:
    """Return what went wrong, read out by screen readers; nothing for an empty sentence."""
    return (
        Markup('<p role="alert" class="alert">{}</p>\n').format(sentence)
        if sentence
        else Markup('')
    )


def theme_of(request: HTTPConnection) -> str:
    """Return the theme that the reader chose, empty to follow their system."""
    chosen = request.cookies.get(THEME_COOKIE, '')
    return chosen if chosen in THEMES else ''
