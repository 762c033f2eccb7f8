"""One month's accesses as a table: who, when, from where, whose data, how often, and what is unusual."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from markupsafe import Markup

from models import AccessReview, AgentRole
from pages.locale import _, language
from pages.parts.kit import times
from pages.parts.kit.markup import filled
from pages.roles import role_name
from services.audit import unusual
from services.audit.access_reviews import MonthReview, PersonMonth
from services.audit.unusual import Counted, Unusual

SHORT_ID_CHARS = 8


def rule() -> Markup:
    """Return the rule for what is unusual, in words (``services.audit.unusual``)."""
    said = _(
        '평소와 다름: 자신의 지난 {months}개월 평균이나 같은 역할의 그 달 중앙값의 {times}배 이상일 때. 조회와 처리는 {least}건, 업무 외 시간(22시~7시)은 {off}건, 내보내기는 {taken}건부터 봅니다. 지난 {months}개월에 없던 접속지와 연락처 대량 조회 경고도 표시합니다.',
        months=unusual.MONTHS_BEFORE,
        times=unusual.TIMES,
        least=unusual.LEAST,
        off=unusual.LEAST_OFF_HOURS,
        taken=unusual.LEAST_TAKEN,
    )
    return filled('{said}', said=said)


def month_choice(review: MonthReview) -> Markup:
    """Return the field that chooses a month."""
    return filled(
        '<input class="desk-input" type="month" name="month" value="{value}" aria-label="{label}" title="{label}">',
        label=_('점검할 달'),
        value=f'{review.month:%Y-%m}',
    )


def table(review: MonthReview) -> Markup:
    """Return the table's head and rows."""
    names = (
        _('처리자'), _('기간'), _('접속지'), _('정보주체'), _('조회와 처리'), _('연락처 열람'), _('내보내기'), _('업무 외 시간'), _('평소와 다른 점'),
    )  # fmt: skip
    cells = Markup().join(filled('<th scope="col">{name}</th>', name=name) for name in names)
    rows = Markup().join(_row(review, one) for one in review.people)
    return filled('<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody>', cells=cells, rows=rows)


def signature(words: str, signed: AccessReview) -> Markup:
    """Return who signed, what they remarked, and the head that it was signed with."""
    return filled(
        '<b>{words}</b><p>{remark}</p><small>{head}: <code>{id}:{hash}</code></small>',
        words=words,
        remark=signed.remark or _('의견 없음'),
        head=_('감사 기록의 끝 값'),
        id=signed.head_id,
        hash=signed.head_hash,
    )


def _row(review: MonthReview, person: PersonMonth) -> Markup:
    month = person.month
    return filled(
        '<tr{mark}><td><a href="{entries_at}">{name}</a><small>{role}</small></td><td>{period}</td><td>{networks}</td><td>{whose}</td>'
        '<td class="desk-number">{entries}</td><td class="desk-number">{shown}</td><td class="desk-number">{taken}</td>'
        '<td class="desk-number">{off}</td><td class="desk-review-unusual">{unusual}</td></tr>',
        mark=Markup(' data-unusual') if person.unusual else '',
        entries_at=_entries_at(review, person),
        name=person.name,
        role=_role(person.role),
        period=_period(person),
        networks=', '.join(month.networks) or _('기록 없음'),
        whose=_whose(review, person),
        entries=f'{month.entries:,}',
        shown=f'{month.shown:,}',
        taken=f'{month.taken:,}',
        off=f'{month.off_hours:,}',
        unusual=Markup('<br>').join(filled('{one}', one=_said(one)) for one in person.unusual) or '-',
    )  # fmt: skip


def _entries_at(review: MonthReview, person: PersonMonth) -> str:
    """Return the address of the person's entries of the month in the audit log."""
    last = (review.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    query = {'since': review.month, 'until': last, 'agent': person.agent_id}
    return f'/desk/audit?{urlencode(query)}'


def _period(person: PersonMonth) -> str:
    month = person.month
    if month.first_at is None or month.last_at is None:
        return '-'
    days = _('{days}일', days=month.days)
    return f'{times.full(month.first_at)[5:16]} ~ {times.full(month.last_at)[5:16]} ({days})'


def _whose(review: MonthReview, person: PersonMonth) -> Markup:
    """Return how many subjects, and those most concerned."""
    return Markup().join(
        [
            filled('{said}', said=_('{count}건', count=f'{person.month.subjects:,}')),
            filled('<small>{most}</small>', most=', '.join(_most(review, person))),
        ]
    )


def _most(review: MonthReview, person: PersonMonth) -> Iterator[str]:
    kinds = {'customer': _('고객'), 'chat': _('채팅'), 'call': _('통화')}
    for kind, subject_id, acts in person.month.most:
        known = review.customers.get(UUID(str(subject_id)))
        whose = known or f'{kinds.get(str(kind), str(kind))} {str(subject_id)[:SHORT_ID_CHARS]}'
        yield f'{whose} ×{acts}'  # noqa: RUF001 - the sign of times


def _said(found: Unusual) -> str:
    if found.networks:
        return _('처음 보는 접속지: {networks}', networks=', '.join(found.networks))
    if found.counted is None:
        return _('연락처를 유난히 많이 조회: {number}번', number=found.alarms)
    against = [
        _('자신의 평소 {usual}', usual=f'{found.own:,.1f}') if found.own is not None else '',
        _('다른 사람 {usual}', usual=f'{found.others:,.1f}') if found.others is not None else '',
    ]
    return f'{_counted(found.counted)} {found.number:,} ({", ".join(filter(None, against))})'


def _counted(counted: Counted) -> str:
    return {
        Counted.ENTRIES: _('조회와 처리'),
        Counted.SHOWN: _('연락처 열람'),
        Counted.TAKEN: _('내보내기'),
        Counted.SUBJECTS: _('정보주체'),
        Counted.OFF_HOURS: _('업무 외 시간'),
    }[counted]


def _role(role: str) -> str:
    known = next((one for one in AgentRole if one == role), None)
    return role_name(language(), known) if known else role
