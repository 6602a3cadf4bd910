"""How a run is shown: each form is a listener of events."""
