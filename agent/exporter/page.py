"""The page for a person: every verdict with its reason, first what is worst. One file, no scripts, no other assets.

Colours never stand alone (WCAG 2.2, 1.4.1): each state has its mark and its word. Contrast is 4.5 : 1 or better.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from ..health import State, Verdict, worst
from ..snapshot import Run
from .sources import View

_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_MARKS = {State.OK: "✓", State.DEGRADED: "!", State.UNKNOWN: "?", State.CRITICAL: "✕"}
_SUMMARIES = {
    State.OK: "Everything is in order.",
    State.DEGRADED: "It works, and something is wrong.",
    State.UNKNOWN: "Not everything is known.",
    State.CRITICAL: "Something does not work.",
}
_NAMES = {
    "vip_holder": "VIP holder",
    "vip_split_brain": "VIP split brain",
    "vip_orphan": "VIP orphan",
    "galera": "Galera",
    "galera_split_brain": "Galera split brain",
}
_LINKS = {"/metrics": "Metrics", "/healthz": "Is the agent alive?", "/vip": "Virtual IP, as the peer asks"}
_ORDER = tuple(reversed(State))  # the worst first
_SHOWN = 50  # autoscalers that are in order; there may be a thousand


def render_page(view: View, standstills: Sequence[str]) -> str:
    """HTML. `standstills`: what is wrong with the agent itself."""
    state = _worst(view, standstills)
    summary = "The agent itself stands still." if standstills else _SUMMARIES[state]
    title = f"{view.config.cluster}: {summary}"
    vip = view.config.virtual_ip
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<h1>Cluster {escape(view.config.cluster)}</h1>
<p class="soft">As this load balancer's agent sees it, {_utc(view.snapshot.time)}. Virtual IP {vip.address} on
{escape(vip.interface)}.</p>
<nav aria-label="Other pages">{"".join(f'<a href="{path}">{text}</a>' for path, text in _LINKS.items())}</nav>
</header>
<main>
{_summary(state, summary)}
{_agent(standstills)}
{_verdicts(view)}
{_autoscalers(view)}
{_settings(view)}
{_runs(view)}
</main>
<footer class="soft"><p>Reload for the present state; nothing here changes by itself.</p></footer>
</body>
</html>
"""


def _worst(view: View, standstills: Sequence[str]) -> State:
    """Also of what no verdict is about: the agent itself, and the configuration's promises."""
    findings = view.settings is not None and len(view.settings.findings) > 0
    states = [view.health.worst, State.DEGRADED if findings else State.OK]
    return worst([*states, State.CRITICAL] if standstills else states)


def _summary(state: State, text: str) -> str:
    mark = f'<span class="mark" aria-hidden="true">{_MARKS[state]}</span>'
    return f'<p class="summary {state}">{mark}{text}</p>'


def _agent(standstills: Sequence[str]) -> str:
    """Only when the agent itself is ill: then nothing else on the page is worth much."""
    verdicts = [Verdict("agent", State.CRITICAL, text) for text in standstills]
    return _section("The agent itself", _list(verdicts)) if verdicts else ""


def _verdicts(view: View) -> str:
    health = view.health
    return _section("Verdicts", _list((*health.vip.verdicts, *health.etcd.verdicts, *health.galera.verdicts)))


def _autoscalers(view: View) -> str:
    verdicts = [health.verdict for health in view.health.hpa.values()]
    if not verdicts:
        return ""
    fine = [verdict for verdict in verdicts if verdict.state is State.OK]
    shown = [verdict for verdict in verdicts if verdict.state is not State.OK] + fine[:_SHOWN]
    hidden = len(verdicts) - len(shown)
    rest = f'<p class="soft">{hidden} more are in order.</p>' if hidden else ""
    return _section("Autoscalers", _list(shown) + rest)


def _list(verdicts: Iterable[Verdict]) -> str:
    ordered = sorted(verdicts, key=lambda verdict: _ORDER.index(verdict.state))
    return f'<ul class="card">{"".join(map(_item, ordered))}</ul>'


def _item(verdict: Verdict) -> str:
    name = _NAMES.get(verdict.name, verdict.name.removeprefix("hpa "))
    return f'<li>{_badge(verdict.state)}<span class="name">{escape(name)}</span><p>{escape(verdict.reason)}</p></li>'


def _badge(state: State, word: str = "") -> str:
    mark = f'<span class="mark" aria-hidden="true">{_MARKS[state]}</span>'
    return f'<span class="badge {state}">{mark} {word or state}</span>'


def _settings(view: View) -> str:
    """What the configuration promises, and where it will not keep it."""
    if view.settings is None:
        return ""
    findings = [Verdict(code, State.DEGRADED, text) for code, text in view.settings.findings]
    bounds = [(escape(fault.replace("_", " ")), f"{bound:.1f} s") for fault, bound in view.settings.bounds.items()]
    parts = _section("Configuration", _list(findings)) if findings else ""
    return parts + (_section("Served again after", _table(("Fault", "At most"), bounds)) if bounds else "")


def _runs(view: View) -> str:
    now = view.snapshot.time
    rows = [
        (escape(name), _run_badge(run), _ago(now, run), _took(run), escape(run.problem))
        for name, run in view.snapshot.runs.items()
    ]
    return (
        _section("Collectors", _table(("Collector", "Last run", "Last learnt", "Took", "Problem"), rows))
        if rows
        else ""
    )


def _run_badge(run: Run) -> str:
    if run.stuck:
        return _badge(State.CRITICAL, "stuck")
    if run.success is None:
        return _badge(State.UNKNOWN)
    return _badge(State.OK) if run.success else _badge(State.DEGRADED, "failed")


def _ago(now: float, run: Run) -> str:
    return "never" if run.last_success is None else f"{max(0.0, now - run.last_success):.0f} s ago"


def _took(run: Run) -> str:
    return "" if run.duration is None else f"{run.duration:.2f} s"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """`rows` are HTML; the first cell of each is its heading."""
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>' for first, *rest in rows
    )
    label = f'tabindex="0" role="region" aria-label="{head[0]} table"'
    return (
        f'<div class="card scroll" {label}><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _utc(time: float) -> str:
    moment = datetime.fromtimestamp(time, UTC)
    return f'<time datetime="{moment.isoformat(timespec="seconds")}">{moment:%Y-%m-%d %H:%M:%S} UTC</time>'
