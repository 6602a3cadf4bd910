"""Read the file strictly: every problem at once, each with its place and what to do."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from .certificate import expiry
from .model import VERIFYING, WebFile, seconds
from .tls import Material, MaterialError, build_context, canonical

_TLS = "tls_server_config"
_TEXTS = ("cert", "key", "client_ca")


class WebConfigError(Exception):
    """The web configuration file cannot be used; one line per problem in `problems`, without any secret.

    `files`: what it names and itself, as far as it could be read; one that changes is worth another try.
    """

    def __init__(self, path: Path, problems: tuple[str, ...], files: tuple[Path, ...] = ()) -> None:
        self.problems = tuple(map(_plain, problems))
        self.files = files
        super().__init__(f"{path}: " + "; ".join(self.problems))


@dataclass(frozen=True)
class WebConfig:
    """What the server needs to know. `files`: everything that it was made from. Rate: requests per second.

    `users`: bcrypt hashes by name; empty: nobody is asked. `allowed_sans` None: any verified client.
    """

    context: ssl.SSLContext | None = None
    allowed_sans: frozenset[str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    rate: float | None = None
    burst: int = 1
    certificate_expiry: float | None = None
    files: tuple[Path, ...] = ()


def load_web(path: Path) -> WebConfig:
    """WebConfigError when it cannot be used exactly as it is."""
    data = _parse(path)
    section = data.get(_TLS)
    problems = [*_across(section), *_across_clients(section)] if isinstance(section, dict) else []
    if _TLS in data and section is None:  # whoever writes this does not mean plain HTTP
        problems.append(f"{_TLS}: is empty; write cert_file and key_file, or remove it")
    files = (path, *_files(path, section)) if isinstance(section, dict) else (path,)
    try:
        file = WebFile.model_validate(data)
    except ValidationError as error:
        problems += [f"{_place(entry['loc'])}: {_said(entry)}" for entry in error.errors(include_input=False)]
        file = None
    texts = _texts(path, section, problems) if isinstance(section, dict) else {}
    if problems or file is None:
        raise WebConfigError(path, tuple(problems), files)
    try:
        return _config(files, file, texts)
    except MaterialError as error:
        raise WebConfigError(path, tuple(f"{_TLS}: {problem}" for problem in error.problems), files) from error
    except ValueError as error:
        raise WebConfigError(path, (f"{_TLS}: {error}",), files) from error


def _parse(path: Path) -> dict[str, Any]:
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except (OSError, UnicodeDecodeError) as error:
        raise WebConfigError(path, (f"file: cannot be read: {error}",)) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WebConfigError(path, (f"line {line}: is not YAML: {error.problem}",)) from error
    except (
        yaml.YAMLError,
        ValueError,
        LookupError,
        AttributeError,
    ) as error:  # 2026-13-45 is no date, !!int "" no number
        raise WebConfigError(path, (f"file: is not YAML: {getattr(error, 'reason', error)}",)) from error
    except RecursionError as error:
        raise WebConfigError(path, ("file: is nested too deeply",)) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise WebConfigError(path, ("file: must be a mapping with tls_server_config, basic_auth_users, ...",))
    return data


class _Loader(yaml.SafeLoader):
    """Two keys of one name are a mistake, not a choice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _across(section: dict[str, Any]) -> Iterator[str]:
    """Rules that need two keys; each looks at what there is, whatever else is wrong."""
    for name in _TEXTS:
        if section.get(name) and section.get(f"{name}_file"):
            yield f"{_TLS}.{name}: is there as {name}_file as well; remove one of them"
    for name in ("cert", "key"):
        if not section.get(name) and not section.get(f"{name}_file"):
            yield f"{_TLS}.{name}_file: is missing; TLS needs a certificate and its key"
    if (section.get("min_version"), section.get("max_version")) == ("TLS13", "TLS12"):
        yield f"{_TLS}.max_version: is below min_version; raise it to TLS13"


def _across_clients(section: dict[str, Any]) -> Iterator[str]:
    """The same, of what concerns a client's certificate."""
    policy = section.get("client_auth_type", "NoClientCert")
    authority = section.get("client_ca") or section.get("client_ca_file")
    if policy in VERIFYING and not authority:
        yield f"{_TLS}.client_ca_file: is missing; without a CA no client's certificate can be verified"
    if policy == "NoClientCert" and authority:
        yield f"{_TLS}.client_auth_type: leaves the client CA without effect; use RequireAndVerifyClientCert"
    if section.get("client_allowed_sans") and policy != "RequireAndVerifyClientCert":
        yield f"{_TLS}.client_allowed_sans: needs client_auth_type RequireAndVerifyClientCert"


def _texts(path: Path, section: dict[str, Any], problems: list[str]) -> dict[str, str]:
    """Certificate, key and CA by their names, from the file itself or from others."""
    found: dict[str, str] = {}
    for name in _TEXTS:
        inline, file = section.get(name), section.get(f"{name}_file")
        if isinstance(inline, str) and inline:
            found[name] = inline
        elif isinstance(file, str) and file:
            try:
                found[name] = (path.parent / file).read_text(encoding="utf-8")
            except (OSError, ValueError) as error:
                problems.append(f"{_TLS}.{name}_file: cannot be read: {error}")
    return found


def _config(files: tuple[Path, ...], file: WebFile, texts: dict[str, str]) -> WebConfig:
    tls, limit = file.tls_server_config, file.rate_limit
    interval = seconds(limit.interval) if limit else 0.0
    return WebConfig(
        context=build_context(tls, Material(texts["cert"], texts["key"], texts.get("client_ca"))) if tls else None,
        allowed_sans=frozenset(map(canonical, tls.client_allowed_sans)) if tls and tls.client_allowed_sans else None,
        headers={
            name: value for name, value in file.http_server_config.headers.model_dump(by_alias=True).items() if value
        },
        users=file.basic_auth_users,
        rate=1 / interval if interval else None,
        burst=limit.burst if limit else 1,
        certificate_expiry=expiry(texts["cert"]) if tls else None,
        files=files,
    )


def _files(path: Path, section: dict[str, Any]) -> Iterator[Path]:
    names = (section.get(f"{name}_file") for name in _TEXTS)
    yield from (path.parent / name for name in names if isinstance(name, str) and name and "\0" not in name)


def _plain(text: str) -> str:
    """One line, which no terminal obeys."""
    return "".join(part if part.isprintable() else repr(part)[1:-1] for part in text)


def _place(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location if part != "[key]") or "file"


def _said(entry: Mapping[str, Any]) -> str:
    if entry["type"] == "extra_forbidden":
        return "is no key of this file; remove it or correct its name"
    return str(entry["msg"]).removeprefix("Value error, ")
