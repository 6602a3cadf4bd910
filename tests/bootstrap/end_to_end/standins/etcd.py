"""etcd's gRPC gateway, as far as an API server needs it. https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/"""

import base64
import http.client
import json
import ssl
from pathlib import Path

PKI = Path("/etc/kubernetes/pki/etcd")
SECONDS = 5.0


class EtcdError(Exception):
    """etcd did not do it; its own words."""


class Etcd:
    """One member. Every call opens a connection of its own: members come and go."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._host = host
        self._context = ssl.create_default_context(cafile=str(PKI / "ca.crt"))
        self._context.load_cert_chain(PKI / "server.crt", PKI / "server.key")

    def get(self, key: str) -> dict | None:
        """The object at a key, with its version."""
        found = self._call("range", {"key": _text(key)}).get("kvs", [])
        return _object(found[0]) if found else None

    def all(self, prefix: str) -> list[dict]:
        """The objects below a key."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        return [
            _object(each)
            for each in self._call("range", {"key": _text(prefix), "range_end": _text(end)}).get("kvs", [])
        ]

    def put(self, key: str, value: dict) -> None:
        """Write an object."""
        self._call("put", {"key": _text(key), "value": _text(json.dumps(value, sort_keys=True))})

    def delete(self, key: str) -> bool:
        """False when there was none."""
        return int(self._call("deleterange", {"key": _text(key)}).get("deleted", 0)) > 0

    def _call(self, what: str, body: dict) -> dict:
        connection = http.client.HTTPSConnection(self._host, 2379, timeout=SECONDS, context=self._context)
        try:
            connection.request("POST", f"/v3/kv/{what}", json.dumps(body))
            answer = connection.getresponse()
            data = json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise EtcdError(f"etcdserver: request timed out ({error})") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise EtcdError(str(data.get("message") or data.get("error") or data))
        return data


def _text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def _object(entry: dict) -> dict:
    value = json.loads(base64.b64decode(entry["value"]))
    value.setdefault("metadata", {})["resourceVersion"] = entry["mod_revision"]
    return value
