"""Signing in on the pages: an API key is shown once, and the browser holds a session from then on."""

import time
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response
from wiredesk.api_keys import matching

from wiredesk_gateway import forms
from wiredesk_gateway.assets import Assets
from wiredesk_gateway.desk import Body, DeskHere
from wiredesk_gateway.gatekeeper import CHALLENGE
from wiredesk_gateway.intake import UnsupportedBody
from wiredesk_gateway.sessions import COOKIE, LIFE_S
from wiredesk_gateway.templating import page

__all__ = ["asked_to_sign_in", "router"]

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_To = Annotated[str, Query(max_length=2000)]


@router.get("/sign-in")
def sign_in_page(request: Request, desk: DeskHere, to: _To = "/") -> Response:
    """The form; for who is signed in already, as whom, and the way out."""
    holder = desk.callers.of(request.url.path, request.headers) if desk.callers.keyring.asks else None
    shown = {"asks": desk.callers.keyring.asks, "holder": holder, "to": _local(to), "problem": None}
    return _unkept(page(desk.assets, "sign_in.html", shown))


@router.post("/sign-in")
def sign_in(request: Request, desk: DeskHere, body: Body) -> Response:
    """Begin a session and go on to where the form was asked for."""
    sent = _fields(request, body)
    to = _local(sent.get("to", ["/"])[-1])
    key = matching(sent.get("key", [""])[-1].strip(), desk.callers.keyring.keys())
    if key is None:
        desk.requests.refused("key")
        return asked_to_sign_in(desk.assets, to, problem="No key of this gateway is like that.")
    response = RedirectResponse(to, status_code=HTTPStatus.SEE_OTHER)
    response.set_cookie(
        COOKIE,
        desk.callers.sessions.begun(key, now_s=time.time()),
        max_age=LIFE_S,
        httponly=True,
        samesite="strict",
        # Behind a proxy that speaks TLS, only the browser knows that it does.
        secure=request.headers.get("origin", "").startswith("https://"),
    )
    return _unkept(response)


@router.post("/sign-out")
def sign_out(request: Request, body: Body) -> Response:
    """Let the browser forget the session."""
    _fields(request, body)
    response = RedirectResponse("/sign-in", status_code=HTTPStatus.SEE_OTHER)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return _unkept(response)


def asked_to_sign_in(assets: Assets, to: str, *, problem: str) -> Response:
    """The form in the place of what needs a key; `to` is where it leads afterwards."""
    shown = {"asks": True, "holder": None, "to": _local(to), "problem": problem}
    response = page(assets, "sign_in.html", shown, status=HTTPStatus.UNAUTHORIZED)
    response.headers.update(CHALLENGE)
    return _unkept(response)


def _unkept(response: Response) -> Response:
    """No cache, the browser's own included, holds who is signed in, or a session."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _fields(request: Request, body: bytes) -> dict[str, list[str]]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != forms.FORM:
        raise UnsupportedBody("this address is for the forms of the pages; programs send their key with each request")
    return dict(forms.fields(body))


def _local(to: str) -> str:
    """A path of this server, so that nobody is led away after signing in. The front page for anything else."""
    try:
        parts = urlsplit(to)
    except ValueError:
        return "/"
    plain = to.isascii() and to.isprintable() and "\\" not in to
    return (
        to if plain and to.startswith("/") and not to.startswith("//") and not (parts.scheme or parts.netloc) else "/"
    )
