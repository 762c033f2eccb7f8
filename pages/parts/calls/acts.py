"""The buttons of the call bar: their keys, commands, and the phases in which each is possible."""

from collections.abc import Callable
from dataclasses import dataclass

from pages.locale import _
from pages.parts.calls.phone_state import Call, Phase, PhoneState
from pages.parts.kit.buttons import ButtonStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAct:
    """One button of the bar.

    Args:
        name: its name in the bar's code.
        text: its label.
        code: its key, pressed with Shift (``KeyboardEvent.code``); empty for none.
        look: its style.
    """

    name: str
    text: str
    code: str = ''
    look: ButtonStyle = ButtonStyle.PLAIN


def call_acts() -> list[CallAct]:
    """Return all buttons, in their order on the bar."""
    return [
        CallAct(name='accept', text=_('수락'), code='KeyA', look=ButtonStyle.PRIMARY),
        CallAct(name='reject', text=_('거절'), code='KeyX'),
        CallAct(name='mute', text=_('음소거'), code='KeyM'),
        CallAct(name='hold', text=_('보류'), code='KeyH'),
        CallAct(name='resume', text=_('보류 해제'), code='KeyH', look=ButtonStyle.PRIMARY),
        CallAct(name='keypad', text=_('번호판'), code='KeyN'),
        CallAct(name='swap', text=_('통화 바꾸기'), code='KeyS'),
        CallAct(name='join', text=_('회의'), code='KeyJ'),
        CallAct(name='transfer', text=_('호전환'), code='KeyT'),
        CallAct(name='leave', text=_('회의 나가기'), code='KeyE', look=ButtonStyle.DANGER),
        CallAct(name='hang_up', text=_('통화 종료'), code='KeyE', look=ButtonStyle.DANGER),
        CallAct(name='clear', text=_('통화 정리'), code='KeyE', look=ButtonStyle.PRIMARY),
    ]


def possible(state: PhoneState) -> frozenset[str]:
    """Return the names of the buttons that can be pressed now."""
    call = state.call
    if call is None or not state.is_ready:
        return frozenset()
    return _OF_PHASE[call.phase](call)


def _talking(call: Call) -> frozenset[str]:
    usual = {'mute', 'keypad'}
    if call.is_conference:
        return frozenset(usual | {'leave'})
    if call.has_third:
        return frozenset(usual | {'swap', 'join', 'transfer'})
    customer = call.customer
    if (
        customer is None or not customer.is_there
    ):  # the customer has left, and the third party is still there
        return frozenset(usual | {'hang_up'})
    return frozenset(usual | {'resume' if customer.is_held else 'hold', 'transfer', 'hang_up'})


_OF_PHASE: dict[Phase, Callable[[Call], frozenset[str]]] = {
    Phase.NONE: lambda _call: frozenset(),
    Phase.RINGING: lambda _call: frozenset({'accept', 'reject'}),
    Phase.DIALLING: lambda _call: frozenset({'mute', 'hang_up'}),
    Phase.TALKING: _talking,
    Phase.HELD: _talking,
    Phase.WRAP_UP: lambda _call: frozenset({'clear'}),
    Phase.FAILED: lambda _call: frozenset({'clear'}),
}
