"""The softphone's pages: sign-in, sign-out, and the CCP that a desk embeds.

A desk embeds ``/ccp-v2/``. A cookie identifies the signed-in agent; ``/ccp-v2/?agent=agent1`` is
that agent regardless of the cookie, so that two agents can use one browser. Without Amazon's
library the pages say what is missing.
"""

import json
from datetime import datetime, timedelta
from html import escape
from http import HTTPStatus
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from desk import clock
from desk.sandbox.connect.centre import Centre
from desk.sandbox.connect.faults import Trouble
from desk.sandbox.connect.softphone.operations.lines import TOKEN_LIFE
from desk.sandbox.connect.softphone.sessions import Session, Sessions, agent_of
from desk.sandbox.connect.world.agent import Agent

HERE = files('desk.sandbox.connect.softphone')
CCP_PATH, LOGIN_PATH, LOGOUT_PATH = '/ccp-v2/', '/connect/login', '/connect/logout'
AUDIO_PATH = '/ccp-v2/audio'
SHORT_LIFE = timedelta(minutes=2)
AUTHORIZE_PATH, API_PATH, APP_PATH = '/auth/authorize', '/connect/api', '/agent-app/api'
OWN_SCRIPTS = frozenset({'ccp', 'worker'})
SCRIPT = 'text/javascript; charset=utf-8'
SIGN_OUT = '<button id="sign-out">로그아웃 · Sign out</button>'
STATES = (
    '<p id="state" role="status"></p>'
    '<label>상담 상태 · Status <select id="states"></select></label>'
    '<p id="trouble" role="alert"></p>'
)
SAFE = {
    'Cache-Control': 'no-store',
    'Content-Security-Policy': 'frame-ancestors http://127.0.0.1:* http://localhost:*',
}


class Pages:
    """The pages of one centre's softphones."""

    def __init__(self, centre: Centre, sessions: Sessions, library: bytes) -> None:
        self._centre = centre
        self._sessions = sessions
        self._library = library

    async def ccp(self, request: Request) -> Response:
        """Serve the CCP to a signed-in agent, otherwise the sign-in page."""
        named = self._session_by_name(request)
        session = named or self._session(request)
        if session is None:
            return RedirectResponse(LOGIN_PATH, HTTPStatus.SEE_OTHER)
        agent = self._centre.world.core.agent(session.agent_id)
        settings = json.dumps(self._settings(request, session)).replace('<', r'\u003c')
        body = (
            f'<h1>{escape(_name(agent))} ({escape(agent.profile.username)})</h1>'
            f'{STATES}{"" if named else SIGN_OUT}'
            f'<script type="application/json" id="settings">{settings}</script>'
            '<script src="streams.js"></script><script src="ccp.js"></script>'
        )
        return _page('CCP', body)

    async def script(self, request: Request) -> Response:
        """Serve the library, and the two scripts that configure it."""
        name = request.path_params['name']
        if name == 'streams':
            return Response(self._library, media_type=SCRIPT)
        if name not in OWN_SCRIPTS:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        text = HERE.joinpath(f'{name}.js').read_text('utf-8')
        return Response(text, media_type=SCRIPT, headers={'Cache-Control': 'no-store'})

    async def login(self, request: Request) -> Response:
        """List the agents to sign in as; ``?agent=`` signs in, as an identity provider would."""
        agent = self._agent(request.query_params.get('agent', ''))
        if agent is None:
            return _page('로그인 · Sign in', self._choice())
        answer = RedirectResponse(CCP_PATH, HTTPStatus.SEE_OTHER)
        known = self._session(request)  # another tab of the same agent shares the worker
        is_theirs = known is not None and known.agent_id == agent.id
        session = known if known and is_theirs else self._sessions.begin(agent.id)
        answer.set_cookie(_cookie(request), session.id, httponly=True, samesite='lax')
        return answer

    async def logout(self, request: Request) -> Response:
        """Sign out the agent of the cookie or of ``?agent=``.

        Their status stays (streams#493): the CCP sets them offline before it comes here.
        """
        username = request.query_params.get('agent')
        agent = self._agent(username) if username else None
        session = self._sessions.of(agent.id) if agent else self._session(request)
        while session is not None:
            self._sessions.end(session)
            self._centre.tell_of_act()  # their polls end
            session = self._sessions.of(agent.id) if agent else None
        answer = Response(status_code=HTTPStatus.OK)
        answer.delete_cookie(_cookie(request))
        return answer

    async def authorize(self, request: Request) -> Response:
        """Give a signed-in agent's page a new token."""
        session = self._session(request)
        if session is None:
            return JSONResponse({'message': 'Unauthorized'}, HTTPStatus.UNAUTHORIZED)
        token, expiry = self._token(session)
        return JSONResponse({'accessToken': token, 'expiration': expiry.isoformat()})

    async def audio(self, request: Request) -> Response:
        """Say whether the sound of a call connects: the page of a CCP asks when one does."""
        session = self._session(request) or self._session_by_name(request)
        is_there = session is None or not self._has(Trouble.NO_AUDIO, session)
        return JSONResponse({'audio': is_there}, headers={'Cache-Control': 'no-store'})

    async def no_apps(self, _request: Request) -> Response:
        """Answer that Voice ID and other agent applications are missing."""
        return JSONResponse({'message': 'The sandbox has no agent applications'}, 404)

    def _settings(self, request: Request, session: Session) -> dict[str, object]:
        """Return the library's start settings: addresses, and a token of the session."""
        instance = self._centre.world.state.instance
        base = str(request.base_url).rstrip('/')
        token, expiry = self._token(session)
        return {
            'sharedWorkerUrl': f'{CCP_PATH}worker.js?session={session.id}',
            'authToken': token,
            'refreshToken': session.id,
            'authTokenExpiration': int(expiry.timestamp() * 1_000),
            'region': instance.region,
            'account': instance.account,
            'instance': instance.id,
            'endpoint': f'{base}{API_PATH}',
            'authorizeEndpoint': AUTHORIZE_PATH,
            'agentAppEndpoint': f'{base}{APP_PATH}',
            'taskTemplatesEndpoint': f'{base}/task-templates/api/ccp',
            'loginEndpoint': LOGIN_PATH,
            'logoutEndpoint': LOGOUT_PATH,
            'authCookieName': _cookie(request),
        }

    def _token(self, session: Session) -> tuple[str, datetime]:
        """Return a new token and until when it is good."""
        if self._has(Trouble.SHORT_TOKEN, session):
            expiry = clock.now() + SHORT_LIFE
            return self._sessions.issue(session, until=expiry), expiry
        return self._sessions.issue(session), clock.now() + TOKEN_LIFE

    def _has(self, trouble: Trouble, session: Session) -> bool:
        agent = agent_of(self._centre.world, session)
        return agent is not None and self._centre.faults.has(trouble, agent.profile.username)

    def _session(self, request: Request) -> Session | None:
        """Return the session of the cookie, if valid."""
        session = self._sessions.find(request.cookies.get(_cookie(request), ''))
        agent = agent_of(self._centre.world, session)
        if session is None or agent is None:
            return None
        is_out = self._centre.faults.has(Trouble.SIGNED_OUT, agent.profile.username)
        return None if is_out else session

    def _session_by_name(self, request: Request) -> Session | None:
        """Return a session of the agent in the address."""
        agent = self._agent(request.query_params.get('agent', ''))
        if agent is None or self._centre.faults.has(Trouble.SIGNED_OUT, agent.profile.username):
            return None
        return self._sessions.of(agent.id) or self._sessions.begin(agent.id)

    def _agent(self, username: str) -> Agent | None:
        agents = self._centre.world.state.agents.values()
        return next((each for each in agents if each.profile.username == username), None)

    def _choice(self) -> str:
        agents = self._centre.world.state.agents.values()
        buttons = ''.join(
            f'<button name="agent" value="{escape(each.profile.username)}">'
            f'{escape(_name(each))} ({escape(each.profile.username)})</button>'
            for each in agents
        )
        return f'<h1>상담원 로그인 · Agent sign-in</h1><form action="{LOGIN_PATH}">{buttons}</form>'


def missing_page(reason: str) -> Response:
    """Return a page that says why the softphone cannot be served."""
    body = f'<h1>소프트폰을 열 수 없습니다</h1><p lang="en">{escape(reason)}</p>'
    return _page('CCP', body, HTTPStatus.SERVICE_UNAVAILABLE)


def _page(title: str, body: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    text = Template(HERE.joinpath('page.html').read_text('utf-8'))
    return HTMLResponse(text.substitute(title=escape(title), body=body), status, SAFE)


def _name(agent: Agent) -> str:
    return f'{agent.profile.last_name}{agent.profile.first_name}'


def _cookie(request: Request) -> str:
    """Return the cookie's name, with the port: cookies ignore ports, and two simulators may run."""
    return f'softphone_{request.url.port or 80}'
