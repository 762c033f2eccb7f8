"""Exporting a report: the choice of a format."""

from urllib.parse import urlencode

from nicegui import ui

from pages.context import PageContext
from pages.locale import _
from pages.parts.kit import dialog
from pages.parts.kit.buttons import ButtonStyle, button
from pages.parts.kit.reason_choice import ReasonChoice, export_reasons
from services.history.exports import ExportFormat
from services.reports.report_query import ReportQuery
from services.work.export_reasons import ExportReason


def export_report(context: PageContext, query: ReportQuery) -> None:
    """Open the dialog; the file is what the table shows, all of its rows."""
    with dialog.titled(context.dialogs, _('보고서 내보내기')) as opened:
        ui.label(_('지금 보는 표를 파일로 받습니다. 내보낸 기록이 남습니다.'))
        kinds = {ExportFormat.XLSX.value: 'Excel (XLSX)', ExportFormat.CSV.value: 'CSV'}
        kind = ui.radio(kinds, value=ExportFormat.XLSX.value).props('inline dense')
        kind.props['aria-label'] = _('파일 형식')

        why = ReasonChoice(export_reasons(), ExportReason.OTHER.value)

        def begin() -> None:
            if why.is_given():
                own = f'{urlencode({"format": kind.value})}&{why.query}'
                ui.download.from_url(f'/reports/export?{query.address}&{own}')
                opened.close()

        with ui.element('div').classes('desk-actions'):
            button(_('취소'), opened.close)
            button(_('내보내기'), begin, ButtonStyle.PRIMARY)
