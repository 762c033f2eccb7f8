"""왜 나에게?: the dialog that explains an assignment: one sentence for agents; for supervisors all decisions and today's shares."""

from datetime import timedelta
from uuid import UUID

from markupsafe import Markup
from nicegui import ui

from desk.errors import DeskError
from pages import notices
from pages.context import PageContext
from pages.locale import _
from pages.parts.floor.offer_card import why
from pages.parts.floor.steering_dialog import queue_name
from pages.parts.kit import dialog, times
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.markup import Piece, figures_table, filled
from services.floor.decision import Candidate
from services.floor.reasons import Assignment, Assignments, Share


async def explain(context: PageContext, chat_id: UUID) -> None:
    """Show an agent why a contact was assigned to them; show a supervisor every decision about it."""
    try:
        if context.agent.is_supervisor:
            found = await context.still(
                context.services.explanations.assignments(context.agent, chat_id)
            )
            with context.dialogs:  # the calling element may be deleted by now
                _show_all(context, found)
        else:
            explanation = await context.still(
                context.services.explanations.of_chat(context.agent, chat_id)
            )
            with context.dialogs, dialog.titled(context.dialogs, _('왜 나에게?')) as opened:
                ui.label(why(explanation) if explanation else _('배정 기록이 없습니다.'))
                _close(opened)
    except DeskError as error:
        notices.tell(error)


def _show_all(context: PageContext, found: Assignments) -> None:
    with dialog.titled(context.dialogs, _('배정 이력')) as opened:
        with ui.element('div').classes('desk-assignments').props('tabindex=0'):
            for one in found.decisions:
                Piece('section', inside=_decision(one, found.names))
            if not found.decisions:
                ui.label(_('배정 기록이 없습니다. 상담원이 목록에서 수락합니다.')).classes(
                    'desk-hint'
                )
            if found.queue is not None:
                Piece('section', inside=_shares(queue_name(found.queue), found))
        _close(opened)


def _close(opened: ui.dialog) -> None:
    with ui.element('div').classes('desk-actions'):
        button(_('닫기'), opened.close, ButtonStyle.PRIMARY).props('autofocus')


def _decision(one: Assignment, names: dict[UUID, str]) -> Markup:
    explanation, situation = one.explanation, one.situation
    by = names.get(one.by_id, '') if one.by_id else ''
    return filled(
        '<h3><time title="{full}">{hour}</time> → {name}</h3><p>{why}{by}</p>{table}',
        full=times.full(one.at),
        hour=times.moment(one.at),
        name=names.get(explanation.agent_id, ''),
        why=why(explanation),
        by=f' ({by})' if by else '',
        table=_candidates(situation.candidates, names, explanation.agent_id)
        if situation.candidates
        else '',
    )


def _candidates(candidates: tuple[Candidate, ...], names: dict[UUID, str], chosen: UUID) -> Markup:
    rows = Markup().join(
        filled(
            '<tr{chosen}><th scope="row">{name}</th><td>{circle}</td><td>{level}</td><td>{load}/{capacity}</td><td>{idle}</td><td>{refusals}</td></tr>',
            chosen=Markup(' aria-current="true"') if one.agent_id == chosen else '',
            name=names.get(one.agent_id, ''),
            circle=_('담당') if one.circle == 1 else _('확대'),
            level=one.level,
            load=one.load,
            capacity=one.capacity,
            idle=times.length(timedelta(seconds=one.idle_seconds)),
            refusals=one.refusals,
        )
        for one in sorted(candidates, key=lambda one: one.agent_id != chosen)
    )
    heads = (_('상담원'), _('범위'), _('숙련도'), _('상담/정원'), _('쉰 시간'), _('거절·무응답'))
    return figures_table(_('후보'), heads, rows)


def _shares(queue: str, found: Assignments) -> Markup:
    rows = Markup().join(_share(one, found.names) for one in found.shares)
    heads = (_('상담원'), _('제안'), _('수락'), _('무응답'), _('거절'))
    title = _('오늘 {queue}의 배정', queue=queue)
    return filled('<h3>{title}</h3>{table}', title=title, table=figures_table(title, heads, rows))


def _share(one: Share, names: dict[UUID, str]) -> Markup:
    return filled(
        '<tr><th scope="row">{name}</th><td>{offers}</td><td>{taken}</td><td>{missed}</td><td>{refused}</td></tr>',
        name=names.get(one.agent_id, ''),
        offers=one.offers,
        taken=one.taken,
        missed=one.missed,
        refused=one.refused,
    )
