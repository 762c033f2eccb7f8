"""Settings at ``/desk/settings`` and paths below it: all of them for administrators, some for supervisors too."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from nicegui import ui

from desk.errors import DeskError
from models import AgentRole
from pages import shell
from pages.locale import _
from pages.parts.kit import current_link
from pages.parts.kit.key_map import Keys
from pages.parts.kit.markup import Piece, filled
from pages.parts.settings.abuse_words import AbuseWordSection
from pages.parts.settings.away_reasons import AwayReasonSection
from pages.parts.settings.categories import CategorySection
from pages.parts.settings.connections import ConnectionSection
from pages.parts.settings.hours import HoursSection
from pages.parts.settings.labels import LabelSection
from pages.parts.settings.people import PeopleSection
from pages.parts.settings.queues import QueueSection
from pages.parts.settings.retention import RetentionSection
from pages.parts.settings.section import Section
from pages.parts.settings.sites import SiteSection
from pages.parts.settings.skills import SkillSection
from pages.parts.settings.texts import TextSection
from pages.parts.settings.thresholds import ThresholdSection
from pages.parts.settings.widget_look import WidgetSection
from pages.shell import Shell

SETTINGS = '/desk/settings'


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One section of the settings: its path below ``SETTINGS``, and whether supervisors have it too."""

    path: str
    draw: Callable[[Shell], Section]
    is_for_supervisors: bool = False


TABS = (
    Tab(path='', draw=QueueSection),
    Tab(path='/hours', draw=HoursSection, is_for_supervisors=True),
    Tab(path='/texts', draw=TextSection, is_for_supervisors=True),
    Tab(path='/abuse-words', draw=AbuseWordSection, is_for_supervisors=True),
    Tab(path='/categories', draw=CategorySection, is_for_supervisors=True),
    Tab(path='/labels', draw=LabelSection, is_for_supervisors=True),
    Tab(path='/thresholds', draw=ThresholdSection, is_for_supervisors=True),
    Tab(path='/reasons', draw=AwayReasonSection),
    Tab(path='/people', draw=PeopleSection),
    Tab(path='/skills', draw=SkillSection),
    Tab(path='/retention', draw=RetentionSection),
    Tab(path='/sites', draw=SiteSection),
    Tab(path='/widget', draw=WidgetSection, is_for_supervisors=True),
    Tab(path='/connections', draw=ConnectionSection),
)


def register(screens: shell.Screens) -> None:
    """Serve the settings."""
    for tab in TABS:
        screens.add(f'{SETTINGS}{tab.path}', partial(_draw, tab))


async def _draw(tab: Tab, shell: Shell) -> None:
    """Draw the links between the sections, and one section; supervisors begin at the first that is theirs.

    Raises ``NotAllowedError`` for those who may not change what the section holds.
    """
    if not tab.path and shell.agent.role is AgentRole.SUPERVISOR:
        tab = next(one for one in TABS if one.is_for_supervisors)
    with ui.element('div').classes('desk-page') as page:
        _ways(shell.agent.role, tab)
        drawn = tab.draw(shell)
    keys = Keys()
    if drawn.adds:
        keys.add('KeyN', 'N', _('새로 추가'), drawn.add)
    shell.keys.use(keys)
    try:
        await drawn.open()
    except DeskError:
        page.delete()
        raise


def _ways(role: AgentRole, here: Tab) -> None:
    with ui.element('nav').classes('desk-settings-tabs') as ways:
        ways.props['aria-label'] = _('설정 항목')
        names = _names()
        for tab in TABS:
            if role is not AgentRole.ADMIN and not tab.is_for_supervisors:
                continue
            way = Piece('a', inside=filled('{name}', name=names[tab.path]))
            way.classes('desk-settings-tab').props['href'] = f'{SETTINGS}{tab.path}'
            if tab is here:
                way.props['aria-current'] = 'page'
    current_link.bring_into_sight()


def _names() -> dict[str, str]:
    return {
        '': _('대기열'),
        '/hours': _('운영 시간'),
        '/texts': _('안내 문구'),
        '/abuse-words': _('거친 말'),
        '/categories': _('상담 분류'),
        '/labels': _('라벨'),
        '/thresholds': _('알림 기준'),
        '/reasons': _('이석 사유'),
        '/people': _('사람'),
        '/skills': _('역량'),
        '/retention': _('보관 기간'),
        '/sites': _('허용 사이트'),
        '/widget': _('상담 창'),
        '/connections': _('연결 상태'),
    }
