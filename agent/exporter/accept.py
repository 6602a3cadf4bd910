"""Which text format a scraper gets (RFC 9110, 12.5.1; prometheus.io, "Content negotiation").

The client library looks at the order of the words alone, and takes any version for one that it speaks.
"""

from collections.abc import Iterator

OPENMETRICS, TEXT = "application/openmetrics-text", "text/plain"
_ESCAPINGS = {"allow-utf-8", "underscores", "dots", "values"}
_NEWEST = (OPENMETRICS, TEXT, "text/*", "*/*")
_VERSION = "1.0.0"


def preferred(accept: str) -> str:
    """The one entry of an Accept header that is served, as the client library understands it; "": the old text format.

    Of what the client likes as well as anything else, the newest; what means nothing is passed over.
    """
    entries = [entry for entry in _entries(accept) if entry[0] > 0]
    return max(entries, key=lambda entry: (entry[0], -_NEWEST.index(entry[1]), bool(entry[2])), default=(0, "", ""))[2]


def _entries(accept: str) -> Iterator[tuple[float, str, str]]:
    """Weight, type, and what the client library is given; of the entries that can be served."""
    for part in accept.split(","):
        kind, *rest = (word.strip() for word in part.split(";"))
        given = {name.strip().lower(): value.strip() for name, _, value in (word.partition("=") for word in rest)}
        weight, version = _weight(given.get("q", "1")), given.get("version", "")
        kind = kind.lower()
        if weight is None or kind not in _NEWEST:
            continue
        if version == _VERSION and kind in {OPENMETRICS, TEXT}:
            escaping = given.get("escaping", "")
            yield (
                weight,
                kind,
                f"{kind};version={version}" + (f";escaping={escaping}" if escaping in _ESCAPINGS else ""),
            )
        elif kind == OPENMETRICS and not version:
            yield weight, kind, kind
        elif kind != OPENMETRICS and version in {"", "0.0.4"}:
            yield weight, kind, ""


def _weight(text: str) -> float | None:
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if 0 <= weight <= 1 else None
