"""What administrators and people of single sign-on do on more than one screen of these tests."""

from playwright.async_api import Page, expect


async def signs_in_at_the_provider(
    page: Page, address: str, sub: str, *, goal: str = '/desk'
) -> None:
    """Go from the desk's login page to the provider, and say there who one is."""
    await page.goto(f'{address}/login?next={goal}')
    await page.get_by_role('link', name='조직 계정으로 로그인').click()
    await page.get_by_placeholder('sub').fill(sub)
    await page.get_by_role('button', name='Authorize').click()


async def signs_the_review(page: Page, remark: str) -> None:
    """Sign the month that the review shows."""
    await page.get_by_role('button', name='점검하고 서명하기').click()
    asked = page.get_by_role('dialog')
    await asked.get_by_role('textbox').fill(remark)
    await asked.get_by_role('button', name='서명').click()
    await expect(page.locator('.desk-review-signed')).to_contain_text(remark)
    await expect(page.get_by_role('button', name='점검하고 서명하기')).to_have_count(0)
