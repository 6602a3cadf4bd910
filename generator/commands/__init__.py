"""One module per command of `hagen`. A command parses options, calls the generator, and prints; it decides nothing."""
