"""The live panels: queues, agents, contacts. A row keeps its element, so that focus stays on it."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import phonenumbers
from markupsafe import Markup
from nicegui import ui
from phonenumbers import PhoneNumberFormat

from desk.sandbox.connect.control.elements import Piece, filled, joined
from desk.sandbox.connect.control.floor import MOST_ROWS, FloorView
from desk.sandbox.connect.control.views import AgentView, ContactView, HeldView, LegView
from desk.sandbox.connect.control.words import Words
from desk.sandbox.connect.world.terms import (
    AgentContactState,
    Channel,
    Initiation,
    LegKind,
    LegState,
    Stage,
    StatusType,
)

Choose = Callable[[str], None]

KOREA = 82

CHANNELS = {Channel.VOICE: '음성', Channel.CHAT: '채팅', Channel.TASK: '업무'}
STAGES = {
    Stage.SCHEDULED: ('예약', 'grey'),
    Stage.SYSTEM: ('연결 중', 'grey'),
    Stage.QUEUED: ('대기 중', 'amber'),
    Stage.OFFERED: ('벨 울림', 'amber'),
    Stage.CONNECTED: ('통화 중', 'blue'),
    Stage.ENDED: ('종료', 'grey'),
}
HELD = {
    AgentContactState.INCOMING: ('벨 울림', 'amber'),
    AgentContactState.CONNECTING: ('벨 울림', 'amber'),
    AgentContactState.CONNECTED: ('통화 중', 'blue'),
    AgentContactState.CONNECTED_ONHOLD: ('보류', 'violet'),
    AgentContactState.MISSED: ('부재중', 'red'),
    AgentContactState.REJECTED: ('거절', 'red'),
    AgentContactState.ERROR: ('오류', 'red'),
    AgentContactState.ENDED: ('후처리', 'grey'),
}
LEGS = {
    LegKind.AGENT: '담당 상담원',
    LegKind.INBOUND: '고객',
    LegKind.OUTBOUND: '제3자',
    LegKind.MONITORING: '감청',
}
LEG_STATES = {
    LegState.INIT: '발신 전',
    LegState.CONNECTING: '연결 중',
    LegState.CONNECTED: '연결됨',
    LegState.HOLD: '보류',
    LegState.SILENT_MONITOR: '감청',
    LegState.BARGE: '감청',
    LegState.DISCONNECTED: '끊김',
}
STATUS_COLOURS = {
    StatusType.ROUTABLE: 'green',
    StatusType.CUSTOM: 'amber',
    StatusType.OFFLINE: 'grey',
}


def lasted(since: datetime | None, now: datetime) -> str:
    """Return the duration since a time: ``0:42``, ``12:05``, ``1:03:20``."""
    if since is None:
        return ''
    seconds = max(0, int((now - since).total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f'{hours}:{minutes:02}:{seconds:02}' if hours else f'{minutes}:{seconds:02}'


class Rows:
    """A list of selectable rows; one element for each row, at most ``MOST_ROWS``."""

    def __init__(self, name: str, classes: str, choose: Choose) -> None:
        self._classes, self._choose = classes, choose
        self._box = ui.element('div').classes('box-list')
        self._box.props['role'], self._box.props['aria-label'] = 'group', name
        self._rows: dict[str, Piece] = {}
        self._more = Piece('div', 'box-more')

    def show(self, rows: dict[str, Markup], chosen: str, more: str) -> None:
        """Show these rows, by their keys, in their order."""
        for key in [key for key in self._rows if key not in rows]:
            self._rows.pop(key).delete()
        for key, inside in rows.items():
            row = self._rows.get(key) or self._row(key)
            row.show(inside)
            row.put('aria-pressed', 'true' if key == chosen else 'false')
        self._order(list(rows))
        self._more.show(filled('{more}', more=more))

    def _row(self, key: str) -> Piece:
        with self._box:
            row = Piece('button', f'box-row {self._classes}')
        row.put('type', 'button')
        self._rows[key] = row
        return row.on('click', lambda: self._choose(key), args=[])

    def _order(self, keys: list[str]) -> None:
        for place, key in enumerate(keys):
            if self._box.default_slot.children[place] is not self._rows[key]:
                self._rows[key].move(target_index=place)


class QueuePanel:
    """Every queue with its waiting contacts."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._table = Piece('table', 'box-table')

    def show(self, floor: FloorView) -> None:
        """Show the queues' current state."""
        w = self._words
        titles = ['이름', '음성', '채팅', '업무', '최장 대기', '가능', '상담 중', '근무']
        head = joined(filled('<th scope="col">{text}</th>', text=w(title)) for title in titles)
        rows = joined(
            filled(
                '<tr><td>{name}</td><td>{voice}</td><td>{chat}</td><td>{task}</td><td class="{late}">{oldest}</td>'
                '<td>{free}</td><td>{busy}</td><td>{online}</td></tr>',
                name=queue.name,
                voice=queue.waiting[Channel.VOICE],
                chat=queue.waiting[Channel.CHAT],
                task=queue.waiting[Channel.TASK],
                late='box-late' if queue.oldest_seconds else '',
                oldest=_seconds(queue.oldest_seconds),
                free=queue.agents_available,
                busy=queue.agents_on_contact,
                online=queue.agents_online,
            )
            for queue in floor.queues
        )
        self._table.show(
            filled('<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>', head=head, rows=rows)
        )


class AgentPanel:
    """Every agent with their contacts."""

    def __init__(self, words: Words, choose: Choose) -> None:
        self._words = words
        self._rows = Rows(words('상담원'), 'box-agent', choose)

    def show(self, floor: FloorView, chosen: str) -> None:
        """Show the agents' current state, those at work first."""
        at_work = sorted(floor.agents, key=lambda each: each.status_type is StatusType.OFFLINE)
        shown = at_work[:MOST_ROWS]
        rows = {agent.username: self._row(agent, floor.now) for agent in shown}
        left = len(at_work) - len(shown)
        self._rows.show(rows, chosen, self._words('그 밖에 {count}명', count=left) if left else '')

    def _row(self, agent: AgentView, now: datetime) -> Markup:
        w = self._words
        following = w('다음: {status}', status=agent.next_status) if agent.next_status else ''
        return filled(
            '<span><span class="box-name">{name}</span> <span class="box-dim">{username}</span></span>'
            '<span class="box-state box-{colour}">{status} <span class="box-dim">{following}</span></span>'
            '<span>{held}</span><span class="box-time">{time}</span>',
            name=agent.name,
            username=agent.username,
            colour=STATUS_COLOURS[agent.status_type],
            status=agent.status,
            following=following,
            held=self._held(agent.contacts),
            time=lasted(_since(agent), now),
        )

    def _held(self, contacts: list[HeldView]) -> Markup:
        """Return an agent's contacts as text; equal ones are counted."""
        counts = Counter((each.channel, *held_words(each.state, each.channel)) for each in contacts)
        return joined(
            filled(
                '<span class="box-{colour}">{channel} {text}{count}</span> ',
                colour=colour,
                channel=self._words(CHANNELS[channel]),
                text=self._words(text),
                count=f' ({count})' if count > 1 else '',
            )
            for (channel, text, colour), count in counts.items()
        )


class ContactPanel:
    """The current contacts, newest first."""

    def __init__(self, words: Words, choose: Choose) -> None:
        self._words = words
        self._rows = Rows(words('진행 중인 컨택'), 'box-contact', choose)
        self._empty = ui.label(
            words('지금은 컨택이 없습니다. 왼쪽에서 전화를 걸거나 채팅을 시작하세요.')
        ).classes('box-empty')

    def show(self, floor: FloorView, chosen: str) -> None:
        """Show the contacts' current state."""
        names = {agent.username: agent.name for agent in floor.agents}
        rows = {each.id: self._row(each, floor, names) for each in floor.contacts}
        left = floor.contact_count - len(rows)
        self._rows.show(
            rows, chosen, self._words('그 밖에 {count}건', count=left) if left > 0 else ''
        )
        self._empty.set_visibility(not rows)

    def _row(self, contact: ContactView, floor: FloorView, names: dict[str, str]) -> Markup:
        text, colour = state_of(contact, floor)
        who = spelled(contact.customer) or contact.name
        return filled(
            '<span class="box-dim">{channel}</span><span><span class="box-name">{who}</span> '
            '<span class="box-dim">{name}</span></span><span>{queue}</span><span>{agent}</span>'
            '<span class="box-state box-{colour}">{text}</span><span class="box-time">{time}</span>{legs}',
            channel=self._words(CHANNELS[contact.channel]),
            who=who,
            name='' if contact.name == who else contact.name,
            queue=contact.queue or '',
            agent=names.get(contact.agent or '', ''),
            colour=colour,
            text=self._words(text),
            time=lasted(contact.disconnected_at or contact.initiated_at, floor.now),
            legs=legs_line(contact.legs, self._words),
        )


def state_of(contact: ContactView, floor: FloorView) -> tuple[str, str]:
    """Return the label and colour of a contact's state; the state for its agent takes precedence."""
    held = floor.holders(contact.id).get(contact.agent or '')
    if held:
        return held_words(AgentContactState(held), contact.channel)
    if contact.initiation is Initiation.EXTERNAL_OUTBOUND and not contact.disconnected_at:
        return '제3자', 'blue'
    return STAGES[contact.stage]


def held_words(state: AgentContactState, channel: Channel) -> tuple[str, str]:
    """Return the label and colour of a contact's state for its agent."""
    text, colour = HELD[state]
    is_talk = channel is not Channel.VOICE and state is AgentContactState.CONNECTED
    return ('상담 중' if is_talk else text), colour


def spelled(customer: str) -> str:
    """Return a phone number in its country's format; any other text unchanged."""
    if not customer.startswith('+'):
        return customer
    number = phonenumbers.parse(customer)
    is_home = number.country_code == KOREA
    style = PhoneNumberFormat.NATIONAL if is_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def whose(leg: LegView) -> str:
    """Return the label of a call's end: the first called party is the customer."""
    is_customer = leg.is_initial and leg.kind is LegKind.OUTBOUND
    return LEGS[LegKind.INBOUND if is_customer else leg.kind]


def legs_line(legs: list[LegView], words: Words) -> Markup:
    """Return a call's ends in one line; empty where only the customer is on the line."""
    if len(legs) < 2:
        return Markup()
    said = ' · '.join(f'{words(whose(leg))} {words(LEG_STATES[leg.state])}' for leg in legs)
    return filled('<span class="box-legs">{said}</span>', said=said)


def _since(agent: AgentView) -> datetime:
    return min((held.since for held in agent.contacts), default=agent.since)


def _seconds(seconds: float) -> str:
    return f'{int(seconds) // 60}:{int(seconds) % 60:02}' if seconds else '-'
