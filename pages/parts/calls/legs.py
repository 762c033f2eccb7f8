"""The parties of a call, each with buttons for hold, mute and hang-up."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from pages.locale import _
from pages.parts.calls.phone_state import Call, Leg, PhoneView
from pages.parts.calls.words import leg_name, leg_state_name
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled

OnLeg = Callable[[str, str], Awaitable[None]]
"""Called with a command's name and the id of a leg."""


class LegList(ui.element):
    """One line per party; the line keeps its element while the party is in the call."""

    def __init__(self, on_leg: OnLeg) -> None:
        super().__init__('ul')
        self.classes('desk-call-legs').props['aria-label'] = _('통화 상대')
        self._on_leg = on_leg
        self._lines: dict[str, LegLine] = {}

    def show(self, call: Call | None, view: PhoneView) -> None:
        """Show the parties of a call; none without an open call."""
        legs = {leg.id: leg for leg in call.others} if call and call.state == 'connected' else {}
        for gone in {*self._lines} - {*legs}:
            self._lines.pop(gone).delete()
        for leg in legs.values():
            if leg.id not in self._lines:
                with self:
                    self._lines[leg.id] = LegLine(leg.id, self._on_leg)
            if call is not None:
                self._lines[leg.id].show(leg, call, view)
        self.set_visibility(bool(legs))


class LegLine(ui.element):
    """One party of a call."""

    def __init__(self, leg_id: str, on_leg: OnLeg) -> None:
        super().__init__('li')
        self._leg_id = leg_id
        self._on_leg = on_leg
        self._is_held = self._is_muted = False
        self._shown: tuple[object, ...] = ()
        with self:
            self._who = Piece('span')
            self._hold = button('', self._toggle_hold)
            self._mute = button('', self._toggle_mute)
            self._drop = button(_('끊기'), self._end, ButtonStyle.QUIET)

    def show(self, leg: Leg, call: Call, view: PhoneView) -> None:
        """Show the party's current state."""
        who, since = leg_name(leg, call), view.moment(leg.since)
        shown = (who, leg.state, leg.muted, since)
        if shown == self._shown:
            return
        self._shown = shown
        self._is_held, self._is_muted = leg.is_held, leg.muted
        self._who.set_inside(
            filled(
                '<b>{who}</b> <span>{state}</span> <time data-since="{since}"></time>',
                who=who,
                state=leg_state_name(leg),
                since=since if since is not None else '',
            )
        )
        if self.props.get('data-state') != leg.state:
            self.props['data-state'] = leg.state
        _name(self._hold, _('보류 해제') if leg.is_held else _('보류'), who)
        _name(self._mute, _('음소거 해제') if leg.muted else _('음소거'), who)
        _name(self._drop, _('끊기'), who)
        can_wait = leg.state in {'connected', 'hold'}
        for one in (self._hold, self._mute):
            one.set_visibility(can_wait)

    async def _toggle_hold(self) -> None:
        await self._on_leg('resume' if self._is_held else 'hold', self._leg_id)

    async def _toggle_mute(self) -> None:
        await self._on_leg('unmute_leg' if self._is_muted else 'mute_leg', self._leg_id)

    async def _end(self) -> None:
        await self._on_leg('drop', self._leg_id)


def _name(piece: Piece, text: str, who: str) -> None:
    piece.set_inside(filled('{text}', text=text))
    piece.set_attribute('aria-label', f'{who} {text}')
