"""A person's account: end the sessions, a link for a new password, reset the second factor, deactivate with a hand-over."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from nicegui import context, ui

from desk.errors import DeskError
from models import Agent
from pages import notices
from pages.locale import _
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.settings.invitation import one_time_link
from pages.parts.settings.section import Section
from services.floor.departures import HandedOver, OpenWork

Change = Callable[[], Awaitable[object]]


class PersonAccount:
    """The buttons below a person's form."""

    def __init__(
        self,
        section: Section,
        person: Agent,
        *,
        has_second_factor: bool,
        close: Callable[[], None],
    ) -> None:
        self._section, self._person, self._close = section, person, close
        with ui.element('div').classes('desk-settings-account'):
            if person.is_active:
                button(_('새 비밀번호 링크'), self._link, ButtonStyle.QUIET)
                button(_('모든 로그인 끊기'), self._sign_out, ButtonStyle.QUIET)
            if has_second_factor:
                button(_('2단계 인증 초기화'), self._reset_factor, ButtonStyle.QUIET)
            if person.is_active:
                button(_('사용 중지'), self._deactivate, ButtonStyle.QUIET)
            else:
                button(_('다시 사용'), self._reactivate, ButtonStyle.QUIET)

    async def _link(self) -> None:
        section, person = self._section, self._person
        resets = section.services.password_resets
        try:
            made = await section.still(resets.make(section.agent, person.id))
        except DeskError as error:
            notices.tell(error)
            return
        asked = context.client.request.url
        one_time_link(
            section,
            title=_('새 비밀번호 링크'),
            say=_(
                '{name} 님에게 이 링크를 전하세요. 한 번만, {until}까지 쓸 수 있습니다. 닫으면 다시 볼 수 없습니다.',
                name=person.name,
                until=times.moment(made.expires_at),
            ),
            link=f'{asked.scheme}://{asked.netloc}/reset/{made.token}',
            close=self._close,
        )

    async def _sign_out(self) -> None:
        section, person = self._section, self._person
        title = _('{name} 님의 모든 로그인을 끊을까요?', name=person.name)
        says = _('열려 있는 화면이 모두 닫히고, 맡은 상담은 그대로 남습니다.')
        if await section.still(self._question(title, says)):
            accounts = section.services.accounts
            who = str(person.id)
            await self._done(partial(accounts.sign_out_everywhere, section.agent, who))

    async def _reset_factor(self) -> None:
        section, person = self._section, self._person
        title = _('{name} 님의 2단계 인증을 초기화할까요?', name=person.name)
        says = _(
            '휴대전화를 잃어버린 사람에게만 하세요. 비밀번호만으로 로그인해 다시 설정하게 되고, 지금 로그인은 모두 끊깁니다.'
        )
        if await section.still(self._question(title, says)):
            factors = section.services.second_factors
            await self._done(partial(factors.reset, section.agent, person.id))

    def _question(self, title: str, says: str) -> ui.dialog:
        with dialog.titled(self._section.context.dialogs, title) as question:
            ui.label(says)
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('계속'), lambda: question.submit(True), ButtonStyle.DANGER)
        return question

    async def _deactivate(self) -> None:
        section, person = self._section, self._person
        departures = section.services.departures
        try:
            has = await section.still(departures.open_work(section.agent, person.id))
        except DeskError as error:
            notices.tell(error)
            return
        title = _('{name} 님의 사용을 중지할까요?', name=person.name)
        with dialog.titled(section.context.dialogs, title) as question:
            ui.label(
                _(
                    '모든 로그인이 끝나고 다시 로그인할 수 없습니다. 언제든 다시 사용하게 할 수 있습니다.'
                )
            )
            to = _hand_over_choice(has)
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('사용 중지'), lambda: question.submit(True), ButtonStyle.DANGER)
        if not await section.still(question):
            return
        to_id = to.value if to is not None else None
        try:
            handed = await section.still(
                departures.deactivate(section.agent, person.id, to_id=to_id)
            )
        except DeskError as error:
            notices.tell(error)
            return
        notices.done(_summary(handed))
        self._close()
        await section.read_again()

    async def _reactivate(self) -> None:
        section, person = self._section, self._person
        authority = section.services.authority
        await self._done(partial(authority.reactivate, section.agent, person.id))

    async def _done(self, change: Change) -> None:
        try:
            await self._section.still(change())
        except DeskError as error:
            notices.tell(error)
            return
        notices.done(_('저장했습니다'))
        self._close()
        await self._section.read_again()


def _hand_over_choice(has: OpenWork) -> ui.select | None:
    """Say what is open, and ask who gets it; nothing where nothing is open."""
    if has.calls:
        ui.label(
            _(
                '통화 {calls}건은 끊길 때까지 이 사람에게 남습니다. 그 후처리는 대기열의 목록으로 갑니다.',
                calls=has.calls,
            )
        )
    if not (has.chats or has.promises or has.callbacks or has.wrap_ups):
        return None
    ui.label(
        _(
            '진행 중인 상담 {chats}건, 약속 {promises}건, 콜백 {callbacks}건, 끝나지 않은 후처리 {wrap_ups}건이 있습니다. '
            '쓰던 글은 상담을 따라갑니다.',
            chats=has.chats,
            promises=has.promises,
            callbacks=has.callbacks,
            wrap_ups=has.wrap_ups,
        )
    )
    options: dict[UUID | None, str] = {None: _('대기열로 돌려보내기')}
    options.update((one, name) for one, name in has.colleagues.items())
    return ui.select(options, value=None, label=_('넘겨받을 곳')).props('outlined dense')


def _summary(handed: HandedOver) -> str:
    return _(
        '사용을 중지했습니다. 로그인 {sessions}개를 끊고, 상담 {chats}건, 약속 {promises}건, 콜백 {callbacks}건, 후처리 '
        '{wrap_ups}건을 넘겼습니다.',
        sessions=handed.sessions,
        chats=handed.chats,
        promises=handed.promises,
        callbacks=handed.callbacks,
        wrap_ups=handed.wrap_ups,
    )
