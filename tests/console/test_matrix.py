"""W1: every route, every method, every role, as the router has them: the answer is what its policy says, and nothing else."""

from __future__ import annotations

import pytest
from aiohttp import hdrs, web

from bot.web import build
from console.policies import DESK, POLICIES, ROLES, WAY_IN, Policy, Role, Route, Unguarded, may
from storage import sessions
from tests.console.conftest import Desk, _ready

LIVE = "/desk/live"  # never ends
ALL_ROLES = [*Role]


def path_of(route: web.AbstractRoute) -> str:
    """The route's path with something in its gaps that is nowhere."""
    assert route.resource is not None
    info = route.resource.get_info()
    return str(info["path"]) if "path" in info else str(info["formatter"]).replace("{", "").replace("}", "")


def routes(desk: Desk) -> list[tuple[str, str, Policy]]:
    return [
        (route.method, path_of(route), policy) for route, policy in desk.app[POLICIES].items() if policy in DESK and path_of(route) != LIVE
    ]


def numbered(path: str) -> str:
    """Ids in paths become a number that no row has."""
    return "/".join("7" if part in ("id", "officer", "number") else part for part in path.split("/"))


async def test_every_route_of_the_app_has_a_policy(desk: Desk) -> None:
    policies = desk.app[POLICIES]
    assert set(policies) == set(desk.app.router.routes())
    assert {policy for _method, _path, policy in routes(desk)} >= {Policy.SIGN_IN, Policy.ACCOUNT, Policy.OVERVIEW}


def test_a_route_without_a_policy_fails_the_build() -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response()

    with pytest.raises(Unguarded, match="needs a policy"):
        build([web.get("/desk/open", page)], _ready, https=False)  # type: ignore[list-item]
    with pytest.raises(Unguarded, match="needs a policy"):
        build([Route(web.get("/desk/open", page), "everybody")], _ready, https=False)  # type: ignore[arg-type]


def test_every_policy_of_the_desk_says_which_roles_it_lets_in() -> None:
    assert set(Policy) - {Policy.PUBLIC, Policy.BROWSER, Policy.PLATFORM} == DESK == set(ROLES) | WAY_IN
    assert all(ROLES.values())


@pytest.mark.parametrize("role", ALL_ROLES)
async def test_each_role_may_do_what_its_policies_say_and_nothing_else(desk: Desk, role: Role) -> None:
    for method, path, policy in routes(desk):
        browser = await desk.signed_in(role)
        answer = await browser.post(numbered(path)) if method == hdrs.METH_POST else await browser.get(numbered(path))
        shut = policy is Policy.SECOND  # a stage that is over once one is signed in
        expected = {401} if shut else {403} if not may(role, policy) else set(range(200, 500)) - {401, 403, 405}
        if may(role, policy) and policy in WAY_IN | {Policy.ACCOUNT}:
            expected |= {403}  # a wrong password is refused too
        assert answer.status in expected, (role, method, path, answer.status)


@pytest.mark.parametrize("stage", ["", sessions.SECOND, sessions.ENROL])
async def test_who_is_not_signed_in_gets_the_way_in_and_nothing_else(desk: Desk, stage: str) -> None:
    opened = {"": {Policy.SIGN_IN}, sessions.SECOND: {Policy.SIGN_IN, Policy.SECOND}, sessions.ENROL: {Policy.SIGN_IN, Policy.ENROL}}[stage]
    for method, path, policy in routes(desk):
        browser = await desk.signed_in(Role.ADMINISTRATOR, stage=stage) if stage else desk.stranger()
        answer = await browser.post(numbered(path)) if method == hdrs.METH_POST else await browser.get(numbered(path))
        if policy not in opened:
            assert answer.status == 401, (stage, method, path, answer.status)
        else:
            assert answer.status != 401, (stage, method, path, answer.status)


async def test_a_method_that_a_page_does_not_have_is_refused(desk: Desk) -> None:
    browser = await desk.signed_in(Role.ADMINISTRATOR)
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        async with browser.http.request(method, f"{desk.address}/desk", headers={"Origin": desk.address}) as answer:
            assert answer.status == 405
