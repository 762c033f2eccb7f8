"""The page's texts: Korean in the code, English here. ``tests`` finds missing ones.

The simulator is independent, so it shares no catalogue with the desk.
"""

from collections.abc import Mapping
from typing import Literal

from starlette.requests import Request

Language = Literal['ko', 'en']

ENGLISH: Mapping[str, str] = {
    # ---- frame
    '컨택센터 시뮬레이터': 'Contact centre in a box',
    '시뮬레이션 시각': 'Simulated time',
    '멈춤': 'Hold',
    '진행': 'Go on',
    '멈춰 있음': 'held',
    '{speed}배속': '{speed} times',
    '+1분': '+1 min',
    '+10초': '+10 s',
    '+1시간': '+1 h',
    'API 문서': 'API',
    '어둡게': 'Dark',
    '밝게': 'Light',
    'English': '한국어',
    '장애 {count}': '{count} faults',
    '장애 없음': 'No faults',
    # ---- panels
    '큐': 'Queues',
    '문의 큐': 'Queue',
    '상담원': 'Agents',
    '진행 중인 컨택': 'Contacts',
    '상세': 'Detail',
    '음성': 'voice',
    '채팅': 'chat',
    '업무': 'task',
    '최장 대기': 'Longest',
    '근무': 'Online',
    '가능': 'Free',
    '상담 중': 'talking',
    '그 밖에 {count}건': '{count} more',
    '그 밖에 {count}명': '{count} more',
    '지금은 컨택이 없습니다. 왼쪽에서 전화를 걸거나 채팅을 시작하세요.': (
        'No contacts now. Ring a call or start a chat on the left.'
    ),
    '컨택을 고르면 통화 구간과 대화가 여기에 보입니다.': (
        'Choose a contact to see its legs and its conversation here.'
    ),
    '다음: {status}': 'next: {status}',
    # ---- stages and states
    '예약': 'scheduled',
    '연결 중': 'connecting',
    '대기 중': 'queued',
    '벨 울림': 'ringing',
    '통화 중': 'connected',
    '보류': 'on hold',
    '부재중': 'missed',
    '거절': 'rejected',
    '오류': 'error',
    '후처리': 'after work',
    '종료': 'ended',
    # ---- legs
    '고객': 'Customer',
    '담당 상담원': 'Agent',
    '상태': 'State',
    '제3자': 'Third party',
    '감청': 'Monitor',
    '발신 전': 'not dialled yet',
    '연결됨': 'connected',
    '끊김': 'gone',
    '음소거': 'muted',
    '누른 번호': 'Keys pressed',
    '고객 말': 'customer',
    '상담원 말': 'agent',
    '챗봇': 'bot',
    '관리자': 'supervisor',
    '시스템': 'system',
    '속성': 'Attributes',
    '흐름이 되어': 'As the flow',
    '흐름이 정하는 값 (이름=값, 한 줄에 하나)': 'What the flow sets (name=value, one a line)',
    '속성 넣기': 'Set attributes',
    # ---- customers
    '고객이 되어': 'Be the customer',
    '전화 걸기': 'Ring a call',
    '콜백 요청': 'Ask for a callback',
    '채팅 시작': 'Start a chat',
    '업무 만들기': 'Make a task',
    '전화번호': 'Number',
    '이름': 'Name',
    '첫 마디': 'First words',
    '속성 (이름=값, 한 줄에 하나)': 'Attributes (name=value, one a line)',
    '말하기': 'Speak',
    '할 말': 'What is said',
    '보내기': 'Send',
    '번호 누르기': 'Press keys',
    '누르기': 'Press',
    '고객이 끊기': 'Customer leaves',
    # ---- agents
    '수락': 'Accept',
    '거절하기': 'Reject',
    '통화 종료': 'End',
    '보류하기': 'Hold',
    '보류 해제': 'Resume',
    '정리': 'Clear',
    '협의 상대': 'Whom to consult',
    '협의 통화': 'Consult',
    '통화 전환': 'Swap',
    '회의': 'Conference',
    '상담 상태': 'Status',
    '바꾸기': 'Change',
    '소프트폰 장애': 'Softphone trouble',
    # ---- faults
    '장애': 'Faults',
    '지연 (초)': 'Latency (s)',
    '모든 요청 제한': 'Throttle everything',
    'AWS 요청 한도 지키기': "Keep AWS's request rates",
    '사라지는 이벤트 (%)': 'Lost events (%)',
    '늦는 이벤트 (%)': 'Late events (%)',
    '되풀이되는 이벤트 (%)': 'Repeated events (%)',
    '늦는 시간 (초)': 'How late (s)',
    '적용': 'Apply',
    '오퍼레이션 오류': 'Error of an operation',
    '오퍼레이션': 'Operation',
    '오류 이름': 'Error',
    '횟수 (비우면 계속)': 'Times (empty: always)',
    '추가': 'Add',
    '없음': 'None',
    '로그아웃됨': 'Signed out',
    '접근 거부': 'Access denied',
    '응답 없는 폴링': 'Dead long poll',
    'WebSocket 거부': 'WebSockets refused',
    '짧은 토큰': 'Short tokens',
    '소리 없음': 'No audio',
    'WebSocket 끊기': 'Cut WebSockets',
    '모두 없애기': 'Clear all',
    '대본 (JSON)': 'Script (JSON)',
    '대본 시작': 'Play the script',
    '남은 대본 {count}줄': '{count} lines to come',
    '항상': 'always',
    '{count}번': '{count} times',
    # ---- load
    '부하': 'Load',
    '모양': 'Shape',
    '하루 (시간대별)': 'a day, by hours',
    '고르게': 'even',
    '분당 전화': 'Calls a minute',
    '분당 채팅': 'Chats a minute',
    '상담원 수': 'Agents',
    '길이 (분)': 'Length (min)',
    '배속': 'Speed',
    '상담 시간 (초)': 'Talk (s)',
    '후처리 (초)': 'After work (s)',
    '기다리는 시간 (초)': 'Patience (s)',
    '시드': 'Seed',
    '재생': 'Play',
    '중지': 'Stop',
    '재생 전': 'Not played yet',
    '재생 중': 'Playing',
    '끝남': 'Done',
    '중지됨': 'Stopped',
    '진행 상황': 'Progress',
    '{time} 남음': '{time} left',
    '전화': 'calls',
    '응대': 'answered',
    '포기': 'abandoned',
    '배분': 'routing',
    '벨 제한': 'ring timeouts',
    '후처리 제한': 'after-work limits',
    '큐 지연': 'queue delays',
    '이벤트 전달': 'events told',
    '늦음 (ms)': 'Late (ms)',
    '최대': 'most',
    '넘김': 'over',
    '재생을 시작했습니다': 'Playing',
    # ---- state
    '보관': 'Snapshots',
    '스냅숏 내려받기': 'Download a snapshot',
    '스냅숏 되돌리기': 'Bring a snapshot back',
    '스냅숏 파일': 'Snapshot file',
    '처음부터': 'Start over',
    '되돌리기': 'Bring back',
    '모든 컨택과 상태가 사라집니다.': 'All contacts and states go.',
    # ---- what was done
    '전화가 들어왔습니다': 'The call is in',
    '콜백이 접수되었습니다': 'The callback is in',
    '채팅이 시작되었습니다': 'The chat has begun',
    '업무가 만들어졌습니다': 'The task is there',
    '적용했습니다': 'Done',
    '닫기': 'Close',
    '지금은 할 수 없습니다: {reason}': 'Not now: {reason}',
    '찾을 수 없습니다: {reason}': 'Not there: {reason}',
    '읽을 수 없습니다: {reason}': 'Cannot be read: {reason}',
    '전화번호가 아닙니다': 'not a phone number',
    '이름=값이 아닙니다': 'not name=value',
    '예상하지 못한 문제가 생겼습니다.': 'Something unexpected went wrong.',
}


class Words:
    """Texts in one reader's language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, korean: str, **values: object) -> str:
        """Return a text, with its ``{names}`` filled in."""
        found = ENGLISH[korean] if self.language == 'en' else korean
        return found.format(**values) if values else found


def language_of(request: Request) -> Language:
    """Return the reader's language: from ``?lang=``, else from their browser, else Korean."""
    asked = request.query_params.get('lang') or request.headers.get('accept-language', 'ko')
    return 'en' if asked.lower().startswith('en') else 'ko'
