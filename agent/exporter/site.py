"""What is behind each path. Pure but for what the sources say; may take a while, so never on the loop's thread."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from .exposition import expose
from .page import CONTENT_SECURITY_POLICY, render_page
from .request import Request
from .response import Response, as_json, packed, text
from .sources import Heartbeat, Sources, View, WebState

QUICK = frozenset({"/vip", "/healthz"})  # a few bytes, for those who take action on them


class Site:
    """`web`: how the server itself fares."""

    def __init__(self, sources: Sources, web: Callable[[], WebState]) -> None:
        self._sources = sources
        self._web = web
        self._pages: Mapping[str, Callable[[Request], Response]] = {
            "/": self._page,
            "/metrics": self._metrics,
            "/healthz": self._healthz,
            "/vip": self._vip,
        }

    def respond(self, request: Request) -> Response:
        """The answer to any request."""
        page = self._pages.get(request.path)
        if page is None:
            return text(HTTPStatus.NOT_FOUND, f"Nothing is here. Try {', '.join(self._pages)}.")
        if request.method not in {"GET", "HEAD"}:
            return text(HTTPStatus.METHOD_NOT_ALLOWED, "Nothing can be changed here.", Allow="GET, HEAD")
        return packed(page(request), request.headers.get("accept-encoding", ""))

    def _metrics(self, request: Request) -> Response:
        names = request.parameters.get("name[]", [])
        body, content_type = expose(self._view(), request.headers.get("accept", ""), names)
        return Response(HTTPStatus.OK, body, content_type)

    def _healthz(self, _: Request) -> Response:
        problems = standstills(self._sources.heartbeat())
        if problems:
            return text(HTTPStatus.SERVICE_UNAVAILABLE, "\n".join(problems))
        return text(HTTPStatus.OK, "ok")

    def _vip(self, _: Request) -> Response:
        reading = self._sources.view().snapshot.vip
        return as_json({"assigned": reading.assigned if reading else None})

    def _page(self, _: Request) -> Response:
        body = render_page(self._view(), standstills(self._sources.heartbeat())).encode()
        policy = {"Content-Security-Policy": CONTENT_SECURITY_POLICY, "Referrer-Policy": "no-referrer"}
        return Response(HTTPStatus.OK, body, "text/html; charset=utf-8", policy)

    def _view(self) -> View:
        return replace(self._sources.view(), web=self._web())


def standstills(heartbeats: Mapping[str, Heartbeat]) -> list[str]:
    """One sentence for each loop that does not move; also when there is none at all."""
    if not heartbeats:
        return ["No collector has started."]
    return [
        f"The loop of collector {name} has not come round for {beat.age:.0f} s; {beat.allowed:.0f} s are allowed."
        for name, beat in sorted(heartbeats.items())
        if not beat.age <= beat.allowed
    ]
