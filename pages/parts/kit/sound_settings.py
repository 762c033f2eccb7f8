"""The dialog of the sounds: mute, volume, and a test of each sound."""

from nicegui import ui

from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import button
from pages.parts.kit.sound import Sound


def sound_settings(dialogs: ui.element, sound: Sound) -> None:
    """Open the dialog of the sounds."""
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
