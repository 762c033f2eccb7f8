"""Problems of the softphone: one sentence, the gravest first, with its remedy."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from desk.errors import DeskError
from pages import notices
from pages.component import still
from pages.locale import _
from pages.parts.calls.phone_state import Link, PhoneState
from pages.parts.calls.softphone import Softphone
from pages.parts.calls.words import link_trouble
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled

Remedy = tuple[str, Callable[[], Awaitable[None]]]
SIGN_IN_HELPS = frozenset({Link.UNREACHABLE, Link.SIGNED_OUT, Link.MISMATCH})


class BarNotes(ui.element):
    """One sentence at most, and a mark on the tab that has the sound."""

    def __init__(self, phone: Softphone) -> None:
        super().__init__('div')
        self.classes('desk-call-notes')
        self._phone = phone
        self._shown = ''
        self._extra: tuple[str, list[Remedy]] = ('', [])
        with self:
            self._sentence = Piece('span').props('role=alert')
            self._remedies = ui.element('span').classes('desk-call-remedies')
            self._tab = Piece('span').classes('desk-sub')

    def say(self, sentence: str, remedies: list[Remedy]) -> None:
        """Show a problem that the softphone's state does not tell; an empty sentence removes it."""
        was, self._extra = self._extra[0], (sentence, remedies)
        if sentence != was:
            self.show(self._phone.state)

    def show(self, state: PhoneState) -> None:
        """Show the problem in a state."""
        sentence, remedies = self._of(state)
        if sentence != self._shown:
            self._shown = sentence
            self._sentence.set_inside(filled('{sentence}', sentence=sentence))
            self._remedies.clear()
            with self._remedies:
                for text, act in remedies:
                    button(text, act)
        tab = ''
        if state.tabs > 1:
            tab = (
                _('통화 소리는 이 탭에서 납니다')
                if state.owner
                else _('통화 소리는 다른 탭에서 납니다')
            )
        self._tab.set_inside(filled('{tab}', tab=tab))
        self.set_visibility(bool(sentence or tab))

    def _of(self, state: PhoneState) -> tuple[str, list[Remedy]]:
        if trouble := link_trouble(state):
            helps = [] if state.link is Link.ABSENT else [self._restart()]
            if state.link in SIGN_IN_HELPS:
                helps.append((_('Connect에 로그인'), self._asking('sign_in')))
            return trouble, helps
        if state.recovery or state.interrupted:
            return self._of_reload(state)
        if state.slow > 0:
            return _('소프트폰이 늦게 답합니다. 다시 연결하면 통화 소리가 끊길 수 있습니다.'), [
                self._restart()
            ]
        if state.took_over and state.call is not None and not state.call.rings:
            return _('통화 소리를 이 탭이 이어받았습니다.'), []
        return self._extra

    def _of_reload(self, state: PhoneState) -> tuple[str, list[Remedy]]:
        """Return what a reload of the window made of a call, and the way to get it back."""
        heard = self._asking('heard')
        match state.recovery:
            case 'going':
                return _('통화를 되찾고 있습니다. 고객이 잠시 기다립니다.'), []
            case 'failed':
                return _('통화가 돌아오지 않았습니다. 고객에게 다시 거십시오.'), [
                    (_('확인'), heard)
                ]
        recover = self._asking('recover', contact=state.interrupted or '')
        return _('창을 새로 고쳐 통화 소리가 끊겼을 수 있습니다.'), [
            (_('통화 복구'), recover),
            (_('잘 들립니다'), heard),
        ]

    def _restart(self) -> Remedy:
        return _('다시 연결'), self._asking('restart')

    def _asking(self, name: str, **asked: str) -> Callable[[], Awaitable[None]]:
        async def act() -> None:
            try:
                await still(self, self._phone.command(name, **asked))
            except DeskError as error:
                notices.tell(error)

        return act
