"""``/login``: the sign-in page. Its form is sent to ``/auth/login``."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from desk.settings import Settings
from pages.web import login_form
from pages.web.cookies import Cookie, Cookies
from pages.web.demo_day import DemoDay
from pages.web.paths import safe_next
from pages.web.principals import principals_in
from services.registry import Services


def router(services: Services, settings: Settings) -> APIRouter:
    """Serve the login page, and on a local desk the button that plays a day."""
    routes = APIRouter(include_in_schema=False)
    cookies = Cookies(settings)
    demo = DemoDay(settings)

    @routes.get('/login')
    async def login(request: Request) -> Response:
        goal = safe_next(request.query_params.get('next', ''))
        if principals_in(request.scope).staff:
            return RedirectResponse(goal, 303)
        return await login_form.draw(request, services, settings, goal=goal, demo=demo)

    if demo.is_offered:

        @routes.post('/login/demo')
        async def play() -> Response:
            await demo.toggle()
            return RedirectResponse('/login', 303)

    @routes.get(login_form.CODE)
    async def code(request: Request) -> Response:
        """Return the form of the second step; without a first one, the way back to it."""
        goal = safe_next(request.query_params.get('next', ''))
        if cookies.read(request, Cookie.STEP) is None:
            return RedirectResponse('/login', 303)
        return login_form.draw_code(request, goal=goal)

    return routes
