"""`generate` in a child process that is started first: its libraries load while hagen.yaml is read and judged.

Saves a part of every render where there are two processors (docs/performance.md), and loses nothing where there is
one.
"""

import contextlib
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NoReturn, Protocol

from .errors import HagenError
from .generate import Files, Job, generate, preload

_WORTH_SHARING: Final = 5  # jobs in each half; below, a process costs more than it saves


class Generate(Protocol):
    """What `generate` does, here or in another process."""

    def __call__(self, jobs: list[Job], directory: str) -> Files:
        """Render every job; the files below the directory."""


@contextlib.contextmanager
def generate_ahead(meanwhile: Callable[[], object] = int, *, shared: bool = True) -> Iterator[Generate]:
    """A `generate` that is getting ready. To be entered before threads are started and anything heavy is loaded.

    `meanwhile` is called while the child renders: whatever the caller will need next can be loaded then. With `shared`
    the child gives half of many jobs to a child of its own, which has everything loaded already.
    """
    requests_read, requests_write = os.pipe()
    answers_read, answers_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(requests_write)
        os.close(answers_read)
        _serve(os.fdopen(requests_read, "rb"), os.fdopen(answers_write, "wb"), _share if shared else generate)
    os.close(requests_read)
    os.close(answers_write)
    try:
        with os.fdopen(answers_read, "rb") as answers, os.fdopen(requests_write, "wb") as requests:
            yield lambda jobs, directory: _ask(requests, answers, (jobs, directory), meanwhile)
    finally:
        # Closed pipes are the child's end, if it was never asked, or if nobody takes its answer.
        os.waitpid(child, 0)


def _ask(
    requests: BinaryIO, answers: BinaryIO, request: tuple[list[Job], str], meanwhile: Callable[[], object]
) -> Files:
    try:
        pickle.dump(request, requests)
        requests.flush()
        meanwhile()
        answer = pickle.load(answers)  # noqa: S301  # from a child of this very process
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        message = "the process that renders the templates was killed"
        raise HagenError(message, remedy="see whether the machine ran out of memory, then run hagen again") from None
    if isinstance(answer, HagenError):
        raise answer
    if isinstance(answer, str):
        raise RuntimeError(answer)  # noqa: TRY004  # a defect in the child, with its traceback as text
    files: Files = answer
    return files


def _share(jobs: list[Job], directory: str) -> Files:
    """`generate` with half of the jobs in another process, where that is worth one."""
    half = len(jobs) // 2
    if half < _WORTH_SHARING:
        return generate(jobs, directory)
    own: Files = {}
    with generate_ahead(lambda: own.update(generate(jobs[:half], directory)), shared=False) as other:
        return other(jobs[half:], directory) | own


def _serve(requests: BinaryIO, answers: BinaryIO, work: Generate) -> NoReturn:
    """The child: get ready, answer one request, end. Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError):
        answer: Files | HagenError | str
        try:
            preload()
            answer = work(*pickle.load(requests))  # noqa: S301  # from the parent
        except HagenError as error:
            answer = error
        except EOFError:
            os._exit(0)
        except Exception:  # noqa: BLE001  # whatever it is, the parent has to report it
            answer = traceback.format_exc()
        pickle.dump(answer, answers)
        answers.flush()
    os._exit(0)
