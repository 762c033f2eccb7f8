"""What a customer is told when their queue is crowded: before the chat by the form, and while they wait."""

from pages.locale import text
from services.settings.texts import CustomerTexts, TextName


def crowded_words(language: str, texts: CustomerTexts, *, may_be_called: bool) -> str:
    """Return the centre's own sentence, else the catalogue's; that one names a call only where one can be asked for."""
    if own := texts.said(TextName.CROWDED, language):
        return own
    if may_be_called:
        return text(
            language, '지금은 기다리는 분이 많아요. 계속 기다리시거나, 메시지를 남기시거나, 전화로 받으실 수 있어요.'
        )  # fmt: skip
    return text(
        language, '지금은 기다리는 분이 많아요. 계속 기다리시거나, 메시지를 남기실 수 있어요.'
    )
