"""What lint says: a stable code, and a text with cause and remedy. Codes are never reused."""

from typing import Final, NamedTuple


class Finding(NamedTuple):
    """One thing in the settings that costs availability. `text`: cause, then remedy, for a person."""

    code: str
    text: str


class Rule(NamedTuple):
    """What a code stands for."""

    title: str
    why: str
    remedy: str


RULES: Final[dict[str, Rule]] = {
    # 1: keepalived.conf
    "HA100": Rule(
        "keepalived.conf cannot be read",
        "What keepalived is set to do is not known, and no bound can be stated.",
        "Give the agent's user the right to read it, or state its path.",
    ),
    "HA101": Rule(
        "weight smaller than the priority gap",
        "A failed check lowers the priority, but not below the next load balancer's: the address never moves.",
        "Set weight 0 (FAULT), or a weight greater than the gap.",
    ),
    "HA102": Rule(
        "nopreempt with a weight",
        "With nopreempt no backup takes over from a master that still advertises, however low its priority.",
        "Set weight 0 (FAULT).",
    ),
    "HA103": Rule(
        "equal priorities",
        "The skews are equal, so two backups become master in the same moment, and the address decides.",
        "Give each load balancer a priority of its own.",
    ),
    "HA104": Rule(
        "advert interval differs",
        "The load balancers disagree about how long silence may last: failover is slower, or happens for no reason.",
        "Use one advert_int on all, the one of agent.yaml.",
    ),
    "HA105": Rule(
        "haproxy is not tracked",
        "A load balancer whose haproxy is dead keeps the address: an outage until somebody acts.",
        "Add a vrrp_track_process on haproxy and a vrrp_script that asks it, and name them in the instance.",
    ),
    "HA106": Rule(
        "a hung haproxy is not noticed",
        "A process that stands still is still there; only a question with a deadline finds it.",
        "Add a vrrp_script with a timeout that asks haproxy itself.",
    ),
    "HA107": Rule(
        "enable_script_security is missing",
        "Scripts run as root even where others may change them.",
        "Set enable_script_security and an unprivileged script_user in global_defs.",
    ),
    "HA108": Rule(
        "priority differs from agent.yaml",
        "Bounds and verdicts are computed with another priority than the one in force.",
        "Render and install both files from one hagen.yaml.",
    ),
    "HA109": Rule(
        "VRRP version 2",
        "It knows whole seconds only: a failover takes more than 3 s.",
        "Set vrrp_version 3 and an advert_int below a second on all load balancers at once.",
    ),
    "HA110": Rule(
        "virtual IP not configured",
        "No vrrp_instance of this host carries the address.",
        "Render and install keepalived.conf, or correct virtualIP in agent.yaml.",
    ),
    "HA111": Rule(
        "nopreempt with state MASTER",
        "keepalived ignores nopreempt then: this host takes the address back when it returns, and clients pay.",
        "Set state BACKUP on all load balancers.",
    ),
    "HA112": Rule(
        "stale ARP after a partition",
        "When both had the address, hosts keep the loser's MAC address until their own ARP entry ends (48 s measured).",
        "Set vrrp_higher_prio_send_advert true and vrrp_garp_master_refresh 10.",
    ),
    "HA113": Rule(
        "slow health check",
        "A dead or hung haproxy is an outage for longer than 10 s.",
        "Shorten interval, timeout and fall, and use weight 0.",
    ),
    "HA114": Rule(
        "peers differ from agent.yaml",
        "A load balancer that is not a peer gets no adverts, and takes the address as well.",
        "Name every other load balancer's address in unicast_peer.",
    ),
    "HA115": Rule(
        "VRRP authentication",
        "The password is sent in clear text, and VRRPv3 has none: it protects from nothing.",
        "Remove it; use unicast peers and a firewall.",
    ),
    "HA116": Rule(
        "unknown check",
        "The instance names a check that is not defined, and keepalived goes on without it.",
        "Define it, or remove the name.",
    ),
    "HA117": Rule(
        "included files are not judged",
        "Settings in them are not seen here.",
        "Write one file, as hagen renders it.",
    ),
    # 2: haproxy.cfg
    "HA200": Rule(
        "haproxy.cfg cannot be read",
        "What haproxy is set to do is not known, and no bound can be stated.",
        "Give the agent's user the right to read it, or state its path.",
    ),
    "HA201": Rule(
        "no timeout check",
        "The whole check has `inter`, a slow line included; a longer inter makes a hung server stay longer.",
        "Set timeout check in defaults.",
    ),
    "HA202": Rule(
        "timeout check too long",
        "A server that takes connections and stays silent keeps its place for `fall` times this long.",
        "Set timeout check below inter x fall, for example 400ms.",
    ),
    "HA203": Rule(
        "connections to dead servers are kept",
        "Without `on-marked-down shutdown-sessions` kept connections hang until the client gives up.",
        "Add it to default-server.",
    ),
    "HA204": Rule(
        "server without a check",
        "It stays in rotation when it is dead.",
        "Add check to the server.",
    ),
    "HA205": Rule(
        "certificate not verified",
        "With `verify none` anybody on the network can stand in for a server in the health check.",
        "Set verify required and ca-file.",
    ),
    "HA206": Rule(
        "no redispatch",
        "A connection that a dead server does not take fails, though another server would.",
        "Set option redispatch 1 and retries 3.",
    ),
    "HA207": Rule(
        "no timeout connect",
        "A connection to a dead server waits for the kernel, minutes long.",
        "Set timeout connect in defaults.",
    ),
    "HA208": Rule(
        "API servers differ from agent.yaml",
        "One that is missing carries no load; one too many is a dead end.",
        "Render and install both files from one hagen.yaml.",
    ),
    "HA209": Rule(
        "watches are cut",
        "Watches are silent for minutes; a short timeout client or server ends them again and again.",
        "Set timeout client and timeout server to 1h, with option clitcpka and srvtcpka.",
    ),
    "HA210": Rule(
        "stats socket differs from agent.yaml",
        "The agent asks a socket that haproxy does not open: nothing is known of its servers.",
        "Use one path in both files.",
    ),
    "HA211": Rule(
        "a hung server passes its check",
        "Without option httpchk a check only connects, and the kernel connects for a process that stands still.",
        "Set option httpchk with GET /readyz (API) or the ingress's health path.",
    ),
    # 3: what the agent is told about the rest
    "HA301": Rule(
        "etcd metrics on loopback",
        "kubeadm's default. The load balancers cannot reach 127.0.0.1 of a control plane.",
        "Set listen-metrics-urls to the node's address, open only to the load balancers, and correct metricsURL.",
    ),
    "HA302": Rule(
        "quorum is no majority",
        "The verdicts count with another number than etcd or Galera does.",
        "Set quorum to members // 2 + 1.",
    ),
}


def finding(code: str, detail: str) -> Finding:
    """What was found here, why it matters, what to do."""
    rule = RULES[code]
    return Finding(code, f"{detail} {rule.why} {rule.remedy}")
