"""Notifications of the operating system (알림): a call or a chat rings while no tab of the desk can be seen.

They say that something rings and nothing about whom: other people may see the screen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from pages.locale import _
from pages.parts.kit.sound import Sound

Permission = Literal['granted', 'denied', 'default', 'absent']
PERMISSIONS: dict[object, Permission] = {
    'granted': 'granted', 'denied': 'denied', 'default': 'default',
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifierState:
    """This browser's notifications.

    Args:
        permission: the browser's: ``default`` as long as it was not asked for, ``absent`` where it has none.
        on: the agent's setting.
        asked: whether this browser's agent was offered them.
    """

    permission: Permission = 'absent'
    on: bool = True
    asked: bool = True

    @property
    def is_to_be_offered(self) -> bool:
        """Whether the agent has not decided yet."""
        return self.permission == 'default' and self.on and not self.asked


class Notifier(Element, component='notifier.js'):
    """One invisible element per page, which follows the page's ring."""

    def __init__(self, sound: Sound, *, keep: str = 'desk.notices') -> None:
        super().__init__()
        self.sound = sound
        self._props['keep'] = keep
        self.state = NotifierState()
        self._on_state: list[Callable[[], None]] = []
        self._words = {
            'calls': _('전화가 왔습니다'),
            'chats': _('새 상담이 왔습니다'),
            'transfers': _('호전환 요청이 왔습니다'),
        }
        self._hint = _('누르면 상담 데스크가 열립니다')
        self.on('state', self._heard)
        sound.on_ring(self._rings)

    def on_state(self, react: Callable[[], None]) -> None:
        """Call ``react`` when the page has opened, and whenever permission or setting change."""
        self._on_state.append(react)

    def ask(self) -> None:
        """Let the browser ask for its permission; the agent has just pressed for it."""
        self.run_method('ask')

    def test(self) -> None:
        """Show a notification now, also while the desk can be seen."""
        self.run_method('test', _('알림 시험'), _('새 상담이 오면 이렇게 알립니다'))

    def mark_asked(self) -> None:
        """Remember that this browser's agent was offered notifications."""
        self.run_method('mark_asked')

    def set_on(self, *, on: bool) -> None:
        """Turn notifications on or off in this browser."""
        self.run_method('set_on', on)

    def _rings(self, cause: str, *, rings: bool) -> None:
        if rings:
            self.run_method('want', f'desk-{cause}', self._words[cause], self._hint)
        else:
            self.run_method('unwant', f'desk-{cause}')

    def _heard(self, event: GenericEventArguments) -> None:
        args = event.args if isinstance(event.args, dict) else {}
        self.state = NotifierState(
            permission=PERMISSIONS.get(args.get('permission'), 'absent'),
            on=args.get('on') is True,
            asked=args.get('asked') is True,
        )
        for react in self._on_state:
            react()
