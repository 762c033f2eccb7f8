"""``/talk``: the customer's side of a chat. Who holds a chat's token gets the chat, everybody else the form."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from desk.settings import Settings
from desk.throttle import Throttle
from models import ChatStatus
from pages import gate, preferences
from pages.gate import VISIT_COOKIE, address_of
from pages.locale import COOKIE as LANGUAGE_COOKIE
from pages.locale import LANGUAGES, _
from pages.parts import talk_form
from pages.parts.talk_form import Entry
from pages.parts.talk_panel import TalkPanel, tell_broken
from pages.principals import Visitor, principals_in
from services.registry import Services
from services.visits import ChatStart, new_token

CHAT_PATH = '/talk/chat'
VISIT_SECONDS = 7 * 24 * 3600
MAX_BODY_BYTES = 16_384
MAX_STARTS_A_MINUTE = 30
"""From one address. A carrier's customers share one; a form corrected and sent again counts once."""
SIGN_OF_LIFE_SECONDS = 20.0
VIEWPORT = (  # the keyboard of a phone shrinks the page instead of covering the box
    'width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content'
)
HEAD = Markup(
    '<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/desk.css">'
    '<link rel="stylesheet" href="/static/talk.css">'
)


def router(services: Services, settings: Settings) -> APIRouter:
    """Serve the form, the start of a chat, and the way from an ended chat to a new one."""
    door = Door(services, settings)
    routes = APIRouter(include_in_schema=False, max_body_size=MAX_BODY_BYTES)
    routes.add_api_route('/talk', door.show)
    routes.add_api_route('/talk', door.start, methods=['POST'])
    routes.add_api_route('/talk/new', door.begin_anew, methods=['POST'])
    return routes


def register(services: Services, settings: Settings) -> None:
    """Serve the chat itself at ``CHAT_PATH``, to who holds its token."""

    @ui.page(CHAT_PATH, viewport=VIEWPORT)
    async def chat(request: Request) -> Response | None:
        visitor = _visitor(request)
        if visitor is None:
            return RedirectResponse('/talk', 303)
        gate.remember(ui.context.client, visitor)
        preferences.apply(request, HEAD)
        ui.page_title(_('채팅 상담'))
        # Well below the time after which a silent customer counts as gone.
        seconds = min(SIGN_OF_LIFE_SECONDS, settings.abandon_after_seconds / 3)
        panel = TalkPanel(services, visitor.chat, sign_of_life_seconds=seconds)
        try:
            await panel.open()
        except DeskError as error:
            panel.delete()
            tell_broken(error)
        return None


class Door:
    """What ``/talk`` answers before there is a page with a socket."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._visits = services.visits
        self._is_secure = settings.is_production
        self._starts = Throttle(limit=MAX_STARTS_A_MINUTE, seconds=60, error_key='throttle.address')

    async def show(self, request: Request) -> Response:
        """Lead to the chat, or show an empty form."""
        if _visitor(request):
            answer: Response = RedirectResponse(CHAT_PATH, 303)
        else:
            departments = await self._visits.departments()
            answer = talk_form.draw(request, departments, Entry(token=new_token()))
        return self._keeping_language(request, answer)

    async def start(
        self,
        request: Request,
        name: Annotated[str, Form()] = '',
        phone: Annotated[str, Form()] = '',
        department: Annotated[str, Form()] = '',
        token: Annotated[str, Form()] = '',
    ) -> Response:
        """Start a chat and hand over its token; a customer whose chat goes on stays in it."""
        visitor = _visitor(request)
        if visitor and visitor.chat.status is not ChatStatus.CLOSED:
            return RedirectResponse('/talk', 303)
        entry = Entry(token=token or new_token(), name=name, phone=phone, department=department)
        try:
            self._starts.hit(address_of(request), act=entry.token)
            started = await self._visits.start(
                ChatStart(name=name, phone=phone, department=department, token=entry.token)
            )
        except DeskError as error:
            return await self._refused(request, entry, error)
        answer = RedirectResponse('/talk', 303)
        answer.set_cookie(
            VISIT_COOKIE,
            started.token,
            max_age=VISIT_SECONDS,
            path='/',
            secure=self._is_secure,
            httponly=True,
            samesite='lax',
        )
        return answer

    async def begin_anew(self, request: Request) -> Response:
        """Let go of an ended chat. One that goes on is kept: its customer is led back to it."""
        answer = RedirectResponse('/talk', 303)
        visitor = _visitor(request)
        if visitor is None or visitor.chat.status is ChatStatus.CLOSED:
            answer.delete_cookie(
                VISIT_COOKIE, path='/', secure=self._is_secure, httponly=True, samesite='lax'
            )
        return answer

    async def _refused(self, request: Request, entry: Entry, error: DeskError) -> Response:
        if error.key == 'visit.token':  # not one of ours: the next try gets a good one
            entry = Entry(
                token=new_token(),
                name=entry.name,
                phone=entry.phone,
                department=entry.department,
            )
        return talk_form.draw(request, await self._visits.departments(), entry, error=error)

    def _keeping_language(self, request: Request, answer: Response) -> Response:
        if (chosen := request.query_params.get('lang')) in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                chosen,
                max_age=preferences.YEAR_SECONDS,
                path='/',
                secure=self._is_secure,
                samesite='lax',
            )
        return answer


def _visitor(request: Request) -> Visitor | None:
    return principals_in(dict(request.scope)).visitor
