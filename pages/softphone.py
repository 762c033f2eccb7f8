"""The window around the desk that holds the softphone.

With Connect, a tab that opens a page of the desk gets this window; it loads the same address again in its frame. The
browser's ``Sec-Fetch-Dest`` header tells the two requests apart, so that links and bookmarks stay as they are.
"""

from secrets import token_urlsafe

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pages.locale import language_of, text
from pages.web import forms
from pages.web.principals import principals_in
from pages.web.softphone import Softphone, origin_of
from services.calls.directory import ConnectDirectory
from services.people.sign_ins import Staff

DESK = '/desk'
SERVER = token_urlsafe(12)
"""A random name of this process: a window that finds another one has lost its desk, and loads it anew."""
POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; "
    "img-src 'self' data:; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'"
)


def router(softphone: Softphone) -> APIRouter:
    """Serve Amazon's library, and this process's name."""
    routes = APIRouter(include_in_schema=False)

    @routes.get('/softphone/streams.js')
    async def library() -> Response:
        headers = {'Cache-Control': 'private, max-age=3600'}
        return Response(softphone.library, media_type='text/javascript', headers=headers)

    @routes.get('/softphone/server')
    async def server() -> JSONResponse:
        return JSONResponse({'server': SERVER})

    return routes


class SoftphoneWindow:
    """Answers a tab that opens a page of the desk with the window; passes every other request on."""

    def __init__(self, app: ASGIApp, *, softphone: Softphone, directory: ConnectDirectory) -> None:
        self._app = app
        self._directory = directory
        self._softphone = softphone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        staff = principals_in(scope).staff if _is_opened_in_tab(scope) else None
        if staff is None or not self._softphone.is_for(staff.agent, self._directory):
            await self._app(scope, receive, send)
            return
        await self._window(Request(scope), staff)(scope, receive, send)

    def _window(self, request: Request, staff: Staff) -> Response:
        language = language_of(request)
        body = forms.render(
            'softphone.html',
            language,
            theme=forms.theme_of(request),
            config=self._config(request, staff, language),
        )
        ccp = origin_of(self._softphone.ccp_for(request))
        headers = {
            'Content-Security-Policy': f'{POLICY} {ccp}',
            'Cache-Control': 'no-store',
            'Vary': 'Sec-Fetch-Dest',
        }
        return Response(str(body), media_type='text/html', headers=headers)

    def _config(self, asked: HTTPConnection, staff: Staff, language: str) -> dict[str, object]:
        phone, agent = self._softphone, staff.agent
        user = self._directory.user(agent)
        name = user.username if user else agent.username
        return {
            'username': agent.username,
            'connectName': name,
            'server': SERVER,
            'ccpUrl': phone.ccp_for(asked),
            'loginUrl': phone.login_for(asked, name),
            'framedUrl': phone.framed_for(asked, name),
            'words': {
                'away': text(language, '데스크에 다시 연결하고 있습니다.'),
                'away_call': text(
                    language, '데스크에 다시 연결하고 있습니다. 통화는 이어지고 있습니다.'
                ),
                'left': '',
                'left_call': text(
                    language, '로그아웃했습니다. 소프트폰은 이 통화가 끝나면 닫힙니다.'
                ),
            },
        }


def _is_opened_in_tab(scope: Scope) -> bool:
    if scope['type'] != 'http' or scope['method'] != 'GET':
        return False
    path: str = scope['path']
    is_desk = path == DESK or path.startswith(f'{DESK}/')
    return is_desk and Headers(scope=scope).get('sec-fetch-dest') == 'document'
