"""What a customer reads at the end of a chat, and the way to a new one."""

from markupsafe import Markup

from models import ChatEnding, Sender
from pages.locale import _, language
from pages.parts.kit.markup import filled
from pages.parts.transcript.take_along import transcript_links
from pages.web.talk_place import TalkPlace
from services.chats.events import ChatCard
from services.settings.texts import CustomerTexts, TextName


def last_words(chat: ChatCard, texts: CustomerTexts) -> Markup:
    """Return the sentence below an ended chat; that of the queue where it has one."""
    if chat.ending is ChatEnding.ABANDONED:
        words = _('상담원과 연결되기 전에 상담이 종료되었어요. 언제든 다시 찾아 주세요.')
    elif chat.ending is ChatEnding.SILENCE:
        own = texts.said(TextName.SILENCE_ENDED, language())
        words = own or _('오랫동안 답이 없어 상담을 종료했어요. 언제든 다시 찾아 주세요.')
    else:
        own = texts.said(TextName.ENDED, language())
        words = own or _('상담이 종료되었어요. 이용해 주셔서 감사해요.')
    return filled('<p class="talk-said">{words}</p>', words=words)


def begin_anew(chat: ChatCard, place: TalkPlace) -> Markup:
    """Return the button that begins a new chat, and the links that save this one."""
    return filled(
        '{links}<form method="post" action="{address}">'
        '<button type="submit" class="talk-button talk-primary">{again}</button></form>',
        links=transcript_links(chat.id, Sender.CUSTOMER, 'talk-button'),
        address=place.at('/new'),
        again=_('새 상담 시작'),
    )
