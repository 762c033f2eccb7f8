"""What a customer reads at the end of a chat, and the way to a new one."""

from markupsafe import Markup

from models import ChatEnding
from pages.locale import _, language
from pages.parts.kit.markup import filled
from pages.web.talk_place import TalkPlace
from services.chats.events import ChatCard
from services.settings.texts import CustomerTexts, TextName


def last_words(chat: ChatCard, texts: CustomerTexts) -> Markup:
    """Return the sentence below an ended chat; that of the queue where it has one."""
    if chat.ending is ChatEnding.ABANDONED:
        words = _('상담원과 연결되기 전에 상담이 종료되었어요. 언제든 다시 찾아 주세요.')
    else:
        own = texts.said(TextName.ENDED, language())
        words = own or _('상담이 종료되었어요. 이용해 주셔서 감사해요.')
    return filled('<p class="talk-said">{words}</p>', words=words)


def begin_anew(place: TalkPlace) -> Markup:
    """Return the button that begins a new chat."""
    return filled(
        '<form method="post" action="{address}">'
        '<button type="submit" class="talk-button talk-primary">{again}</button></form>',
        address=place.at('/new'),
        again=_('새 상담 시작'),
    )
