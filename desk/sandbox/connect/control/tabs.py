"""Several panels in one place, one of them visible."""

from nicegui import ui

from desk.sandbox.connect.control.elements import Piece, filled

ARROWS = """(event) => {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (!step) return;
  const tabs = [...event.currentTarget.parentElement.children];
  const next = tabs[(tabs.indexOf(event.currentTarget) + step + tabs.length) % tabs.length];
  next.focus();
  next.click();
}"""


class Tabs:
    """Several panels in one place; arrow keys move between tabs."""

    def __init__(self, names: dict[str, str]) -> None:
        self._tabs: dict[str, Piece] = {}
        self._panels: dict[str, ui.element] = {}
        with ui.element('div').classes('box-tabs') as row:
            row.props['role'] = 'tablist'
            for key, name in names.items():
                self._tabs[key] = self._tab(key, name)
        self._chosen = next(iter(names))

    def panel(self, key: str) -> ui.element:
        """Return the panel of a tab, to draw in."""
        panel = ui.element('div').classes('box-tabpanel')
        panel.props['role'], panel.props['aria-labelledby'] = 'tabpanel', self._tabs[key].html_id
        self._panels[key] = panel
        self._show()
        return panel

    def _tab(self, key: str, name: str) -> Piece:
        tab = Piece('button', 'box-tab', filled('{name}', name=name))
        tab.put('role', 'tab')
        tab.put('type', 'button')
        tab.on('click', lambda: self._choose(key), args=[])
        return tab.on('keydown', js_handler=ARROWS)

    def _choose(self, key: str) -> None:
        self._chosen = key
        self._show()

    def _show(self) -> None:
        for key, tab in self._tabs.items():
            tab.put('aria-selected', 'true' if key == self._chosen else 'false')
            tab.put('tabindex', '0' if key == self._chosen else '-1')
        for key, panel in self._panels.items():
            panel.set_visibility(key == self._chosen)
