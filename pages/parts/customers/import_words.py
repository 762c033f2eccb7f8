"""Texts of the import: names of the fields, and errors of a row."""

from pages.locale import text
from services.customers.importing.columns import Column
from services.customers.importing.sheet import RowFault

IGNORED = ''
"""The choice for a column that is not imported."""

COLUMNS = {
    Column.NUMBER: '고객 번호',
    Column.NAME: '이름',
    Column.PHONE: '전화번호',
    Column.OTHER_PHONES: '다른 전화번호',
    Column.EMAIL: '이메일',
    Column.TYPE: '고객 유형',
    Column.STATUS: '상태',
    Column.RISK: '위험도',
    Column.PERMISSION: '전화 동의',
    Column.MEMO: '메모',
    Column.ATTRIBUTE: '추가 항목으로',
}

FAULTS = (
    'customer.name', 'customer.phone', 'customer.phone_missing', 'customer.phones_many', 'customer.email',
    'customer.memo', 'customer.attribute_name', 'customer.attribute', 'customer.attributes_many',
    'import.no_key', 'import.number', 'import.word', 'import.number_gone', 'import.number_unknown',
    'import.ambiguous', 'import.name_missing', 'import.twice', 'import.other_person',
    'sheet.quote', 'sheet.row_long', 'sheet.beyond', 'sheet.reference', 'sheet.cell',
)  # fmt: skip
"""All errors that a row can have."""


def fault_text(language: str, fault: RowFault) -> str:
    """Return an error of a row, after the heading of its cell where there is one."""
    wrong = text(language, fault.key, **fault.values)
    heading = fault.values.get('heading')
    return f'{heading}: {wrong}' if heading else wrong
