"""배정·이동: the dialog in which a supervisor assigns, moves or prioritises waiting contacts, usable by keyboard alone."""

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from markupsafe import Markup

from desk.errors import DeskError, InvalidInputError
from models import ChatStatus, Priority, Queue
from models.audit import MAX_REASON_CHARS
from pages import notices
from pages.context import PageContext
from pages.locale import _, language, sentence
from pages.parts.floor.acting_form import acting_form
from pages.parts.kit import dialog, toast
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.status_names import status_names
from services.chats.events import ChatCard
from services.floor.events import Deed
from services.floor.steering import Steered, TargetAgent, Targets


async def steer(
    context: PageContext,
    chats: Sequence[ChatCard],
    *,
    first: Deed = Deed.ASSIGNED,
    why: str = '',
) -> None:
    """Ask for the action, its target and the reason, and perform it on these contacts.

    ``first`` is the preselected action; ``why`` the suggested reason.
    """
    try:
        targets = await context.still(context.services.steering.targets(context.agent))
    except DeskError as error:
        notices.tell(error)
        return
    with context.dialogs:  # the calling list may be redrawn by now
        _SteeringForm(context, chats, targets, first=first, why=why)


class _SteeringForm:
    """The open dialog; it closes after a success and shows an error otherwise."""

    def __init__(
        self,
        context: PageContext,
        chats: Sequence[ChatCard],
        targets: Targets,
        *,
        first: Deed,
        why: str,
    ) -> None:
        self._context = context
        self._steering = context.services.steering
        self._names = {chat.id: chat.visitor_name for chat in chats}
        self._chats = {chat.id: chat for chat in chats}
        self._deed = first
        title = _('상담 {count}건 배정·이동', count=len(chats))
        with dialog.titled(context.dialogs, title) as opened:
            Piece(inside=_who(chats)).classes('desk-sub')
            fields = _form(targets, near=chats[0].department, first=first, why=why)
            acting_form(context, opened, fields, do=self._do, then=self._tell)

    async def _do(self, values: Mapping[str, str]) -> Steered:
        supervisor, ids, why = self._context.agent, list(self._names), values.get('reason', '')
        self._deed = _deed_of(values)
        match self._deed:
            case Deed.MOVED:
                return await self._steering.move(supervisor, ids, _uuid(values, 'queue'), why)
            case Deed.PRIORITY:
                priority = _priority(values)
                return await self._steering.set_priority(supervisor, ids, priority, why)
            case _:
                return await self._steering.assign(supervisor, ids, _uuid(values, 'agent'), why)

    def _tell(self, steered: Steered) -> None:
        text = _('상담 {count}건을 처리했습니다', count=len(steered.done))
        undo = {Deed.MOVED: self._move_back, Deed.PRIORITY: self._set_back}.get(self._deed)
        if undo is None:
            notices.done(text)
        else:
            toast.undoable(self._context, text, partial(undo, steered.done))
        if steered.left:
            reasons = {sentence(language(), error) for error in steered.left.values()}
            names = ', '.join(self._names[one] for one in steered.left)
            text = _('처리하지 못한 상담: {names}', names=names)
            notices.stay(f'{text} ({" ".join(sorted(reasons))})')

    async def _move_back(self, chat_ids: Sequence[UUID]) -> None:
        """Move those that waited, and still do, to the queues where they were."""
        by_queue: dict[UUID, list[UUID]] = {}
        for one in chat_ids:
            was = self._chats[one]
            if was.status is ChatStatus.WAITING and was.queue_id is not None:
                by_queue.setdefault(was.queue_id, []).append(one)
        why, still = _('되돌림'), self._context.still
        for queue_id, ids in by_queue.items():
            await still(
                self._steering.move(self._context.agent, ids, queue_id, why, only_waiting=True)
            )

    async def _set_back(self, chat_ids: Sequence[UUID]) -> None:
        why, still = _('되돌림'), self._context.still
        for priority in {self._chats[one].priority for one in chat_ids}:
            ids = [one for one in chat_ids if self._chats[one].priority is priority]
            await still(self._steering.set_priority(self._context.agent, ids, priority, why))


def _deed_of(values: Mapping[str, str]) -> Deed:
    given = values.get('deed', '')
    return Deed(given) if given in set(Deed) else Deed.ASSIGNED


def _uuid(values: Mapping[str, str], name: str) -> UUID:
    """Return a chosen id, or the nil UUID when none was chosen: the service refuses that with the right error."""
    try:
        return UUID(values.get(name, ''))
    except ValueError:
        return UUID(int=0)


def _priority(values: Mapping[str, str]) -> Priority:
    try:
        return Priority(values.get('priority', ''))
    except ValueError as error:
        raise InvalidInputError('api.invalid', fields='priority') from error


def _who(chats: Sequence[ChatCard]) -> Markup:
    shown = ', '.join(chat.visitor_name for chat in chats[:3])
    more = _('외 {count}명', count=len(chats) - 3) if len(chats) > 3 else ''
    return filled('{shown} {more}', shown=shown, more=more)


def _form(targets: Targets, *, near: str, first: Deed, why: str) -> Markup:
    # agents with free capacity first, of these the contact's own department
    agents = sorted(targets.agents, key=lambda one: (not one.can_take, one.department != near))
    deeds = {
        Deed.ASSIGNED: _('상담원에게 배정'),
        Deed.MOVED: _('다른 대기열로'),
        Deed.PRIORITY: _('중요도 변경'),
    }
    return filled(
        '<fieldset class="desk-history-period desk-steer-deeds"><legend class="desk-unseen">{label}</legend>{deeds}</fieldset>'
        '{agents}{queues}{priorities}'
        '<label class="desk-steer-field">{why}<input class="desk-input" name="reason" value="{given}" required maxlength="{most}" autocomplete="off"></label>',
        label=_('할 일'),
        deeds=Markup().join(
            _deed(deed, name, is_first=deed is first) for deed, name in deeds.items()
        ),
        agents=_choice(Deed.ASSIGNED, 'agent', _('상담원'), agent_options(agents)),
        queues=_choice(Deed.MOVED, 'queue', _('대기열'), queue_options(targets.queues)),
        priorities=_choice(Deed.PRIORITY, 'priority', _('중요도'), _priorities()),
        why=_('사유'),
        given=why,
        most=MAX_REASON_CHARS,
    )


def _deed(deed: Deed, name: str, *, is_first: bool) -> Markup:
    first = Markup(' checked autofocus') if is_first else ''
    return filled(
        '<label class="desk-pill-choice"><input type="radio" name="deed" value="{deed}"{first}><span>{name}</span></label>',
        deed=deed,
        first=first,
        name=name,
    )


def _choice(deed: Deed, name: str, label: str, options: Markup) -> Markup:
    return filled(
        '<label class="desk-steer-field" data-deed="{deed}">{label}<select class="desk-input" name="{name}">{options}</select></label>',
        deed=deed,
        label=label,
        name=name,
        options=options,
    )


def agent_options(agents: Sequence[TargetAgent]) -> Markup:
    """Return agents as options with their state and load; who can take nothing now cannot be chosen."""
    states = status_names()
    return Markup().join(
        filled(
            '<option value="{id}"{unable}>{name} · {department} · {state} {load}/{capacity}</option>',
            id=one.id,
            unable='' if one.can_take else Markup(' disabled'),
            name=one.name,
            department=_(one.department),
            state=states[one.status],
            load=one.load,
            capacity=one.capacity,
        )
        for one in agents
    )


def queue_options(queues: Sequence[Queue]) -> Markup:
    """Return queues as options."""
    return Markup().join(
        filled('<option value="{id}">{name}</option>', id=one.id, name=queue_name(one))
        for one in queues
    )


def queue_name(queue: Queue) -> str:
    """Return the name of a queue in the reader's language."""
    return (language() == 'en' and queue.name_en) or _(queue.name)


def _priorities() -> Markup:
    names = {
        Priority.URGENT: _('긴급'),
        Priority.HIGH: _('높음'),
        Priority.MEDIUM: _('보통'),
        Priority.LOW: _('낮음'),
    }
    return Markup().join(
        filled('<option value="{value}">{name}</option>', value=value, name=name)
        for value, name in names.items()
    )
