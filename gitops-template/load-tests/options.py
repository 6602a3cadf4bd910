"""The options of the load test: what they are called, and what is wrong with them. Nothing of Locust's engine."""

from argparse import ArgumentParser, Namespace
from urllib.parse import urlsplit

from steps import PACES, Step, parse_seconds, steps


def add_options(parser: ArgumentParser) -> None:
    """Add the options of this scenario; a file for --config has them without the dashes."""
    add = parser.add_argument_group("load test").add_argument
    add("--client", default="", help="URL of the client's page; without it only the server is asked")
    add("--address", default="", help="Address to connect to in place of the names in the URLs, for http")
    add("--pace", choices=sorted(PACES), default="reference", help="How long the steps take")
    add("--step-seconds", default="", help="Seconds of the four steps in place of the pace's, like 60,60,60,60")
    add("--minimum-pods", type=int, default=3, help="Fewest pods of the autoscaler")
    add("--maximum-pods", type=int, default=9, help="Most pods of the autoscaler")
    add("--users-per-pod", type=float, default=2.0, help="Users that keep one pod at its target")
    add("--stress-cpu", type=float, default=0.07, help="Share of one CPU that a stress request burns")
    add("--report", default="", help="File for what each step saw, as JSON")


def plan_of(options: Namespace) -> tuple[Step, ...]:
    """The steps that the options describe; ValueError when they describe none."""
    try:
        seconds = parse_seconds(options.step_seconds) if options.step_seconds else PACES[options.pace]
    except ValueError:
        message = f'--step-seconds {options.step_seconds}: write four numbers, like "120,300,360,600"'
        raise ValueError(message) from None
    return steps(options.minimum_pods, options.maximum_pods, options.users_per_pod, seconds)


def problems_of(options: Namespace) -> list[str]:
    """Everything that is wrong with the options."""
    found = []
    try:
        plan_of(options)
    except ValueError as error:
        found.append(str(error))
    for name in ("host", "client"):
        url = urlsplit(getattr(options, name) or "")
        if not url.hostname and (name == "host" or url.path):
            found.append(f"--{name}: the URL is missing or none, write it like http://server.local")
        elif url.hostname and options.address and url.scheme != "http":
            found.append(f"--address goes with http only, --{name} is {url.scheme}: leave it out where names are known")
    if not 0 < options.stress_cpu <= 1:
        found.append(f"--stress-cpu {options.stress_cpu:g}: a share of one CPU, above 0 and up to 1")
    return found
