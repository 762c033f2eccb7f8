"""호전환: the dialog in which an agent asks a colleague or a queue to take the open chat over, usable by keyboard alone."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from markupsafe import Markup

from desk.errors import DeskError
from models import Queue
from models.audit import MAX_REASON_CHARS
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.acting_form import acting_form
from pages.parts.floor.steering_dialog import agent_options, queue_options
from pages.parts.kit import dialog
from pages.parts.kit.category_box import category_name
from pages.parts.kit.markup import filled
from services.chats.events import ChatCard
from services.chats.transfer_events import TransferView
from services.contacts.categories import Leaf
from services.floor.steering import TargetAgent, Targets
from services.floor.transfers import NewTransfer

TO_AGENT, TO_QUEUE = 'assigned', 'moved'
"""The values of the choice, as in the supervisors' dialog, whose stylesheet shows the chosen field."""


async def ask_transfer(context: PageContext, chat: ChatCard) -> None:
    """Ask for target, 상담 분류 and reason, and ask the target to take the chat over."""
    services = context.services
    try:
        targets = await context.still(services.transfers.targets(context.agent))
        leaves = await context.still(services.categories.leaves(chat.queue_id))
    except DeskError as error:
        notices.tell(error)
        return

    async def ask(values: Mapping[str, str]) -> TransferView:
        to_queue = values.get('deed') == TO_QUEUE
        new = NewTransfer(
            chat_id=chat.id,
            reason=values.get('reason', ''),
            agent_id=None if to_queue else _uuid(values.get('agent', '')),
            queue_id=_uuid(values.get('queue', '')) if to_queue else None,
            category_id=_uuid(values['category']) if values.get('category') else None,
        )
        return await services.transfers.ask(context.agent, new)

    def tell(asked: TransferView) -> None:
        notices.done(_('{name} 님에게 넘겨 달라고 요청했습니다', name=asked.to_name))

    title = _('호전환: {name} 님의 상담', name=chat.visitor_name)
    with context.dialogs, dialog.titled(context.dialogs, title) as opened:
        hint = _(
            '받을 때까지 상담은 계속 내 것입니다. 쓰던 글과 내부 메모, 상담 분류가 함께 넘어갑니다.'
        )
        fields = _fields(targets, leaves, near=chat.department)
        acting_form(context, opened, fields, do=ask, then=tell, hint=hint)


def _fields(targets: Targets, leaves: Sequence[Leaf], *, near: str) -> Markup:
    agents = sorted(targets.agents, key=lambda one: (not one.can_take, one.department != near))
    queues: Sequence[Queue] = sorted(targets.queues, key=lambda one: one.department == near)
    choices = ((TO_AGENT, _('상담원에게')), (TO_QUEUE, _('대기열에')))
    return filled(
        '<fieldset class="desk-history-period desk-steer-deeds"><legend class="desk-unseen">{label}</legend>{deeds}</fieldset>'
        '<label class="desk-steer-field" data-deed="assigned">{agent}<select class="desk-input" name="agent">{agents}</select></label>'
        '<label class="desk-steer-field" data-deed="moved">{queue}<select class="desk-input" name="queue">{queues}</select></label>'
        '<label class="desk-steer-field">{why}<input class="desk-input" name="reason" required maxlength="{most}" autocomplete="off"></label>'
        '<label class="desk-steer-field">{category}<select class="desk-input" name="category"><option value="">{none}</option>{leaves}</select></label>',
        label=_('누구에게'),
        deeds=Markup().join(_choice(value, name) for value, name in choices),
        agent=_('상담원'),
        agents=_nobody(agents) + agent_options(agents),
        queue=_('대기열'),
        queues=queue_options(queues),
        category=_('상담 분류'),
        none=_('정하지 않음'),
        leaves=Markup().join(
            filled('<option value="{id}">{name}</option>', id=one.id, name=category_name(one))
            for one in leaves
        ),
        why=_('사유'),
        most=MAX_REASON_CHARS,
    )


def _nobody(agents: Sequence[TargetAgent]) -> Markup:
    """Return what stands in the choice when nobody in it can be chosen; nothing otherwise."""
    if any(one.can_take for one in agents):
        return Markup()
    return filled('<option value="">{text}</option>', text=_('지금 받을 수 있는 상담원이 없습니다'))


def _choice(value: str, name: str) -> Markup:
    return filled(
        '<label class="desk-pill-choice"><input type="radio" name="deed" value="{value}"{first}><span>{name}</span></label>',
        value=value,
        first=Markup(' checked autofocus') if value == TO_AGENT else '',
        name=name,
    )


def _uuid(given: str) -> UUID:
    """Return a chosen id, or the nil UUID when none was chosen: the service refuses that with the right error."""
    try:
        return UUID(given)
    except ValueError:
        return UUID(int=0)
