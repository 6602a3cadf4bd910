"""The package repository that the machines install from: Debian packages with the stand-ins, signed like the real one.

http://BRIDGE:8000/archive/: containerd. http://BRIDGE:8000/kubernetes:/v1.36/deb/: kubelet, kubeadm, kubectl.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

STANDINS = Path(__file__).with_name("standins")
LIBRARY = "usr/lib/hagen-standins"
VERSION = "1.36.2-1.1"
KUBELET = """[Unit]
Description=kubelet (stand-in)
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/bin/kubelet
Restart=always
RestartSec=10s

[Install]
WantedBy=multi-user.target
"""
CONTAINERD = """[Unit]
Description=containerd (stand-in)

[Service]
ExecStart=/usr/bin/containerd

[Install]
WantedBy=multi-user.target
"""
IDENTITY = "hagen tests <tests@hagen.invalid>"


def build(root: Path) -> None:
    """Both repositories below a folder."""
    archive, kubernetes = root / "archive", root / "kubernetes:/v1.36/deb"
    for folder in (archive, kubernetes):
        folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        units = {"containerd.service": CONTAINERD}
        package(scratch, archive, "containerd", "2.2.0-1", programs=["containerd"], units=units, library=True)
        units = {"kubelet.service": KUBELET}
        package(scratch, kubernetes, "kubelet", VERSION, programs=["kubelet"], units=units, needs="containerd")
        for program in ("kubeadm", "kubectl"):
            package(scratch, kubernetes, program, VERSION, programs=[program], needs="containerd")
        for folder in (archive, kubernetes):
            index(folder)
        sign(scratch, kubernetes)


def package(
    scratch: Path, target: Path, name: str, version: str, *, programs: list[str], units: dict[str, str] | None = None,
    library: bool = False, needs: str = "",
) -> None:  # fmt: skip
    """One package. `library`: with all of the stand-ins' modules, which the others only link to."""
    tree = scratch / name
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "usr/bin").mkdir(parents=True)
    if library:
        shutil.copytree(STANDINS, tree / LIBRARY, ignore=shutil.ignore_patterns("__pycache__"))
        for module in (tree / LIBRARY).glob("*.py"):
            module.chmod(0o755)
    for program in programs:
        (tree / "usr/bin" / program).symlink_to(f"/{LIBRARY}/{program}.py")
    for unit, text in (units or {}).items():
        (tree / "lib/systemd/system").mkdir(parents=True, exist_ok=True)
        (tree / "lib/systemd/system" / unit).write_text(text)
    depends = ", ".join(["python3", "python3-cryptography", "python3-yaml", *([needs] if needs else [])])
    control = f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: {IDENTITY}\nDepends: {depends}\n"
    (tree / "DEBIAN/control").write_text(f"{control}Description: stand-in for tests\n")
    command = ["dpkg-deb", "--build", "--root-owner-group", "-Znone", str(tree), str(target)]
    subprocess.run(command, check=True, capture_output=True)


def index(folder: Path) -> None:
    """Packages and Release, as `deb URL ./` and `deb URL /` want them."""
    entries = []
    for file in sorted(folder.glob("*.deb")):
        control = subprocess.check_output(["dpkg-deb", "--field", str(file)], text=True).rstrip("\n")
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        entries.append(f"{control}\nFilename: ./{file.name}\nSize: {len(content)}\nSHA256: {digest}\n")
    listed = "\n".join(entries).encode()
    (folder / "Packages").write_bytes(listed)
    line = f" {hashlib.sha256(listed).hexdigest()} {len(listed)} Packages\n"
    date = subprocess.check_output(["date", "--utc", "-R"], text=True)
    (folder / "Release").write_text(f"Origin: hagen tests\nDate: {date}SHA256:\n{line}")


def sign(scratch: Path, folder: Path) -> None:
    """InRelease, and the public key as Release.key."""
    home = scratch / "gpg"
    home.mkdir(mode=0o700)

    def gpg(*words: str) -> bytes:
        command = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback", "--passphrase", "", *words]
        return subprocess.run(command, check=True, capture_output=True).stdout

    try:
        gpg("--quick-generate-key", IDENTITY, "ed25519", "sign", "never")
        gpg("--clearsign", "--output", str(folder / "InRelease"), str(folder / "Release"))
        (folder / "Release.key").write_bytes(gpg("--armor", "--export"))
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False, capture_output=True)
