"""One customer who may be calling: what to be careful about, what was promised and noted, and their last contacts."""

from collections.abc import Callable

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from models import Customer, CustomerStatus
from pages.component import Component
from pages.context import PageContext
from pages.locale import _, language
from pages.parts.customers.badges import all_badges
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from pages.parts.kit.promise_words import line as promise_line
from pages.parts.kit.times import moment
from services.calls.callers import Candidate
from services.customers.timeline import TimelineEntry, TimelineKind
from services.customers.warnings import CustomerWarning, warnings_of

MOST_ENTRIES = 4
MOST_NOTES = 2
LINE_CHARS = 80
CONTACTS = frozenset({TimelineKind.CHAT, TimelineKind.CALL})
NOTES = frozenset({TimelineKind.NOTE})


class CallerPerson(Component):
    """The customer with what the agent must know before saying a word."""

    def __init__(self, context: PageContext, candidate: Candidate) -> None:
        super().__init__(context.services.topics)
        self._context, self._customer = context, candidate.customer
        self.classes('desk-caller-person')
        self.props['data-customer'] = str(candidate.customer.id)
        with self:
            Piece(inside=_head(candidate))
            for said in _careful(candidate.customer):
                ui.label(said).classes('desk-hint desk-blocked').props('role=note')
            if candidate.customer.memo:
                Piece('p', inside=filled('{memo}', memo=candidate.customer.memo[:LINE_CHARS]))
            if candidate.promises:
                ui.label(_('약속')).classes('desk-section').props('role=heading aria-level=3')
                for promise in candidate.promises:
                    Piece(inside=promise_line(promise)).classes('desk-promise')
            self._notes, self._past = Piece('ul'), Piece('ul')
            self._acts = ui.element('div').classes('desk-offer-acts')

    def act(self, text: str, act: Callable[[], object], look: ButtonStyle) -> None:
        """Let something be done with this customer."""
        with self._acts:
            name = f'{self._customer.name} {text.partition(" (")[0]}'
            button(text, act, look).props['aria-label'] = name

    async def read_past(self) -> None:
        """Show their notes and their last contacts."""
        timeline, agent = self._context.services.customer_timeline, self._context.agent
        for kinds, most, piece in ((NOTES, MOST_NOTES, self._notes), (CONTACTS, MOST_ENTRIES, self._past)):  # fmt: skip
            try:
                page = await self.still(
                    timeline.page(agent, self._customer.id, kinds=kinds, limit=most)
                )
            except DeskError:  # merged or erased while it rang
                return
            piece.set_inside(Markup().join(_line(entry) for entry in page.entries))


def _head(candidate: Candidate) -> Markup:
    customer = candidate.customer
    return filled(
        '<b>{name}</b> {badges} <span class="desk-sub">{code}</span> {likeness}',
        name=customer.name,
        badges=all_badges(customer),
        code=customer.code,
        likeness=_likeness(candidate),
    )


def _likeness(candidate: Candidate) -> Markup:
    """Say whether the caller gave this record's name; nothing when they gave none."""
    if candidate.has_same_name is None:
        return Markup()
    name = _('이름 같음') if candidate.has_same_name else _('이름 다름')
    return filled(
        '<span class="desk-likeness{doubt}">{phone} · {name}</span>',
        doubt='' if candidate.has_same_name else ' desk-doubt',
        phone=_('전화번호 같음'),
        name=name,
    )


def _careful(customer: Customer) -> list[str]:
    """Return in sentences what the badges say in a word."""
    said = []
    if customer.status is CustomerStatus.BLOCKED:
        said.append(_('차단된 고객입니다. 약속하기 전에 관리자에게 확인하십시오.'))
    if CustomerWarning.HIGH_RISK in warnings_of(customer):
        said.append(_('고위험 고객입니다. 메모를 먼저 확인하십시오.'))
    return said


def _line(entry: TimelineEntry) -> Markup:
    kind, said = _('통화'), ''
    if entry.chat is not None:
        kind, said = _('채팅'), entry.chat.last_line
    elif entry.note is not None:
        kind, said = _('메모'), entry.note.text
    elif entry.wrap_up is not None:
        said = entry.wrap_up.summary
    return filled(
        '<li><time>{at}</time> <span class="desk-tag">{kind}</span> {said}</li>',
        at=moment(entry.at, language()),
        kind=kind,
        said=said[:LINE_CHARS],
    )
