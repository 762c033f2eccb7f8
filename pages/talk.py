"""``/talk``: the customer's side of a chat. A customer with an open chat is asked whether to go on; others get the form.

Several people may use one browser, one after another. So the chat's token alone shows none of its messages: a tab shows the
chat only if the chat was started or resumed in that tab. The tab itself remembers this across reloads, by the chat's id.

The same in a frame on an allowed site (``TalkPlace``): with cookies of its own, which each site around a frame has for itself. A
chat that began on one site is shown on no other, and one whose customer the site has named, for no other customer (decision 0051).

An ended chat keeps its token and its page, for its tab only, as long as it may be rated or go on (a day); then both are over.
"""

from collections.abc import Collection, Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from desk import clock
from desk.errors import DeskError, InvalidInputError
from desk.settings import Settings
from desk.throttle import Throttle
from models import ChatStatus
from pages import preferences
from pages.locale import COOKIE as LANGUAGE_COOKIE
from pages.locale import LANGUAGES, language_of
from pages.parts.talk import form as talk_form
from pages.parts.talk.form import TalkEntry
from pages.parts.talk.news import TalkNews
from pages.web.bodies import fields_of
from pages.web.cookies import Cookie, Cookies
from pages.web.gate import address_of
from pages.web.principals import Visitor, principals_in
from pages.web.talk_place import SITES, TalkPlace
from services.chats.events import ChatCard
from services.chats.left_messages import LeftView
from services.chats.ratings import may_be_rated
from services.chats.reopening import is_reopenable
from services.chats.visits import ChatStart, VisitTopic
from services.registry import Services
from services.settings.opening import QueueClosedError
from services.settings.texts import CustomerTexts
from services.widget.widget import SitePage

CHAT_PATH = '/talk/chat'
SITE_PATH = SITES + '{site_key}'
ENTER_COOKIE = 'desk_talk_enter'
ENTER_SECONDS = 30
CALL = 'call'
"""In the address of a chat: its customer would rather be called than wait."""
PRESSED_ON = ('wait', CALL)
"""What starts a chat in a crowded queue."""
"""After a customer starts or resumes a chat, a tab may open it within this time and remembers that it did."""
VISIT_SECONDS = 7 * 24 * 3600
MAX_SITE_STARTS_A_MINUTE = 300
"""Starts on one site, from all addresses."""
MAX_STARTS_A_MINUTE = 30
"""Starts from one address, which a mobile carrier's customers share. A corrected form that is sent again counts once."""


def router(services: Services, settings: Settings) -> APIRouter:
    """Serve the form, the start of a chat, and the way from an ended chat to a new one."""
    operations = TalkOperations(services, settings)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route('/talk/news', operations.news)
    for path in ('/talk', SITE_PATH):
        routes.add_api_route(path, operations.show)
        routes.add_api_route(path, operations.start, methods=['POST'])
        routes.add_api_route(f'{path}/resume', operations.resume, methods=['POST'])
        routes.add_api_route(f'{path}/withdraw', operations.withdraw, methods=['POST'])
        routes.add_api_route(f'{path}/new', operations.begin_anew, methods=['POST'])
    return routes


class TalkOperations:
    """The operations of ``/talk``, before a page with a socket exists."""

    def __init__(self, services: Services, settings: Settings) -> None:
        self._services = services
        self._visits, self._widget = services.visits, services.widget
        self._texts = services.customer_texts
        self._waits, self._left = services.expected_waits, services.left_messages
        self._crowding = services.crowding
        self._announcements = services.announcements
        self._is_secure = settings.is_production
        self._cookies = Cookies(settings)
        self._news = TalkNews(services.topics)
        self._starts = Throttle(limit=MAX_STARTS_A_MINUTE, seconds=60, error_key='throttle.address')
        self._site_starts = Throttle(
            limit=MAX_SITE_STARTS_A_MINUTE, seconds=60, error_key='throttle.address'
        )

    async def show(self, request: Request) -> Response:
        """Ask whether an open chat goes on, or show an empty form. Deletes the cookie of an ended chat.

        As long as that chat may be rated the cookie stays, and the tab in which it was shows the way back to the rating.
        """
        place = TalkPlace.of(request)
        visitor = await visitor_at(request, place, self._services)
        if visitor and visitor.chat.status is not ChatStatus.CLOSED:
            topic = await self._visits.topic_of(visitor.chat)
            answer = talk_form.draw_resume(request, visitor.chat, topic)
            return self._keeping(request, place, answer)
        if visitor is None and (left := await self._left_in(request, place)) is not None:
            return self._keeping(request, place, talk_form.draw_left(request, left))
        topics, waits = await self._topics(place), await self._waits.of_new()
        texts = await self._texts.of(visitor.chat.queue_id if visitor else None)
        entry = TalkEntry(token=self._visits.new_token(), department=place.queue)
        ended = visitor.chat if visitor else None
        announced = await self._announcements.current(language_of(request))
        answer = talk_form.draw(
            request, topics, entry, texts=texts, announced=announced, ended=ended, waits=waits
        )
        is_over = ended is None or not is_shown(ended)
        if is_over and self._cookies.read(request, _cookie(place)):
            self._cookies.take(answer, _cookie(place))
        return self._keeping(request, place, answer)

    async def news(self, after: Annotated[str, Query(max_length=40)] = '') -> Response:
        """Tell an open form when what it shows is another; it knew ``after``."""
        return await self._news.answer(after)

    async def start(self, request: Request) -> Response:
        """Start a chat and set its token as a cookie. The same form sent again leads into the chat it started."""
        place, typed = TalkPlace.of(request), await fields_of(request)
        token = typed.get('token', '')
        visitor = await visitor_at(request, place, self._services)
        if visitor and visitor.chat.status is not ChatStatus.CLOSED:
            is_same = token == self._cookies.read(request, _cookie(place))
            return self._entering(place) if is_same else RedirectResponse(place.at(), 303)
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
            if place.site:
                self._check_site(request, place, entry.token)
            crowded = await self._crowding.crowded()
            if typed.get('act') == 'leave':
                await self._left.leave(wanted, entry.body, crowded=crowded)
                answer = RedirectResponse(place.at(), 303)
            elif typed.get('act') not in PRESSED_ON and (
                topic := await self._crowded(place, entry, crowded)
            ):
                await self._visits.check(wanted)
                return await self._offered(request, place, entry, topic)
            else:
                await self._begin(place, wanted, typed)
                answer = self._entering(place, wants_call=typed.get('act') == CALL)
        except DeskError as error:
            return await self._refused(request, place, entry, error)
        self._cookies.give(answer, _cookie(place), entry.token, max_age_seconds=VISIT_SECONDS)
        return answer

    def _check_site(self, request: Request, place: TalkPlace, token: str) -> None:
        """Raise unless the browser keeps cookies in the site's frame, and the site does not start too many chats."""
        if not self._cookies.read(request, Cookie.SITE_PROBE):
            raise InvalidInputError('widget.cookies')
        self._site_starts.hit(place.site, act=token)

    async def _begin(self, place: TalkPlace, wanted: ChatStart, typed: Mapping[str, str]) -> None:
        if place.site:
            await self._widget.start(wanted, _page(place, typed))
        else:
            await self._visits.start(wanted)

    async def withdraw(self, request: Request) -> Response:
        """Take back the message that was left in this browser; the form is next."""
        place = TalkPlace.of(request)
        answer = RedirectResponse(place.at(), 303)
        visitor = await visitor_at(request, place, self._services)
        if (token := self._cookies.read(request, _cookie(place))) and visitor is None:
            await self._left.withdraw(token)
            self._cookies.take(answer, _cookie(place))
        return answer

    async def _left_in(self, request: Request, place: TalkPlace) -> LeftView | None:
        """Return the message that was left in this browser and waits for an opening."""
        token = self._cookies.read(request, _cookie(place))
        return await self._left.of_token(token) if token else None

    async def resume(self, request: Request) -> Response:
        """Lead into the open chat: the customer confirmed that it is theirs."""
        place = TalkPlace.of(request)
        visitor = await visitor_at(request, place, self._services)
        if visitor is None or visitor.chat.status is ChatStatus.CLOSED:
            return RedirectResponse(place.at(), 303)
        page = _page(place, await fields_of(request))
        if not place.site or await self._widget.may_show(visitor.chat.id, page):
            return self._entering(place)
        answer = RedirectResponse(place.at(), 303)
        self._cookies.take(answer, _cookie(place))
        return answer

    async def begin_anew(self, request: Request) -> Response:
        """Delete the cookie of an ended chat, or of the chat that the form names; the cookie of any other open chat stays."""
        place = TalkPlace.of(request)
        answer = RedirectResponse(place.at(), 303)
        visitor = await visitor_at(request, place, self._services)
        leaves = (await fields_of(request)).get('leaves', '')
        goes_on = visitor is not None and visitor.chat.status is not ChatStatus.CLOSED
        if not goes_on or (visitor and str(visitor.chat.id) == leaves):
            self._cookies.take(answer, _cookie(place))
        return answer

    async def _crowded(
        self, place: TalkPlace, entry: TalkEntry, crowded: Collection[UUID]
    ) -> VisitTopic | None:
        """Return the chosen topic if its queue is open and crowded: its customer is offered other ways first."""
        chosen = [one for one in await self._topics(place) if one.name == entry.department]
        return next((one for one in chosen if not one.closed and one.queue_id in crowded), None)

    async def _offered(
        self, request: Request, place: TalkPlace, entry: TalkEntry, topic: VisitTopic
    ) -> Response:
        """Return the form with what a customer of a crowded queue may do: wait, leave a message, or be called."""
        return talk_form.draw(
            request,
            await self._topics(place),
            entry,
            texts=await self._texts.of(topic.queue_id),
            announced=await self._announcements.current(language_of(request)),
            waits=await self._waits.of_new(),
            crowded=topic,
            calls=self._services.callback_requests.are_offered,
        )

    async def _topics(self, place: TalkPlace) -> list[VisitTopic]:
        return await (self._widget.topics(place.site) if place.site else self._visits.topics())

    async def _refused(
        self, request: Request, place: TalkPlace, entry: TalkEntry, error: DeskError
    ) -> Response:
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
            topics = await self._topics(place)
            texts = await self._texts.of(
                error.queue_id if isinstance(error, QueueClosedError) else None
            )
        except DeskError:  # the form shows the typed department all the same
            topics, texts = [VisitTopic(entry.department)], CustomerTexts()
        return talk_form.draw(request, topics, entry, texts=texts, announced=announced, error=error)

    def _entering(self, place: TalkPlace, *, wants_call: bool = False) -> RedirectResponse:
        """Redirect into the chat, with a cookie that permits the next tab to open it; there the call-back is asked for first."""
        address = place.at('/chat')
        more = f'{"&" if "?" in address else "?"}{CALL}=1' if wants_call else ''
        answer = RedirectResponse(address + more, 303)
        if place.site:
            self._cookies.give(answer, Cookie.SITE_ENTER, '1', max_age_seconds=ENTER_SECONDS)
            return answer
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

    def _keeping(self, request: Request, place: TalkPlace, answer: Response) -> Response:
        """Keep the chosen language; in a frame, whose address has it, try whether the browser keeps cookies there."""
        if place.site:
            self._cookies.give(answer, Cookie.SITE_PROBE, '1', max_age_seconds=VISIT_SECONDS)
        elif (chosen := request.query_params.get('lang')) in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                chosen,
                max_age=preferences.YEAR_SECONDS,
                path='/',
                secure=self._is_secure,
                samesite='lax',
            )
        return answer


def is_shown(chat: ChatCard) -> bool:
    """Whether a chat has a page: it goes on, or its customer may still rate it or write in it."""
    is_open = chat.status is not ChatStatus.CLOSED
    return is_open or may_be_rated(chat) or is_reopenable(chat, clock.now())


def _page(place: TalkPlace, typed: Mapping[str, str]) -> SitePage:
    """Return the site's page, as the frame's script has written it into the form."""
    return SitePage(
        site=place.site,
        address=typed.get('page', ''),
        title=typed.get('title', ''),
        signed=typed.get('identity', ''),
    )


def _cookie(place: TalkPlace) -> Cookie:
    return Cookie.SITE_VISIT if place.site else Cookie.VISIT


async def visitor_at(request: Request, place: TalkPlace, services: Services) -> Visitor | None:
    """Return the customer; none in a frame for a chat that began on another site."""
    visitor = principals_in(dict(request.scope)).visitor
    if visitor is None or not place.site:
        return visitor
    return visitor if await services.widget.site_of(visitor.chat.id) == place.site else None
