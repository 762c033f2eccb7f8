"""Files in the reply box, in a real browser: in order, with progress, cancelled, and sent again under the same id."""

from typing import Any, cast

from playwright.async_api import FilePayload, Page, Route, expect

from tests.browser.parts.conftest import Part, settled, until


def text_file(name: str) -> FilePayload:
    return {'name': name, 'mimeType': 'text/plain', 'buffer': b'x' * 1000}


async def test_failed_file_is_sent_again_under_its_id_and_the_others_follow(
    page: Page, part: Part
) -> None:
    asked: list[tuple[str, str]] = []
    is_broken = True

    async def answer(route: Route) -> None:
        path, _, query = route.request.url.partition('?')
        asked.append((path.rpartition('/')[2], query))
        if is_broken and len(asked) == 1:
            await route.fulfill(status=503, json={'detail': '보관소가 답하지 않습니다'})
        else:
            await route.fulfill(status=200, json={})

    await page.route('**/files/**', answer)
    await page.goto(part.url('/files'))
    await settled(page)
    picker = page.locator('input[type=file][multiple]')
    await picker.set_input_files([text_file('하나.txt'), text_file('둘.txt')])

    waiting = page.locator('.desk-uploads li')
    await expect(waiting).to_have_count(1)
    await expect(waiting).to_contain_text('보관소가 답하지 않습니다')
    await page.get_by_role('button', name='다시 보내기').click()
    await expect(waiting).to_have_count(0)

    ids = [one for one, _ in asked]
    assert ids[0] == ids[2] != ids[1]
    assert all('seen=3' in query for _, query in asked)


async def test_large_file_is_not_sent_and_a_running_one_is_cancelled(
    page: Page, part: Part
) -> None:
    held: list[Route] = []
    await page.route('**/files/**', lambda route: cast('Any', held.append(route)))
    await page.goto(part.url('/files'))
    await settled(page)
    large = text_file('큰 것.txt') | {'buffer': b'x' * 3000}
    await page.locator('input[type=file][multiple]').set_input_files(
        [large, text_file('작은 것.txt')]
    )  # type: ignore[list-item]  # still a payload

    await expect(page.locator('.desk-uploads')).to_contain_text('너무 큽니다')
    await until(lambda: len(held) == 1)
    await page.get_by_role('button', name='취소: 작은 것.txt').click()
    await page.get_by_role('button', name='취소: 큰 것.txt').click()
    await expect(page.locator('.desk-uploads li')).to_have_count(0)
    assert len(held) == 1
