"""The page's left side: act as the customer, set faults, save and restore the centre."""

import json

import phonenumbers
from nicegui import ui
from phonenumbers import NumberParseException, PhoneNumberFormat
from pydantic import TypeAdapter

from desk.sandbox.connect.control import faulting
from desk.sandbox.connect.control.elements import (
    Fields,
    Piece,
    area,
    button,
    choice,
    field,
    filled,
    form,
    joined,
    sending,
    tick,
)
from desk.sandbox.connect.control.open_page import OpenPage, Unreadable
from desk.sandbox.connect.faults import ErrorFault, EventFaults, FaultChange, FaultPlan, FaultStep
from desk.sandbox.connect.hand import Caller
from desk.sandbox.connect.world.terms import QueueType

STEPS: TypeAdapter[list[FaultStep]] = TypeAdapter(list[FaultStep])
SCRIPT = '[{"after_seconds": 10, "change": {"throttling": true}}]'
TOLD = 'desk_protection_notice=yes\ndesk_recording_notice=yes'
"""What a caller's contact flow sets once its prompts were played."""
BRING_BACK = """async (event) => {
  event.preventDefault();
  const [file] = event.target.elements.file.files;
  if (!file) return;
  const headers = {'Content-Type': 'application/json'};
  const answer = await fetch('/_sandbox/state', {method: 'PUT', headers, body: file});
  emit({status: String(answer.status)});
}"""
"""A snapshot is too large for a socket message: the browser sends it to the JSON API."""


def attributes_in(page: OpenPage, fields: Fields) -> dict[str, str]:
    """Return what was typed into a field of attributes. Raises ``Unreadable``."""
    attributes: dict[str, str] = {}
    for line in fields['attributes'].splitlines():
        name, equals, value = line.partition('=')
        if not equals:
            raise Unreadable(page.words('이름=값이 아닙니다'))
        attributes[name.strip()] = value.strip()
    return attributes


class CustomerForm:
    """Make a call, request a callback, start a chat, create a task."""

    def __init__(self, page: OpenPage) -> None:
        self._page = page
        w = page.words
        queues = {
            queue.id: queue.name
            for queue in page.centre.world.state.queues.values()
            if queue.type is QueueType.STANDARD
        }
        form(
            w('고객이 되어'),
            self._act,
            joined(
                [
                    field(w('전화번호'), 'number', '010-1234-5678', kind='tel'),
                    field(w('이름'), 'name', '최유진'),
                    choice(w('문의 큐'), 'queue', queues),
                    field(w('첫 마디'), 'text', ''),
                    area(w('속성 (이름=값, 한 줄에 하나)'), 'attributes', TOLD),
                    sending(('ring', w('전화 걸기')), ('chat', w('채팅 시작'))),
                    sending(('callback', w('콜백 요청')), ('task', w('업무 만들기'))),
                ]
            ),
        )

    def _act(self, fields: Fields) -> None:
        hand = self._page.hand
        begin = {
            'ring': (
                lambda: hand.ring(self._number(fields), self._caller(fields), is_recorded=True),
                '전화가 들어왔습니다',
            ),
            'callback': (
                lambda: hand.ask_to_be_called(self._number(fields), self._caller(fields)),
                '콜백이 접수되었습니다',
            ),
            'chat': (
                lambda: hand.start_chat(self._caller(fields), fields['text']),
                '채팅이 시작되었습니다',
            ),
            'task': (
                lambda: hand.start_task(self._caller(fields), fields['text']),
                '업무가 만들어졌습니다',
            ),
        }
        act, said = begin[fields['act'] or 'ring']
        self._page.do(act, said)

    def _caller(self, fields: Fields) -> Caller:
        attributes = attributes_in(self._page, fields)
        return Caller(queue=fields['queue'], name=fields['name'], attributes=attributes)

    def _number(self, fields: Fields) -> str:
        """Return a number in Connect's format, from the national one that people type."""
        try:
            number = phonenumbers.parse(fields['number'], 'KR')
        except NumberParseException as error:
            raise Unreadable(self._page.words('전화번호가 아닙니다')) from error
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)


class FaultForm:
    """The current faults, and their switches."""

    def __init__(self, page: OpenPage) -> None:
        self._page = page
        w, plan = page.words, page.centre.faults.plan
        self._now = Piece('div', 'box-faults')
        events = plan.events
        form(
            w('장애'),
            self._apply,
            joined(
                [
                    field(w('지연 (초)'), 'latency', str(plan.latency_seconds)),
                    field(w('사라지는 이벤트 (%)'), 'lost', f'{events.lost:.0%}'[:-1]),
                    field(w('늦는 이벤트 (%)'), 'late', f'{events.late:.0%}'[:-1]),
                    field(w('되풀이되는 이벤트 (%)'), 'repeated', f'{events.repeated:.0%}'[:-1]),
                    field(w('늦는 시간 (초)'), 'late_seconds', str(events.late_seconds)),
                    tick(w('모든 요청 제한'), 'throttling', is_on=plan.throttling),
                    tick(w('AWS 요청 한도 지키기'), 'rates', is_on=page.aws.throttles.on),
                    sending(('apply', w('적용'))),
                ]
            ),
        )
        form(
            w('오퍼레이션 오류'),
            self._add,
            joined(
                [
                    field(w('오퍼레이션'), 'operation', 'connect.StopContact'),
                    field(w('오류 이름'), 'error', 'InternalServiceException'),
                    field(w('횟수 (비우면 계속)'), 'times', '1'),
                    sending(('add', w('추가'))),
                ]
            ),
        )
        form(
            w('대본 (JSON)'),
            self._play,
            area(w('대본 (JSON)'), 'script', SCRIPT) + sending(('play', w('대본 시작'))),
        )
        with ui.element('div').classes('box-acts'):
            button(w('WebSocket 끊기'), lambda: page.do(page.centre.faults.cut_sockets))
            button(w('모두 없애기'), lambda: page.do(page.centre.faults.clear), 'box-danger')

    def show(self) -> None:
        """Show the current faults."""
        faults = self._page.centre.faults
        lines = told(faults.plan, self._page)
        if faults.steps_left:
            lines.append(self._page.words('남은 대본 {count}줄', count=faults.steps_left))
        self._now.show(joined(filled('<span>{line}</span>', line=line) for line in lines))

    def _apply(self, fields: Fields) -> None:
        def act() -> None:
            change = FaultChange(
                latency_seconds=_number(fields['latency']),
                throttling='throttling' in fields,
                events=EventFaults(
                    lost=_number(fields['lost']) / 100,
                    late=_number(fields['late']) / 100,
                    repeated=_number(fields['repeated']) / 100,
                    late_seconds=_number(fields['late_seconds']),
                ),
            )
            self._page.centre.faults.change(change)
            self._page.aws.throttles.on = 'rates' in fields

        self._page.do(act)

    def _add(self, fields: Fields) -> None:
        def act() -> None:
            times = int(_number(fields['times'])) if fields['times'] else None
            fault = ErrorFault(operation=fields['operation'], error=fields['error'], times=times)
            faulting.check(FaultChange(errors=(fault,)))
            self._page.centre.faults.add(fault)

        self._page.do(act)

    def _play(self, fields: Fields) -> None:
        def act() -> None:
            steps = STEPS.validate_json(fields['script'])
            for step in steps:
                faulting.check(step.change)
            self._page.centre.faults.play(steps)

        self._page.do(act)


class StateForm:
    """Save the centre, restore it, start over."""

    def __init__(self, page: OpenPage) -> None:
        self._page = page
        w = page.words
        link = filled(
            '<a class="box-button" href="/_sandbox/state" download="connect.json">{text}</a>',
            text=w('스냅숏 내려받기'),
        )
        Piece('div', 'box-acts', link)
        bring = Piece(
            'form',
            'box-form',
            filled(
                '<label class="box-wide">{label}<input type="file" name="file" accept="application/json"></label>{send}',
                label=w('스냅숏 파일'),
                send=sending(('back', w('되돌리기'))),
            ),
        )
        bring.put('aria-label', w('스냅숏 되돌리기'))
        bring.on('submit', lambda event: self._brought(event.args), js_handler=BRING_BACK)
        with ui.element('div').classes('box-acts'):
            button(w('처음부터'), self._start_over, 'box-danger')
            ui.label(w('모든 컨택과 상태가 사라집니다.')).classes('box-dim')

    def _brought(self, answer: dict[str, str]) -> None:
        def act() -> None:
            if answer['status'] != '204':
                raise Unreadable(self._page.words('스냅숏 파일'))

        self._page.do(act)

    def _start_over(self) -> None:
        def act() -> None:
            self._page.centre.start_over()
            self._page.aws.forget()

        self._page.do(act)


def told(plan: FaultPlan, page: OpenPage) -> list[str]:
    """Return the current faults, one a line; events as disorderly as AWS's are no fault."""
    w = page.words
    events = EventFaults() if page.centre.faults.is_orderly else plan.events
    lines = {
        f'{w("지연 (초)")} {plan.latency_seconds:g}': plan.latency_seconds,
        w('모든 요청 제한'): plan.throttling,
        _shares(events, page): events != EventFaults(),
    }
    told = [line for line, is_on in lines.items() if is_on]
    told += [
        f'{fault.operation} → {fault.error} '
        + (w('항상') if fault.times is None else w('{count}번', count=fault.times))
        for fault in plan.errors
    ]
    return told + [f'{each.username}: {each.trouble}' for each in plan.softphones]


def _shares(events: EventFaults, page: OpenPage) -> str:
    w = page.words
    shares = {
        '사라지는 이벤트 (%)': events.lost,
        '늦는 이벤트 (%)': events.late,
        '되풀이되는 이벤트 (%)': events.repeated,
    }
    return ', '.join(f'{w(text)} {share:.0%}' for text, share in shares.items() if share)


def _number(text: str) -> float:
    """Parse a typed number.

    Raises:
        Unreadable: it is not a number.
    """
    try:
        return float(json.loads(text or '0'))
    except (ValueError, TypeError) as error:
        raise Unreadable(text) from error
