"""Keyboard shortcuts, read by the key's position so that they work while Hangul is switched on.

Shortcuts work outside of text fields, those with Alt everywhere; Esc leaves a field. ``?`` lists them. Each screen has its own, active while the screen is
shown.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import ui
from nicegui.events import KeyEventArguments

from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.typing_keys import TypingKeys

Act = Callable[[], Awaitable[None] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One shortcut: the key's position (``KeyboardEvent.code``), its label, and its action."""

    code: str
    face: str
    text: str
    act: Act


ALT = 'Alt+'
"""Before the position of a key that is pressed with Alt, also while typing."""


class Keys(dict[str, Key]):
    """The shortcuts of one screen, by the key's position."""

    def add(self, code: str, face: str, text: str, act: Act) -> None:
        """Add a shortcut; ``text`` describes it in the list. With ``ALT`` before its position it works while typing, too."""
        self[code] = Key(code=code, face=face, text=text, act=act)


class KeyMap:
    """The shortcuts of one page: those of the shown screen, and those of all screens."""

    def __init__(self, dialogs: ui.element) -> None:
        self._dialogs = dialogs
        self._keys = Keys()
        self.everywhere = Keys()
        """Shortcuts with Shift, which work on every screen."""
        self._keyboard = ui.keyboard(
            on_key=self._pressed, repeating=False, ignore=['input', 'select', 'textarea']
        )
        TypingKeys(self._pressed_with_alt)

    def use(self, keys: Keys) -> None:
        """Activate the shortcuts of another screen, and no others."""
        self._keys = keys

    def show(self) -> None:
        """Show the list of shortcuts."""
        ours = [(key.face, key.text) for key in (*self._keys.values(), *self.everywhere.values())]
        with (
            dialog.titled(self._dialogs, _('단축키')),
            ui.element('dl').classes('desk-keys') as listed,
        ):
            listed.props('tabindex=0')  # so that keys scroll it where it is longer than the screen
            for face, text in [*ours, *_of_everywhere()]:
                inside = filled('<dt><kbd>{face}</kbd></dt><dd>{text}</dd>', face=face, text=text)
                Piece(inside=inside).classes('desk-key')

    def _pressed(self, event: KeyEventArguments) -> Awaitable[None] | None:
        """Perform the shortcut, without a task: a task could start after the dialog that was open at the key press has closed."""
        held = event.modifiers
        if not event.action.keydown or held.ctrl or held.alt or held.meta:
            return None
        if self._has_open_dialog():  # the dialog handles its own keys
            return None
        # ``?`` by position while Hangul is on, by its character on other keyboard layouts.
        if (event.key.code == 'Slash' and held.shift) or event.key.name == '?':
            self.show()
            return None
        key = (self.everywhere if held.shift else self._keys).get(event.key.code or '')
        return None if key is None else key.act()

    def _pressed_with_alt(self, code: str) -> Awaitable[None] | None:
        key = self._keys.get(ALT + code)
        return None if key is None or self._has_open_dialog() else key.act()

    def _has_open_dialog(self) -> bool:
        """Return whether a dialog is open and not closing. NiceGUI draws the dialog elsewhere: its container has the mark."""
        return any(dialog.OPEN in place.props for place in self._dialogs.default_slot.children)


def _of_everywhere() -> list[tuple[str, str]]:
    return [
        ('/ · Ctrl + K', _('고객 찾기')),
        ('Enter', _('메시지 보내기')),
        ('Shift + Enter', _('줄 바꾸기')),
        (_('메시지 칸에서 /'), _('자주 쓰는 답변')),
        ('Esc', _('입력란에서 나오기')),
        ('?', _('이 안내 보기')),
    ]
