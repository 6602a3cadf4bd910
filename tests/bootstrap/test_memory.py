"""What is known, and for how long."""

from hagen.bootstrap.memory import SECONDS, Memory


class Looks:
    """A look that counts. `finds`: what it finds next."""

    def __init__(self) -> None:
        self.count, self.finds = 0, "something"

    def __call__(self) -> str:
        self.count += 1
        return self.finds


def test_a_look_counts_for_some_seconds_and_for_its_own_name_only() -> None:
    now = [0.0]
    memory, looks = Memory(lambda: now[0]), Looks()
    assert [memory.recall("one", looks), memory.recall("one", looks)] == ["something"] * 2
    assert looks.count == 1
    memory.recall("two", looks)
    assert looks.count == 2
    now[0] = SECONDS
    memory.recall("one", looks)
    assert looks.count == 3


def test_a_change_makes_it_look_again() -> None:
    memory, looks = Memory(lambda: 0.0), Looks()
    memory.recall("one", looks)
    memory.forget()
    looks.finds = "something else"
    assert memory.recall("one", looks) == "something else"


def test_what_changes_during_a_look_is_not_covered_by_it() -> None:
    memory, looks = Memory(lambda: 0.0), Looks()

    def look() -> str:
        memory.forget()
        return "old"

    assert memory.recall("one", look) == "old"
    assert memory.recall("one", looks) == "something"


def test_nothing_is_looked_for_again() -> None:
    memory, looks = Memory(lambda: 0.0), Looks()
    looks.finds = ""
    assert [memory.recall("one", looks), memory.recall("one", looks)] == ["", ""]
    assert looks.count == 2
