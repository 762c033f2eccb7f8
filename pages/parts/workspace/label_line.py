"""The labels and the priority of a chat, and until when it is put away (다시 알림), below its header."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from desk.events import Event
from models import Priority, SettingKind
from pages import notices
from pages.component import Component
from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.form_values import VALUES_OF_FORM, values_of
from pages.parts.kit.label_chips import chips
from pages.parts.kit.markup import Piece, filled
from pages.parts.workspace.label_dialog import LabelDialog
from pages.parts.workspace.snooze_act import SnoozeAct
from services.chats.events import ChatCard
from services.chats.labels import LabelView
from services.chats.reopening import may_reopen
from services.contacts.access import may_write
from services.people.events import SETTINGS, SettingsChanged

FORM = 'desk-priority'


class LabelLine(Component):
    """What a chat is marked with; hidden where there is nothing to see and nothing to change."""

    def __init__(self, context: PageContext, *, on_changed: Callable[[ChatCard], object]) -> None:
        """Draw nothing until ``show``; ``on_changed`` gets the chat that was changed."""
        super().__init__(context.services.topics)
        self.classes('desk-labels').props('role=group')
        self.props['aria-label'] = _('라벨, 중요도, 다시 알림')
        self._context, self._agent = context, context.agent
        self._services, self._on_changed = context.services, on_changed
        self._chat: ChatCard | None = None
        self._labels: dict[UUID, LabelView] | None = None
        self._dialog: LabelDialog | None = None
        with self:
            self._chips = Piece('span').classes('desk-labels-set')
            self._label = button(_('라벨'), self.label, ButtonStyle.QUIET)
            self._priority = button('', self.prioritize, ButtonStyle.QUIET)
            self.snooze = SnoozeAct(context, on_changed=on_changed)
        self.listen(SETTINGS, self._hear, draws=False)

    def show(self, chat: ChatCard) -> None:
        """Show a chat's labels and priority."""
        self._chat = chat
        self.snooze.show(chat)
        if self._labels is None:
            self.start(self._learn())
            return
        found = [self._labels[one] for one in chat.label_ids if one in self._labels]
        self._chips.set_inside(chips(found))
        self._label.set_visibility(self._may_label)
        self._priority.set_visibility(self._may_prioritize)
        said = _('중요도: {name}', name=priority_names()[chat.priority])
        self._priority.set_inside(filled('{said}', said=said))
        self.set_visibility(bool(found) or self._may_label)
        if self._dialog is not None:
            self._dialog.show(chat)

    async def label(self) -> None:
        """Open the list of labels for the chat."""
        if self._chat is not None and self._may_label and self._labels is not None:
            usable = [one for one in self._labels.values() if one.is_for(self._chat.department)]
            self._dialog = LabelDialog(self._context, self._chat, usable, on_choose=self._toggle)

    async def prioritize(self) -> None:
        """Ask for the priority of the chat."""
        chat = self._chat
        if chat is None or not self._may_prioritize:
            return
        dialogs, name = self._context.dialogs, chat.visitor_name
        with dialogs, dialog.titled(dialogs, _('중요도: {name} 님의 상담', name=name)) as opened:
            form = Piece('form', inside=_choices(chat.priority)).classes('desk-steer')
            form.props['id'] = FORM

            async def submit(event: GenericEventArguments) -> None:
                opened.close()
                given = values_of(event).get('priority', '')
                if given in set(Priority):
                    set_it = self._services.priorities.set
                    await self._do(set_it(self._agent, chat.id, Priority(given)))

            form.on('submit', submit, js_handler=VALUES_OF_FORM)
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), opened.close)
                act = Piece('button', inside=filled('{text}', text=_('바꾸기')))
                act.classes('desk-button desk-primary').props('type=submit').props['form'] = FORM

    @property
    def _may_label(self) -> bool:
        chat = self._chat
        if chat is None:
            return False
        return may_write(self._agent, chat) if chat.end_time is None else may_reopen(self._agent, chat)  # fmt: skip

    @property
    def _may_prioritize(self) -> bool:
        return self._chat is not None and self._chat.is_open and may_write(self._agent, self._chat)

    async def _toggle(self, label_id: UUID) -> None:
        if self._chat is None:
            return
        now = self._chat.label_ids
        wanted = [one for one in now if one != label_id] if label_id in now else [*now, label_id]
        await self._do(self._services.chat_labels.set(self._agent, self._chat.id, wanted))

    async def _do(self, act: Awaitable[ChatCard]) -> None:
        try:
            self._on_changed(await self.still(act))
        except DeskError as error:
            notices.tell(error)

    async def _learn(self) -> None:
        self._labels = {one.id: one for one in await self.still(self._services.chat_labels.all())}
        if self._chat is not None:
            self.show(self._chat)

    def _hear(self, event: Event) -> None:
        if not isinstance(event, SettingsChanged) or event.part == SettingKind.LABEL:
            self.start(self._learn())


def priority_names() -> dict[Priority, str]:
    """Return the names of the priorities, the lowest first."""
    return {
        Priority.LOW: _('낮음'),
        Priority.MEDIUM: _('보통'),
        Priority.HIGH: _('높음'),
        Priority.URGENT: _('긴급'),
    }


def _choices(now: Priority) -> Markup:
    rows = Markup().join(
        filled(
            '<label class="desk-pill-choice"><input type="radio" name="priority" value="{value}"{is_now}><span>{name}</span></label>',
            value=one.value,
            is_now=Markup(' checked autofocus') if one is now else '',
            name=name,
        )
        for one, name in priority_names().items()
    )
    return filled(
        '<fieldset class="desk-history-period desk-steer-deeds"><legend class="desk-unseen">{label}</legend>{rows}</fieldset>',
        label=_('중요도'),
        rows=rows,
    )
