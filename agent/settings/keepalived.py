"""keepalived.conf, as far as failover depends on it (man keepalived.conf of 2.2).

Tolerant: what is not known is passed over, what cannot be understood counts as not written. `include` is not followed
and parameter substitution other than `$NAME` is not done; included files are named in `unread`.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

_ASSIGNMENT = re.compile(r"^\s*\$(\w+)\s*=\s*(.*)$", re.MULTILINE)
_TOKEN = re.compile(r'"((?:\\.|[^"\\\n])*)"|\'([^\'\n]*)\'|([#!][^\n]*)|([{}\n])|([^\s{}"\'#!]+)')
_TRUE, _FALSE = {"true", "on", "yes"}, {"false", "off", "no"}


@dataclass(frozen=True)
class Block:
    """A line: its words, and what stood in braces after it."""

    words: tuple[str, ...]
    children: tuple["Block", ...] = ()

    @property
    def name(self) -> str:
        """The keyword."""
        return self.words[0]

    def all(self, name: str) -> Iterator["Block"]:
        """Its lines with this keyword."""
        return (child for child in self.children if child.name == name)

    def has(self, name: str) -> bool:
        """Whether a switch is on: written bare, or with a word for yes."""
        found = [child.words[1].lower() if len(child.words) > 1 else "on" for child in self.all(name)]
        return bool(found) and found[-1] not in _FALSE

    def text(self, name: str) -> str | None:
        """The first argument of the last line with this keyword."""
        found = [child.words[1] for child in self.all(name) if len(child.words) > 1]
        return found[-1] if found else None

    def number(self, name: str) -> float | None:
        """The same as a finite number."""
        return _number(self.text(name))


@dataclass(frozen=True)
class Tracker:
    """A check that an instance follows. Seconds. `weight` 0: a failure is FAULT.

    `kind`: "script" or "process". A script that does not end within `timeout` has failed.
    """

    name: str
    kind: str
    weight: int = 0
    interval: float = 1.0
    timeout: float = 1.0
    fall: int = 1
    delay: float = 0.0


@dataclass(frozen=True)
class Instance:
    """A vrrp_instance. `advert`: seconds between adverts. None: not written, and there is no default."""

    name: str
    state: str = "BACKUP"
    priority: int = 100
    version: int = 2
    advert: float = 1.0
    down_adverts: int = 3
    nopreempt: bool = False
    authentication: bool = False
    source: str | None = None
    peers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    trackers: tuple[Tracker, ...] = ()
    undefined: tuple[str, ...] = ()  # checks that it names and nobody defines
    refresh: float = 0.0  # seconds between announcements while master; 0: never
    lower_delay: float = 5.0  # seconds until the second announcement after an advert of a lower priority
    higher_sends: bool = False  # a master that yields to a higher priority advertises once more, so the other announces


@dataclass(frozen=True)
class Keepalived:
    """The whole file. `script_user` None: keepalived_script if there is such a user, else root."""

    instances: Mapping[str, Instance] = field(default_factory=dict)
    security: bool = False
    script_user: str | None = None
    unread: tuple[str, ...] = ()

    def find(self, name: str, address: str) -> Instance | None:
        """The instance of this name, else the one that holds the address."""
        holds = (instance for instance in self.instances.values() if address in instance.addresses)
        return self.instances.get(name) or next(holds, None)


def parse_keepalived(text: str) -> Keepalived:
    """Read the file's text; never an error."""
    root = Block(("",), tuple(_blocks(_tokens(_substituted(text)))))
    globals_ = Block(("",), tuple(line for block in root.all("global_defs") for line in block.children))
    checks = {check.name: check for check in _checks(root)}
    named = [block for block in root.all("vrrp_instance") if len(block.words) > 1]
    instances = {block.words[1]: _instance(block, globals_, checks) for block in named}
    users = globals_.text("script_user")
    unread = tuple(block.words[1] for block in root.children if _includes(block))
    return Keepalived(instances, globals_.has("enable_script_security"), users, unread)


def _includes(block: Block) -> bool:
    return re.fullmatch(r"include[armwb]?", block.name) is not None and len(block.words) > 1


def _substituted(text: str) -> str:
    values = dict(_ASSIGNMENT.findall(text))
    text = _ASSIGNMENT.sub("", text)
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"${{{name}}}", values[name].strip()).replace(f"${name}", values[name].strip())
    return text


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Words, braces and line ends; whether it was quoted."""
    for double, single, comment, mark, word in _TOKEN.findall(text):
        if mark or word:
            yield mark or word, False
        elif not comment:
            yield double or single, True


def _blocks(tokens: Iterable[tuple[str, bool]]) -> list[Block]:
    """A tree of lines. A brace may stand on the next line; one too many or too few is forgiven."""
    stack: list[list[Block]] = [[]]
    words: list[str] = []

    def end() -> None:
        if words:
            stack[-1].append(Block(tuple(words)))
            words.clear()

    for text, quoted in tokens:
        if quoted or text not in {"{", "}", "\n"}:
            words.append(text)
            continue
        end()
        if text == "{":
            stack.append([])
        elif text == "}" and len(stack) > 1:
            _close(stack)
    end()
    while len(stack) > 1:
        _close(stack)
    return stack[0]


def _close(stack: list[list[Block]]) -> None:
    children = stack.pop()
    owner = stack[-1].pop() if stack[-1] else Block(("",))
    stack[-1].append(Block(owner.words, (*owner.children, *children)))


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _or(number: float | None, default: float) -> float:
    return default if number is None else number


def _checks(root: Block) -> Iterator[Tracker]:
    for block in root.children:
        name = block.words[1] if len(block.words) > 1 else ""
        if block.name == "vrrp_script" and name:
            interval = max(1.0, _or(block.number("interval"), 1))
            timeout = _or(block.number("timeout"), 0) or interval
            fall = max(1, int(_or(block.number("fall"), 1)))
            yield Tracker(name, "script", int(_or(block.number("weight"), 0)), interval, timeout, fall)
        elif block.name in {"vrrp_track_process", "track_process"} and name:
            delay = _or(block.number("terminate_delay"), _or(block.number("delay"), 0))
            yield Tracker(name, "process", int(_or(block.number("weight"), 1)), delay=max(0.0, delay))


def _instance(block: Block, globals_: Block, checks: Mapping[str, Tracker]) -> Instance:
    def setting(name: str) -> float | None:
        own = block.number(name)
        return globals_.number(f"vrrp_{name}") if own is None else own

    names = [
        line.words for kind in ("track_script", "track_process") for part in block.all(kind) for line in part.children
    ]
    master_delay = _or(setting("garp_master_delay"), 5)
    return Instance(
        name=block.words[1],
        state=(block.text("state") or "BACKUP").upper(),
        priority=int(_or(block.number("priority"), 100)),
        version=int(_or(setting("version"), 2)),
        advert=max(0.01, _or(block.number("advert_int"), 1)),
        down_adverts=max(1, int(_or(setting("down_timer_adverts"), 3))),
        nopreempt=block.has("nopreempt"),
        authentication=any(block.all("authentication")),
        source=block.text("unicast_src_ip"),
        peers=tuple(line.name for part in block.all("unicast_peer") for line in part.children),
        addresses=tuple(line.name.partition("/")[0] for line in _addresses(block)),
        trackers=tuple(_tracked(checks[words[0]], words) for words in names if words[0] in checks),
        undefined=tuple(words[0] for words in names if words[0] not in checks),
        refresh=_or(setting("garp_master_refresh"), 0),
        lower_delay=_or(setting("garp_lower_prio_delay"), master_delay),
        higher_sends=block.has("higher_prio_send_advert") or globals_.has("vrrp_higher_prio_send_advert"),
    )


def _addresses(block: Block) -> Iterator[Block]:
    return (line for part in block.all("virtual_ipaddress") for line in part.children)


def _tracked(check: Tracker, words: tuple[str, ...]) -> Tracker:
    """A weight that is written where the check is named counts there."""
    weights = [_number(value) for key, value in pairwise(words) if key == "weight"]
    weight = weights[-1] if weights and weights[-1] is not None else check.weight
    return Tracker(check.name, check.kind, int(weight), check.interval, check.timeout, check.fall, check.delay)
