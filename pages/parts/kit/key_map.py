"""Keys: one map for the whole desk, read by position so that they work while Hangul is switched on.

Keys act outside of text fields; Esc leaves a field. ``?`` shows the map. Each screen has keys of its own, which
act while it is the one that is seen.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui
from nicegui.events import KeyEventArguments

from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.markup import Piece, filled

Act = Callable[[], Awaitable[None] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: its place on the keyboard (``KeyboardEvent.code``), how it is written, and what it does."""

    code: str
    face: str
    text: str
    act: Act


class Keys(dict[str, Key]):
    """The keys of one screen, by their place on the keyboard."""

    def add(self, code: str, face: str, text: str, act: Act) -> None:
        """Let a key do something; ``text`` stands in the map."""
        self[code] = Key(code=code, face=face, text=text, act=act)


class KeyMap:
    """The keys of one page: those of the screen that is seen, and those of every field."""

    def __init__(self, dialogs: ui.element) -> None:
        self._dialogs = dialogs
        self._keys = Keys()
        self.everywhere = Keys()
        """Keys with Shift, which act on every screen."""
        self._keyboard = ui.keyboard(
            on_key=self._pressed, repeating=False, ignore=['input', 'select', 'textarea']
        )

    def use(self, keys: Keys) -> None:
        """Let the keys of another screen act, and no others."""
        self._keys = keys

    def show(self) -> None:
        """Show the map."""
        ours = [(key.face, key.text) for key in (*self._keys.values(), *self.everywhere.values())]
        with dialog.titled(self._dialogs, _('단축키')), ui.element('dl').classes('desk-keys'):
            for face, text in [*ours, *_of_everywhere()]:
                inside = filled('<dt><kbd>{face}</kbd></dt><dd>{text}</dd>', face=face, text=text)
                Piece(inside=inside).classes('desk-key')

    def _pressed(self, event: KeyEventArguments) -> Awaitable[None] | None:
        """Act, decided at once: a task would see a dialog that was open when the key was pressed closed by the next one."""
        held = event.modifiers
        if not event.action.keydown or held.ctrl or held.alt or held.meta:
            return None
        if self._has_open_dialog():  # its keys are its own
            return None
        # By place while Hangul is on, by sign on a keyboard that has it elsewhere.
        if (event.key.code == 'Slash' and held.shift) or event.key.name == '?':
            self.show()
            return None
        key = (self.everywhere if held.shift else self._keys).get(event.key.code or '')
        return None if key is None else key.act()

    def _has_open_dialog(self) -> bool:
        """Whether one is open, and not closing already. NiceGUI draws the dialog itself elsewhere: its place says so."""
        return any(dialog.OPEN in place.props for place in self._dialogs.default_slot.children)


def _of_everywhere() -> list[tuple[str, str]]:
    return [
        ('/ · Ctrl + K', _('고객 찾기')),
        ('Enter', _('메시지 보내기')),
        ('Shift + Enter', _('줄 바꾸기')),
        ('Esc', _('입력란에서 나오기')),
        ('?', _('이 안내 보기')),
    ]
