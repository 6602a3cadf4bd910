"""Images of the applications: a version that stays what it is."""

import re
from typing import Final

from ..problem import quoted
from .rule import Fault, Rule, text_rule

_IMAGE: Final = re.compile(
    r"(?P<name>([a-zA-Z0-9]([a-zA-Z0-9.-]{0,252}[a-zA-Z0-9])?(:[0-9]{1,5})?/)?"
    r"[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_{1,2}|-+)[a-z0-9]+)*)*)"
    r"(:(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(@(?P<digest>sha256:[0-9a-f]{64}))?"
)


def image(text: str) -> Fault | None:
    """An image's name with a tag that stays what it is, or a digest (github.com/distribution/reference)."""
    match = _IMAGE.fullmatch(text)
    if match is None:
        message = f"{quoted(text)} is not the name of an image"
        return Fault("HG611", message, "write it like registry.example.com/team/app:1.0.0")
    if match["digest"]:
        return None
    if match["tag"] is None:
        return Fault("HG611", f"{quoted(text)} has no tag", f"write a version: {match['name']}:1.0.0")
    if match["tag"] == "latest":
        return Fault("HG611", f"{quoted(text)} is another image tomorrow", f"write a version: {match['name']}:1.0.0")
    return None


RULES: Final[tuple[Rule, ...]] = (
    text_rule("apps.client.image", lambda cluster: cluster.apps.client.image, image),
    text_rule("apps.server.image", lambda cluster: cluster.apps.server.image, image),
)
