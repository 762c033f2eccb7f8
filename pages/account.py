"""``/account``: one's own account. Plain HTML: it is also for people who may not open the desk yet (decision 0036)."""

from collections.abc import Mapping
from uuid import UUID

import segno
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from desk.errors import DeskError, FieldsRefusedError
from pages.locale import language_of, sentence, text
from pages.parts.kit import times
from pages.roles import role_name
from pages.web import forms, refusals
from pages.web.bodies import fields_of
from pages.web.device_words import device_words
from pages.web.gate import address_of
from pages.web.paths import id_in
from pages.web.principals import staff_of
from services.people.admin import MIN_PASSWORD_CHARS
from services.people.own_account import OwnSession
from services.people.second_factors import NewSecondFactor
from services.registry import Services

ACCOUNT = '/account'
FACTOR = f'{ACCOUNT}/second-factor'
STYLES = ('/static/account.css',)


def router(services: Services) -> APIRouter:
    """Serve one's own account."""
    account = AccountOperations(services)
    factor = SecondFactorOperations(services)
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(ACCOUNT, account.show)
    for path, operation in (
        ('/password', account.change_password),
        ('/sessions/end-others', account.end_others),
        ('/sessions/{session}/end', account.end_session),
        ('/second-factor', factor.confirm),
        ('/second-factor/codes', factor.renew_codes),
        ('/second-factor/off', factor.turn_off),
    ):
        routes.add_api_route(f'{ACCOUNT}{path}', operation, methods=['POST'])
    routes.add_api_route(FACTOR, factor.show)
    return routes


class AccountPage:
    """Draws the account's page."""

    def __init__(self, services: Services) -> None:
        self._own = services.own_account
        self._factors = services.second_factors

    async def drawn(self, request: Request, error: DeskError | None = None) -> Response:
        """Return the page, with what was refused."""
        staff, language = staff_of(request), language_of(request)
        faults = error.faults if isinstance(error, FieldsRefusedError) else {}
        body = forms.render(
            'account.html',
            language,
            person=staff.agent,
            role=role_name(language, staff.agent.role),
            factor=await self._factors.state(staff.agent),
            is_provided=staff.is_provided,
            devices=[_shown(one, language) for one in await self._own.sessions(staff)],
            has_password=self._own.has_password(staff.agent),
            least=MIN_PASSWORD_CHARS,
            faults={'current': '', 'password': '', 'repeated': ''}
            | {name: sentence(language, one) for name, one in faults.items()},
            sentence=sentence(language, error) if error and not faults else '',
            done=_done(request, language),
        )
        return _page(request, text(language, '내 계정'), body, error)


class AccountOperations:
    """Sessions and the password, one method each."""

    def __init__(self, services: Services) -> None:
        self._own = services.own_account
        self._page = AccountPage(services)

    async def show(self, request: Request) -> Response:
        """Return the page."""
        return await self._page.drawn(request)

    async def end_session(self, request: Request, session: str) -> Response:
        """End one of one's own sessions."""
        wanted: UUID = id_in(session, error_key='account.session_gone')
        try:
            await self._own.end_session(staff_of(request), wanted)
        except DeskError as error:
            return await self._page.drawn(request, error)
        return _back('ended')

    async def end_others(self, request: Request) -> Response:
        """End all other sessions of one's own."""
        await self._own.end_others(staff_of(request))
        return _back('others')

    async def change_password(self, request: Request) -> Response:
        """Set a new password."""
        given = await fields_of(request)
        try:
            await self._own.change_password(
                staff_of(request),
                given.get('current', ''),
                given.get('password', ''),
                given.get('repeated', ''),
                address=address_of(request),
            )
        except DeskError as error:
            return await self._page.drawn(request, error)
        return _back('password')


class SecondFactorOperations:
    """The second factor, one method each."""

    def __init__(self, services: Services) -> None:
        self._factors = services.second_factors
        self._page = AccountPage(services)

    async def show(self, request: Request) -> Response:
        """Return the form that sets it up; the account's page if it is on."""
        staff = staff_of(request)
        if (await self._factors.state(staff.agent)).since:
            return RedirectResponse(ACCOUNT, 303)
        offered = self._factors.begin(staff.agent, issuer=_issuer(request))
        return await self._form(request, offered)

    async def confirm(self, request: Request) -> Response:
        """Turn it on, and show the recovery codes."""
        staff, given = staff_of(request), await fields_of(request)
        pending = given.get('pending', '')
        try:
            codes = await self._factors.confirm(staff.agent, pending, given.get('code', ''))
        except DeskError as error:
            if error.key == 'second_factor.is_on':  # sent twice
                return await self._page.drawn(request, error)
            offered = self._factors.begun(staff.agent, pending, issuer=_issuer(request))
            return await self._form(request, offered, error)
        return self._codes(request, codes)

    async def renew_codes(self, request: Request) -> Response:
        """Show new recovery codes in place of the earlier ones."""
        staff, given = staff_of(request), await fields_of(request)
        try:
            codes = await self._factors.renew_codes(staff.agent, given.get('code', ''))
        except DeskError as error:
            return await self._page.drawn(request, error)
        return self._codes(request, codes)

    async def turn_off(self, request: Request) -> Response:
        """Turn it off."""
        staff, given = staff_of(request), await fields_of(request)
        try:
            await self._factors.turn_off(staff.agent, given.get('code', ''))
        except DeskError as error:
            return await self._page.drawn(request, error)
        return _back('off')

    async def _form(
        self, request: Request, offered: NewSecondFactor, error: DeskError | None = None
    ) -> Response:
        language = language_of(request)
        state = await self._factors.state(staff_of(request).agent)
        body = forms.render(
            'second_factor.html',
            language,
            picture=_qr(offered.address),
            key=offered.key,
            pending=offered.pending,
            is_required=state.is_required,
            sentence=sentence(language, error) if error else '',
        )
        return _page(request, text(language, '2단계 인증 설정'), body, error)

    def _codes(self, request: Request, codes: list[str]) -> Response:
        language = language_of(request)
        body = forms.render('recovery_codes.html', language, codes=codes)
        return _page(request, text(language, '복구 코드'), body)


def _page(request: Request, title: str, body: Markup, error: DeskError | None = None) -> Response:
    language = language_of(request)
    return forms.page(
        title=title,
        body=body,
        language=language,
        theme=forms.theme_of(request),
        status=error.status if error else 200,
        headers=refusals.headers_of(error) if error else None,
        styles=STYLES,
    )


def _shown(one: OwnSession, language: str) -> Mapping[str, object]:
    return {
        'id': one.id,
        'words': device_words(one.user_agent) or text(language, '알 수 없는 기기'),
        'address': one.address or '-',
        'began': times.moment(one.began_at, language),
        'seen': times.moment(one.seen_at, language),
        'is_this': one.is_this,
    }


def _done(request: Request, language: str) -> str:
    """Return what was done just now, as the address says; nothing for any other address."""
    match request.query_params.get('done', ''):
        case 'off':
            return text(language, '2단계 인증을 껐습니다.')
        case 'ended':
            return text(language, '그 기기에서 로그아웃시켰습니다.')
        case 'others':
            return text(language, '다른 기기에서 모두 로그아웃시켰습니다.')
        case 'password':
            return text(language, '비밀번호를 바꿨습니다.')
        case _:
            return ''


def _back(done: str) -> Response:
    return RedirectResponse(f'{ACCOUNT}?done={done}', 303)


def _issuer(request: Request) -> str:
    """Return the desk's name as the app shows it: its host, so that two desks can be told apart."""
    return request.url.hostname or 'desk'


def _qr(address: str) -> Markup:
    """Return a QR code as SVG: squares only, no text of anybody's and no inline style (the page's policy)."""
    drawn = segno.make(address, error='m', micro=False)
    svg = drawn.svg_inline(scale=4, border=4, omitsize=True, svgclass=None, lineclass=None)
    return Markup(svg)  # noqa: S704 - drawn from the library's own numbers
