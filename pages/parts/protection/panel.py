"""보호: the panel in which an agent warns an abusive customer, ends the contact and rests; in a chat and in a call alike.

One key opens it; the next step of the queue's pattern has the focus, so that Enter takes it. Nothing is recorded before the first step.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID, uuid4

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from desk.events import Resync
from models import Channel, ProtectionKind, SettingKind
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import LANGUAGES, _, language
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled, options
from pages.parts.protection.words import KINDS, kind_name, state_name
from pages.parts.transcript.transcript import Transcript
from services.people.events import SETTINGS, SettingsChanged
from services.protection.events import CaseView, NextStep, ProtectionChanged, protection_topic
from services.protection.protection import Plan

ENDONYMS = {'ko': '한국어', 'en': 'English'}
_FOCUS_CHAT = 'document.querySelector(".desk-conversation .desk-protect [data-next]")?.focus()'
_FOCUS_CALL = 'document.querySelector(".desk-call .desk-protect [data-next]")?.focus()'
_CHOSEN = '(event) => emit([event.target.name, event.target.value])'


class ProtectionPanel(Component):
    """The panel of one contact; hidden until it is asked for or a case is open."""

    def __init__(self, context: PageContext, *, key: str, contact_id: UUID | None = None) -> None:
        """Follow a contact, or none until ``follow`` names one. ``key`` is the shortcut that is shown."""
        super().__init__(context.services.topics, 'section')
        self._context, self._agent = context, context.agent
        self._service = context.services.protection
        self._key = key
        self._is_calls = contact_id is None  # the call bar names its calls one after another
        self._contact_id: UUID | None = None
        self._case: CaseView | None = None
        self._plan: Plan | None = None
        self._kind, self._language = ProtectionKind.ABUSE, ''
        self._warning_id = uuid4()
        self._is_asked = self._is_acting = False
        self.classes('desk-protect').props['aria-label'] = _('보호')
        self.set_visibility(False)
        self.follow(contact_id)

    @property
    def case(self) -> CaseView | None:
        """The agent's case in the contact, if there is one."""
        return self._case

    def point_out(self, transcript: Transcript, queue_id: UUID | None) -> None:
        """Mark the customer's messages that hold a word of the centre's list, also after the list has changed."""

        async def read() -> None:
            words = await self.still(self._context.services.abuse_words.of(queue_id))
            transcript.point_out(words)

        def hear(event: object) -> None:
            if isinstance(event, SettingsChanged) and event.part == SettingKind.ABUSE_WORDS:
                self.start(read())

        self.listen(SETTINGS, hear)
        self.start(read())

    def follow(self, contact_id: UUID | None) -> None:
        """Show the case of another contact; of none hide."""
        if contact_id == self._contact_id:
            return
        self.stop_listening()
        self._contact_id, self._case, self._plan, self._is_asked = contact_id, None, None, False
        self._kind, self._language = ProtectionKind.ABUSE, ''
        self.set_visibility(False)
        if contact_id is not None:
            self.listen(protection_topic(contact_id), self._hear)  # before reading
            self.start(self._read())

    def offers_rest(self) -> bool:
        """Whether the end is under way, or the rest after it is offered and has the focus."""
        return self._is_acting or (self._case is not None and self._case.next_step is NextStep.REST)

    async def press(self) -> None:
        """Open the panel with the next step focused; after the end begin the rest at once."""
        if self._contact_id is None:
            return
        if self._case is not None and self._case.next_step is NextStep.REST:
            await self._act(self._service.rest)
            return
        self._is_asked = True
        await self.still(self._learn())
        self._focus()

    # ---- staying current

    async def _read(self) -> None:
        if self._contact_id is None:
            return
        contact_id = self._contact_id
        try:
            case = await self.still(self._service.of_contact(self._agent, contact_id))
        except DeskError:
            return
        if contact_id == self._contact_id and case is not None and case.agent_id == self._agent.id:
            self._case = case
            await self.still(self._learn())

    def _hear(self, event: object) -> None:
        if isinstance(event, Resync):
            self.start(self._read())
        elif isinstance(event, ProtectionChanged) and event.case.agent_id == self._agent.id:
            if self._is_acting or event.case == self._case:  # drawn by who acts, with the focus
                return
            self._case = event.case
            self.start(self._learn())

    async def _learn(self) -> None:
        """Read what the customer is told next, and draw."""
        if self._contact_id is None:
            return
        if self._case is not None:
            self._kind = ProtectionKind(self._case.kind) if self._case.kind in KINDS else ProtectionKind.OTHER  # fmt: skip
        try:
            self._plan = await self.still(
                self._service.plan(self._agent, self._contact_id, self._kind, language=self._language)
            )  # fmt: skip
        except DeskError as error:
            if self._case is None:
                self._is_asked = False
                self.set_visibility(False)
                notices.tell(error)
                return
        self._draw()

    # ---- drawing

    def _draw(self) -> None:
        case = self._case
        is_done = case is not None and case.next_step is NextStep.NONE
        self.set_visibility((self._is_asked or case is not None) and not is_done)
        self.clear()
        with self:
            with ui.element('div').classes('desk-protect-head'):
                Piece('b', inside=filled('<i class="material-icons" aria-hidden="true">shield</i>{title}', title=_('보호')))  # fmt: skip
                Piece('span', inside=self._said()).props('role=status')
                if case is None:
                    button(_('닫기'), self._close, ButtonStyle.QUIET)
            if case is None or not case.is_over:
                self._draw_choices()
                self._draw_words()
            with ui.element('div').classes('desk-actions'):
                self._draw_acts()

    def _said(self) -> Markup:
        case, plan = self._case, self._plan
        if case is None:
            steps = plan.warnings_wanted if plan else 0
            return filled('{said}', said=_('순서: 경고 {count}회 뒤 종료', count=steps) if steps else _('순서: 바로 종료'))  # fmt: skip
        words = [state_name(language(), case)]
        if case.is_over:
            words.append(_('관리자에게 알렸고 대화를 기록으로 남겼습니다'))
        return filled('{said}', said=' · '.join(words))

    def _draw_choices(self) -> None:
        is_call = self._plan is not None and self._plan.channel is Channel.CALL
        inside = filled(
            '<label><span>{label}</span><select name="kind">{kinds}</select></label>',
            label=_('유형'),
            kinds=options([(one, kind_name(language(), one)) for one in KINDS], self._kind.value),
        )
        if is_call and self._plan is not None:
            inside += filled(
                '<label><span>{label}</span><select name="language">{languages}</select></label>',
                label=_('읽을 언어'),
                languages=options([(one, ENDONYMS[one]) for one in LANGUAGES], self._plan.language),
            )
        choices = Piece(inside=inside).classes('desk-protect-choices')
        choices.on('change', self._choose, js_handler=_CHOSEN)

    def _draw_words(self) -> None:
        plan = self._plan
        if plan is None:
            return
        words = plan.warning if self._next is NextStep.WARN else plan.end
        is_call = plan.channel is Channel.CALL
        label = _('이 글을 소리 내어 읽으세요') if is_call else _('고객에게 보낼 말')
        Piece('figure', inside=filled('<figcaption>{label}</figcaption><blockquote lang="{lang}">{words}</blockquote>', label=label, lang=plan.language, words=words))  # fmt: skip

    @property
    def _next(self) -> NextStep:
        if self._case is not None:
            return self._case.next_step
        return NextStep.WARN if self._plan and self._plan.warnings_wanted else NextStep.END

    def _draw_acts(self) -> None:
        is_call = self._plan is not None and self._plan.channel is Channel.CALL
        end = _('통화 종료 (보호)') if is_call else _('상담 종료 (보호)')
        match self._next:
            case NextStep.WARN:
                given = self._case.warnings if self._case else 0
                wanted = self._plan.warnings_wanted if self._plan else 0
                count = {'number': given + 1, 'wanted': wanted}
                warn = _('읽었음: 경고 {number}/{wanted}', **count) if is_call else _('경고 보내기 {number}/{wanted}', **count)  # fmt: skip
                button(_('바로 종료'), self._end)
                self._main(warn, self._warn, ButtonStyle.PRIMARY)
            case NextStep.END:
                button(_('한 번 더 경고'), self._warn)
                self._main(end, self._end, ButtonStyle.DANGER)
            case NextStep.REST:
                self._main(_('보호 휴식 시작'), lambda: self._act(self._service.rest), ButtonStyle.PRIMARY)  # fmt: skip
            case NextStep.RETURN:
                self._main(_('휴식 마치고 상담 가능'), lambda: self._act(self._service.come_back), ButtonStyle.PRIMARY)  # fmt: skip
            case NextStep.NONE:
                pass

    def _main(self, text: str, act: Callable[[], Awaitable[object]], look: ButtonStyle) -> None:
        """Draw the next step, which gets the focus."""
        made = button(text, act, look)
        made.props['data-next'] = ''
        made.props['title'] = f'{text} ({self._key}, Enter)'

    def _focus(self) -> None:
        """Give the next step the focus; one panel of a page is visible, in its chat or on the call bar."""
        self.client.run_javascript(_FOCUS_CALL if self._is_calls else _FOCUS_CHAT)

    # ---- acts

    async def _choose(self, event: GenericEventArguments) -> None:
        match event.args:
            case ['kind', str(kind)] if kind in KINDS:
                self._kind = ProtectionKind(kind)
            case ['language', str(chosen)] if chosen in LANGUAGES:
                self._language = chosen
            case _:
                return
        if self._case is not None:
            await self.still(self._open())
        await self.still(self._learn())

    async def _open(self) -> CaseView:
        if self._contact_id is None:
            raise LookupError
        return await self._service.open(
            self._agent, self._contact_id, self._kind, language=self._language
        )

    async def _warn(self) -> None:
        if await self.still(self._act(partial(self._service.warn, step_id=self._warning_id))):
            self._warning_id = uuid4()

    async def _end(self) -> None:
        await self._act(self._service.end)

    async def _act(self, act: Callable[..., Awaitable[CaseView]]) -> bool:
        """Take a step, opening the case before the first one; show why not. A second press meanwhile does nothing."""
        if self._is_acting or self._contact_id is None:
            return False
        self._is_acting = True
        try:
            if (opened := self._case) is None:
                opened = await self.still(self._open())
            case: CaseView = await self.still(act(self._agent, opened.id))
        except DeskError as error:
            notices.tell(error)
            return False
        finally:
            self._is_acting = False
        self._case = case
        await self.still(self._learn())
        if case.is_over:
            self._focus()
        return True

    def _close(self) -> None:
        self._is_asked = False
        self.set_visibility(False)
