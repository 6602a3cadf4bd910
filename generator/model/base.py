"""What every section of hagen.yaml has in common: camelCase keys, no unknown ones, no silent conversions."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


def without_ends(value: object) -> object:
    """The texts of a list without the white space around them, such as the end of line of a YAML block."""
    if not isinstance(value, list):
        return value
    return [entry.strip() if isinstance(entry, str) else entry for entry in value]


class Section(BaseModel):
    """One mapping of the file. Immutable once read; a key that is not declared is refused."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        allow_inf_nan=False,
        # Only the whole file is validated; building each section by itself at import would cost every start 40 ms.
        defer_build=True,
        extra="forbid",
        frozen=True,
        strict=True,
        validate_default=True,
    )
