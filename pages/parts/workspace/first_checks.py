"""The first sign-in: sound, notification and microphone, each tried by the new agent and marked when it works."""

from markupsafe import Markup
from nicegui import ui

from pages.locale import _
from pages.parts.kit.buttons import button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.mic_check import MicCheck, MicResult
from pages.parts.kit.notifier import Notifier


class FirstChecks(ui.element):
    """Three steps, in any order; the microphone where the desk takes calls."""

    def __init__(self, notifier: Notifier, *, has_voice: bool) -> None:
        super().__init__('ol')
        self.classes('desk-steps desk-first-checks').props['aria-label'] = _('소리와 알림 확인')
        self._notifier = notifier
        with self:
            self._sound = _Step(_('소리'), _('들리지 않으면 기기의 음량을 확인하세요.'))
            with self._sound.acts:
                button(_('새 상담 소리 듣기'), lambda: notifier.sound.test('ring'))
                button(_('새 메시지 소리 듣기'), lambda: notifier.sound.test('tick'))
                button(_('들립니다'), self._sound.done)
            self._notices = _Step(_('알림'), '')
            with self._notices.acts:
                self._allow = button(_('알림 허용'), notifier.ask)
                self._try = button(_('알림 시험'), notifier.test)
                self._seen = button(_('보입니다'), self._notices.done)
            if has_voice:
                self._add_microphone()
        notifier.on_state(self._show_notices)
        self._show_notices()

    def _add_microphone(self) -> None:
        step = _Step(_('마이크'), _('시험을 누르고 말해 보세요. 소리는 저장하지 않습니다.'))

        def tried(result: MicResult) -> None:
            if result is MicResult.HEARD:
                step.done()
            else:
                step.say(_mic_words()[result])

        with step.acts:
            check = MicCheck(tried)
            button(_('마이크 시험'), check.listen)

    def _show_notices(self) -> None:
        """Show what the browser allows; a refused permission is changed in the browser alone."""
        if self.is_deleted:
            return
        permission = self._notifier.state.permission
        self._allow.set_visibility(permission == 'default')
        for one in (self._try, self._seen):
            one.set_visibility(permission == 'granted')
        self._notices.say(
            {
                'granted': _('다른 창을 볼 때 새 상담이 오면 알립니다.'),
                'default': _('다른 창을 볼 때도 새 상담을 알 수 있게 허용하세요.'),
                'denied': _('브라우저가 알림을 막았습니다. 주소창의 사이트 설정에서 허용하십시오.'),
                'absent': _('이 브라우저에는 알림이 없습니다.'),
            }[permission]
        )


class _Step(ui.element):
    """One step: its name, a sentence, and the buttons that are drawn into it."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__('li')
        self.props['data-done'] = 'no'
        self._name = name
        self._is_done = False
        with self:
            self._said = Piece().classes('desk-first-said')
            self.acts = ui.element('div').classes('desk-first-acts')
        self.say(sentence)

    def say(self, sentence: str) -> None:
        """Show a sentence below the name."""
        icon = 'check_circle' if self._is_done else 'radio_button_unchecked'
        state = _('끝남') if self._is_done else ''
        self._sentence = sentence
        self._said.set_inside(
            filled(
                '<i class="material-icons" aria-hidden="true">{icon}</i>'
                '<span><b>{name}</b> <small role="status">{state}</small><br>{sentence}</span>',
                icon=icon,
                name=self._name,
                state=state,
                sentence=sentence or Markup(),
            )
        )

    def done(self) -> None:
        """Mark the step."""
        self._is_done = True
        self.props['data-done'] = 'yes'
        self.say(self._sentence)


def _mic_words() -> dict[MicResult, str]:
    return {
        MicResult.SILENT: _('소리가 들리지 않습니다. 마이크를 확인하고 다시 시험하세요.'),
        MicResult.DENIED: _(
            '브라우저가 마이크를 막았습니다. 주소창의 사이트 설정에서 허용하십시오.'
        ),
        MicResult.ABSENT: _('마이크가 없습니다. 꽂은 뒤 다시 시험하세요.'),
    }
