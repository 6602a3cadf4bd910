"""Ask several targets at the same time."""

from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")


def together(name: str, questions: Mapping[Key, Callable[[], Answer]]) -> dict[Key, Answer]:
    """All answers, once the last one is there: every question must end by itself. The first exception is raised.

    Its threads are called `name` and are gone when this returns.
    """
    if not questions:
        return {}
    with ThreadPoolExecutor(len(questions), thread_name_prefix=name) as executor:
        asked = {key: executor.submit(question) for key, question in questions.items()}
    return {key: future.result() for key, future in asked.items()}
