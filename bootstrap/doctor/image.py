"""image: machines can be made from the image."""

from collections.abc import Iterator

from ..provider.contract import Image
from .check import Check, Finding, error, ok, unknown
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """Only while a machine is still to be made."""
    if not sight.missing():
        return
    provider = sight.inventory.provider
    virtual = provider.type == "virtual-machine"
    place = f"image {provider.image}"
    server = provider.image_server or "the provider's own store"
    found = sight.run.site.provider.has_image(Image(provider.image, provider.image_server), virtual=virtual)
    if found is None:
        yield unknown(place, f"{server} does not answer here; it may answer the provider")
    elif found:
        yield ok(place, f"{server} has it")
    else:
        kind = "virtual machines" if virtual else "containers"
        yield error(
            place,
            f"{server} has none of this name for {kind}",
            "Correct machines.image and machines.imageServer; `lxc image list` shows the provider's own.",
        )


CHECK = Check("image", "Image", look)
