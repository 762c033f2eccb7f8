"""The desk's own lines in a conversation (joined, ended …) as sentences, for agents and for customers."""

from models import MessageType, Sender
from pages.locale import text


def system_sentence(kind: MessageType, name: str, own: Sender, language: str) -> str:
    """Return one of the desk's own lines, for a reader who writes as ``own``; ``name`` is who acted."""
    say = _to_customer if own is Sender.CUSTOMER else _to_agent
    return say(kind, name, language)


def _to_agent(kind: MessageType, name: str, language: str) -> str:
    return {
        MessageType.JOINED: text(language, '{name} 상담원이 연결되었습니다', name=name),
        MessageType.TRANSFERRED: text(language, '{name} 상담원이 상담을 넘겨받았습니다', name=name),
        MessageType.ENDED_BY_AGENT: text(language, '{name} 상담원이 상담을 종료했습니다', name=name)
        if name
        else text(language, '차단된 고객이어서 상담이 종료되었습니다'),
        MessageType.REOPENED: text(language, '{name} 님이 상담을 다시 열었습니다', name=name),
        MessageType.ENDED_BY_CUSTOMER: text(language, '고객이 상담을 종료했습니다'),
        MessageType.ABANDONED: text(language, '고객이 기다리다가 나갔습니다'),
        MessageType.SILENCE_ASKED: text(language, '답이 없는 고객에게 계속 상담할지 물었습니다'),
        MessageType.ENDED_BY_SILENCE: text(language, '고객의 답이 없어 상담이 종료되었습니다'),
    }[kind]


def _to_customer(kind: MessageType, name: str, language: str) -> str:
    return {
        MessageType.JOINED: text(language, '{name} 상담원이 연결되었어요', name=name),
        MessageType.TRANSFERRED: text(
            language, '{name} 상담원이 이어서 도와드려요. 앞의 대화도 전달되었어요', name=name
        ),
        MessageType.ENDED_BY_AGENT: text(language, '{name} 상담원이 상담을 종료했어요', name=name)
        if name
        else text(
            language, '채팅 상담을 더 이어 갈 수 없어 종료되었어요. 고객센터로 전화해 주세요.'
        ),
        MessageType.REOPENED: text(language, '상담이 다시 이어져요'),
        MessageType.ENDED_BY_CUSTOMER: text(language, '상담을 종료했어요'),
        MessageType.ABANDONED: text(language, '연결되기 전에 상담이 종료되었어요'),
        MessageType.SILENCE_ASKED: text(language, '아직 계신지 여쭤보았어요'),
        MessageType.ENDED_BY_SILENCE: text(language, '답이 없어 상담이 종료되었어요'),
    }[kind]
