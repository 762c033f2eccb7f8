"""A number is read as its cell shows it: the zip code with its zero, the percentage as one."""

import pytest

from desk.sheet_reader.number_formats import shown


@pytest.mark.parametrize(
    ('number', 'code', 'text'),
    [
        (1012345678, 'General', '1012345678'),
        (0.1 + 0.2, 'General', '0.3'),
        (1.5, 'G/표준', '1.5'),
        (5, '@', '5'),
        (6123, '00000', '06123'),
        (1234567, '000', '1234567'),
        (0.15, '0%', '15%'),
        (0.15, '0 %', '15 %'),
        (0.1534, '0.00%', '15.34%'),
        (1.5, '0.00', '1.50'),
        (2.005, '0.00', '2.01'),
        (1.5, '0.##', '1.5'),
        (2, '0.##', '2'),
        (12.5, '.00', '12.50'),
        (1234567, '#,##0', '1,234,567'),
        (1234567, '0,', '1235'),
        (-3, '0', '-3'),
        (-3, '#,##0;[Red](#,##0)', '(3)'),
        (0, '#,##0;-#,##0;"없음"', '없음'),
        (1234, '_-* #,##0_-;-* #,##0_-;_-* "-"_-', '1,234'),
        (12345.5, '"₩"#,##0', '₩12,346'),
        (12345, '[$₩-412]#,##0', '₩12,345'),
        (3, '0"개"', '3개'),
        (12, '"C-"0000000', 'C-0000012'),
        (1, r'\A\-00', 'A-01'),
        (1.5, '0.00E+00', '1.5'),
        (1.5, '# ?/?', '1.5'),
        (-1, '[>5]0', '-1'),
        (float('nan'), '0', 'nan'),
        (1e300, '0', '1e+300'),
    ],
)
def test_number_is_shown_by_its_format(number: float, code: str, text: str) -> None:
    assert shown(float(number), code) == text


@pytest.mark.parametrize(
    ('number', 'code', 'text'),
    [
        (1012345678, '000-0000-0000', '010-1234-5678'),
        (1012345678, '[<=999999999]0##-###-####;0##-####-####', '010-1234-5678'),
        (5551234, '[<=9999999]###-####;(###) ###-####', '555-1234'),
        (2125551234, '[<=9999999]###-####;(###) ###-####', '(212) 555-1234'),
        (8501011234567, '000000-0000000', '850101-1234567'),
    ],
)
def test_format_of_telephone_numbers_parts_them(number: float, code: str, text: str) -> None:
    assert shown(float(number), code) == text


@pytest.mark.parametrize(
    ('number', 'code', 'text'),
    [
        (45000, 'yyyy-mm-dd', '2023-03-15'),
        (45000, 'yyyy"년" m"월" d"일"', '2023-03-15'),
        (45000, 'm/d/yy', '2023-03-15'),
        (45000.5, 'yyyy-mm-dd h:mm', '2023-03-15 12:00:00'),
        (45000, '[$-F800]dddd, mmmm dd', '2023-03-15'),
        (0.5, 'h:mm AM/PM', '12:00:00'),
        (1.5, '[h]:mm', '36:00:00'),
        (1, 'yyyy-mm-dd', '1900-01-01'),
        (-1, 'yyyy-mm-dd', '-1'),
    ],
)
def test_dates_and_times_come_in_one_spelling(number: float, code: str, text: str) -> None:
    assert shown(float(number), code) == text


def test_workbook_of_a_mac_counts_from_another_day() -> None:
    assert shown(45000.0 - 1462, 'yyyy-mm-dd', is_1904=True) == '2023-03-15'


@pytest.mark.parametrize('code', ['?$*s]"', '"', '[', '\\', ';;;', ';', '', '0' * 255, '.' * 255])
def test_nonsense_is_no_error(code: str) -> None:
    assert isinstance(shown(1234.5, code), str)
