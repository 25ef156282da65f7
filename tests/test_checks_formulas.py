"""`checks.formula` : chaque erreur connue de chaque formule du cours est reconnue, sur des arguments tirés."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from labels import label

from coursekit import checks
from coursekit.arithmetic import (
    FORMULAS,
    Formula,
    Misconception,
    conv_parameters,
    output_size,
    stack_saving,
)
from coursekit.arithmetic import formula as formula_module
from coursekit.errors import ArgumentError, CourseError, ShapeError
from coursekit.layers import Shape

# Comment tirer chaque argument, d’après son nom : une formule nouvelle n’a qu’à employer ces noms-ci, ou en ajouter un.
ARGUMENTS: dict[str, st.SearchStrategy[Any]] = {
    "bias": st.booleans(),
    "ceil_mode": st.booleans(),
    "dilation": st.integers(1, 4),
    "dims": st.just(2),
    "field_size": st.integers(1, 20).map(lambda n: 2 * n + 1),
    "fit": st.sampled_from(["crop", "pad"]),
    "groups": st.sampled_from([1, 2, 4]),
    "in_channels": st.sampled_from([4, 8, 16, 64]),
    "in_features": st.integers(2, 5000),
    "input_numel": st.integers(2, 200_000),
    "input_size": st.integers(8, 300),
    "kernel_size": st.integers(1, 7),
    "layers": st.lists(st.tuples(st.integers(1, 7), st.integers(1, 3)), min_size=1, max_size=5).map(tuple),
    "out_channels": st.sampled_from([4, 12, 32, 96]),
    "out_features": st.integers(2, 5000),
    "output_numel": st.integers(2, 200_000),
    "output_size": st.integers(1, 60),
    "padded_layers": st.lists(
        st.tuples(st.integers(1, 7), st.integers(1, 3), st.integers(0, 3)), min_size=1, max_size=5
    ).map(tuple),
    "padding": st.integers(0, 3),
    "stride": st.integers(1, 4),
}
# Les arguments dont le nom ne suffit pas.
SPECIAL: dict[tuple[str, str], st.SearchStrategy[Any]] = {("stack_saving", "layers"): st.integers(2, 8)}


def arguments_of(formula: Formula[..., object]) -> st.SearchStrategy[dict[str, Any]]:
    drawn = {}
    for name in signature(formula.function).parameters:
        strategy = SPECIAL.get((formula.id, name), ARGUMENTS.get(name))
        if strategy is None:
            pytest.fail(
                f"{formula.id} a un argument « {name} » qu’on ne sait pas tirer : ajoutez-le à ARGUMENTS."
            )
        drawn[name] = strategy
    return st.fixed_dictionaries(drawn)


def known_mistakes() -> Iterator[Any]:
    for formula in FORMULAS:
        for misconception in formula.misconceptions:
            yield pytest.param(formula, misconception, id=misconception.id)


def valid(formula: Formula[..., object], arguments: dict[str, Any]) -> bool:
    try:
        formula(**arguments)
    except CourseError:
        return False
    return True


def distinct_value(
    formula: Formula[..., object], mistake: Misconception, arguments: dict[str, Any]
) -> object | None:
    """La valeur fausse, si on peut la distinguer de la bonne et de celles des erreurs qui précèdent."""
    value = mistake.value(arguments)
    earlier = formula.misconceptions[: formula.misconceptions.index(mistake)]
    others = [formula(**arguments), *(other.value(arguments) for other in earlier)]
    if value is None or any(other is not None and checks_close(value, other) for other in others):
        return None
    return value


def checks_close(left: Any, right: Any) -> bool:
    return bool(left == right or abs(left - right) <= 1e-6 * abs(right))


@pytest.mark.parametrize(("formula", "mistake"), list(known_mistakes()))
def test_every_known_mistake_is_explained(formula: Formula[..., object], mistake: Misconception) -> None:
    seen = 0

    @settings(max_examples=400, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(arguments_of(formula))
    def explore(arguments: dict[str, Any]) -> None:
        nonlocal seen
        if not valid(formula, arguments) or (value := distinct_value(formula, mistake, arguments)) is None:
            return
        seen += 1
        for written in (value, str(value), str(value).replace(".", ",")):
            verdict = checks.formula(written, formula, **arguments)
            assert not verdict.ok
            assert verdict.misconception == mistake.id
            assert mistake.explain(arguments) in verdict.message
            assert verdict.expected == formula(**arguments)

    explore()
    assert seen > 0, "aucun tirage ne distingue cette erreur de la bonne réponse"


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda f: f.id)
def test_the_right_answer_is_right_and_explained(formula: Formula[..., object]) -> None:
    seen = 0

    @settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(arguments_of(formula))
    def explore(arguments: dict[str, Any]) -> None:
        nonlocal seen
        if not valid(formula, arguments):
            return
        seen += 1
        answer = formula(**arguments)
        for written in (answer, str(answer)):
            verdict = checks.formula(written, formula, **arguments)
            assert verdict.ok, verdict
            assert formula.explain(**arguments) in verdict.message

    explore()
    assert seen > 0, "aucun tirage n’est permis"


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda f: f.id)
def test_an_unknown_mistake_recalls_the_idea_and_keeps_the_answer(formula: Formula[..., object]) -> None:
    @settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(arguments_of(formula))
    def explore(arguments: dict[str, Any]) -> None:
        if not valid(formula, arguments):
            return
        verdict = checks.formula(987_654_321, formula, **arguments)
        assert not verdict.ok
        assert verdict.misconception is None
        assert formula.title in verdict.message
        said = verdict.message.split("Revoyez")[0].replace("987654321", "")
        assert str(formula(**arguments)) not in said
        assert "\\" not in verdict.message

    explore()


CASES: list[tuple[Any, Formula[..., object], tuple[Any, ...], dict[str, Any], bool, str]] = [
    (220, output_size, (224, 5), {}, True, "(224 + 2×0 − 5)/1 + 1"),
    ("220 pixels", output_size, (224, 5), {}, True, "= 220"),
    ("219", output_size, (224, 5), {}, False, "oublié le + 1"),
    ("44,9 %", stack_saving, (3,), {"rel": 1e-2}, True, "44,9"),
    ("0,449", stack_saving, (3,), {"rel": 1e-2}, True, "44,9"),
    (44.898, stack_saving, (3,), {"rel": 1e-2}, False, "une fraction de 1"),
    ("0,449", stack_saving, (3,), {}, False, "trop arrondi"),
    ("19,3 k", conv_parameters, (3, 256, 5), {"rel": 0.001}, False, "Revoyez « Paramètres d’une couche"),
    ("19,5 k", conv_parameters, (3, 256, 5), {"rel": 0.01}, True, "19456"),
    ("19200", conv_parameters, (3, 256, 5), {"rel": 0.1}, True, "19456"),
    ("19200", conv_parameters, (3, 256, 5), {}, False, "oublié les biais : un par filtre, soit 256"),
    ("220 s", output_size, (224, 5), {}, False, "sans unité"),
]


@pytest.mark.parametrize(("answer", "formula", "args", "options", "ok", "words"), CASES, ids=label)
def test_cases(
    answer: Any,
    formula: Formula[..., object],
    args: tuple[Any, ...],
    options: dict[str, Any],
    ok: bool,
    words: str,
) -> None:
    verdict = checks.formula(answer, formula, *args, **options)
    assert verdict.ok is ok, verdict
    assert words in verdict.message


def test_a_mistake_within_tolerance_is_not_held_against_the_student() -> None:
    right = conv_parameters(64, 128, 3)
    assert checks.formula(right - 128, conv_parameters, 64, 128, 3, rel=0.01).ok
    assert not checks.formula(right - 128, conv_parameters, 64, 128, 3).ok


@formula_module.formula(
    title="Volume de sortie",
    latex=r"(K, W, H)",
    worked=lambda result, filters, size: f"K = {filters} et W = H = {size}.",
    misconceptions=(
        formula_module.Misconception(
            "volume.square",
            lambda filters, size: Shape(filters * 2, (size, size)),
            "Deux fois trop de canaux.",
        ),
    ),
)
def output_volume(filters: int, size: int) -> Shape:
    return Shape(filters, (size, size))


def test_a_formula_may_give_a_shape() -> None:
    assert checks.formula("32×7×7", output_volume, 32, 7).message == "Oui. K = 32 et W = H = 7."
    assert checks.formula((64, 7, 7), output_volume, 32, 7).misconception == "volume.square"
    assert checks.formula((7, 7, 32), output_volume, 32, 7).misconception == "shape.layout"
    assert "Volume de sortie" in checks.formula((32, 7, 8), output_volume, 32, 7).message


def test_a_faulty_statement_is_the_teachers_error() -> None:
    with pytest.raises(ShapeError):
        checks.formula(1, output_size, 3, 5)
    with pytest.raises(ArgumentError):
        checks.formula(1, len, 3)  # type: ignore[arg-type]
