"""통화: the call bar over every screen, to answer, hold, transfer and end calls."""

from collections.abc import Awaitable
from functools import partial

from markupsafe import Markup
from nicegui import ui

from desk.errors import ConflictError, DeskError, InvalidInputError
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.calls.acts import call_acts, possible
from pages.parts.calls.caller_card import CallerCard
from pages.parts.calls.clearing import Clearing
from pages.parts.calls.connect_dialog import Place, choose_place
from pages.parts.calls.desk_call import DeskCall
from pages.parts.calls.health import Health
from pages.parts.calls.keypad import Keypad
from pages.parts.calls.legs import LegList
from pages.parts.calls.long_call import LongCall
from pages.parts.calls.notes import BarNotes
from pages.parts.calls.phone_state import RING_SECONDS, Call, Phase, PhoneState
from pages.parts.calls.protecting import KEY as PROTECTION_KEY
from pages.parts.calls.protecting import ProtectionButton
from pages.parts.calls.recording import KEY as RECORDING_KEY
from pages.parts.calls.recording import RecordingPauseButton
from pages.parts.calls.remote_acts import RemoteActs
from pages.parts.calls.softphone import Softphone
from pages.parts.calls.status_link import StatusLink
from pages.parts.calls.words import caller_name, phase_name
from pages.parts.kit.buttons import button
from pages.parts.kit.key_map import KeyMap
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.notifier import Notifier
from services.calls.dial_rules import DialPurpose
from services.text.phone_numbers import e164, parse_phone

CAUSE = 'calls'


class CallBar(Component):
    """The call bar of one page."""

    _shown: object = None
    _usable: object = None
    """What was last drawn: of the call, and of the buttons."""

    def __init__(
        self, context: PageContext, *, keys: KeyMap, notifier: Notifier, needs_microphone: bool
    ) -> None:
        """Draw the bar.

        Args:
            context: the page.
            keys: receives the bar's keys, which act on every screen.
            notifier: plays the ring, and tells of it while the desk cannot be seen.
            needs_microphone: whether calls need a microphone; those of Connect in a box do not.
        """
        super().__init__(context.services.topics, 'section')
        self._context, self._sound = context, notifier.sound
        self._was, self._refused = PhoneState(), ''
        self._digits, self._is_sending = '', False
        self._caller: CallerCard | None = None
        self.classes('desk-call').props['aria-label'] = _('통화')
        with self:
            self.phone = Softphone(context.agent.username)
            self._said = Piece('span').classes('desk-unseen').props('role=status aria-live=assertive')  # fmt: skip
            with ui.element('div').classes('desk-call-row'):
                self._about = Piece('div').classes('desk-call-about')
                self._long, calls = LongCall(context), DeskCall(self, context)
                self._recording = RecordingPauseButton(context, calls)
                self._protect = ProtectionButton(context, calls)
                self._draw_buttons()
                self._draw_dialling()
            self._protect.draw_panel()
            self._legs = LegList(self._on_leg)
            self._keypad = Keypad(self._send_digits)
            self._notes = BarNotes(self.phone)
            StatusLink(context, self.phone)
            RemoteActs(context, self.phone)
            Clearing(context, self.phone)
            self.health = Health(
                context, self.phone, notifier, self._notes, needs_microphone=needs_microphone
            )
        context.dial = self.dial_number
        self._add_keys(keys)
        self.phone.on_change(self._changed)
        self._changed()

    # ---- drawing

    def _draw_buttons(self) -> None:
        self._acts = {act.name: act for act in call_acts()}
        self._buttons = {
            name: button(act.text, partial(self.do, name), act.look)
            for name, act in self._acts.items()
        }
        for name, act in self._acts.items():
            self._buttons[name].props['title'] = f'{act.text} (Shift + {act.code[-1]})'

    def _draw_dialling(self) -> None:
        with ui.element('div').classes('desk-call-dial') as self._dialling:
            self._number = ui.input().props('dense outlined inputmode=tel')
            self._number.props['aria-label'] = _('전화 걸기')
            self._number.props['placeholder'] = _('전화 걸기')
            self._number.on('keydown.enter', self.dial, args=[])
            button(_('걸기'), self.dial)
            button(_('연결 목록'), self._choose_whom)

    def _changed(self) -> None:
        """Show what is new in the softphone's state and its pending command: each part is drawn if it has changed."""
        state, view = self.phone.state, self.phone.view
        self._mark('data-link', state.link.value)
        self._mark('data-call', state.phase.value)
        self._show_buttons(state, view.pending)
        shown = (state.call, state.is_ready, view.shift_millis)
        if shown != self._shown:
            self._shown = shown
            self._show_call(state)
        self._notes.show(state)
        was, self._was = self._was, state
        self._hear(was, state)

    def _mark(self, name: str, value: str) -> None:
        if self.props.get(name) != value:
            self.props[name] = value

    def _show_buttons(self, state: PhoneState, pending: str) -> None:
        can = possible(state)
        if 'keypad' not in can:
            self._keypad.set_visibility(False)
        usable = (can, pending, state.muted, self._keypad.visible)
        if usable == self._usable:
            return
        self._usable = usable
        for name, piece in self._buttons.items():
            piece.set_visibility(name in can)
            piece.set_attribute('aria-busy', 'true' if pending == name else '')
        self._buttons['mute'].set_attribute('aria-pressed', str(state.muted).lower())
        is_open = str(self._keypad.visible).lower()
        self._buttons['keypad'].set_attribute('aria-expanded', is_open)

    def _show_call(self, state: PhoneState) -> None:
        view = self.phone.view
        self._about.set_inside(self._summary(state))
        self._legs.show(state.call, view)
        self._recording.show(state)
        self._long.show(state, view)
        self._protect.show(state)
        self._dialling.set_visibility(state.is_ready and state.call is None)

    def _summary(self, state: PhoneState) -> Markup:
        call = state.call
        if call is None:
            return filled('<span class="desk-call-word">{word}</span>', word=phase_name(Phase.NONE) if state.is_ready else '')  # fmt: skip
        since = self.phone.view.moment(call.since)
        ticks = filled('<time data-since="{at}"></time>', at=since) if since is not None else ''
        if call.phase is Phase.RINGING and since is not None:
            until = since + RING_SECONDS * 1_000
            ticks = filled('<time data-countdown="{until}"></time>', until=until)
        elif call.phase is Phase.HELD and call.customer is not None:
            held = self.phone.view.moment(call.customer.since)
            ticks = filled('<time data-since="{at}"></time>', at=held) if held else ticks
        return filled(
            '<b class="desk-call-who">{who}</b>{queue}<span class="desk-call-word">{word}</span>{ticks}',
            who=caller_name(call),
            queue=filled('<span class="desk-tag">{queue}</span>', queue=call.queue)
            if call.queue
            else '',
            word=phase_name(call.phase),
            ticks=ticks,
        )

    # ---- changes of the call

    def _hear(self, was: PhoneState, now: PhoneState) -> None:
        """Ring, announce and show the changes between two states."""
        if now.phase is Phase.RINGING:
            self._sound.ring(CAUSE)
        else:
            self._sound.stop_ring(CAUSE)
        before, call = was.call, now.call
        if (before.id if before else '', was.phase) == (call.id if call else '', now.phase):
            return
        self._announce(call)
        self._pop(call)
        if call is not None and call.phase is Phase.FAILED:
            self._failed(was, call)

    def _announce(self, call: Call | None) -> None:
        said = phase_name(Phase.NONE)
        if call is not None:
            said = ' · '.join(filter(None, (phase_name(call.phase), caller_name(call), call.queue)))
        self._said.set_inside(filled('{said}', said=said))

    def _pop(self, call: Call | None) -> None:
        """Show the caller card while a call rings. It stays until the agent closes it or the call ends."""
        shown = self._caller.call_id if self._caller and not self._caller.is_deleted else ''
        if shown and (call is None or call.id != shown or call.phase is Phase.FAILED):
            if self._caller is not None:
                self._caller.delete()
            self._caller, shown = None, ''
        if call is not None and call.phase is Phase.RINGING and call.id != shown:
            with self._context.offers:
                self._caller = CallerCard(self._context, call)

    def _failed(self, was: PhoneState, call: Call) -> None:
        """Set an agent who did not answer to 이석 (무응답). A refused call stays until it is cleared, or it would ring again."""
        rang = was.call is not None and was.call.id == call.id and was.call.rings
        if rang and self._refused != call.id and self.phone.state.owner:
            self.start(self._context.services.agent_states.miss_call(self._context.agent.id))

    # ---- commands

    async def do(self, name: str) -> None:
        """Press one of the bar's buttons, if it can be pressed now."""
        call = self.phone.state.call
        if call is None or name not in possible(self.phone.state):
            return
        match name:
            case 'keypad':
                self._keypad.toggle()
                self._changed()
            case 'mute':
                await self._command('mute', on=not self.phone.state.muted)
            case 'hold' | 'resume' if call.customer is not None:
                await self._command(name, contact=call.id, leg=call.customer.id)
            case 'transfer' if not call.has_third:
                await self._choose_third()
            case 'transfer' | 'leave':
                await self._command('hang_up', contact=call.id, pending=name)
            case 'reject':
                self._refused = call.id
                await self._command(name, contact=call.id)
            case _:
                await self._command(name, contact=call.id)

    async def dial(self) -> None:
        """Call the number in the field."""
        number = parse_phone(str(self._number.value or ''))
        if number is None:
            notices.tell(InvalidInputError('softphone.no_number'))
            return
        if await self.still(self._dialled(number, DialPurpose.SERVICE)):
            self._number.set_value('')

    async def dial_number(self, phone: str, purpose: DialPurpose) -> None:
        """Call a number of a customer's; say why not."""
        if self.phone.state.call is not None:
            notices.tell(ConflictError('softphone.in_call'))
            return
        await self._dialled(phone, purpose)

    async def _dialled(self, phone: str, purpose: DialPurpose) -> bool:
        """Call a number if the desk's rules let it; returns whether the softphone heard."""
        try:
            await self.still(
                self._context.services.dial_rules.check(self._context.agent, phone, purpose)
            )
        except DeskError as error:
            notices.tell(error)
            return False
        return await self._command('dial', number=e164(phone))

    async def _choose_whom(self) -> None:
        await choose_place(
            self._context,
            self.phone,
            _('연결 목록'),
            {_('전화'): partial(self._call_place, 'dial')},
        )

    async def _choose_third(self) -> None:
        await choose_place(
            self._context,
            self.phone,
            _('호전환'),
            {
                _('먼저 통화'): partial(self._call_place, 'consult'),
                _('바로 넘기기'): partial(self._call_place, 'pass_on'),
            },
        )

    async def _call_place(self, name: str, place: Place) -> None:
        call = self.phone.state.call
        about = {'contact': call.id} if call is not None else {}
        await self._command(name, **about, **place.asked)

    async def _on_leg(self, name: str, leg_id: str) -> None:
        if (call := self.phone.state.call) is not None:
            await self._command(name, contact=call.id, leg=leg_id)

    async def _send_digits(self, digits: str) -> None:
        """Send digits in the order they were pressed, one command at a time."""
        self._digits += digits
        if self._is_sending:
            return
        self._is_sending = True
        try:
            while self._digits and (call := self.phone.state.call) and (leg := call.talking_to):
                now, self._digits = self._digits, ''
                await self.still(self._command('digits', contact=call.id, leg=leg.id, digits=now))
        finally:
            self._digits, self._is_sending = '', False

    async def _command(self, name: str, **asked: object) -> bool:
        """Send a command to the softphone and show its refusal. Return whether it was accepted."""
        asked.pop('pending', None)
        try:
            await self.still(self.phone.command(name, **asked))
        except DeskError as error:
            notices.tell(error)
            return False
        return True

    # ---- keys

    def _add_keys(self, keys: KeyMap) -> None:
        by_code: dict[str, list[str]] = {}
        for act in self._acts.values():
            by_code.setdefault(act.code, []).append(act.name)
        for code, names in by_code.items():
            text = ' · '.join(self._acts[name].text for name in names)
            keys.everywhere.add(code, f'Shift + {code[-1]}', text, partial(self._first_of, names))
        keys.everywhere.add(
            RECORDING_KEY, 'Shift + R', _('녹음 멈춤 · 재개'), self._recording.toggle
        )
        keys.everywhere.add(
            PROTECTION_KEY, 'Shift + Q', _('보호: 경고 · 종료 · 휴식'), self._protect.press
        )
        keys.everywhere.add('KeyD', 'Shift + D', _('전화 걸기'), lambda: self._number.run_method('focus'))  # fmt: skip
        keys.everywhere.add('KeyL', 'Shift + L', _('발신 고객 열기'), self._open_caller)
        keys.everywhere.add('KeyC', 'Shift + C', _('발신 고객 연결'), self._link_caller)

    def _first_of(self, names: list[str]) -> Awaitable[None] | None:
        can = possible(self.phone.state)
        name = next((one for one in names if one in can), None)
        return self.do(name) if name else None

    def _open_caller(self) -> None:
        if self._caller is not None and not self._caller.is_deleted:
            self._caller.open_first()

    async def _link_caller(self) -> None:
        if self._caller is not None and not self._caller.is_deleted:
            await self._caller.link_sure()
