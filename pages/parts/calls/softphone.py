"""The bridge to the softphone in the window around the page: it sends its whole state, and takes one command at a time.

The state is the truth. A command's answer only says that it was accepted, or why it was refused; until a later state shows its
effect the command counts as pending. Commands have a deadline. A state that says nothing new costs one comparison.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments
from pydantic import ValidationError

from desk import clock
from desk.errors import ConflictError, DeskError, InvalidInputError, UpstreamError
from pages.component import still
from pages.parts.calls.phone_state import PhoneState, PhoneView
from pages.parts.kit.clock import milliseconds

DEADLINE_SECONDS = 8.0
SETTLING_SECONDS = 3.0
QUIET = frozenset({'digits', 'places', 'sign_in', 'heard'})
_MARGIN_SECONDS = 2.0  # for the answer's way back
_SAME_CLOCK_MILLIS = 2_000  # delays of a message differ by less

_TOLD_EACH_MINUTE = frozenset({'at', 'proof'})

React = Callable[[], None]


class Softphone(Element, component='softphone.js'):
    """One invisible element a page."""

    def __init__(self, username: str) -> None:
        super().__init__()
        self._props['username'] = username
        self.view = PhoneView(state=PhoneState())
        self._lasting: dict[str, Any] = {}
        self._proof: object = None
        """The last received state as it was sent, in two parts: see ``_lasting``."""
        self._on_change: list[React] = []
        self._on_proof: list[React] = []
        self.on('state', self._heard)

    @property
    def state(self) -> PhoneState:
        """The last received state."""
        return self.view.state

    def on_change(self, react: React) -> None:
        """Call ``react`` whenever the state or the pending command changes."""
        self._on_change.append(react)

    def on_proof(self, react: React) -> None:
        """Call ``react`` with each proof of the window that came alone, because nothing else has changed."""
        self._on_proof.append(react)

    async def command(self, name: str, /, **asked: object) -> object:
        """Send a command to the softphone and return the data of its answer.

        Raises:
            DeskError: it was refused, or not answered in time; in words for the agent.
        """
        if self.view.pending == name:  # pressed twice
            return None
        self._pend(name)
        try:
            answer = await still(
                self,
                self.run_method('command', name, asked, timeout=DEADLINE_SECONDS + _MARGIN_SECONDS),
            )
        except TimeoutError as error:
            self._pend('')
            raise UpstreamError('softphone.late') from error
        if not isinstance(answer, dict) or answer.get('ok') is not True:
            self._pend('')
            raise refusal(answer.get('error') if isinstance(answer, dict) else None)
        # A command that changes no state is done with its answer; for any other the new state follows within moments.
        if name in QUIET:
            self._settle(name)  # at once, or the next digits would count as pressed twice
        else:
            asyncio.get_running_loop().call_later(SETTLING_SECONDS, self._settle, name)
        return answer.get('data')

    async def check(self, *, ask: bool) -> None:
        """Let the window check whether it can ring; with ``ask`` the browser asks for the microphone first."""
        self.run_method('check', ask)

    def _heard(self, event: GenericEventArguments) -> None:
        told = event.args
        if not isinstance(told, dict):  # not sent by our component
            return
        lasting, proof = _lasting(told), told.get('proof')
        is_new = lasting != self._lasting or bool(self.view.pending)
        if not is_new and proof == self._proof:
            return
        try:
            state = PhoneState.model_validate(told)
        except ValidationError:
            return
        self._lasting, self._proof = lasting, proof
        is_new |= self._shift(state.at)
        self.view.state, self.view.pending = state, ''
        self._tell(self._on_change if is_new else self._on_proof)

    def _shift(self, at: int) -> bool:
        """Follow the browser's clock; returns whether it was set, so that all times are drawn anew."""
        shift = milliseconds(clock.now()) - at
        is_set = abs(shift - self.view.shift_millis) > _SAME_CLOCK_MILLIS
        if is_set:
            self.view.shift_millis = shift
        return is_set

    def _settle(self, name: str) -> None:
        if self.view.pending == name and not self.is_deleted:
            with self:  # a timer runs outside of any page
                self._pend('')

    def _pend(self, name: str) -> None:
        self.view.pending = name
        self._tell(self._on_change)

    def _tell(self, told: Sequence[React]) -> None:
        for react in told:
            react()


def _lasting(told: dict[str, Any]) -> dict[str, Any]:
    """Return a state without what is new each minute though nothing has changed: when it was sent, and the proof."""
    return {name: value for name, value in told.items() if name not in _TOLD_EACH_MINUTE}


def refusal(name: object) -> DeskError:
    """Return the softphone's refusal as an error in words for the agent."""
    kind, key = _REFUSALS.get(str(name), (UpstreamError, 'softphone.refused'))
    return kind(key)


_REFUSALS: dict[str, tuple[type[DeskError], str]] = {
    'Late': (UpstreamError, 'softphone.late'),
    'NotReady': (UpstreamError, 'softphone.not_ready'),
    'BadEndpointException': (InvalidInputError, 'softphone.bad_number'),
    'NotThere': (ConflictError, 'softphone.gone'),
    'NoWayBack': (ConflictError, 'softphone.no_way_back'),
    'ContactNotFoundException': (ConflictError, 'softphone.gone'),
    'InvalidStateException': (ConflictError, 'softphone.not_now'),
    'CallAlreadyResumedException': (ConflictError, 'softphone.not_now'),
    'ThrottlingException': (UpstreamError, 'softphone.busy'),
    'QuotaExceededException': (UpstreamError, 'softphone.busy'),
}
