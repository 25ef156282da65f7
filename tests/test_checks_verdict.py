"""Un verdict : une valeur qui se lit, s’affiche et s’exige."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from coursekit.checks.verdict import Verdict, right, safely, wrong
from coursekit.errors import ArgumentError, FailedCheckError

RIGHT = right("Oui : 3.", 3, 3)
WRONG = wrong("Vous avez oublié le + 1.", 220, 219, "output-size.no-plus-one")


def test_a_verdict_is_true_when_the_answer_is_right() -> None:
    assert RIGHT
    assert not WRONG
    assert bool(RIGHT) is RIGHT.ok is True


def test_requiring_a_right_answer() -> None:
    assert RIGHT.require() is RIGHT
    with pytest.raises(FailedCheckError, match=r"^Vous avez oublié le \+ 1\.$"):
        WRONG.require()
    with pytest.raises(AssertionError):
        WRONG.require()


def test_it_reads_well() -> None:
    assert str(RIGHT) == "✓ Oui : 3."
    assert str(WRONG) == "✗ Vous avez oublié le + 1."


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Oui.", "**✓** Oui."),
        ("a*b_c", r"**✓** a\*b\_c"),
        ("<script>alert(1)</script>", r"**✓** \<script\>alert(1)\</script\>"),
        ("coûte $5$ [x](y)", r"**✓** coûte \$5\$ \[x\](y)"),
        ("`rm` & \\", r"**✓** \`rm\` \& \\"),
    ],
)
def test_nothing_the_student_wrote_becomes_markup(said: str, shown: str) -> None:
    assert right(said)._repr_markdown_() == shown


def test_it_is_a_value() -> None:
    assert Verdict(True, "m") == Verdict(True, "m", None, None, None)
    with pytest.raises(FrozenInstanceError):
        RIGHT.ok = False  # type: ignore[misc]


def test_the_last_net_catches_the_student_and_not_the_teacher() -> None:
    def student() -> Verdict:
        raise ZeroDivisionError

    def teacher() -> Verdict:
        raise ArgumentError("énoncé")

    assert safely(student, 3) == wrong("Votre réponse n’a pas pu être lue (ZeroDivisionError).", 3)
    with pytest.raises(ArgumentError):
        safely(teacher)
