"""The desk's two sounds and the mark in the tab's title."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from nicegui.element import Element
from nicegui.events import GenericEventArguments

MOST_DEVICES, MAX_DEVICE_CHARS = 50, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundState:
    """The browser's sound: ``unlocked`` by a gesture, ``muted``, ``volume`` 0 to 1, ``sink`` the second device (empty: none)."""

    unlocked: bool
    muted: bool
    volume: float
    sink: str = ''


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDevice:
    """A device that sound can come out of; its name is empty before the browser may tell it."""

    id: str
    name: str


class HearRing(Protocol):
    """What is told that a cause for ringing begins or ends."""

    def __call__(self, cause: str, *, rings: bool) -> None:
        """``rings``: whether it begins."""


class Sound(Element, component='sound.js', dependencies=['desk_*.js']):
    """One invisible element per page; the browser remembers mute and volume under ``keep``."""

    def __init__(self, *, keep: str = 'desk.sound', is_quiet: bool = False) -> None:
        """``is_quiet``: muted until somebody unmutes it."""
        super().__init__()
        self._props['keep'], self._props['quiet'] = keep, is_quiet
        self.state = SoundState(unlocked=False, muted=False, volume=1.0)
        self._ringing: set[str] = set()
        self._marked = 0
        self._on_ring: list[HearRing] = []
        self._show_devices: Callable[[list[SoundDevice] | None], None] = lambda _found: None
        self.on('devices', lambda event: self._show_devices(_devices(event.args)))
        self.on_state(self._keep_state)

    def on_state(self, show: Callable[[SoundState], None]) -> None:
        """Call ``show`` when the page has opened, and whenever the state changes."""

        def arrived(event: GenericEventArguments) -> None:
            if (state := _state(event.args)) is not None:
                show(state)

        self.on('state', arrived)

    def on_ring(self, hear: HearRing) -> None:
        """Call ``hear`` whenever a cause for ringing begins or ends."""
        self._on_ring.append(hear)

    def _keep_state(self, state: SoundState) -> None:
        self.state = state

    def ring(self, cause: str = 'chats') -> None:
        """Ring until ``stop_ring`` was called for every ``cause``; before the first gesture the ring waits for it. Sends nothing if ringing."""
        if not self._ringing:
            self.run_method('ring')
        if cause not in self._ringing:
            self._ringing.add(cause)
            self._tell_ring(cause, rings=True)

    def stop_ring(self, cause: str = 'chats') -> None:
        """End a cause for ringing; sends nothing when it is silent."""
        if cause in self._ringing:
            self._ringing.discard(cause)
            if not self._ringing:
                self.run_method('stop_ring')
            self._tell_ring(cause, rings=False)

    def _tell_ring(self, cause: str, *, rings: bool) -> None:
        for hear in self._on_ring:
            hear(cause, rings=rings)

    def tick(self) -> None:
        """Play the message sound once."""
        self.run_method('tick')

    def test(self, name: Literal['ring', 'tick']) -> None:
        """Play a sound once at the set volume, also when muted."""
        self.run_method('test', name)

    def set_muted(self, *, muted: bool) -> None:
        """Mute or unmute."""
        self.run_method('set_muted', muted)

    def set_volume(self, volume: float) -> None:
        """Set the volume, 0 to 1."""
        self.run_method('set_volume', volume)

    def set_second(self, device_id: str) -> None:
        """Let rings come out of this device too; empty for none."""
        self.run_method('set_second', device_id)

    def on_devices(self, show: Callable[[list[SoundDevice] | None], None]) -> None:
        """Call ``show``, in place of an earlier one, with what ``list_devices`` finds; see there."""
        self._show_devices = show

    def list_devices(self, *, ask: bool = False) -> None:
        """Find the devices besides the usual one; there are ``None`` where the browser lets none be chosen.

        With ``ask`` the browser asks for the microphone first, without which it names no device.
        """
        self.run_method('list_devices', ask)

    def mark_title(self, count: int) -> None:
        """Put ``(count)`` before the page's title; 0 takes it away. The same count again sends nothing."""
        if count != self._marked:
            self._marked = count
            self.run_method('mark_title', count)


def _state(args: object) -> SoundState | None:
    if not isinstance(args, dict) or not isinstance(args.get('volume'), int | float):
        return None
    return SoundState(
        unlocked=args.get('unlocked') is True,
        muted=args.get('muted') is True,
        volume=float(args['volume']),
        sink=sink if isinstance(sink := args.get('sink'), str) else '',
    )


def _devices(args: object) -> list[SoundDevice] | None:
    """Return what the browser told of its devices: a browser can send anything."""
    if not isinstance(args, dict) or args.get('can') is not True:
        return None
    told = args.get('devices')
    return [
        SoundDevice(
            id=str(one.get('id', ''))[:MAX_DEVICE_CHARS],
            name=str(one.get('name', ''))[:MAX_DEVICE_CHARS],
        )
        for one in (told if isinstance(told, list) else [])[:MOST_DEVICES]
        if isinstance(one, dict)
    ]
