"""Three panes with separators that can be dragged, folded and remembered."""

from dataclasses import asdict, dataclass
from typing import Literal

from nicegui.element import Element
from nicegui.slot import Slot

Pane = Literal['left', 'center', 'right']


@dataclass(frozen=True, slots=True, kw_only=True)
class PanesLabels:
    """Names of the panes and separators, translated, and the button that opens the drawer."""

    left: str
    center: str
    right: str
    resize_left: str
    resize_right: str
    toggle_right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneWidth:
    """A pane's initial width and its bounds, in CSS pixels."""

    usual: int
    least: int
    most: int


class Panes(Element, component='panes.js'):
    """Three panes: draw into ``left``, ``center`` and ``right`` (``with panes.center: ...``).

    Below 1100 px the right pane is a drawer, below 856 px one pane shows at a time. The browser remembers
    widths under ``keep``.
    """

    def __init__(
        self,
        labels: PanesLabels,
        *,
        left: PaneWidth,
        right: PaneWidth,
        center_least: int = 480,
        keep: str = 'desk.panes',
    ) -> None:
        """Draw three empty panes; ``center_least`` is the middle pane's minimum width in pixels."""
        super().__init__()
        self.left: Slot = self.add_slot('left')
        self.center: Slot = self.add_slot('center')
        self.right: Slot = self.add_slot('right')
        self._props['labels'] = asdict(labels)
        self._props['left'] = asdict(left)
        self._props['right'] = asdict(right)
        self._props['center-least'] = center_least
        self._props['keep'] = keep
        self._props['first'] = 'left'

    def toggle_right(self) -> None:
        """Open or close the right pane."""
        self.run_method('toggle_right')

    def show(self, name: Pane) -> None:
        """Show a pane: the only one on a phone, the drawer on a small screen."""
        self._props['first'] = name  # a page that is redrawn later starts with it
        self.run_method('show', name)
