"""The VIP collector as a process of its own, to be run in a network namespace: `observer.py AGENT_JSON CA TOKEN`.

For each line on its standard input it looks once and writes the reading as a line of JSON. It answers GET /vip on the
agent's port from its own kernel, as an agent does.
"""

import dataclasses
import http.server
import json
import sys
import threading
from pathlib import Path

from hagen.agent.collectors.vip import netlink
from hagen.agent.collectors.vip.collector import VIPCollector
from hagen.agent.config import AgentConfig, load_config
from hagen.agent.kubernetes.credentials import TokenFiles


def main(settings: str, ca: str, token: str) -> None:
    config = load_config(Path(settings))
    threading.Thread(target=serve, args=(config,), daemon=True).start()
    collector = VIPCollector(config, TokenFiles(Path(token), Path(ca)))
    for _ in sys.stdin:
        reading = dataclasses.asdict(collector.collect())
        for probes in reading["probes"].values():
            del probes["latencies"]
        sys.stdout.write(json.dumps(reading) + "\n")
        sys.stdout.flush()
    collector.close()


def serve(config: AgentConfig) -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/vip"
            assigned = config.virtual_ip.address in {address for address, _ in netlink.addresses()}
            body = json.dumps({"assigned": assigned}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    http.server.ThreadingHTTPServer(("0.0.0.0", config.listen.port), Handler).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
