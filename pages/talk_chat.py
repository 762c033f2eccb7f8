"""The customer's chat itself, at ``/talk/chat`` and in a frame on an allowed site, for the holder of its token (``pages.talk``)."""

from json import dumps
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from desk.settings import Settings
from pages import preferences
from pages.locale import _
from pages.parts.talk.broken import tell_broken
from pages.parts.talk.panel import TalkPanel
from pages.talk import CALL, CHAT_PATH, ENTER_COOKIE, SITE_PATH, is_shown, visitor_at
from pages.web import gate
from pages.web.cookies import Cookie, Cookies
from pages.web.talk_place import TalkPlace
from services.registry import Services
from services.widget.widget import SitePage

WAS_HERE = 'return window.sessionStorage?.getItem("desk.talk.here") ?? ""'
IS_HERE = 'window.sessionStorage?.setItem("desk.talk.here", "CHAT")'
TO_QUESTION = 'window.location.replace("ADDRESS")'
WHO = 'return (await window.deskFrame?.identity()) ?? ""'
IN_FRAME = 'window.deskFrame?.chat("CHAT", "KEY")'
ANSWER_SECONDS = 10.0
SIGN_OF_LIFE_SECONDS = 20.0
VIEWPORT = (  # a phone's keyboard shrinks the page instead of covering the box
    'width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content'
)
HEAD = Markup(
    '<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/desk.css">'
    '<link rel="stylesheet" href="/static/talk.css">'
)
FRAME_HEAD = HEAD + Markup('<script src="/static/talk_frame.js"></script>')


def register(services: Services, settings: Settings) -> None:
    """Serve the chat itself at ``CHAT_PATH``, to the holder of its token."""
    cookies = Cookies(settings)

    @ui.page(CHAT_PATH, viewport=VIEWPORT)
    async def chat(request: Request) -> Response | None:
        return await draw(request)

    @ui.page(f'{SITE_PATH}/chat', viewport=VIEWPORT)
    async def chat_on_site(request: Request, site_key: str) -> Response | None:
        del site_key  # the gate has checked it
        return await draw(request)

    async def draw(request: Request) -> Response | None:
        place = TalkPlace.of(request)
        visitor = await visitor_at(request, place, services)
        if visitor is None or not is_shown(visitor.chat):
            return RedirectResponse(place.at(), 303)
        gate.remember(ui.context.client, visitor)
        preferences.apply(request, FRAME_HEAD if place.site else HEAD)
        ui.page_title(_('채팅 상담'))
        has_entered = (
            cookies.read(request, Cookie.SITE_ENTER)
            if place.site
            else request.cookies.get(ENTER_COOKIE)
        )
        if not has_entered and not await _was_here(visitor.chat.id, place, services):
            ui.run_javascript(TO_QUESTION.replace('"ADDRESS"', dumps(place.at())))
            return None
        is_here = _is_here(visitor.chat.id, place, services)
        ui.context.client.on_connect(lambda: ui.run_javascript(is_here))
        # Well below the time after which a silent customer counts as gone.
        seconds = min(SIGN_OF_LIFE_SECONDS, settings.abandon_after_seconds / 3)
        panel = TalkPanel(services, visitor.chat, place, sign_of_life_seconds=seconds)
        try:
            await panel.open(asks_call=CALL in request.query_params)
        except DeskError as error:
            panel.delete()
            tell_broken(error, place)
        return None


async def _was_here(chat_id: UUID, place: TalkPlace, services: Services) -> bool:
    """Return whether this tab showed the chat before, and on a site still for the same visitor.

    Only the browser knows: until it answers nothing is drawn.
    """
    with ui.element().classes('talk talk-broken') as waiting:
        ui.label(_('상담을 불러오고 있어요.'))
    client = ui.context.client
    await client.connected()
    try:
        said = await client.run_javascript(WAS_HERE, timeout=ANSWER_SECONDS)
        was_here = bool(said == str(chat_id))
        if was_here and place.site:
            who = await client.run_javascript(WHO, timeout=ANSWER_SECONDS)
            page = SitePage(site=place.site, signed=who if isinstance(who, str) else '')
            was_here = await services.widget.may_show(chat_id, page)
    except TimeoutError:
        was_here = False
    if was_here:
        waiting.delete()
    return was_here


def _is_here(chat_id: UUID, place: TalkPlace, services: Services) -> str:
    """Return what the browser runs when the chat is shown: the tab remembers it, and the site's page learns of it."""
    is_here = IS_HERE.replace('CHAT', str(chat_id))
    if not place.site:
        return is_here
    key = services.widget.pulse_key(chat_id)
    return f'{is_here}; {IN_FRAME.replace("CHAT", str(chat_id)).replace("KEY", key)}'
