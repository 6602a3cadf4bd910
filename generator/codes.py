"""Every problem that `hagen check` knows: a stable code, how bad it is, and what it is about.

Codes are never reused. Hundreds: 1 the file, 2 roles and quorum, 3 addresses, 4 names, 5 VRRP and ports, 6 workloads,
7 versions, 8 machines and placement.
"""

from typing import Final, Literal, NamedTuple

Severity = Literal["error", "warning"]


class Code(NamedTuple):
    """One kind of problem."""

    severity: Severity
    title: str
    why: str


CODES: Final[dict[str, Code]] = {
    # 1: the file
    "HG101": Code("error", "not YAML", "The file cannot be parsed."),
    "HG102": Code("error", "duplicate key", "YAML takes one of the two silently; nobody can say which was meant."),
    "HG103": Code("error", "unknown key", "A misspelt key would otherwise be a default that nobody asked for."),
    "HG104": Code("error", "missing key", "The value has no default that could be right."),
    "HG105": Code("error", "wrong type", "A list where text is expected, a number where text is expected, and so on."),
    "HG106": Code("error", "value not offered", "The key takes one of a few values."),
    "HG107": Code("error", "number out of range", "The value lies outside what the component takes."),
    "HG108": Code("error", "malformed value", "An address, a network, a duration or a size that cannot be read."),
    "HG109": Code("error", "not a configuration file", "Empty, not UTF-8, too large, or not a mapping."),
    "HG110": Code("error", "unsupported YAML", "Tags, cyclic aliases and excessive nesting have no meaning here."),
    # 2: roles and quorum
    "HG201": Code("error", "no control plane", "A cluster has at least one."),
    "HG202": Code(
        "error",
        "even number of control planes",
        "Stacked etcd with 2 members tolerates as many failures as with 1, with 4 as many as with 3: the further "
        "one only adds risk.",
    ),
    "HG203": Code("warning", "single control plane", "etcd has no quorum to keep: every failure is an outage."),
    "HG204": Code("error", "no load balancer", "The virtual IP lives on the load balancers."),
    "HG205": Code("warning", "single load balancer", "Nobody takes the virtual IP over."),
    "HG206": Code(
        "error",
        "too few workers for the database",
        "Galera nodes never share a worker (required anti-affinity): those without one stay Pending.",
    ),
    "HG207": Code(
        "error", "database size", "The operator takes 3 or 5 Galera nodes; anything else is unsafe and refused by it."
    ),
    "HG208": Code(
        "warning",
        "many control planes",
        "etcd's documentation advises at most 7 members: each write waits for a majority.",
    ),
    "HG209": Code("error", "no worker", "Nothing would run the ingress and the applications."),
    "HG210": Code(
        "error",
        "too few workers for Argo CD",
        "Its HA flavour never puts two Redis servers on one worker: without three workers it stays incomplete.",
    ),
    # 3: addresses
    "HG301": Code("error", "host bits set", "The text names an address inside a network, not the network."),
    "HG302": Code(
        "error",
        "networks overlap",
        "Machines, pods and Services need networks of their own; packets would take the wrong way.",
    ),
    "HG303": Code(
        "error",
        "pod network too small",
        "Each node takes a /24 of the pod network (kube-controller-manager's node-cidr-mask-size).",
    ),
    "HG304": Code("error", "service network too small", "The network cannot hold the Services that hagen renders."),
    "HG305": Code("error", "address outside the network", "The machine could not be reached."),
    "HG306": Code(
        "error", "address is the network's or the broadcast address", "These two addresses belong to no machine."
    ),
    "HG307": Code("error", "address is the gateway's", "Two owners of one address."),
    "HG308": Code(
        "error", "address is the virtual IP", "The virtual IP moves between load balancers and is nobody's own."
    ),
    "HG309": Code("error", "address used twice", "Two machines with one address."),
    "HG310": Code("error", "virtual IP outside the network", "No load balancer could announce it."),
    "HG311": Code("error", "virtual IP is taken", "It is the network's, the broadcast or the gateway's address."),
    "HG312": Code("error", "DHCP range covers a fixed address", "The bridge would give the address to somebody else."),
    "HG313": Code("error", "DHCP range makes no sense", "It ends before it starts, or lies outside the network."),
    "HG314": Code("error", "IPv6 and dual-stack are not supported", "hagen renders IPv4 clusters."),
    "HG315": Code("error", "network too small", "The network has no room for the machines."),
    "HG316": Code("error", "gateway outside the network", "Machines could not reach it."),
    "HG317": Code(
        "error",
        "network too large",
        "kube-apiserver takes service networks up to /12, kube-controller-manager pod networks up to /8 (with a "
        "/24 a node).",
    ),
    "HG318": Code(
        "warning",
        "public addresses",
        "Pods or Services outside the private networks (RFC 1918, RFC 6598): hosts on the Internet become unreachable.",
    ),
    "HG319": Code(
        "error",
        "addresses with a meaning of their own",
        "Loopback, link-local, multicast and reserved addresses are not routed.",
    ),
    # 4: names
    "HG401": Code("error", "machine name used twice", "LXD and Kubernetes know a machine by its name."),
    "HG402": Code("error", "not a DNS label", "RFC 1123: a-z, 0-9 and -, at most 63 characters, no - at the ends."),
    "HG403": Code("error", "database name too long", "The Percona operator takes at most 22 characters."),
    "HG404": Code(
        "error", "not a DNS name", "RFC 1123: labels of a-z, 0-9 and -, joined by dots, at most 253 characters."
    ),
    "HG405": Code("error", "host name used twice", "The ingress could not tell the two applications apart."),
    "HG406": Code("error", "not a repository URL", "Argo CD takes https, ssh and scp-like URLs."),
    "HG407": Code("error", "secret in the file", "The file is kept in git, and nothing secret ever is."),
    "HG408": Code("error", "not a public SSH key", "sshd would ignore the line."),
    "HG409": Code("error", "not a database identifier", "The operator writes names unquoted into SQL."),
    "HG410": Code("error", "not a git revision", "git refuses the name (git-check-ref-format)."),
    "HG411": Code("error", "not a URL", "A mirror or a proxy is given as http:// or https:// and a host."),
    "HG412": Code("error", "not a user name", "useradd refuses the name, or it is the system's own."),
    "HG413": Code(
        "error",
        "not a name that LXD takes",
        "Names of bridges, interfaces, pools, profiles, members and images are passed on as they stand.",
    ),
    "HG414": Code(
        "error", "entry stands twice", "Another one was meant; LXD and containerd refuse or overwrite the second."
    ),
    "HG415": Code(
        "error",
        "not a line of known_hosts",
        "Argo CD would not find the git server's key in it: server, type and key, each line by itself.",
    ),
    "HG416": Code(
        "warning",
        "host key of the git server unknown",
        "Argo CD takes no key on trust, and its first sync of itself removes one that was added by hand. "
        "No error: the server may not be there yet, and a repository Secret with `insecure` does without.",
    ),
    "HG417": Code(
        "warning",
        "proxy for http alone",
        "Git, upstream manifests, charts, images and Kubernetes' packages come over https: directly, then.",
    ),
    # 5: VRRP and ports
    "HG501": Code("error", "VRRP router id", "RFC 5798: 1 to 255."),
    "HG502": Code(
        "error",
        "VRRP advert interval",
        "keepalived takes 10 ms to 40.95 s in steps of 10 ms (RFC 5798: 12 bits of centiseconds).",
    ),
    "HG503": Code("error", "VRRP priority used twice", "Two load balancers that may both win an election flap."),
    "HG504": Code(
        "error", "VRRP priority", "1 to 254; 255 is the address owner's (RFC 5798). Only load balancers have one."
    ),
    "HG505": Code("error", "NodePort out of range", "kube-apiserver hands out 30000 to 32767."),
    "HG506": Code("error", "port used twice", "Two listeners on one port of one machine."),
    "HG507": Code(
        "warning",
        "very short advert interval",
        "Below 50 ms the scheduler of a busy host decides, not the network: false failovers.",
    ),
    # 6: workloads
    "HG601": Code("error", "HPA minimum above its maximum", "The API server refuses it."),
    "HG602": Code(
        "error",
        "disruption budget blocks every drain",
        "With minAvailable as high as the fewest replicas no pod may ever be evicted.",
    ),
    "HG603": Code("error", "HPA target", "A percentage, 1 to 100."),
    "HG604": Code("error", "HPA without a target", "It would never scale."),
    "HG605": Code("error", "backup without storage", "A schedule needs somewhere to write to."),
    "HG606": Code("error", "not a cron schedule", "Five fields: minute, hour, day of month, month, day of week."),
    "HG607": Code(
        "warning", "replicas share workers", "More ingress replicas than workers: the further ones add no availability."
    ),
    "HG608": Code(
        "error",
        "volume too small",
        "Galera needs room for its data, its ring buffer and a state transfer: 2 GiB at least.",
    ),
    "HG609": Code("error", "HPA bounds", "At least one pod."),
    "HG610": Code("error", "not a bucket or a region", "S3's naming rules: the storage would refuse every backup."),
    "HG611": Code(
        "error",
        "image without a version",
        "A tag that moves, or none, makes two pods of one Deployment different programs.",
    ),
    "HG612": Code(
        "error",
        "memory of the database",
        "Galera needs 1 GiB; and what does not fit on a worker stays Pending.",
    ),
    # 7: versions
    "HG701": Code("error", "not a full version", "Without a patch the package repository decides what is installed."),
    "HG702": Code(
        "error",
        "Kubernetes version not supported",
        "hagen renders kubeadm v1beta4, which these versions do not take, or they were never tried.",
    ),
    "HG703": Code("warning", "add-on outside its supported range", "Its makers did not test it with this Kubernetes."),
    "HG704": Code("warning", "retired component", "It gets no security fixes any more."),
    "HG705": Code(
        "error",
        "containerd configuration version",
        "It is the format of another containerd than the image brings, or of one that Kubernetes refuses.",
    ),
    # 8: machines and placement
    "HG801": Code(
        "warning", "one host carries the etcd quorum", "Its loss stops the API: a majority of the members is gone."
    ),
    "HG802": Code("warning", "one host carries all load balancers", "Its loss takes the virtual IP away."),
    "HG803": Code(
        "warning",
        "one host may carry the Galera quorum",
        "Its loss may leave the database without a primary component.",
    ),
    "HG804": Code("error", "machine too small", "kubeadm's preflight refuses control planes below 2 CPUs and 1700 MB."),
    "HG805": Code("warning", "machine small", "It starts, but leaves no room for what runs on it."),
    "HG806": Code(
        "warning", "some machines without a host", "LXD places them where it likes: the other placements prove nothing."
    ),
    "HG807": Code(
        "error", "too few hosts for the database", "With antiAffinity zone each Galera node needs a host of its own."
    ),
    "HG808": Code("warning", "password logins", "Passwords can be guessed; keys cannot."),
    "HG809": Code("warning", "unverifiable kubelets", "metrics-server has to trust any certificate."),
}
