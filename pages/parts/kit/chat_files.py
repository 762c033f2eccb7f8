"""Files in a reply box: what the box is told to offer them, for agents and for customers."""

from pages.locale import _
from pages.parts.kit.reply_box import FileLabels, ReplyBox
from services.files.intake import MAX_FILE_BYTES
from services.files.kinds import KINDS

ACCEPT = ','.join(ending for kind in KINDS.values() for ending in kind.extensions)
"""The endings of names that the browser's dialog offers."""


def offer_files(box: ReplyBox, path: str, *, is_customers: bool = False) -> None:
    """Let files be picked, photographed, dropped and pasted; each is sent to ``path``, followed by its id."""
    labels = file_labels(is_customers=is_customers)
    box.offer_files(labels, path=path, most_bytes=MAX_FILE_BYTES, accept=ACCEPT)


def file_labels(*, is_customers: bool = False) -> FileLabels:
    """Return the texts of files that are being sent."""
    most = MAX_FILE_BYTES >> 20
    return FileLabels(
        pick=_('파일 보내기'),
        camera=_('사진 찍어 보내기'),
        attached=_('메시지와 함께 보냅니다'),
        cancel=_('취소'),
        again=_('다시 보내기'),
        waiting=_('보낼 차례를 기다려요') if is_customers else _('보낼 차례를 기다립니다'),
        failed=_('보내지 못했어요') if is_customers else _('보내지 못했습니다'),
        away=_('연결이 끊겨 보내지 못했어요')
        if is_customers
        else _('연결이 끊겨 보내지 못했습니다'),
        too_large=_('{most} MB까지 보낼 수 있어요', most=most)
        if is_customers
        else _('{most} MB까지 보낼 수 있습니다', most=most),
    )
