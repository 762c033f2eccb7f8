"""Texts about calls and about problems of the softphone."""

from pages.locale import _
from pages.parts.calls.phone_state import Call, Leg, Link, Phase, PhoneState, Proof
from services.text.phone_numbers import parse_phone, written


def phase_name(phase: Phase) -> str:
    """Return the name of a call's phase."""
    return {
        Phase.NONE: _('통화 없음'),
        Phase.RINGING: _('전화 옴'),
        Phase.DIALLING: _('거는 중'),
        Phase.TALKING: _('통화 중'),
        Phase.HELD: _('보류 중'),
        Phase.WRAP_UP: _('통화 끝남'),
        Phase.FAILED: _('연결되지 않음'),
    }[phase]


def number_name(number: str) -> str:
    """Return a number as people write it."""
    kept = parse_phone(number)
    return written(kept) if kept else number


def caller_name(call: Call) -> str:
    """Return the other party's name, or number."""
    return number_name(call.number) if call.number else _('번호 없음')


def leg_name(leg: Leg, call: Call) -> str:
    """Return the name of one party."""
    if leg.kind == 'customer':
        return caller_name(call)
    return leg.name or number_name(leg.number) or _('연결한 상대')


def leg_state_name(leg: Leg) -> str:
    """Return the name of a party's state."""
    return {
        'connected': _('통화 중'),
        'hold': _('보류 중'),
        'connecting': _('거는 중'),
    }.get(leg.state, _('연결 중'))


def link_trouble(state: PhoneState) -> str:
    """Return why there is no softphone; empty when there is one."""
    if state.is_ready:  # nearly always
        return ''
    return {
        Link.ABSENT: _('이 창에는 소프트폰이 없습니다. 데스크를 새 탭에서 여십시오.'),
        Link.SILENT: _('소프트폰이 응답하지 않습니다.'),
        Link.UNREACHABLE: _(
            '소프트폰이 열리지 않습니다. Connect에 연결되는지, 이 계정이 Connect에 있는지 확인하십시오.'
        ),
        Link.SIGNED_OUT: _('소프트폰에서 로그아웃되었습니다.'),
        Link.DENIED: _('이 계정으로는 소프트폰을 쓸 수 없습니다. 시스템 관리자에게 알리십시오.'),
        Link.MISMATCH: _(
            'Connect에 다른 상담원으로 로그인되어 있습니다. 그 로그인을 끝내고 다시 연결하십시오.'
        ),
    }.get(state.link, '')


def sound_trouble(kind: str) -> str:
    """Say what Amazon's library could not do with the sound of a call (``connect.SoftphoneErrorTypes``)."""
    return {
        'microphone_not_shared': _('마이크를 쓰지 못했습니다. 브라우저에서 마이크를 허용하십시오.'),
        'user_busy_error': _('다른 탭이나 프로그램이 이미 통화하고 있습니다.'),
        'unsupported_browser': _('이 브라우저로는 통화할 수 없습니다.'),
    }.get(kind, _('통화 소리가 연결되지 않았습니다. 네트워크를 확인하고 다시 연결하십시오.'))


def ring_trouble(state: PhoneState, *, needs_microphone: bool, is_unlocked: bool) -> str:
    """Return why a call could not ring here, or the agent not be heard; empty when all is well."""
    if trouble := link_trouble(state):
        return trouble
    if state.agent is not None and state.agent.on_desk_phone:
        return _('Connect가 전화를 책상 전화기로 보내도록 설정되어 있습니다.')
    if state.trouble:
        return sound_trouble(state.trouble)
    if not is_unlocked:
        return _('소리가 아직 나지 않습니다. 화면을 한 번 누르십시오.')
    return _proven(state.proof, needs_microphone=needs_microphone) if state.proof else ''


def _proven(proof: Proof, *, needs_microphone: bool) -> str:
    if not proof.answers:
        return _('소프트폰이 응답하지 않습니다.')
    if needs_microphone and proof.microphone != 'granted':
        return {
            'missing': _('마이크가 없습니다. 헤드셋을 꽂으십시오.'),
            'denied': _('브라우저가 마이크를 막고 있습니다. 주소 창의 자물쇠에서 허용하십시오.'),
        }.get(proof.microphone, _('마이크를 아직 허용하지 않았습니다.'))
    if proof.throttled:
        return _('브라우저가 이 탭을 재우고 있습니다. 탭을 앞에 두십시오.')
    return ''
