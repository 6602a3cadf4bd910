"""reach: package mirrors, registries and the git repository answer, asked from inside machines."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit

from ..errors import BootstrapError
from ..inventory import Machine
from ..machine import health_agent
from ..provider.contract import Outcome
from .check import Check, Finding, error, ok, unknown, warning
from .sight import Sight
from .sources import Source, agent, cluster, first_boot, packages

_SECONDS: Final = 15  # for each, all at once
_MISSING: Final = 127
_REMEDY: Final = (
    "Look at DNS, gateway, NAT and firewalls between (checks forwarding and routes); or name mirrors and a proxy in "
    "packages."
)


class Ask(Protocol):
    """Runs a command somewhere: Remote.ask, Host.ask."""

    def __call__(self, *argv: str, timeout: float) -> Outcome:
        """127 when there is no such program."""
        ...


def look(sight: Sight) -> Iterator[Finding]:
    """From one machine of each kind: they have the same way out."""
    roles = (("load-balancer",), ("worker", "control-plane"))
    asking = tuple(machine for kinds in roles for machine in sight.running(*kinds)[:1])

    def one(machine: Machine) -> list[Finding]:
        boot = first_boot(sight.run.site, machine)
        sources = [*packages(sight.run.site, boot)]
        if machine.role != "load-balancer":
            sources += cluster(sight.run.site, boot)
        elif not health_agent.installed(sight.on(machine), sight.run.version):
            sources += agent()
        urls = [url for source in sources for url in source.urls]
        return [*judge(machine.name, sources, answers(sight.on(machine).ask, urls, boot.proxy))]

    for name, found in sight.each(asking, one).items():
        yield from [unknown(name, found.cause, found.remedy)] if isinstance(found, BootstrapError) else found


def judge(place: str, sources: Iterable[Source], found: Mapping[str, str | None]) -> Iterator[Finding]:
    """`found`: URL to why it does not answer; empty: it does; None: it cannot be told. Pure."""
    reached = 0
    for source in sources:
        said = [found.get(url) for url in source.urls]
        if "" in said:
            reached += 1
        elif None in said:
            yield unknown(place, f"whether it reaches the {source.name} cannot be told: curl or ssh-keyscan is missing")
        else:
            why = "; ".join(f"{url}: {text}" for url, text in zip(source.urls, said, strict=True))
            if source.instead:
                yield warning(place, f"it does not reach {source.name}: {why}", source.instead)
            else:
                yield error(place, f"it does not reach the {source.name}: {why}", _REMEDY)
    if reached:
        yield ok(place, f"it reaches {reached} of the sources that it needs")


def answers(ask: Ask, urls: Iterable[str], proxy: Mapping[str, str]) -> dict[str, str | None]:
    """URL to why it does not answer (see `judge`). Any answer counts, a refusal too: 401 is how registries greet."""
    wanted = list(dict.fromkeys(urls))
    by_ssh = [url for url in wanted if url.startswith("ssh://")]
    found = _http(ask, [url for url in wanted if url not in by_ssh], proxy)
    for url in by_ssh:
        found[url] = _ssh(ask, url)
    return found


def _http(ask: Ask, urls: list[str], proxy: Mapping[str, str]) -> dict[str, str | None]:
    """All by one curl, side by side: a machine runs one command at a time."""
    if not urls:
        return {}
    targets = [word for url in urls for word in ("--output", "/dev/null", url)]
    environment = ("env", *(f"{name}={value}" for name, value in proxy.items())) if proxy else ()
    outcome = ask(
        *environment,
        *("curl", "--silent", "--parallel", "--max-time", str(_SECONDS)),
        *("--write-out", "%{urlnum}\\t%{http_code}\\t%{errormsg}\\n"),
        *targets,
        timeout=_SECONDS + 15,
    )
    if outcome.code == _MISSING:
        return dict.fromkeys(urls)
    found: dict[str, str | None] = dict.fromkeys(urls, "curl says nothing of it")
    for line in outcome.stdout.decode(errors="replace").splitlines():
        number, code, said = (*line.split("\t"), "", "")[:3]
        if number.isdecimal() and int(number) < len(urls):
            found[urls[int(number)]] = "" if code not in {"", "000"} else said or "no answer"
    return found


def _ssh(ask: Ask, url: str) -> str | None:
    parts = urlsplit(url)
    outcome = ask("ssh-keyscan", "-T", "5", "-p", str(parts.port), str(parts.hostname), timeout=_SECONDS)
    if outcome.code == _MISSING:
        return None
    return "" if outcome.stdout.strip() else "no SSH server answers"


CHECK = Check("reach", "Registries and repositories", look)
