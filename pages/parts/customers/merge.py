"""Merging two records: likely duplicates, a preview, the merge, and undoing it."""

from functools import partial
from uuid import UUID

from markupsafe import Markup
from nicegui import ui
from nicegui.events import GenericEventArguments

from desk.errors import DeskError
from models import Customer
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.customers.badges import badges
from pages.parts.customers.form import field_name, field_value
from pages.parts.customers.search_box import CustomerSearchBox
from pages.parts.kit import dialog, toast
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, filled
from services.customers.duplicates import DuplicateReason, Suggestion
from services.customers.merge_plan import BOTH_FIELDS, FieldPlan, Side
from services.customers.merging import MergePreview, Undone
from services.customers.personal_data import masked_phone
from services.customers.warnings import warnings_of

SIDE_OF_CHANGE = '(event) => emit([event.target.name, event.target.value])'


class MergePanel:
    """Merges other records into the record of a page, which is always the one that is kept."""

    def __init__(self, context: PageContext, customer_id: UUID) -> None:
        self._context = context
        self._merging = context.services.customer_merging
        self._customer_id = customer_id

    def banner(self, suggestions: list[Suggestion]) -> None:
        """Draw the likely duplicates, each with a button for the preview."""
        if not suggestions:
            return
        with ui.element('section').classes('desk-duplicates') as place:
            place.props['aria-label'] = _('같은 고객일 수 있는 기록')
            ui.label(_('같은 고객일 수 있습니다')).classes('desk-section')
            for suggestion in suggestions:
                with ui.element('div').classes('desk-candidate'):
                    Piece(inside=_suggestion(suggestion))
                    button(_('비교'), partial(self.compare, suggestion.customer.id))

    def search(self) -> None:
        """Ask for the other record of the same person."""
        with dialog.titled(self._context.dialogs, _('합칠 고객 찾기')) as question:
            ui.label(_('같은 사람인 다른 기록을 찾으세요.')).classes('desk-hint')

            async def chosen(customer_id: UUID) -> None:
                question.close()
                await self.compare(customer_id)

            CustomerSearchBox(self._context, placeholder=_('합칠 고객 검색'), choose=chosen)
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)

    async def compare(self, other_id: UUID) -> None:
        """Show the preview, and merge after a confirmation."""
        try:
            preview = await self._context.still(
                self._merging.preview(self._context.agent, self._customer_id, other_id)
            )
        except DeskError as error:
            notices.tell(error)
            return
        choice: dict[str, Side] = {}
        with dialog.titled(self._context.dialogs, _('두 기록을 합칠까요?')) as question:
            _draw_preview(preview, choice)
            with ui.element('div').classes('desk-actions'):
                button(_('취소'), question.close)
                button(_('합치기'), lambda: question.submit(True), ButtonStyle.PRIMARY)
        if await self._context.still(question):
            await self._merge(preview, choice)

    async def undo(self, merge_id: UUID) -> None:
        """Separate two merged records. Raises a ``DeskError`` when that is no longer possible."""
        undone = await self._context.still(self._merging.undo(self._context.agent, merge_id))
        notices.done(_said(undone))

    async def _merge(self, preview: MergePreview, choice: dict[str, Side]) -> None:
        try:
            merged = await self._context.still(
                self._merging.merge(
                    self._context.agent,
                    preview.kept.id,
                    preview.merged.id,
                    versions=preview.versions,
                    choice=choice,
                )
            )
        except DeskError as error:
            notices.tell(error)
            return
        text = _('{code} 고객을 이 고객에 합쳤습니다', code=preview.merged.code)
        toast.undoable(self._context, text, lambda: self.undo(merged.merge.id))


def _draw_preview(preview: MergePreview, choice: dict[str, Side]) -> None:
    """Draw both records field by field; the user's choices of values are stored in ``choice``."""
    kept, merged = preview.kept, preview.merged

    def chosen(event: GenericEventArguments) -> None:
        match event.args:
            case [str(field), str(side)] if side in set(Side):
                choice[field] = Side(side)

    ui.label(
        _(
            '{merged} 기록이 {kept} 기록에 합쳐지고, 채팅 {chats}건 · 통화 {calls}건 · 메모 {notes}건이 옮겨집니다.',
            merged=merged.code,
            kept=kept.code,
            chats=preview.chats,
            calls=preview.calls,
            notes=preview.notes,
        )
    )
    rows = Markup().join(_field(plan) for plan in preview.fields if plan.differs)
    head = filled(
        '<div class="desk-merge-row desk-merge-head"><span></span><b>{kept}</b><b>{merged}</b></div>',
        kept=_('이 고객 {code}', code=kept.code),
        merged=_('합칠 고객 {code}', code=merged.code),
    )
    Piece(inside=head + rows).classes('desk-merge').on('change', chosen, js_handler=SIDE_OF_CHANGE)
    ui.label(_('하루 안에는 되돌릴 수 있습니다.')).classes('desk-hint')


def _field(plan: FieldPlan) -> Markup:
    sides = {
        Side.KEPT: field_value(plan.field, plan.kept),
        Side.MERGED: field_value(plan.field, plan.merged),
    }
    if plan.field in BOTH_FIELDS:
        sides[Side.BOTH] = _('둘 다')
    choices = Markup().join(
        filled(
            '<label><input type="radio" name="{field}" value="{side}"{checked}> <span>{text}</span></label>',
            field=plan.field,
            side=side.value,
            checked=Markup(' checked') if plan.side is side else '',
            text=text,
        )
        for side, text in sides.items()
    )
    return filled(
        '<fieldset class="desk-merge-row"><legend>{name}</legend>{choices}</fieldset>',
        name=field_name(plan.field),
        choices=choices,
    )


def _suggestion(suggestion: Suggestion) -> Markup:
    customer: Customer = suggestion.customer
    return filled(
        '<a href="/desk/customers/{id}"><b>{name}</b></a> {badges}<span class="desk-sub">{phone} · {code}</span>'
        '<span class="desk-sub">{why}</span>',
        id=customer.id,
        name=customer.name,
        badges=badges(warnings_of(customer)),
        phone=masked_phone(customer.phone),
        code=customer.code,
        why=' · '.join(reason_name(one) for one in suggestion.reasons),
    )


def reason_name(reason: DuplicateReason) -> str:
    """Return why two records may be one person."""
    return {
        DuplicateReason.SAME_PHONE: _('같은 전화번호'),
        DuplicateReason.SAME_EMAIL: _('같은 이메일'),
        DuplicateReason.SAME_NAME: _('같은 이름'),
        DuplicateReason.NEAR_PHONE: _('비슷한 전화번호'),
    }[reason]


def _said(undone: Undone) -> str:
    if not undone.left:
        return _('합친 것을 되돌렸습니다')
    fields = ', '.join(field_name(one.field) for one in undone.left)
    return _(
        '합친 것을 되돌렸습니다. 그사이 바뀐 {fields} 항목은 그대로 두었습니다.', fields=fields
    )
