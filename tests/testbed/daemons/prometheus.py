"""Prometheus beside the client, with the scrape file and the rules that were rendered for Prometheus servers outside of
the cluster."""

import shutil
import urllib.parse
from http import HTTPStatus

import yaml

from tests.testbed.context import Context
from tests.testbed.errors import TestbedError
from tests.testbed.host import Daemon, Host
from tests.testbed.namespace import get, get_json

NAME = "prometheus"
PORT = 9090
# A test does not wait for the rendered interval of 15 s.
_INTERVAL = "1s"


def daemon(host: Host, context: Context) -> Daemon:
    """Writes its configuration and says how to start it."""
    jobs = yaml.safe_load(context.cluster.scrape_file.read_text())["scrape_configs"]
    members = [f"{member.address}:2381" for member in context.of("control-plane")]
    etcd = {"job_name": "etcd", "static_configs": [{"targets": members}]}
    file, data = host.directory / "prometheus.yml", host.directory / "prometheus"
    shutil.rmtree(data, ignore_errors=True)  # it knows nothing of what was before
    configuration = {
        "global": {"scrape_interval": _INTERVAL, "scrape_timeout": _INTERVAL, "evaluation_interval": _INTERVAL},
        "rule_files": [str(context.cluster.rules_file)],
        "scrape_configs": [job | {"scrape_interval": _INTERVAL} for job in [*jobs, etcd]],
    }
    file.write_text(yaml.safe_dump(configuration))
    argv = (
        "prometheus", f"--config.file={file}", f"--storage.tsdb.path={data}",
        f"--web.listen-address=127.0.0.1:{PORT}", "--log.level=warn", "--web.enable-admin-api",
    )  # fmt: skip
    return Daemon(NAME, argv)


def problem(host: Host, _: Context) -> str:
    """Empty when it answers queries, which is a little later than it takes connections."""
    try:
        status, _ = get(host.namespace, "127.0.0.1", PORT, "/-/ready")
    except OSError as failure:
        return str(failure)
    return "" if status == HTTPStatus.OK else f"answers {status}"


def query(host: Host, expression: str) -> dict[str, float]:
    """An instant query's values, by the `instance` label."""
    path = "/api/v1/query?" + urllib.parse.urlencode({"query": expression})
    found = get_json(host.namespace, "127.0.0.1", PORT, path)["data"]["result"]
    return {sample["metric"]["instance"]: float(sample["value"][1]) for sample in found}


def alerts(host: Host) -> dict[str, str]:
    """State of each alert that is not inactive: pending, or firing if any of its instances is."""
    found: dict[str, str] = {}
    for alert in get_json(host.namespace, "127.0.0.1", PORT, "/api/v1/alerts")["data"]["alerts"]:
        name = alert["labels"]["alertname"]
        found[name] = "firing" if "firing" in (found.get(name), alert["state"]) else alert["state"]
    return found


def forget(host: Host) -> None:
    """Everything that was scraped so far, so that rules which look back see only what comes."""
    address = f"http://127.0.0.1:{PORT}/api/v1/admin/tsdb/delete_series"
    done = host.run("curl", "-sSf", "-X", "POST", "-G", address, "--data-urlencode", 'match[]={__name__=~".+"}')
    if done.returncode != 0:
        raise TestbedError(f"{host.name} prometheus: {done.stderr.strip()}")


def evaluates(host: Host, record: str) -> bool:
    """Whether a recording rule has brought a value: targets have been read, and rules evaluated since."""
    path = "/api/v1/query?" + urllib.parse.urlencode({"query": record})
    return bool(get_json(host.namespace, "127.0.0.1", PORT, path)["data"]["result"])
