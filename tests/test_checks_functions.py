"""`checks.function` : des fonctions justes, et à côté de chacune celles qui ne le sont pas."""

from __future__ import annotations

import functools
import itertools
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hostile import hard_limit
from labels import label

from coursekit import checks
from coursekit.arithmetic import conv_parameters, output_size, receptive_field
from coursekit.errors import ArgumentError, ShapeError
from coursekit.layers import Shape


def draw(rng: random.Random) -> tuple[int, ...]:
    return rng.randint(11, 60), rng.choice([1, 3, 5]), rng.randint(1, 3), rng.randint(0, 2)


def judge(function: object, **options: Any) -> checks.Verdict:
    with hard_limit(30):
        return checks.function(function, output_size, draw, **options)


def right(w: int, f: int, s: int, p: int) -> int:
    return (w + 2 * p - f) // s + 1


class Callable1:
    def __call__(self, w: int, f: int, s: int, p: int) -> int:
        return right(w, f, s, p)

    def method(self, w: int, f: int, s: int, p: int) -> int:
        return right(w, f, s, p)


def with_default(w: int, f: int, s: int = 1, p: int = 0) -> int:
    return right(w, f, s, p)


def talkative(w: int, f: int, s: int, p: int) -> int:
    print("je calcule")
    print("attention", file=sys.stderr)
    return right(w, f, s, p)


ACCEPTED: dict[str, Callable[..., Any]] = {
    "fonction": right,
    "lambda": lambda w, f, s, p: right(w, f, s, p),
    "étoile": lambda *args: right(*args),
    "valeurs par défaut": with_default,
    "objet appelable": Callable1(),
    "méthode": Callable1().method,
    "partial": functools.partial(right),
    "décorée": functools.lru_cache(right),
    "formule": output_size,
    "réel entier": lambda w, f, s, p: float(right(w, f, s, p)),
    "entier NumPy": lambda w, f, s, p: np.int64(right(w, f, s, p)),
    "tenseur 0-d": lambda w, f, s, p: torch.tensor(right(w, f, s, p)),
    "bavarde": talkative,
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    verdict = judge(ACCEPTED[name])
    assert verdict.ok, verdict
    assert "40 appels" in verdict.message
    assert capfd.readouterr() == ("", "")


def not_written_dots(w, f, s, p): ...


def not_written_pass(w, f, s, p):
    """La taille de sortie."""


def not_written_raise(w, f, s, p):
    raise NotImplementedError


def prints(w, f, s, p):
    print(right(w, f, s, p))


def forgets_return(w, f, s, p):
    size = right(w, f, s, p)
    size += 0


def yields(w, f, s, p):
    yield right(w, f, s, p)


async def asynchronous(w, f, s, p):
    return right(w, f, s, p)


def crashes_for_some(w, f, s, p):
    return right(w, f, s, p) if s < 3 else 1 // (s - 3)


def recursive(w, f, s, p):
    return recursive(w, f, s, p)


def unbounded(w, f, s, p):
    sys.setrecursionlimit(10**9)
    return recursive(w, f, s, p)


def endless(w, f, s, p):
    while True:
        pass


def endless_and_stubborn(w, f, s, p):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            print("encore")


def endless_loudly(w, f, s, p):
    while True:
        print("x" * 1_000_000)


def sleeps(w, f, s, p):
    time.sleep(3600)


def infinite_sum(w, f, s, p):
    return sum(1 for _ in itertools.count())


def exits(w, f, s, p):
    sys.exit(2)


def interrupts(w, f, s, p):
    raise KeyboardInterrupt


def true_division(w, f, s, p):
    return (w + 2 * p - f) / s + 1


def no_padding(w, f, s, p):
    return (w - f) // s + 1


def wrong_once(w, f, s, p):
    return right(w, f, s, p) + (p == 2)


def mistaken_once(w, f, s, p):
    return no_padding(w, f, s, p) if s == 2 else right(w, f, s, p)


random_source = random.Random(0)


def random_answer(w, f, s, p):
    return right(w, f, s, p) if random_source.random() < 2 else 0


REFUSED: list[tuple[Any, str, str | None]] = [
    (not_written_dots, "pas encore écrite", "function.not-written"),
    (not_written_pass, "pas encore écrite", "function.not-written"),
    (not_written_raise, "pas encore écrite", "function.not-written"),
    (lambda w, f, s, p: ..., "pas encore écrite", "function.not-written"),
    (lambda w, f, s, p: None, "pas encore écrite", "function.not-written"),
    (prints, "remplacez print(…) par return", "function.print"),
    (forgets_return, "avez-vous écrit return ?", "function.no-return"),
    (yields, "remplacez yield par return", "function.generator"),
    (asynchronous, "sans async", "function.coroutine"),
    (lambda w, f, s, p: right, "appelez-la", "function.function"),
    (lambda w, f, s, p: str(right(w, f, s, p)), "renvoie un texte", "function.text"),
    (lambda w, f, s: 0, "avec 4 arguments", "function.arity"),
    (lambda w, f, s: 0, "elle attend (w, f, s)", "function.arity"),
    (lambda: 0, "elle attend ()", "function.arity"),
    (crashes_for_some, "s’arrête sur ZeroDivisionError", "function.exception"),
    (
        crashes_for_some,
        "à la ligne « return right(w, f, s, p) if s < 3 else 1 // (s - 3) »",
        "function.exception",
    ),
    (recursive, "il manque un cas d’arrêt", "function.recursion"),
    (unbounded, "il manque un cas d’arrêt", "function.recursion"),
    (exits, "n’appelez pas exit()", "function.exit"),
    (interrupts, "s’arrête sur KeyboardInterrupt", "function.exception"),
    (true_division, "la division entière s’écrit //", "function.true-division"),
    (no_padding, "oublié le padding", "output-size.no-padding"),
    (lambda w, f, s, p: right(w, f, s, p) - 1, "oublié le + 1", "output-size.no-plus-one"),
    (wrong_once, "ce n’est pas la bonne valeur", None),
    (mistaken_once, "Revoyez « Taille de sortie d’une convolution »", None),
    (lambda w, f, s, p: float("nan"), "renvoie nan", None),
    (lambda w, f, s, p: (right(w, f, s, p),), "ce n’est pas la bonne valeur", None),
    (lambda w, f, s, p: True, "renvoie True", None),
    (right(11, 3, 1, 0), "donnez la fonction elle-même, sans l’appeler", None),
    (int, "la classe int : on attend une fonction", None),
    ("right", "on attend une fonction", None),
    (None, "pas encore répondu", None),
]


@pytest.mark.parametrize(("function", "words", "misconception"), REFUSED, ids=label)
def test_refused(function: Any, words: str, misconception: str | None) -> None:
    verdict = judge(function)
    assert not verdict.ok, verdict
    assert words in verdict.message
    assert verdict.misconception == misconception


@pytest.mark.parametrize("function", [endless, endless_and_stubborn, endless_loudly, sleeps, infinite_sum])
def test_what_never_ends_is_stopped(function: Any, capfd: pytest.CaptureFixture[str]) -> None:
    verdict = judge(function, time_limit=0.3)
    assert not verdict.ok
    assert "n’a pas répondu en 0,3 s" in verdict.message
    assert verdict.misconception == "function.timeout"
    assert capfd.readouterr() == ("", "")


def test_the_smallest_failing_call_is_named_and_its_answer_kept_for_the_grader() -> None:
    verdict = checks.function(wrong_once, output_size, [(50, 5, 1, 2), (11, 3, 2, 2), (11, 3, 2, 1)])
    assert verdict.message.startswith("wrong_once(11, 3, 2, 2) renvoie 8 : ce n’est pas la bonne valeur.")
    assert (verdict.expected, verdict.got) == (7, "8")


def test_draws_are_repeatable() -> None:
    assert judge(wrong_once) == judge(wrong_once)
    assert judge(wrong_once).message != judge(wrong_once, seed=1).message


def test_a_mistake_must_explain_every_call() -> None:
    mistakes = [("no-stride", lambda w, f, s, p: w + 2 * p - f + 1, "Vous avez oublié le pas.")]
    draws = [(11, 3, 2, 1), (12, 3, 3, 0)]

    def forgets_stride(w: int, f: int, s: int, p: int) -> int:
        return w + 2 * p - f + 1

    def forgets_it_once(w: int, f: int, s: int, p: int) -> int:
        return w + 2 * p - f + 1 if s == 2 else right(w, f, s, p)

    verdict = checks.function(forgets_stride, right, draws, mistakes=mistakes)
    assert verdict.misconception == "no-stride"
    assert verdict.message == "forgets_stride(11, 3, 2, 1) renvoie 11. Vous avez oublié le pas."
    assert checks.function(forgets_it_once, right, draws, mistakes=mistakes).misconception is None


def test_where_a_mistake_cannot_happen_the_answer_must_be_right() -> None:
    def no_bias(c: int, k: int, f: int, g: int, bias: bool) -> int:
        return f * f * c // g * k

    def no_bias_and_wrong(c: int, k: int, f: int, g: int, bias: bool) -> int:
        return no_bias(c, k, f, g, bias) + (not bias)

    draws = [(4, 8, 3, 1, True), (4, 8, 3, 2, False)]
    assert checks.function(no_bias, conv_parameters, draws).misconception == "conv-parameters.no-bias"
    assert checks.function(no_bias_and_wrong, conv_parameters, draws).misconception is None


def test_arguments_must_be_left_alone() -> None:
    def reads(values: list[int]) -> int:
        return sum(values)

    def empties(values: list[int]) -> int:
        total = 0
        while values:
            total += values.pop()
        return total

    def in_place(x: torch.Tensor) -> torch.Tensor:
        return x.relu_()

    assert checks.function(reads, sum, [([1, 2],), ([3],)]).ok
    verdict = checks.function(empties, sum, [([1, 2],), ([3],)])
    assert "modifie ses arguments" in verdict.message
    assert verdict.misconception == "function.mutation"
    x = torch.tensor([-1.0, 2.0])
    assert checks.function(torch.relu, torch.relu, [(x,)]).ok
    assert checks.function(in_place, torch.relu, [(x,)]).misconception == "function.mutation"
    assert x.tolist() == [-1.0, 2.0]


def test_the_same_call_must_give_the_same_answer() -> None:
    calls = itertools.count()

    def drifts(x: int) -> int:
        return x if next(calls) < 2 else x + 1

    verdict = checks.function(drifts, lambda x: x, [(1,), (2,)])
    assert verdict.misconception == "function.unstable"
    assert "deux fois la même valeur" in verdict.message


# (la fonction de l’élève, la référence, les appels, juste ?, ce que le message dit)
RESULTS: list[tuple[Any, Any, list[Any], bool, str]] = [
    (lambda x: [x, x + 1], lambda x: (x, x + 1), [(1,)], True, "1 appel."),
    (lambda x: torch.Size([x, x]), lambda x: (x, x), [(3,)], True, ""),
    (lambda x: np.array([x, x]), lambda x: [x, x], [(3,)], True, ""),
    (lambda x: (x,), lambda x: (x, x), [(3,)], False, "renvoie (3,)"),
    (lambda x: x / 3, lambda x: x / 3 + 1e-9, [(1,)], True, ""),
    (lambda x: x / 3 + 1e-3, lambda x: x / 3, [(1,)], False, "pas la bonne valeur"),
    (lambda x: x > 1, lambda x: x > 1, [(1,), (2,)], True, ""),
    (lambda x: np.bool_(x > 1), lambda x: x > 1, [(1,), (2,)], True, ""),
    (lambda x: int(x > 1), lambda x: x > 1, [(1,), (2,)], False, "renvoie 0"),
    (lambda x: "a" * x, lambda x: "a" * x, [(2,)], True, ""),
    (lambda x: "b", lambda x: "a", [(2,)], False, "« b »"),
    (lambda x: {"n": x}, lambda x: {"n": x}, [(2,)], True, ""),
    (lambda x: {"n": x + 1}, lambda x: {"n": x}, [(2,)], False, "un dictionnaire"),
    (lambda x: Shape(x, (2, 2)), lambda x: Shape(x, (2, 2)), [(2,)], True, ""),
    (lambda x: None, lambda x: None, [(2,)], True, ""),
    (lambda x: 0, lambda x: None, [(2,)], False, "renvoie 0"),
    (lambda x: x.T, lambda x: x, [(torch.tensor([[1.0, 2], [3, 4]]),)], False, "échangé les lignes"),
    (lambda x: x.tolist(), lambda x: x, [(torch.ones(2),)], False, "torch.tensor(…)"),
    (lambda x: x + 0, lambda x: x, [torch.ones(2)], True, ""),
    (lambda x: x.copy(), lambda x: x, [(np.ones(2),)], True, ""),
    (lambda layers: 1, receptive_field, [(((3, 1), (3, 2)),)], False, "((3, 1), (3, 2))) renvoie 1"),
]


@pytest.mark.parametrize(("function", "reference", "draws", "ok", "words"), RESULTS, ids=range(len(RESULTS)))
def test_results_of_every_kind(function: Any, reference: Any, draws: Any, ok: bool, words: str) -> None:
    verdict = checks.function(function, reference, draws)
    assert verdict.ok is ok, verdict
    assert words in verdict.message


def test_the_recursion_limit_comes_back() -> None:
    before = sys.getrecursionlimit()
    judge(unbounded)
    assert sys.getrecursionlimit() == before


def test_a_faulty_statement_is_the_teachers_error() -> None:
    with pytest.raises(ArgumentError, match="au moins un appel"):
        checks.function(right, right, [])
    with pytest.raises(ShapeError):
        checks.function(right, output_size, [(3, 5)])
    with pytest.raises(ArgumentError, match="comparer"):
        checks.function(lambda x: x, lambda x: object(), [(1,)])
