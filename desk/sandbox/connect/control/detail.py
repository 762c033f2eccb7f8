"""The detail of the selected contact or agent, with the possible actions."""

from collections.abc import Callable

from markupsafe import Markup
from nicegui import ui

from desk.sandbox.connect import hand as acts
from desk.sandbox.connect.control import panels
from desk.sandbox.connect.control.elements import (
    Fields,
    Piece,
    area,
    bare_choice,
    button,
    choice,
    filled,
    form,
    joined,
    sending,
)
from desk.sandbox.connect.control.floor import FloorView
from desk.sandbox.connect.control.forms import attributes_in
from desk.sandbox.connect.control.open_page import OpenPage
from desk.sandbox.connect.control.views import AgentView, ContactView
from desk.sandbox.connect.faults import FaultChange, SoftphoneFault, Trouble
from desk.sandbox.connect.hand import AgentAct
from desk.sandbox.connect.world.terms import (
    CLEARABLE,
    RINGING,
    AgentContactState,
    Channel,
    LegKind,
    LegState,
    Role,
    Stage,
)

ROLES = {
    Role.CUSTOMER: '고객 말',
    Role.AGENT: '상담원 말',
    Role.CUSTOM_BOT: '챗봇',
    Role.SUPERVISOR: '관리자',
    Role.SYSTEM: '시스템',
}
TROUBLES = {
    '': '없음',
    Trouble.SIGNED_OUT: '로그아웃됨',
    Trouble.DENIED: '접근 거부',
    Trouble.DEAD_POLL: '응답 없는 폴링',
    Trouble.NO_SOCKET: 'WebSocket 거부',
    Trouble.SHORT_TOKEN: '짧은 토큰',
    Trouble.NO_AUDIO: '소리 없음',
}
ACTS: dict[str, tuple[str, Callable[[str], AgentAct[None]]]] = {
    'accept': ('수락', acts.accept),
    'reject': ('거절하기', acts.reject),
    'hold': ('보류하기', acts.hold),
    'resume': ('보류 해제', acts.resume),
    'swap': ('통화 전환', acts.swap),
    'conference': ('회의', acts.conference),
    'end': ('통화 종료', acts.end),
    'clear': ('정리', acts.clear),
}


class ContactDetail:
    """One contact: facts, legs, conversation; forms to speak as the customer and act as the agent."""

    def __init__(self, page: OpenPage) -> None:
        self._page = page
        self._contact_id = ''
        w = page.words
        with ui.element('div').classes('box-acts'):
            self._buttons = {verb: self._button(verb) for verb in ACTS}
        self._consult_form = form(
            w('협의 통화'),
            self._consult,
            choice(w('협의 상대'), 'whom', self._quick_connects())
            + sending(('consult', w('협의 통화'))),
        )
        roles = {role.value: w(ROLES[role]) for role in (Role.CUSTOMER, Role.AGENT)}
        form(
            w('말하기'),
            self._speak,
            filled(
                '<div class="box-line">{role}<input name="text" aria-label="{label}" placeholder="{label}" data-once>'
                '<input name="digits" aria-label="{keys}" placeholder="{keys}" data-once></div>{send}',
                role=bare_choice(w('말하기'), 'role', roles),
                label=w('할 말'),
                keys=w('번호 누르기'),
                send=sending(
                    ('say', w('보내기')), ('press', w('누르기')), ('leave', w('고객이 끊기'))
                ),
            ),
        )
        form(
            w('흐름이 되어'),
            self._set_attributes,
            area(w('흐름이 정하는 값 (이름=값, 한 줄에 하나)'), 'attributes')
            + sending(('set', w('속성 넣기'))),
        )
        self._talk = Piece('div', 'box-talk')
        self._talk.put('role', 'log')
        self._talk.put('aria-label', w('상세'))
        self._facts = Piece('dl', 'box-facts')

    def show(self, contact: ContactView, floor: FloorView) -> None:
        """Show a contact's current state."""
        self._contact_id = contact.id
        self._facts.show(self._words_of(contact, floor))
        self._talk.show(
            joined(
                filled(
                    '<p><b>{who}</b>{text}</p>',
                    who=self._page.words(ROLES[line.role]),
                    text=line.text,
                )
                for line in contact.said
            )
        )
        may = possible(contact, floor)
        self._consult_form.set_visibility('consult' in may)
        for verb, piece in self._buttons.items():
            piece.put('aria-disabled', None if verb in may else 'true')

    def _words_of(self, contact: ContactView, floor: FloorView) -> Markup:
        w = self._page.words
        text, _ = panels.state_of(contact, floor)
        ends = {leg.kind for leg in contact.legs}
        attributes = ', '.join(f'{name}={value}' for name, value in contact.attributes.items())
        facts = {
            w('이름'): _who(contact),
            w('상태'): f'{w(panels.CHANNELS[contact.channel])} {w(text)} {contact.reason or ""}',
            w('문의 큐'): contact.queue,
            w('담당 상담원'): '' if LegKind.AGENT in ends else contact.agent,
            w('속성'): attributes,
            w('누른 번호'): contact.digits,
            'ID': contact.id,
        }
        rows = joined(
            filled('<dt>{name}</dt><dd>{value}</dd>', name=name, value=value)
            for name, value in facts.items()
            if value
        )
        legs = joined(
            filled(
                '<dt>{kind}</dt><dd>{who} {state} {time}{muted}</dd>',
                kind=w(panels.whose(leg)),
                who=panels.spelled(leg.who),
                state=w(panels.LEG_STATES[leg.state]),
                time=panels.lasted(leg.since, floor.now),
                muted=f' {w("음소거")}' if leg.is_muted else '',
            )
            for leg in contact.legs
        )
        return legs + rows

    def _button(self, verb: str) -> Piece:
        text, _ = ACTS[verb]
        look = 'box-danger' if verb in {'reject', 'end'} else ''
        return button(self._page.words(text), lambda: self._act(verb), look)

    def _quick_connects(self) -> dict[str, str]:
        found = self._page.centre.world.state.quick_connects.values()
        return {each.id: each.name for each in found}

    def _consult(self, fields: Fields) -> None:
        endpoint = self._page.centre.world.state.quick_connects[fields['whom']].endpoint
        if whose := self._holders(is_over=False):
            add = acts.add(self._contact_id, endpoint)
            self._page.do(lambda: self._page.hand.act(whose[0], add))

    def _holders(self, *, is_over: bool) -> list[str]:
        held = self._page.floor.view(fresh=True).holders(self._contact_id)
        return [username for username, state in held.items() if (state in CLEARABLE) is is_over]

    def _act(self, verb: str) -> None:
        if whose := self._holders(is_over=verb == 'clear'):
            _, does = ACTS[verb]
            self._page.do(lambda: self._page.hand.act(whose[0], does(self._contact_id)))

    def _set_attributes(self, fields: Fields) -> None:
        hand, contact_id = self._page.hand, self._contact_id
        self._page.do(lambda: hand.set_attributes(contact_id, attributes_in(self._page, fields)))

    def _speak(self, fields: Fields) -> None:
        hand, contact_id = self._page.hand, self._contact_id
        if fields['act'] == 'leave':
            self._page.do(lambda: hand.hang_up(contact_id))
        elif fields['act'] == 'press' or (fields['digits'] and not fields['text']):
            self._page.do(lambda: hand.press(contact_id, fields['digits']))
        else:
            self._page.do(lambda: hand.say(contact_id, Role(fields['role']), fields['text']))


class AgentDetail:
    """One agent: their status, and their softphone's faults."""

    def __init__(self, page: OpenPage) -> None:
        self._page = page
        self._username = ''
        w = page.words
        statuses = {each.id: each.name for each in page.centre.world.state.statuses.values()}
        self._name = Piece('dl', 'box-facts')
        form(
            w('상담 상태'),
            self._choose,
            choice(w('상담 상태'), 'status', statuses) + sending(('status', w('바꾸기'))),
        )
        troubles = {value: w(text) for value, text in TROUBLES.items()}
        form(
            w('소프트폰 장애'),
            self._trouble,
            choice(w('소프트폰 장애'), 'trouble', troubles) + sending(('trouble', w('적용'))),
        )

    def show(self, agent: AgentView) -> None:
        """Show an agent."""
        self._username = agent.username
        w = self._page.words
        wrong = [
            w(TROUBLES[fault.trouble])
            for fault in self._page.centre.faults.plan.softphones
            if fault.username == agent.username
        ]
        facts = {
            w('담당 상담원'): f'{agent.name} ({agent.username})',
            w('상담 상태'): agent.status,
            w('소프트폰 장애'): ', '.join(wrong) or w('없음'),
            'ID': agent.id,
        }
        self._name.show(
            joined(
                filled('<dt>{name}</dt><dd>{value}</dd>', name=name, value=value)
                for name, value in facts.items()
            )
        )

    def _choose(self, fields: Fields) -> None:
        self._page.do(lambda: self._page.hand.choose_status(self._username, fields['status']))

    def _trouble(self, fields: Fields) -> None:
        faults = self._page.centre.faults
        others = [each for each in faults.plan.softphones if each.username != self._username]
        if fields['trouble']:
            trouble = Trouble(fields['trouble'])
            others.append(SoftphoneFault(trouble=trouble, username=self._username))
        self._page.do(lambda: faults.change(FaultChange(softphones=tuple(others))))


def _who(contact: ContactView) -> str:
    names = dict.fromkeys([contact.name, panels.spelled(contact.customer)])
    return ' '.join(name for name in names if name)


def possible(contact: ContactView, floor: FloorView) -> set[str]:
    """Return the actions that an agent can do with a contact now."""
    states = {AgentContactState(state) for state in floor.holders(contact.id).values()}
    may: set[str] = set()
    if states & RINGING:
        may |= {'accept', 'reject'}
    if states & CLEARABLE:
        may.add('clear')
    if contact.stage is Stage.CONNECTED:
        may.add('end')
    if contact.stage is Stage.CONNECTED and contact.channel is Channel.VOICE:
        others = [leg.state for leg in contact.legs if leg.kind is not LegKind.AGENT]
        talk, wait = others.count(LegState.CONNECTED), others.count(LegState.HOLD)
        may |= {'consult'} | ({'hold'} if talk else set()) | ({'resume'} if wait else set())
        may |= {'swap'} if talk and wait else set()
        may |= {'conference'} if wait and talk + wait > 1 else set()
    return may
