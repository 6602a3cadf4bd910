"""All witnesses of who has the virtual IP, at the same time. Which of them to believe is decided elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import IPv4Address

from ...clock import Clock, SystemClock
from ...config import AgentConfig
from ...keepalived.answer import Answer
from ...kubernetes.credentials import Credentials
from ...kubernetes.deadline import Deadline
from ...snapshot import Peer, VIPReading
from ..collector import CollectorError
from ..http import Target, target_of
from . import arp, ask, netlink, peers
from .keepalived import Claim, parse_dump
from .prober import probers
from .watch import AddressWatch, Movements

_OWN_SHARE = 0.9  # of the deadline, so that a slow run ends by itself
_INTERVALS = {"new": 0.4, "kept": 0.2}  # seconds; a handshake costs ten times what a request does


class VIPCollector:
    """Its first run starts what runs for ever: the watch on the kernel's addresses, and the probes. close() ends it."""

    name = "vip"

    def __init__(
        self,
        config: AgentConfig,
        credentials: Credentials,
        clock: Clock | None = None,
        *,
        interval: float = 2.0,
        deadline: float = 2.0,
    ) -> None:
        """ValueError for an endpoint that is not https://<address>."""
        self.interval = interval
        self.deadline = deadline
        self._config = config
        self._clock = clock or SystemClock()
        self._watch: AddressWatch | None = None
        self._closed = False
        endpoint = target_of(config.api_servers.endpoint)
        self._probers = probers(endpoint, credentials, self._clock, _INTERVALS)

    def collect(self) -> VIPReading:
        """Every witness for itself; CollectorError only when the kernel does not give its addresses."""
        self._start()
        deadline = Deadline.after(_OWN_SHARE * self.deadline)
        own = _own_addresses()
        assigned = self._config.virtual_ip.address in own
        with ThreadPoolExecutor(3, thread_name_prefix="vip") as executor:
            said = executor.submit(ask.ask, self._config.keepalived, deadline)
            asked = executor.submit(self._ask_peers, own, deadline)
            counted = None if assigned else executor.submit(self._responders)
            answer, others = said.result(), asked.result()
            responders = None if counted is None else counted.result()
        after = self._config.virtual_ip.address in _own_addresses()
        reading = _claimed(answer, self._config.virtual_ip.vrrp_instance)
        seen = self._watch.seen if self._watch else Movements()
        found = replace(
            reading,
            assigned=after,
            gained=seen.gained,
            lost=seen.lost,
            last_transition=seen.last,
            responders=responders,
            peers=others,
            probes={name: prober.probes for name, prober in self._probers.items()},
        )
        return found if after == assigned else moved(found)

    def close(self) -> None:
        """No more probes, no more events."""
        self._closed = True
        for prober in self._probers.values():
            prober.close()
        if self._watch is not None:
            self._watch.close()

    def _start(self) -> None:
        if self._closed or self._watch is not None:
            return
        try:
            self._watch = AddressWatch(self._config.virtual_ip.address, self._clock)
        except OSError as error:
            raise CollectorError(f"the kernel's addresses: {error}") from error
        self._watch.start()
        for prober in self._probers.values():
            prober.start()

    def _responders(self) -> int | None:
        """None when the question could not be asked: no CAP_NET_RAW, no such interface, no carrier."""
        try:
            return arp.ask(self._config.virtual_ip.address, self._config.virtual_ip.interface)
        except OSError:
            return None

    def _ask_peers(self, own: frozenset[IPv4Address], deadline: Deadline) -> tuple[Peer, ...]:
        others = [balancer for balancer in self._config.load_balancers if balancer.address not in own]
        try:
            context, headers = peers.context_of(self._config.peers), peers.headers_of(self._config.peers)
        except (OSError, ValueError):  # of files that cannot be used; ssl.SSLError is an OSError
            return tuple(Peer(balancer.name, answered=False) for balancer in others)
        port = self._config.listen.port
        targets = {
            balancer.name: Target(str(balancer.address), port, peers.PATH, context, headers=headers)
            for balancer in others
        }
        return peers.ask(targets, deadline)


def moved(reading: VIPReading) -> VIPReading:
    """The address came or went while others were asked: what they said of it may be from before, so it is not known.

    Side by side with the kernel of now, keepalived's "backup" of a moment ago would be an orphan that never was.
    """
    return replace(reading, state=None, responders=None)


def _own_addresses() -> frozenset[IPv4Address]:
    try:
        return frozenset(address for address, _ in netlink.addresses())
    except OSError as error:
        raise CollectorError(f"the kernel's addresses: {error}") from error


def _claimed(answer: Answer, instance: str) -> VIPReading:
    """What keepalived says of itself; a dump that cannot be understood is no answer."""
    alive, claim = answer.alive, Claim()
    if alive:
        try:
            claim = parse_dump(answer.dump, instance)
        except ValueError:
            alive = None
    return VIPReading(keepalived=alive, **vars(claim))
