"""The dialog of the sounds and notifications: mute, volume, a test of each sound, and whether the operating system tells of a ring."""

from nicegui import ui

from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import button
from pages.parts.kit.notifier import Notifier
from pages.parts.kit.sound import Sound, SoundDevice


def sound_settings(dialogs: ui.element, notifier: Notifier) -> None:
    """Open the dialog of the sounds."""
    sound = notifier.sound
    with dialog.titled(dialogs, _('소리')):
        switch = ui.switch(_('소리 켜기'), value=not sound.state.muted).props('dense')
        switch.on_value_change(lambda event: sound.set_muted(muted=not event.value))
        ui.label(_('음량')).classes('desk-field-name')
        slider = ui.slider(min=0, max=1, step=0.1, value=sound.state.volume)
        slider.props['aria-label'] = _('음량')
        slider.on_value_change(lambda event: sound.set_volume(float(event.value)))
        with ui.element('div').classes('desk-tries'):
            button(_('새 상담 소리 듣기'), lambda: sound.test('ring'))
            button(_('새 메시지 소리 듣기'), lambda: sound.test('tick'))
        _second_device(sound)
        _notifications(notifier)


def _second_device(sound: Sound) -> None:
    """Draw the choice of a second device for rings, where the browser lets one be chosen."""
    place = ui.element('div').classes('desk-second-device')

    def show(devices: list[SoundDevice] | None) -> None:
        if devices is None or place.is_deleted:
            return
        place.clear()
        with place:
            if any(one.name for one in devices):
                _choice(sound, devices)
            else:
                ui.label(_('벨을 함께 울릴 두 번째 장치는 마이크를 허용하면 고를 수 있습니다.')).classes('desk-sub')  # fmt: skip
                with ui.element('div').classes('desk-tries'):
                    button(_('장치 찾기'), lambda: sound.list_devices(ask=True))

    sound.on_devices(show)
    sound.list_devices()


def _choice(sound: Sound, devices: list[SoundDevice]) -> None:
    names = {'': _('없음'), **{one.id: one.name for one in devices}}
    chosen = sound.state.sink if sound.state.sink in names else ''
    ui.label(_('벨을 함께 울릴 두 번째 장치')).classes('desk-field-name')
    choice = ui.select(names, value=chosen).props('dense outlined')
    choice.props['aria-label'] = _('벨을 함께 울릴 두 번째 장치')
    choice.on_value_change(lambda event: sound.set_second(str(event.value or '')))


def _notifications(notifier: Notifier) -> None:
    """Draw the setting of the notifications, or why there are none."""
    state = notifier.state
    if state.permission == 'absent':
        return
    switch = ui.switch(_('화면이 가려졌을 때 알림'), value=state.on).props('dense')
    switch.on_value_change(lambda event: notifier.set_on(on=bool(event.value)))
    if state.permission == 'denied':
        ui.label(_('브라우저가 알림을 막았습니다. 주소창의 사이트 설정에서 허용하십시오.')).classes(
            'desk-sub'
        )
    elif state.permission == 'default':
        with ui.element('div').classes('desk-tries'):
            ask_for_permission(notifier)


def ask_for_permission(notifier: Notifier) -> None:
    """Draw the button after whose press the browser asks; it asks once."""

    def ask() -> None:
        notifier.ask()
        pressed.set_visibility(False)

    pressed = button(_('알림 허용'), ask)
