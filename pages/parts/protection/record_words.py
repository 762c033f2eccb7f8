"""The record of a case as the law asks for it, in its reader's language: the blocks of the PDF. People's texts are data."""

from collections.abc import Mapping
from datetime import datetime

from desk import clock
from models import Agent, Channel, ProtectionFile, ProtectionStep
from pages.locale import text
from pages.parts.kit.kept_files import size_in_words
from pages.parts.protection.words import kind_name, said, step_name
from services.calls.notices import SAID
from services.pdf.document import Block, Document, facts, heading, line, note
from services.protection.records import CaseRecord, RecordReason
from services.text.phone_numbers import written

REASONS: Mapping[str, str] = {
    RecordReason.AGENT.value: '상담원 요청',
    RecordReason.SAFETY.value: '안전보건 업무',
    RecordReason.LAW.value: '법령에 따른 요청',
    RecordReason.OTHER.value: '기타',
}
SENDERS = {'customer': '고객', 'agent': '상담원', 'system': '데스크'}


def document_of(language: str, record: CaseRecord, reader: Agent) -> Document:
    """Return the record as a document: what happened, in which order, with which words, and the evidence."""
    case = record.case
    blocks: list[Block] = [
        heading(text(language, '사건')),
        facts(_facts(language, record)),
        heading(text(language, '조치')),
        *(_step(language, record, one) for one in record.steps),
        heading(text(language, '근거 자료')),
        *_evidence(language, record),
        *_files(language, record),
    ]
    return Document(
        title=text(language, '고객응대근로자 보호 조치 기록'),
        subtitle=text(language, '산업안전보건법 제41조 · {department} · {agent}', department=case.department, agent=record.name(case.agent_id)),
        foot=text(language, '{at} {name} 만듦 · {until}까지 보관', at=_at(clock.now()), name=reader.name, until=f'{case.kept_until:%Y-%m-%d}'),
        language=language,
        blocks=blocks,
    )  # fmt: skip


def _facts(language: str, record: CaseRecord) -> list[tuple[str, str]]:
    case = record.case
    channel = '채팅' if case.channel is Channel.CHAT else '통화'
    announced = ''
    if record.announcement is not None:
        announced = text(language, '{version}판, {at}: {body}', version=record.announcement.id, at=_at(case.announced_at), body=record.announcement.body)  # fmt: skip
    return [
        (text(language, '사건 번호'), str(case.id)),
        (text(language, '시작'), _at(case.created_at)),
        (text(language, '끝'), _at(case.over_at)),
        (text(language, '보호받은 상담원'), record.name(case.agent_id)),
        (text(language, '부서와 대기열'), ' · '.join(filter(None, (case.department, record.queue)))),
        (text(language, '유형'), kind_name(language, case.kind)),
        (text(language, '상담'), text(language, channel)),
        (text(language, '고객'), ' · '.join(filter(None, (case.customer_name, written(case.phone, extension=text(language, '내선')) if case.phone else '')))),
        (text(language, '미리 알린 글'), announced),
        (text(language, '녹음 안내'), notice_words(language, case.recording_notice)),
        (text(language, '경고'), text(language, '{count}회', count=case.warnings)),
        (text(language, '보호 휴식'), _span(language, case.rest_from, case.rest_until)),
        (text(language, '이용 제한'), _at(case.restricted_until)),
    ]  # fmt: skip


def notice_words(language: str, notice: str) -> str:
    """Return what callers heard of the recording; a sentence where the flow told only that they did."""
    return text(language, '통화 흐름이 안내함') if notice == SAID else notice


def _step(language: str, record: CaseRecord, step: ProtectionStep) -> Block:
    who = record.name(step.by_id) or text(language, '데스크')
    words = step.words
    if step.kind == 'record_made':
        words = text(language, REASONS.get(words, REASONS[RecordReason.OTHER.value]))
    elif step.kind == 'restricted':
        words = text(language, '{count}일', count=words)
    return line(
        _at(step.created_at),
        f'{step_name(language, step.kind)} · {who}',
        words or '-',
    )


def _evidence(language: str, record: CaseRecord) -> list[Block]:
    evidence = record.evidence
    if evidence is None:
        return [note(text(language, '상담이 끝나면 대화가 여기에 남습니다.'))]
    if not evidence.lines:
        return [note(text(language, '통화의 근거는 위의 녹음 위치입니다. 녹음은 Amazon Connect에 있습니다.'))]  # fmt: skip
    seal = text(language, '봉인 값 (SHA-256): {digest}', digest=evidence.digest)
    return [note(seal), *(_line(language, one) for one in evidence.lines)]


def file_state(language: str, file: ProtectionFile) -> str:
    """Return the seal of a copied file in words, or why there is none."""
    if file.digest:
        return text(language, '봉인 값 (SHA-256): {digest}', digest=file.digest)
    if file.settled_at:
        return text(language, '원본이 이미 지워져 복사하지 못했습니다')
    return text(language, '복사를 기다리는 중입니다')


def _files(language: str, record: CaseRecord) -> list[Block]:
    if not record.files:
        return []
    rows = [
        line(
            _at(one.created_at),
            f'{one.name} · {size_in_words(one.size_bytes)}',
            file_state(language, one),
        )
        for one in record.files
    ]
    return [heading(text(language, '첨부 파일')), *rows]


def _line(language: str, values: Mapping[str, object]) -> Block:
    at = datetime.fromisoformat(str(values['at']))
    sender = text(language, SENDERS.get(str(values['sender']), '데스크'))
    mark = f' · {text(language, "거친 말")}' if values['marks'] else ''
    who = ' '.join(filter(None, (sender, str(values['who']))))
    return line(_at(at), f'{values["number"]} · {who}{mark}', said(language, values))


def _at(at: datetime | None) -> str:
    return f'{at.astimezone(clock.SEOUL):%Y-%m-%d %H:%M:%S}' if at else ''


def _span(language: str, begin: datetime | None, end: datetime | None) -> str:
    if begin is None:
        return ''
    return f'{_at(begin)} ~ {_at(end) or text(language, "계속")}'
