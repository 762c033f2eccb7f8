"""The desk's own words for 보호, used where a centre has not written its own (``services.settings.texts``)."""

from collections.abc import Mapping

from services.settings.texts import CustomerTexts, TextName

USUAL: Mapping[TextName, Mapping[str, str]] = {
    TextName.ANNOUNCEMENT: {
        'ko': '상담원에게 폭언이나 성희롱을 하지 말아 주세요. 산업안전보건법에 따라 상담원을 보호하며, 경고 뒤에 상담이 종료될 수 있고 대화가 기록으로 남아요.',
        'en': 'Please do not insult or harass our agents. They are protected by law: after a warning the conversation may be ended, and it is kept on record.',
    },
    TextName.WARNING: {
        'ko': '고객님, 폭언이나 성희롱을 계속하시면 상담을 이어 갈 수 없어요. 상담원은 산업안전보건법에 따라 보호받아요. 차분히 말씀해 주시면 계속 도와드릴게요.',
        'en': 'We cannot go on if you insult or harass the agent, who is protected by law. We are glad to help if you stay calm.',
    },
    TextName.LAST_WARNING: {
        'ko': '고객님, 마지막으로 말씀드려요. 폭언이나 성희롱이 한 번 더 있으면 상담을 바로 종료해요.',
        'en': 'This is the last warning. If you insult or harass the agent once more, we end this conversation.',
    },
    TextName.PROTECTED_END: {
        'ko': '거듭 말씀드렸지만 폭언이나 성희롱이 이어져 상담을 종료해요. 이 대화는 법에 따라 기록으로 남아요.',
        'en': 'We asked you to stop and you did not, so we end this conversation. It is kept on record as the law asks.',
    },
}


def protection_text(texts: CustomerTexts, name: TextName, language: str) -> str:
    """Return one of the texts of 보호 in a language: the centre's own, else the usual one."""
    return texts.said(name, language) or USUAL[name].get(language, USUAL[name]['ko'])
