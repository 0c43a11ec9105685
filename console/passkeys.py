"""Passkeys (WebAuthn): a key in the officer's device that proves both that they have it and that it is they."""

from __future__ import annotations

import json
from typing import Any

import webauthn
from aiohttp import web
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from console import enrol, sign_in
from console.pages import post
from console.policies import Policy
from console.visit import Visit
from locales import Text, _, render
from storage import credentials, officers
from storage.credentials import Passkey
from storage.officers import Officer
from storage.writer import Connection

LONGEST_NAME = 60
FAILED = _("This passkey did not fit. Try again, or sign in with your password.")


async def ask_sign_in(visit: Visit) -> web.Response:
    if not await sign_in.may_ask(visit):
        return _said(visit, sign_in.TOO_OFTEN, 429)
    options = webauthn.generate_authentication_options(
        rp_id=visit.desk.site_of(visit.request), user_verification=UserVerificationRequirement.REQUIRED
    )
    return await _ask(visit, options)


async def sign_in_with(visit: Visit) -> web.Response:
    if not await sign_in.may_ask(visit):
        return _said(visit, sign_in.TOO_OFTEN, 429)
    sent = await _json(visit)
    key = await visit.read(lambda db: credentials.passkey(db, str(sent.get("id", ""))))
    challenge = await visit.desk.database.writer.run(lambda db: credentials.answered(db, visit.token, visit.now))
    officer = await visit.read(lambda db: officers.by_id(db, "*", key.officer_id)) if key else None
    if key is None or challenge is None or officer is None or officer.disabled_at is not None:
        return _failed(visit)
    try:
        proven = webauthn.verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=visit.desk.site_of(visit.request),
            expected_origin=visit.desk.origin_of(visit.request),
            credential_public_key=key.public_key,
            credential_current_sign_count=key.signs,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return _failed(visit)
    if not await visit.desk.database.writer.run(lambda db: credentials.used_passkey(db, key, proven.new_sign_count, visit.now)):
        return _failed(visit)
    entered = await sign_in.enter(visit, officer, "passkey", str(sent.get("next", "")))
    return _next(entered)


async def ask_new(visit: Visit) -> web.Response:
    sent = await _json(visit)
    if wrong := await enrol.not_proven(visit, str(sent.get("password", ""))):
        return _said(visit, wrong, 403)
    officer = visit.officer
    known = await visit.read(lambda db: credentials.passkeys_of(db, officer.id))
    options = webauthn.generate_registration_options(
        rp_id=visit.desk.site_of(visit.request),
        rp_name="Sapa",
        user_name=officer.login,
        user_display_name=officer.name,
        user_id=visit.desk.sealer.index("passkey", str(officer.id)).encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in known],
    )
    return await _ask(visit, options)


async def add(visit: Visit) -> web.Response:
    sent = await _json(visit)
    challenge = await visit.desk.database.writer.run(lambda db: credentials.answered(db, visit.token, visit.now))
    if challenge is None:
        return _failed(visit)
    try:
        made = webauthn.verify_registration_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=visit.desk.site_of(visit.request),
            expected_origin=visit.desk.origin_of(visit.request),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return _failed(visit)
    name = str(sent.get("name", "")).strip()[:LONGEST_NAME] or "Passkey"
    key = Passkey(
        bytes_to_base64url(made.credential_id), visit.officer.id, name, made.credential_public_key, made.sign_count, visit.now, None
    )
    return _next(await enrol.proven(visit, "passkey", lambda db: credentials.add_passkey(db, key)))


async def remove(visit: Visit) -> web.Response:
    sent = await visit.form("id", "password")
    if wrong := await enrol.not_proven(visit, sent["password"]):
        return visit.go("/desk/account", wrong)
    officer: Officer = visit.officer

    async def work(db: Connection) -> bool:
        if not await credentials.remove_passkey(db, officer.id, sent["id"]):
            raise web.HTTPNotFound
        left = await credentials.has_second_factor(db, officer.id)
        await visit.record(db, "officer.passkey_removed", f"officer:{officer.id}")
        if not left:
            raise enrol.LastFactor
        return left

    try:
        await visit.write(work)
    except enrol.LastFactor:
        return visit.go("/desk/account", _("This is your only second factor. Set up another one before you remove it."))
    return visit.go("/desk/account", _("The passkey is removed."))


async def _ask(visit: Visit, options: Any) -> web.Response:
    dialect = visit.desk.database.dialect
    await visit.desk.database.writer.run(lambda db: credentials.ask(db, dialect, visit.token, options.challenge, visit.now))
    response = web.json_response(text=webauthn.options_to_json(options))
    visit.keep_token(response)
    return response


async def _json(visit: Visit) -> dict[str, Any]:
    try:
        sent = await visit.request.json()
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise web.HTTPBadRequest from None
    if not isinstance(sent, dict):
        raise web.HTTPBadRequest
    return sent


def _next(went: web.Response) -> web.Response:
    """Where a form would have been sent on to, for a script: with the same cookies."""
    response = web.json_response({"next": went.headers["Location"]})
    for cookie in went.cookies.values():
        response.cookies[cookie.key] = cookie
    return response


def _failed(visit: Visit) -> web.Response:
    return _said(visit, FAILED, 403)


def _said(visit: Visit, text: Text, status: int) -> web.Response:
    return web.json_response(text=json.dumps({"wrong": render(text, visit.language)}), status=status)


PAGES = [
    post("/desk/sign-in/passkey/ask", ask_sign_in, Policy.SIGN_IN),
    post("/desk/sign-in/passkey", sign_in_with, Policy.SIGN_IN),
    post("/desk/passkeys/ask", ask_new, Policy.ENROL),
    post("/desk/passkeys", add, Policy.ENROL),
    post("/desk/passkeys/remove", remove, Policy.ACCOUNT),
]
