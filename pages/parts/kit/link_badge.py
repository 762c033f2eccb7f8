"""The connection badge: says whether the screen is current, also while the server cannot be reached."""

from dataclasses import asdict, dataclass

from nicegui.element import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBadgeLabels:
    """The badge's three texts, translated: ``동기화됨``, ``동기화 지연``, ``연결 끊김``."""

    synced: str
    behind: str
    away: str


class LinkBadge(Element, component='link_badge.js', dependencies=['desk_*.js']):
    """``동기화됨 · n``, amber when behind, red when the socket is closed; replaces NiceGUI's own notice."""

    def __init__(
        self, labels: LinkBadgeLabels, *, number: int | None = 0, behind: bool = False
    ) -> None:
        """Draw the badge with the newest number that the page has; ``None`` shows the connection only."""
        super().__init__()
        self._props['labels'] = asdict(labels)
        self._props['number'] = number
        self._props['behind'] = behind

    def show(self, *, number: int, behind: bool) -> None:
        """Show the page's newest number, and whether the page is behind."""
        self._props['number'] = number
        self._props['behind'] = behind
