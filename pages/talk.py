"""``/talk``: the customer's side of a chat. A customer with an open chat is asked whether to go on; others get the form.

Several people may use one browser, one after another. So the chat's token alone shows none of its messages: a tab shows the
chat only if the chat was started or resumed in that tab. The tab itself remembers this across reloads, by the chat's id.

An ended chat keeps its token and its page, for its tab only, as long as it may be rated or go on (a day); then both are over.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from nicegui import ui

from desk import clock
from desk.errors import DeskError
from desk.settings import Settings
from desk.throttle import Throttle
from models import ChatStatus
from pages import preferences
from pages.locale import COOKIE as LANGUAGE_COOKIE
from pages.locale import LANGUAGES, _, language_of
from pages.parts.talk import form as talk_form
from pages.parts.talk.form import TalkEntry
from pages.parts.talk.news import TalkNews
from pages.parts.talk.panel import TalkPanel, tell_broken
from pages.web import gate
from pages.web.bodies import fields_of
from pages.web.cookies import Cookie, Cookies
from pages.web.gate import address_of
from pages.web.principals import Visitor, principals_in
from services.chats.events import ChatCard
from services.chats.left_messages import LeftView
from services.chats.ratings import may_be_rated
from services.chats.reopening import is_reopenable
from services.chats.visits import ChatStart, VisitTopic
from services.registry import Services
from services.settings.opening import QueueClosedError
from services.settings.texts import CustomerTexts

CHAT_PATH = '/talk/chat'
ENTER_COOKIE = 'desk_talk_enter'
ENTER_SECONDS = 30
"""After a customer starts or resumes a chat, a tab may open it within this time and remembers that it did."""
WAS_HERE = 'return window.sessionStorage?.getItem("desk.talk.here") ?? ""'
TO_QUESTION = 'window.location.replace("/talk")'
IS_HERE = 'window.sessionStorage?.setItem("desk.talk.here", "CHAT")'
ANSWER_SECONDS = 10.0
VISIT_SECONDS = 7 * 24 * 3600
MAX_STARTS_A_MINUTE = 30
"""Starts from one address, which a mobile carrier's customers share. A corrected form that is sent again counts once."""
SIGN_OF_LIFE_SECONDS = 20.0
VIEWPORT = (  # a phone's keyboard shrinks the page instead of covering the box
    'width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content'
)
HEAD = Markup(
    '<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/desk.css">'
    '<link rel="stylesheet" href="/static/talk.css">'
)


def router(services: Services, settings: Settings) -> APIRouter:
    """Serve the form, the start of a chat, and the way from an ended chat to a new one."""
    operations = TalkOperations(services, settings)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route('/talk', operations.show)
    routes.add_api_route('/talk', operations.start, methods=['POST'])
    routes.add_api_route('/talk/news', operations.news)
    routes.add_api_route('/talk/resume', operations.resume, methods=['POST'])
    routes.add_api_route('/talk/withdraw', operations.withdraw, methods=['POST'])
    routes.add_api_route('/talk/new', operations.begin_anew, methods=['POST'])
    return routes


def register(services: Services, settings: Settings) -> None:
    """Serve the chat itself at ``CHAT_PATH``, to the holder of its token."""

    @ui.page(CHAT_PATH, viewport=VIEWPORT)
    async def chat(request: Request) -> Response | None:
        visitor = _visitor(request)
        if visitor is None or not _is_shown(visitor.chat):
            return RedirectResponse('/talk', 303)
        gate.remember(ui.context.client, visitor)
        preferences.apply(request, HEAD)
        ui.page_title(_('채팅 상담'))
        chat_id = str(visitor.chat.id)
        if ENTER_COOKIE not in request.cookies and not await _was_here(chat_id):
            ui.run_javascript(TO_QUESTION)
            return None
        is_here = IS_HERE.replace('CHAT', chat_id)
        ui.context.client.on_connect(lambda: ui.run_javascript(is_here))
        # Well below the time after which a silent customer counts as gone.
        seconds = min(SIGN_OF_LIFE_SECONDS, settings.abandon_after_seconds / 3)
        panel = TalkPanel(services, visitor.chat, sign_of_life_seconds=seconds)
        try:
            await panel.open()
        except DeskError as error:
            panel.delete()
            tell_broken(error)
        return None


class TalkOperations:
    """The operations of ``/talk``, before a page with a socket exists."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._visits = services.visits
        self._texts = services.customer_texts
        self._waits, self._left = services.expected_waits, services.left_messages
        self._announcements = services.announcements
        self._is_secure = settings.is_production
        self._cookies = Cookies(settings)
        self._news = TalkNews(services.topics)
        self._starts = Throttle(limit=MAX_STARTS_A_MINUTE, seconds=60, error_key='throttle.address')

    async def show(self, request: Request) -> Response:
        """Ask whether an open chat goes on, or show an empty form. Deletes the cookie of an ended chat.

        As long as that chat may be rated the cookie stays, and the tab in which it was shows the way back to the rating.
        """
        visitor = _visitor(request)
        if visitor and visitor.chat.status is not ChatStatus.CLOSED:
            topic = await self._visits.topic_of(visitor.chat)
            answer = talk_form.draw_resume(request, visitor.chat, topic)
            return self._keeping_language(request, answer)
        if visitor is None and (left := await self._left_in(request)) is not None:
            return self._keeping_language(request, talk_form.draw_left(request, left))
        topics, waits = await self._visits.topics(), await self._waits.of_new()
        texts = await self._texts.of(visitor.chat.queue_id if visitor else None)
        entry = TalkEntry(token=self._visits.new_token())
        ended = visitor.chat if visitor else None
        announced = await self._announcements.current(language_of(request))
        answer = talk_form.draw(
            request, topics, entry, texts=texts, announced=announced, ended=ended, waits=waits
        )
        is_over = ended is None or not _is_shown(ended)
        if is_over and self._cookies.read(request, Cookie.VISIT):
            self._cookies.take(answer, Cookie.VISIT)
        return self._keeping_language(request, answer)

    async def news(self, after: Annotated[str, Query(max_length=40)] = '') -> Response:
        """Tell an open form when what it shows is another; it knew ``after``."""
        return await self._news.answer(after)

    async def start(self, request: Request) -> Response:
        """Start a chat and set its token as a cookie. The same form sent again leads into the chat it started."""
        typed = await fields_of(request)
        token = typed.get('token', '')
        visitor = _visitor(request)
        if visitor and visitor.chat.status is not ChatStatus.CLOSED:
            is_same = token == self._cookies.read(request, Cookie.VISIT)
            return self._entering() if is_same else RedirectResponse('/talk', 303)
        entry = TalkEntry(
            token=token or self._visits.new_token(),
            name=typed.get('name', ''),
            phone=typed.get('phone', ''),
            department=typed.get('department', ''),
            consent=typed.get('consent') == 'yes',
            body=typed.get('body', ''),
        )
        wanted = ChatStart(
            name=entry.name,
            phone=entry.phone,
            department=entry.department,
            consent=entry.consent,
            announcement=await self._announcements.known(typed.get('announcement', '')),
            token=entry.token,
        )
        try:
            self._starts.hit(address_of(request), act=entry.token)
            if typed.get('act') == 'leave':
                await self._left.leave(wanted, entry.body)
                answer = RedirectResponse('/talk', 303)
            else:
                await self._visits.start(wanted)
                answer = self._entering()
        except DeskError as error:
            return await self._refused(request, entry, error)
        self._cookies.give(answer, Cookie.VISIT, entry.token, max_age_seconds=VISIT_SECONDS)
        return answer

    async def withdraw(self, request: Request) -> Response:
        """Take back the message that was left in this browser; the form is next."""
        answer = RedirectResponse('/talk', 303)
        if (token := self._cookies.read(request, Cookie.VISIT)) and _visitor(request) is None:
            await self._left.withdraw(token)
            self._cookies.take(answer, Cookie.VISIT)
        return answer

    async def _left_in(self, request: Request) -> LeftView | None:
        """Return the message that was left in this browser and waits for an opening."""
        token = self._cookies.read(request, Cookie.VISIT)
        return await self._left.of_token(token) if token else None

    async def resume(self, request: Request) -> Response:
        """Lead into the open chat: the customer confirmed that it is theirs."""
        visitor = _visitor(request)
        goes_on = visitor is not None and visitor.chat.status is not ChatStatus.CLOSED
        return self._entering() if goes_on else RedirectResponse('/talk', 303)

    async def begin_anew(self, request: Request) -> Response:
        """Delete the cookie of an ended chat, or of the chat that the form names; the cookie of any other open chat stays."""
        answer = RedirectResponse('/talk', 303)
        visitor = _visitor(request)
        leaves = (await fields_of(request)).get('leaves', '')
        goes_on = visitor is not None and visitor.chat.status is not ChatStatus.CLOSED
        if not goes_on or (visitor and str(visitor.chat.id) == leaves):
            self._cookies.take(answer, Cookie.VISIT)
        return answer

    async def _refused(self, request: Request, entry: TalkEntry, error: DeskError) -> Response:
        if error.key == 'visit.token':  # not a token of ours: the next attempt gets a good one
            entry = TalkEntry(
                token=self._visits.new_token(),
                name=entry.name,
                phone=entry.phone,
                department=entry.department,
                consent=entry.consent,
                body=entry.body,
            )
        announced = None
        try:
            announced = await self._announcements.current(language_of(request))
            topics = await self._visits.topics()
            texts = await self._texts.of(
                error.queue_id if isinstance(error, QueueClosedError) else None
            )
        except DeskError:  # the form shows the typed department all the same
            topics, texts = [VisitTopic(entry.department)], CustomerTexts()
        return talk_form.draw(request, topics, entry, texts=texts, announced=announced, error=error)

    def _entering(self) -> RedirectResponse:
        """Redirect into the chat, with a cookie that permits the next tab to open it."""
        answer = RedirectResponse(CHAT_PATH, 303)
        answer.set_cookie(
            ENTER_COOKIE,
            '1',
            max_age=ENTER_SECONDS,
            path=CHAT_PATH,
            secure=self._is_secure,
            httponly=True,
            samesite='lax',
        )
        return answer

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


def _is_shown(chat: ChatCard) -> bool:
    """Whether a chat has a page: it goes on, or its customer may still rate it or write in it."""
    is_open = chat.status is not ChatStatus.CLOSED
    return is_open or may_be_rated(chat) or is_reopenable(chat, clock.now())


async def _was_here(chat_id: str) -> bool:
    """Return whether this tab showed the chat before. Only the browser knows: until it answers nothing is drawn."""
    with ui.element().classes('talk talk-broken') as waiting:
        ui.label(_('상담을 불러오고 있어요.'))
    client = ui.context.client
    await client.connected()
    try:
        said = await client.run_javascript(WAS_HERE, timeout=ANSWER_SECONDS)
    except TimeoutError:
        said = ''
    was_here = bool(said == chat_id)
    if was_here:
        waiting.delete()
    return was_here


def _visitor(request: Request) -> Visitor | None:
    return principals_in(dict(request.scope)).visitor
