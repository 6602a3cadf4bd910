"""Prepared images: packages installed, container images pulled, before a machine is made.

recipe     what the builder is and what the image says of itself; pure
builder    the machine that becomes the image: gone, made, booted
content    packages and container images on it
closing    everything that would be the same on two machines taken out; published

A new step: a function in one of them, a line in STEPS.
"""

from ..steps import network
from ..steps.step import Step
from . import builder, closing, content
from .recipe import Recipe


def steps(recipe: Recipe) -> tuple[Step, ...]:
    """What a build does, in its order."""
    return (
        Step("leftovers", "Remove what an earlier build left", builder.clear),
        network.STEP,
        Step("builder", "Make the machine that becomes the image", lambda run: builder.make(run, recipe)),
        Step("first-boot", "Wait for its first boot", lambda run: builder.boot(run, recipe)),
        Step("packages", "Fetch the packages of the load balancers", lambda run: content.packages(run, recipe)),
        Step("images", "Pull container images", lambda run: content.images(run, recipe)),
        Step("clean", "Take out what only one machine may have", lambda run: closing.clean(run, recipe)),
        Step("publish", "Make the image", lambda run: closing.publish(run, recipe)),
        Step("builder-gone", "Remove the machine", builder.clear),
    )
