"""Alerts, as Prometheus has them."""

from typing import Final, Protocol

import requests

_TIMEOUT: Final = (1.0, 3.0)  # seconds to connect and to answer


class Alarms(Protocol):
    """Somebody who evaluates the rules."""

    def now(self) -> dict[str, str] | None:
        """Alerts that are not inactive: "pending" or "firing". None when nobody can say."""
        ...


class Prometheus:
    """The HTTP API of a Prometheus server (GET /api/v1/alerts)."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/") + "/api/v1/alerts"
        self._session = requests.Session()
        self._session.trust_env = False

    def now(self) -> dict[str, str] | None:
        """An alert with several instances fires when one of them does."""
        try:
            answer = self._session.get(self._url, timeout=_TIMEOUT)
            answer.raise_for_status()
            return _states(answer.json()["data"]["alerts"])
        except (requests.RequestException, KeyError, TypeError, ValueError):
            return None


def _states(alerts: list[dict[str, dict[str, str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for alert in alerts:
        name, state = alert["labels"]["alertname"], str(alert["state"])
        if found.get(name) != "firing":
            found[name] = state
    return found
