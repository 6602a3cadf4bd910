"""One LXD for all tests of this folder. They are one story: each begins where the one before it ended."""

from collections.abc import Iterator

import pytest

from tests.bootstrap.end_to_end.site import EndToEnd, started
from tests.lxd.requirements import need_lxd


@pytest.fixture(scope="session")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndToEnd]:
    """The site; at the end the times of all runs are printed (pytest -s shows them)."""
    need_lxd()
    with started(tmp_path_factory.mktemp("end-to-end")) as site:
        yield site
        for name, whole, steps in site.timings:
            each = ", ".join(f"{step} {seconds:.1f}" for step, seconds in steps.items() if seconds >= 0.5)
            print(f"\n{name}: {whole:.1f} s ({each})")  # noqa: T201
