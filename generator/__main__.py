"""`python -m hagen.generator`."""

from .cli import main

main()
