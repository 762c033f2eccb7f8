"""What an alert's message says, in Korean and English: counts, ids, and names of queues and hosts, never of people."""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from models import AlertKind, AlertPhase, OperatorAlert, ThresholdKind
from models.operator_alert import MAX_HEADLINE_CHARS
from services.alerting.sighting import AWAY, DENIED, SLOW

FORMAT = 1
GRAVEST_CERTIFICATE = 3
BOARD, CONNECTIONS = '/desk/dashboard', '/desk/settings/connections'


class Severity(StrEnum):
    """Whether somebody has to come at once."""

    WARNING = 'warning'
    CRITICAL = 'critical'


class Words(NamedTuple):
    """The title in ASCII, and what is said in Korean and English while it is wrong."""

    title: str
    ko: str
    en: str


WORDS: Mapping[tuple[str, str], Words] = {
    (AlertKind.RELAY, ''): Words(
        'events do not reach the screens',
        '저장된 사건이 {seconds}초 넘게 화면으로 전달되지 않고 있습니다.',
        'Committed events have not reached the screens for more than {seconds} seconds.',
    ),
    (AlertKind.DELIVERIES, 'transcripts'): Words(
        'transcripts are not stored',
        '끝난 지 {minutes}분이 넘은 상담 {count}건의 대화 내용이 버킷에 저장되지 않았습니다.',
        'The transcripts of {count} chats that ended more than {minutes} minutes ago are not in the bucket.',
    ),
    (AlertKind.DELIVERIES, 'alerts'): Words(
        'alerts were given up',
        '지난 하루 동안 알림 {count}건을 보내지 못하고 포기했습니다.',
        '{count} alert messages were given up within the last day.',
    ),
    (AlertKind.CONNECT, ''): Words(
        'Amazon Connect does not answer',
        'Amazon Connect({subject})가 {seconds}초 넘게 답하지 않습니다.',
        'Amazon Connect ({subject}) has answered no call for more than {seconds} seconds.',
    ),
    (AlertKind.CONNECT, DENIED): Words(
        'Amazon Connect denies access',
        'Amazon Connect({service})가 {seconds}초 넘게 데스크의 접근을 거부합니다. 자격 증명이 끝났거나 틀렸는지, 역할의 권한이 빠졌는지 확인하세요.',
        'Amazon Connect ({service}) has denied the desk access for more than {seconds} seconds. Check whether its credentials ended or are wrong, and what its role may do.',
    ),
    (AlertKind.VALKEY, AWAY): Words(
        'Valkey does not answer',
        'Valkey가 답하지 않습니다. 화면이 늦게 맞춰집니다.',
        'Valkey does not answer. Screens follow late.',
    ),
    (AlertKind.VALKEY, SLOW): Words(
        'Valkey is slow', 'Valkey가 느립니다.', 'Valkey answers slowly.'
    ),
    (AlertKind.DATABASE, AWAY): Words(
        'the database does not answer',
        '데이터베이스가 답하지 않습니다. 데스크를 쓸 수 없습니다.',
        'The database does not answer. The desk cannot be used.',
    ),
    (AlertKind.DATABASE, SLOW): Words(
        'the database is slow', '데이터베이스가 느립니다.', 'The database answers slowly.'
    ),
    (AlertKind.CERTIFICATE, ''): Words(
        'a certificate ends',
        '{subject}의 인증서가 {days}일 뒤에 끝납니다({ends_at}).',
        'The certificate at {subject} ends in {days} days ({ends_at}).',
    ),
    (AlertKind.THRESHOLD, ThresholdKind.WAITING): Words(
        'many contacts wait',
        '대기열 {queue}: {value}건이 기다립니다(기준 {most}건).',
        'Queue {queue}: {value} contacts wait (limit {most}).',
    ),
    (AlertKind.THRESHOLD, ThresholdKind.LONGEST): Words(
        'a contact waits long',
        '대기열 {queue}: {value}초 기다린 상담이 있습니다(기준 {most}초).',
        'Queue {queue}: a contact has waited {value} seconds (limit {most}).',
    ),
    (AlertKind.THRESHOLD, ThresholdKind.LEVEL): Words(
        'the service level is low',
        '대기열 {queue}: 서비스 레벨이 {value}%입니다(기준 {most}%).',
        'Queue {queue}: the service level is {value}% (limit {most}%).',
    ),
    (AlertKind.THRESHOLD, ThresholdKind.NEGATIVE): Words(
        'customers are upset',
        '대기열 {queue}: 고객 감정이 나쁜 상담이 {value}건입니다(기준 {most}건).',
        'Queue {queue}: {value} open chats have an upset customer (limit {most}).',
    ),
    (AlertKind.THRESHOLD, ThresholdKind.PROMISE): Words(
        'a promise is overdue',
        '대기열 {queue}: 약속 시각이 {value}분 지났습니다(기준 {most}분).',
        'Queue {queue}: a promise is {value} minutes overdue (limit {most}).',
    ),
}  # fmt: skip
"""By kind, and what the sentence depends on beside it."""
OF_A_NEWER_VERSION = Words('something is wrong', '이상이 있습니다.', 'Something is wrong.')
OVER = Words('', '끝났습니다: ', 'Over: ')


class Letter(NamedTuple):
    """A message as it goes to SNS."""

    headline: str
    body: str


def letter_of(alert: OperatorAlert, phase: AlertPhase, dedupe_id: UUID, base_url: str) -> Letter:
    """Return the message about an alert as it is now."""
    words = _words(alert)
    severity = severity_of(alert)
    values = {'subject': alert.subject, **alert.details}
    ko, en = (_filled(one, values) for one in (words.ko, words.en))
    if phase is AlertPhase.RESOLVED:
        ko, en = OVER.ko + ko, OVER.en + en
    told: dict[str, Any] = {
        'id': str(dedupe_id),
        'phase': phase.value,
        'alert_id': str(alert.id),
        'kind': alert.kind,
        'subject': alert.subject,
        'severity': severity.value,
        'since': _moment(alert.created_at),
        'ended_at': _moment(alert.ended_at),
        'ko': ko,
        'en': en,
        'link': base_url.rstrip('/') + (BOARD if alert.kind == AlertKind.THRESHOLD else CONNECTIONS),
    }  # fmt: skip
    return Letter(_headline(f'{severity.upper()} {phase.value}: {words.title}'), _as_json(told))


def trial_letter(dedupe_id: UUID, now: datetime, base_url: str) -> Letter:
    """Return the message of a test."""
    told = {
        'id': str(dedupe_id),
        'phase': AlertPhase.TEST.value,
        'since': _moment(now),
        'ko': '시험 알림입니다. 아무 이상도 없습니다.',
        'en': 'This is a test. Nothing is wrong.',
        'link': base_url.rstrip('/') + CONNECTIONS,
    }
    return Letter(_headline('test'), _as_json(told))


def severity_of(alert: OperatorAlert) -> Severity:
    """Return how grave an alert is, at the level that was told."""
    is_grave: dict[str, bool] = {
        AlertKind.RELAY: True,
        AlertKind.CONNECT: True,
        AlertKind.VALKEY: alert.subject == AWAY,
        AlertKind.DATABASE: alert.subject == AWAY,
        AlertKind.CERTIFICATE: alert.told_level >= GRAVEST_CERTIFICATE,
    }
    return Severity.CRITICAL if is_grave.get(alert.kind) else Severity.WARNING


def _words(alert: OperatorAlert) -> Words:
    depends_on = alert.details.get('limit') or alert.details.get('fault') or alert.subject
    found = WORDS.get((alert.kind, depends_on)) or WORDS.get((alert.kind, ''))
    return found or OF_A_NEWER_VERSION


def _filled(sentence: str, values: Mapping[str, Any]) -> str:
    """Return a sentence with its values; without them where a newer version has others."""
    try:
        return sentence.format_map(values)
    except KeyError:
        return sentence


def _headline(text: str) -> str:
    return f'[desk] {text}'.encode('ascii', 'replace').decode()[: MAX_HEADLINE_CHARS - 1]


def _as_json(told: Mapping[str, Any]) -> str:
    return json.dumps({'format': FORMAT, **told}, ensure_ascii=False, indent=1)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec='seconds') if at else None
