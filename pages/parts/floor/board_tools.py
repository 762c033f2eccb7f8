"""공지 and 전광판 of the board: notices to a queue with their readers, and links for wall screens."""

from collections.abc import Mapping
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models.floor_board import MAX_NOTICE_CHARS
from pages import notices
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.floor.steering_dialog import queue_name
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import button
from pages.parts.kit.form_values import VALUES_OF_FORM, text_of, values_of
from pages.parts.kit.living import Living
from pages.parts.kit.markup import Piece, filled
from services.floor.queue_notices import SentNotice

TAKE_BACK = '(event) => { const made = event.target.closest("[data-back]"); if (made) emit(made.dataset.back) }'


async def show_notices(context: PageContext, people: Mapping[UUID, str]) -> None:
    """Open the dialog to send a notice to a queue and to see who has read the last ones."""
    targets = await context.still(context.services.steering.targets(context.agent))
    queues = {one.id: queue_name(one) for one in targets.queues}
    with context.dialogs:
        shown = _Notices(context, people, queues)
    await shown.draw()


class _Notices:
    """The open dialog of the notices."""

    def __init__(
        self, context: PageContext, people: Mapping[UUID, str], queues: Mapping[UUID, str]
    ) -> None:
        self._context, self._people, self._queues = context, people, queues
        self._service = context.services.queue_notices
        with dialog.titled(context.dialogs, _('대기열 공지')) as opened:
            form = Piece('form', inside=_notice_form(queues)).classes('desk-steer')
            form.on('submit', self._send, js_handler=VALUES_OF_FORM)
            self._wrong = ui.label().classes('desk-field-error').props('role=alert')
            self._rows = Living().classes('board-alert-list')
            self._rows.on('click', self._withdraw, js_handler=TAKE_BACK)
            with ui.element('div').classes('desk-actions'):
                button(_('닫기'), opened.close)

    async def draw(self) -> None:
        """Show the last notices and their readers."""
        sent = await self._context.still(self._service.sent(self._context.agent))
        self._rows.set_inside(
            Markup().join(_notice(one, self._queues, self._people) for one in sent)
        )

    async def _send(self, event: GenericEventArguments) -> None:
        given = values_of(event)
        queue = next((one for one in self._queues if str(one) == given.get('queue')), UUID(int=0))
        try:
            await self._context.still(
                self._service.send(self._context.agent, queue, given.get('body', ''))
            )
        except DeskError as error:
            self._wrong.set_text(sentence(language(), error))
            return
        self._wrong.set_text('')
        notices.done(_('공지를 보냈습니다'))
        await self.draw()

    async def _withdraw(self, event: GenericEventArguments) -> None:
        try:
            await self._context.still(
                self._service.withdraw(self._context.agent, UUID(text_of(event)))
            )
        except (DeskError, ValueError):
            return
        await self.draw()


async def show_walls(context: PageContext, department: str) -> None:
    """Open the dialog to make a wall's link, which is shown once, and to revoke links."""
    service, by = context.services.walls, context.agent

    async def redraw() -> None:
        links = await context.still(service.links(by))
        rows.set_inside(
            Markup().join(
                filled(
                    '<p data-key="{id}"><span><b>{name}</b> {department} <small>{made}</small></span> <button type="button" class="desk-button desk-quiet" data-back="{id}" aria-label="{label}">{text}</button></p>',
                    id=one.id,
                    name=one.name,
                    department=_(one.department) if one.department else _('모든 부서'),
                    made=times.moment(one.created_at),
                    label=_('거두기: {what}', what=one.name),
                    text=_('거두기'),
                )
                for one in links
            )
        )

    async def make(event: GenericEventArguments) -> None:
        given = values_of(event)
        try:
            _link, token = await context.still(
                service.add(by, given.get('name', ''), department=department)
            )
        except DeskError as error:
            wrong.set_text(sentence(language(), error))
            return
        wrong.set_text('')
        made.set_inside(
            filled(
                '<a class="board-wall-link" href="/wall/{token}" target="_blank" rel="noopener">/wall/{token}</a><span class="desk-hint">{hint}</span>',
                token=token,
                hint=_('이 주소는 지금만 보입니다. 벽 화면에서 여세요.'),
            )
        )
        await redraw()

    async def revoke(event: GenericEventArguments) -> None:
        try:
            await context.still(service.revoke(by, UUID(text_of(event))))
        except (DeskError, ValueError):
            return
        await redraw()

    with context.dialogs, dialog.titled(context.dialogs, _('전광판')) as opened:
        ui.label(_('읽기만 하는 주소입니다. 숫자만 보이고 이름은 보이지 않습니다.')).classes('desk-hint')  # fmt: skip
        form = Piece(
            'form',
            inside=filled(
                '<label class="desk-steer-field">{label}<input class="desk-input" name="name" required maxlength="100" autofocus autocomplete="off"></label><button type="submit" class="desk-button desk-primary">{make}</button>',
                label=_('어디에 거나요'),
                make=_('주소 만들기'),
            ),
        ).classes('desk-steer')
        form.on('submit', make, js_handler=VALUES_OF_FORM)
        wrong = ui.label().classes('desk-field-error').props('role=alert')
        made = Piece().props('role=status').classes('board-alert-list')
        rows = Living().classes('board-alert-list')
        rows.on('click', revoke, js_handler=TAKE_BACK)
        with ui.element('div').classes('desk-actions'):
            button(_('닫기'), opened.close)
    await redraw()


def _notice_form(queues: Mapping[UUID, str]) -> Markup:
    options = Markup().join(
        filled('<option value="{id}">{name}</option>', id=one, name=name)
        for one, name in queues.items()
    )
    return filled(
        '<label class="desk-steer-field">{queue}<select class="desk-input" name="queue" autofocus>{options}</select></label>'
        '<label class="desk-steer-field">{body}<textarea class="desk-input" name="body" required maxlength="{most}" rows="3"></textarea></label>'
        '<button type="submit" class="desk-button desk-primary">{send}</button>',
        queue=_('대기열'),
        options=options,
        body=_('공지 내용'),
        most=MAX_NOTICE_CHARS,
        send=_('보내기'),
    )


def _notice(sent: SentNotice, queues: Mapping[UUID, str], people: Mapping[UUID, str]) -> Markup:
    notice = sent.notice
    unread = ', '.join(people.get(one.agent_id, '') for one in sent.receipts if one.read_at is None)
    if notice.withdrawn_at is not None:
        ways = filled('<small>{text}</small>', text=_('거둠'))
    else:
        ways = filled(
            '<button type="button" class="desk-button desk-quiet" data-back="{id}" aria-label="{label}">{text}</button>',
            id=notice.id,
            label=_('거두기: {what}', what=notice.body[:40]),
            text=_('거두기'),
        )
    return filled(
        '<p data-key="{id}"><span><b>{body}</b><br><small>{queue} · {at} · {read}{unread}</small></span>{ways}</p>',
        id=notice.id,
        body=notice.body,
        queue=queues.get(notice.queue_id, ''),
        at=times.moment(notice.created_at),
        read=_('{read}/{all}명 읽음', read=sent.read, all=len(sent.receipts)),
        unread=_(' · 아직: {names}', names=unread) if unread else '',
        ways=ways,
    )
