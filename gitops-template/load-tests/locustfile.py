"""The load of the autoscaling experiment: people who look at the page, log in, and give the server something to do.

    locust --config clusters/<cluster>/load-test.conf

README.md beside this file says what the options mean and how the users follow from them.
"""

import logging
import secrets
import sys
import time
from argparse import Namespace
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import gevent
from locust import HttpUser, LoadTestShape, constant_pacing, events, task
from locust.env import Environment
from locust.exception import StopUser
from options import add_options, plan_of, problems_of
from record import Record
from steps import at

PERIOD_SECONDS = 4
"""Time from one visit of a user to the next; /api/stress takes half of it."""
STRESS_SECONDS = 2
TIMEOUT_SECONDS = 10
LONGEST_PAUSE_SECONDS = 10
COME_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

record = Record()
log = logging.getLogger("load-test")


def options_of(environment: Environment) -> Namespace:
    """The options of this run."""
    options: Namespace | None = environment.parsed_options
    return options or Namespace()


def check_options(environment: Environment, **_: Any) -> None:
    """Refuse what cannot be meant, all of it at once, with exit code 2."""
    found = problems_of(options_of(environment))
    if found:
        sys.stderr.writelines(f"load-test: {problem}\n" for problem in found)
        sys.exit(2)


def note(response_time: float, exception: BaseException | None, response: Any, **_: Any) -> None:
    """Every request, with the pod that answered it."""
    headers = getattr(response, "headers", None)
    record.request(response_time, headers.get("X-Served-By") if headers else None, failed=exception is not None)


def report(environment: Environment, **_: Any) -> None:
    """The last step's line, and the report where one was asked for."""
    if record.seen:
        log.info(record.seen[-1].line())
    path = options_of(environment).report
    if path:
        record.write(Path(path))


events.init_command_line_parser.add_listener(add_options)
events.init.add_listener(check_options)
events.request.add_listener(note)
events.test_stop.add_listener(report)


class Experiment(LoadTestShape):
    """Minimum, about a third of the way up, maximum, and back, as in the reference experiment."""

    began: float | None = None

    def _started(self) -> float:
        """When the first step began."""
        if self.began is None:
            self.began = time.monotonic()
        return self.began

    def tick(self) -> tuple[int, float] | None:
        """Users and users started per second, now; None ends the test."""
        if self.runner is None:
            return None
        plan = plan_of(options_of(self.runner.environment))
        step = at(plan, time.monotonic() - self._started())
        if step is None:
            return None
        ended = record.begin(step)
        if ended is not None:
            log.info(ended.line())
        # All of them within five seconds, up and down: slowly for connections, fast for an autoscaler's quarter minute.
        return step.users, max(1.0, max(step.users for step in plan) / 5)


class Visitor(HttpUser):
    """Somebody with an account of their own."""

    wait_time = constant_pacing(PERIOD_SECONDS)
    token: str | None = None
    account: ClassVar[str] = "load-test-"

    def on_start(self) -> None:
        """Make an account, and log in with it."""
        self.page_host = self._connect()
        name = f"{self.account}{secrets.token_hex(8)}"
        person = {"name": name, "email": f"{name}@example.com", "password": secrets.token_urlsafe(18)}
        while (token := self._token("/api/register", person, 201)) is None:
            gevent.sleep(PERIOD_SECONDS)
        self.token = token
        # A limit on log-ins from one address may refuse this one; the session of the registration is as good.
        again = self._token("/api/login", {key: person[key] for key in ("email", "password")}, 200)
        self.token = again or token

    def on_stop(self) -> None:
        """Log out."""
        if self.token:
            self._ask("POST", "/api/logout", 204)

    @task
    def visit(self) -> None:
        """The page, what is on it, and something to compute."""
        if self.page_host:
            self._browse()
        self._ask("GET", "/api/dashboard", 200)
        self._ask("GET", "/api/db", 200)
        options = options_of(self.environment)
        query = f"?cpu={options.stress_cpu:g}&seconds={STRESS_SECONDS}"
        self._ask("GET", "/api/stress", 200, query)

    def _connect(self) -> str:
        """Lead every connection to --address, if there is one; the client's base URL."""
        options = options_of(self.environment)
        if not options.address:
            return str(options.client)
        server = urlsplit(self.host or "")
        self.client.headers["Host"] = server.netloc
        self.client.base_url = f"http://{options.address}:{server.port or 80}"
        page = urlsplit(options.client)
        return f"http://{options.address}:{page.port or 80}" if page.hostname else ""

    def _browse(self) -> None:
        """The client's page, as somebody who opens it gets it."""
        headers = {"Host": urlsplit(options_of(self.environment).client).netloc}
        for path in ("/", "/configuration/configuration.json"):
            self.client.get(f"{self.page_host}{path}", name=f"page {path}", headers=headers, timeout=TIMEOUT_SECONDS)

    def _token(self, path: str, body: dict[str, str], expected: int) -> str | None:
        answer = self._ask("POST", path, expected, body=body)
        return str(answer["token"]) if answer else None

    def _ask(
        self, method: str, path: str, expected: int, query: str = "", body: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        """The JSON of the expected answer, None for any other.

        An answer that asks to come back later (Retry-After) is no failure: it is counted under a name of its own.
        """
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with self.client.request(
            method,
            f"{path}{query}",
            name=path,
            json=body,
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            catch_response=True,
        ) as response:
            if response.status_code == expected:
                response.success()
                return dict(response.json()) if response.content else {}
            later = response.headers.get("Retry-After", "") if response.headers else ""
            if response.status_code in COME_LATER and later.isdecimal():
                response.request_meta["name"] = f"{path} (later: {response.status_code})"
                response.success()
            else:
                response.failure(f"{response.status_code} in place of {expected}")
        if later.isdecimal():
            gevent.sleep(min(int(later), LONGEST_PAUSE_SECONDS))
        if response.status_code == HTTPStatus.UNAUTHORIZED and self.token:
            raise StopUser
        return None
