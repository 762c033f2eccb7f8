"""A customer's file as a document: its headings and values in the reader's language. Times are Seoul's."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from desk import clock
from models import Agent, MessageType
from pages.locale import text
from pages.parts.kit import times
from pages.parts.kit.action_words import ACTIONS
from services.disclosure.as_pdf import FileWords
from services.disclosure.chapters import ChapterKind
from services.disclosure.files import FileScope
from services.disclosure.values import Values
from services.pdf import document
from services.pdf.document import Block

HEADINGS = {
    ChapterKind.RECORDS: '고객 정보',
    ChapterKind.VERSIONS: '고객 정보가 바뀐 내역',
    ChapterKind.CONSENTS: '동의 내역',
    ChapterKind.CHATS: '채팅 상담',
    ChapterKind.CALLS: '통화 상담',
    ChapterKind.CALLBACKS: '콜백 내역',
    ChapterKind.NOTES: '상담 메모 내역',
    ChapterKind.FILES: '보관한 파일',
    ChapterKind.ACCESSES: '조회하고 처리한 내역',
}
FIELDS = {
    'code': '고객 번호', 'name': '이름', 'phone': '전화번호', 'other_phones': '다른 전화번호', 'phones': '전화번호', 'email': '이메일',
    'customer_type': '유형', 'status': '상태', 'risk_level': '위험도', 'call_permission': '전화 동의', 'memo': '메모',
    'attributes': '추가 정보', 'created_at': '등록일', 'updated_at': '고친 시각', 'last_contact_at': '최근 상담',
    'started_at': '시작 시각', 'answered_at': '수락 시각', 'ended_at': '종료 시각', 'ending': '종료 사유', 'department': '부서',
    'queue': '대기열', 'agent': '상담원', 'typed_name': '입력한 이름', 'typed_phone': '입력한 전화번호', 'consented_at': '동의한 시각',
    'rating': '만족도', 'mood': '고객 감정', 'category': '상담 분류', 'summary': '요약', 'promises': '약속', 'labels': '라벨',
    'internal_notes': '내부 메모', 'past_wrap_ups': '이전 후처리', 'direction': '방향',
    'legs': '통화 구간', 'recording_pauses': '녹음하지 않은 시간', 'by': '처리자', 'about': '용건', 'from': '시작 시각', 'until': '종료 시각',
    'attempts': '전화한 시각', 'closed_at': '끝난 시각', 'text': '내용', 'at': '시각', 'record': '고객 번호', 'changes': '바뀐 내용',
    'score': '점수', 'comment': '고객 의견', 'sentiment': '고객 감정', 'trend': '흐름', 'source': '분석', 'due_at': '기한', 'kind': '종류',
    'is_recorded': '녹음', 'hold_seconds': '보류(초)', 'states': '통화 상태', 'state': '상태', 'asked_at': '요청한 시각', 'value': '내용',
    'chat': '채팅', 'subject': '대상', 'fields': '항목', 'action': '작업', 'field': '항목', 'before': '이전 값', 'after': '새 값', 'version': '차례',
    'merged': '합쳐진 기록', 'parted': '나뉜 기록', 'blocked_until': '차단이 끝나는 때', 'file': '파일 이름', 'media_type': '종류', 'size_bytes': '크기(바이트)',
    'page': '보던 화면', 'page_title': '화면 제목', 'signed': '사이트가 서명한 고객',
}  # fmt: skip
"""The names of values."""
WORDS = {
    'individual': '개인', 'corporate': '법인', 'active': '정상', 'inactive': '휴면', 'blocked': '차단', 'low': '낮음', 'medium': '주의',
    'high': '고위험', 'anything': '광고까지 동의', 'service': '상담 전화만', 'nothing': '전화 거부', 'agreed': '개인정보 수집에 동의',
    'inbound': '걸려 온 전화', 'outbound': '건 전화', 'abandoned': '포기', 'missed': '부재중', 'failed': '연결 실패',
    'positive': '긍정', 'negative': '부정', 'neutral': '중립', 'mixed': '복합', 'ringing': '울림', 'talking': '통화 중', 'on_hold': '보류',
    'over': '끝남', 'refused': '거절', 'open': '진행', 'kept': '지킴', 'broken': '못 지킴', 'cancelled': '필요 없어짐', 'reached': '통화했음',
    'agent': '상담원', 'customer': '고객', 'note': '상담 메모', 'call': '통화', 'chat': '채팅', 'promise': '약속',
    'callback': '콜백', 'silence': '고객 무응답', 'protection': '보호', 'api': '건 전화', 'transfer': '호전환', 'queue_transfer': '호전환', 'external': '회의', 'monitor': '통화 듣기', 'other': '기타',
}  # fmt: skip
"""The names of codes; a code without one is shown as it is."""
CODED = {
    'customer_type', 'status', 'risk_level', 'call_permission', 'ending', 'direction', 'value', 'sentiment', 'state', 'subject', 'kind',
}  # fmt: skip
HIDDEN = {'id', 'chat', 'trend', 'source', 'version'}
SPOKEN = {
    MessageType.JOINED.value: '{name} 상담원이 연결되었습니다',
    MessageType.TRANSFERRED.value: '{name} 상담원이 상담을 넘겨받았습니다',
    MessageType.REOPENED.value: '{name} 님이 상담을 다시 열었습니다',
    MessageType.ENDED_BY_AGENT.value: '{name} 상담원이 상담을 종료했습니다',
    MessageType.ENDED_BY_CUSTOMER.value: '고객이 상담을 종료했습니다',
    MessageType.ABANDONED.value: '고객이 기다리다가 나갔습니다',
    MessageType.SILENCE_ASKED.value: '답이 없는 고객에게 계속 상담할지 물었습니다',
    MessageType.ENDED_BY_SILENCE.value: '고객의 답이 없어 상담이 종료되었습니다',
}


def words(language: str, scope: FileScope, by: Agent) -> FileWords:
    """Return the texts of a file about a customer, made by a person."""
    made = text(language, '{at}에 {name} 작성', at=times.full(clock.now()), name=by.name)
    teller = _Teller(language)

    def subtitle(number: int) -> str:
        volume = text(language, '제{number}권', number=number) if number else ''
        return ' · '.join(filter(None, (f'{scope.customer.name} ({scope.customer.code})', volume, made)))  # fmt: skip

    return FileWords(
        language=language,
        title=text(language, '개인정보 열람 자료'),
        foot=scope.customer.code,
        subtitle=subtitle,
        heading=teller.heading,
        nothing=document.note(text(language, '해당하는 내역이 없습니다.')),
        item=teller.item,
        line=teller.line,
    )


class _Teller:
    """Tells values in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def heading(self, kind: ChapterKind) -> list[Block]:
        """Return the heading of a chapter."""
        return [document.heading(self._word(HEADINGS[kind]))]

    def item(self, kind: ChapterKind, values: Values) -> list[Block]:
        """Return one entry of a chapter."""
        match kind:
            case ChapterKind.VERSIONS:
                return self._version(values)
            case ChapterKind.NOTES:
                return [document.line(self._moment(values['at']), str(values['by']), str(values['text']))]  # fmt: skip
            case ChapterKind.FILES:
                said = f'{values["file"]} ({values["size_bytes"]:,} B)'
                return [document.line(self._moment(values['at']), str(values['by']), said)]
            case ChapterKind.ACCESSES | ChapterKind.CONSENTS:
                return [self._brief(values)]
            case _:
                return [document.subheading(self._title(values)), document.facts(list(self._facts(values)))]  # fmt: skip

    def line(self, values: Values) -> Block:
        """Return one line of a chat."""
        said = str(values['text'])
        if values['type'] in SPOKEN:
            said = text(self._language, SPOKEN[str(values['type'])], name=said)
        who = str(values['agent']) or (self._word('고객') if values['sender'] == 'customer' else '')
        return document.line(self._moment(values['at']), who, said)

    def _title(self, values: Values) -> str:
        at = values.get('started_at') or values.get('asked_at') or values.get('created_at')
        return ' · '.join(filter(None, (str(values.get('code') or ''), self._moment(at))))

    def _version(self, values: Values) -> list[Block]:
        who = ' · '.join(filter(None, (str(values['record']), str(values['by']))))
        changes: Any = values['changes']
        rows = [
            f'{self._field(one["field"])}: {self._plain(one["field"], one["before"])} → {self._plain(one["field"], one["after"])}'
            for one in changes
        ]
        return [document.line(self._moment(values['at']), who, '\n'.join(rows))]

    def _brief(self, values: Values) -> Block:
        """Return a short entry on one line."""
        if 'action' in values:
            known = next((text for one, text in ACTIONS.items() if one == values['action']), None)
            said = self._word(known) if known else str(values['action'])
            fields: Any = values['fields']
            told = ', '.join(self._field(one) for one in fields)
            whose = self._code(values['subject']) if values['subject'] else ''
            told = ' · '.join(filter(None, (whose, told)))
            return document.line(self._moment(values['at']), str(values['by']) or self._word('시스템'), f'{said} ({told})' if told else said)  # fmt: skip
        return document.line(self._moment(values['at']), '', self._code(values['value']))

    def _facts(self, values: Values) -> Iterator[tuple[str, str]]:
        for name, value in values.items():
            if name not in HIDDEN:
                yield self._field(name), self._said(name, value)

    def _plain(self, name: str, value: object) -> str:
        """Return a value of a record; a centre's own fields may have any name."""
        if isinstance(value, list):
            return ', '.join(map(str, value)) or '-'
        return (self._code(value) if name in CODED else str(value or '')) or '-'

    def _said(self, name: str, value: object) -> str:
        """Return a value in words; empty for none."""
        if isinstance(value, dict):
            return self._dict(name, value)
        if isinstance(value, list | tuple):
            return '\n'.join(filter(None, (self._said(name, one) for one in value)))
        if value is None or isinstance(value, bool):
            return '' if value is None else self._word('있음' if value else '없음')
        if name in {'at', 'from', 'until'} or name.endswith('_at'):
            return self._moment(value)
        return self._code(value) if name in CODED else str(value)

    def _dict(self, name: str, values: Values) -> str:
        if name == 'attributes':  # of any names
            return '\n'.join(f'{key}: {value}' for key, value in values.items())
        said = [(key, self._said(key, one)) for key, one in values.items() if key not in HIDDEN]
        return ', '.join(f'{self._field(key)} {value}' for key, value in said if value)

    def _field(self, name: str) -> str:
        return self._word(FIELDS[name]) if name in FIELDS else name.partition('.')[2] or name

    def _code(self, value: object) -> str:
        return self._word(WORDS[str(value)]) if str(value) in WORDS else str(value)

    def _moment(self, value: object) -> str:
        return times.full(datetime.fromisoformat(str(value))) if value else ''

    def _word(self, key: str) -> str:
        return text(self._language, key)
