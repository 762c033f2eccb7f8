"""A place to drop, pick and paste files that are kept: on a customer, or with a canned reply."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict

from nicegui.element import Element

from pages.locale import _
from pages.parts.kit.chat_files import ACCEPT, file_labels
from services.files.intake import MAX_FILE_BYTES


class FileDrop(Element, component='file_drop.js', dependencies=['desk_*.js']):
    """Sends each file to ``path`` (PUT), followed by an id that the browser makes."""

    def __init__(self, path: str, *, on_sent: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        labels = asdict(file_labels()) | {'pick': _('파일 올리기')}
        self._props['files'] = {
            'labels': labels,
            'path': path,
            'most': MAX_FILE_BYTES,
            'accept': ACCEPT,
        }
        self.on('sent', on_sent, args=[])
