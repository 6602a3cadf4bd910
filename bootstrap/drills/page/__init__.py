"""Pages of reports: self-contained HTML, made from reports alone. Pure; the same reports give the same bytes."""

import json
from collections.abc import Sequence
from importlib import resources
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ..report import Report
from .figures import anew, day, headline, moment, said, seconds
from .load import curves
from .picture import picture
from .trend import figures, sparkline, trend

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader(__name__, "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"day": day, "seconds": seconds, "moment": moment, "said": said}


def page(report: Report, earlier: Sequence[Report] = ()) -> str:
    """One run. `earlier`: of the same drill, for comparison."""
    return _ENVIRONMENT.get_template("page.html.j2").render(
        report=report,
        headline=headline(report),
        anew=anew(report),
        picture=picture(report),
        curves=curves(report.load, report.watched) if report.load else None,
        trend=trend(report, earlier),
        samples=_script_data([[probe.title, list(probe.samples)] for probe in report.probes]),
        style=_inline("style.css"),
        script=_inline("zoom.js"),
    )


def index(reports: Sequence[tuple[str, Report]]) -> str:
    """All runs, the oldest first in `reports`, with the link to each."""
    kinds = {report.drill: report for _, report in reports}
    cards = []
    for last in kinds.values():
        mine = [report for _, report in reports if report.drill == last.drill]
        figure = headline(last)
        points = sparkline(figures(mine), figure.bound if figure else None)
        cards.append({"last": last, "runs": len(mine), "figure": figure, "points": points})
    return _ENVIRONMENT.get_template("index.html.j2").render(
        cards=cards,
        reports=[(link, report, headline(report)) for link, report in reversed(reports)],
        style=_inline("style.css"),
    )


def _inline(name: str) -> Markup:
    """A file of ours, as it is."""
    return Markup(resources.files(__name__).joinpath(name).read_text(encoding="utf-8"))  # noqa: S704 - no user's text


def _script_data(value: object) -> Markup:
    """JSON for a <script>: nothing in it can end the element or begin another (HTML, 4.12.1.3)."""
    text = json.dumps(value, separators=(",", ":"))
    for letter in "<>&":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - nothing in it is HTML any more
