"""An answer on its way over the helper's socket."""

import pytest

from hagen.agent.keepalived.answer import Answer, decoded, encoded


@pytest.mark.parametrize(
    "answer",
    [
        Answer(alive=True, dump=b'[{"data":\n{}}]'),
        Answer(alive=False, problem="no keepalived"),
        Answer(alive=None, problem="ü\n\x00"),
    ],
)
def test_there_and_back(answer: Answer) -> None:
    assert decoded(encoded(answer)) == answer


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"[]\n", b'{"alive": 1}\n', b'{"alive": []}\n', b'{"alive": tru', b"\xff\n"]
)
def test_what_is_no_answer(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of whatever kind
        decoded(data)
