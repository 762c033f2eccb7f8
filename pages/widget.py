"""``/widget.js`` and what it asks: how the button looks on a site, and what is unread in a chat (decision 0051, docs/widget.md).

These answers are for pages of other sites, so they carry no cookie and identify nobody. A browser names the site (``Origin``)
truly; whoever asks without a browser learns a colour and some words.
"""

from time import monotonic
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from desk.errors import DeskError, NotFoundError
from desk.throttle import Throttle
from pages.locale import accepted, text
from pages.parts.widget import widget_script
from pages.web.bodies import fields_of
from pages.web.paths import id_in
from pages.web.talk_place import MAX_QUEUE_CHARS, TalkPlace
from services.registry import Services
from services.settings.widget_look import WidgetLook
from services.widget.widget import SitePage

SCRIPT_SECONDS = 300
LOOK_SECONDS = 1.0
"""A changed look or list is seen after this long at the latest: every page view of every site asks for it."""
MOST_LOOKS = 500


def router(services: Services) -> APIRouter:
    """Serve the script, the look and the pulse."""
    operations = WidgetOperations(services)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route('/widget.js', operations.script)
    routes.add_api_route('/widget/look', operations.look)
    routes.add_api_route('/widget/pulse', operations.pulse, methods=['POST'])
    return routes


class WidgetOperations:
    """The operations, one method each."""

    def __init__(self, services: Services) -> None:
        self._widget = services.widget
        self._looks: dict[tuple[str, str], tuple[float, WidgetLook | None]] = {}
        self._pulses = Throttle(limit=90, seconds=60)

    async def script(self, request: Request) -> Response:
        """Return the script; 304 to a browser that has it."""
        script = widget_script()
        headers = {
            'ETag': script.tag,
            'Cache-Control': f'public, max-age={SCRIPT_SECONDS}',
            'Cross-Origin-Resource-Policy': 'cross-origin',
        }
        if script.tag in request.headers.get('if-none-match', ''):
            return Response(status_code=304, headers=headers)
        return Response(script.text, headers=headers, media_type='text/javascript')

    async def look(
        self,
        request: Request,
        lang: Annotated[str, Query(max_length=100)] = '',
        queue: Annotated[str, Query(max_length=MAX_QUEUE_CHARS)] = '',
    ) -> Response:
        """Return how the button looks on the site that asks; for a site that is not allowed only that."""
        site = request.headers.get('origin', '')
        look = await self._look(site, queue) if site else None
        if look is None:  # read by anybody, so that the script can say why there is no button
            return _answer({'allowed': False}, '*')
        language = accepted(lang)
        return _answer(
            {
                'allowed': True,
                'base': TalkPlace(site=site).base,
                'colour': look.colour,
                'lang': language,
                'greeting': look.said('greeting', language),
                'words': _words(look, language),
            },
            site,
        )

    async def pulse(self, request: Request) -> Response:
        """Record the page that the customer of a chat looks at, and return what is unread."""
        site, typed = request.headers.get('origin', ''), await fields_of(request)
        page = SitePage(
            site=site,
            address=typed.get('page', ''),
            title=typed.get('title', ''),
            signed=typed.get('identity', ''),
        )
        try:
            chat_id: UUID = id_in(typed.get('chat', ''), error_key='visit.not_found')
            self._pulses.hit(chat_id)
            pulse = await self._widget.pulse(chat_id, typed.get('key', ''), page)
        except NotFoundError:
            return _answer({}, site if await self._look(site, '') else '', status=404)
        except DeskError as error:
            return _answer({}, site, status=error.status)
        return _answer({'unread': pulse.unread, 'over': pulse.is_over}, site)

    async def _look(self, site: str, queue: str) -> WidgetLook | None:
        known = self._looks.get((site, queue))
        if known is not None and monotonic() < known[0]:
            return known[1]
        look = await self._widget.look(site, queue)
        if len(self._looks) >= MOST_LOOKS:
            self._looks.clear()
        self._looks[site, queue] = (monotonic() + LOOK_SECONDS, look)
        return look


def _answer(content: dict[str, object], readable_by: str, *, status: int = 200) -> Response:
    """Return an answer that the pages of one site may read, or of every site (``*``)."""
    headers = {'Cache-Control': 'no-store', 'Vary': 'Origin'}
    if readable_by:
        headers['Access-Control-Allow-Origin'] = readable_by
    return JSONResponse(content, status, headers=headers)


def _words(look: WidgetLook, language: str) -> dict[str, str]:
    return {
        'open': look.said('button', language) or text(language, '상담하기'),
        'title': text(language, '채팅 상담'),
        'close': text(language, '상담 창 닫기'),
        'unread': text(language, '새 메시지 {count}개', count='{count}'),
        'failed': text(language, '이 사이트 안에서는 상담 창을 열 수 없어요.'),
        'elsewhere': text(language, '새 창에서 상담하기'),
    }
