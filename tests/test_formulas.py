"""Les formules : leurs valeurs sur les diapositives, leurs refus, leurs explications, leurs erreurs connues."""

import pytest

from coursekit import arithmetic as a
from coursekit.errors import ArgumentError, CourseError, ShapeError

VALUES = [
    ("7×7, filtre 3×3", a.output_size, (7, 3), 5),
    ("7×7, filtre 3×3, pas 2", a.output_size, (7, 3, 2), 3),
    ("7×7 et 3×3, pas 3 : PyTorch ignore le reste", a.output_size, (7, 3, 3), 2),
    ("le même en ajoutant des zéros", a.output_size, (7, 3, 3, 0, 1, "pad"), 3),
    ("9 avec pas 3 tombe juste", a.output_size, (9, 3, 3, 0, 1, "raise"), 3),
    ("AlexNet conv1", a.output_size, (227, 11, 4), 55),
    ("filtre aussi grand que l’image", a.output_size, (5, 5), 1),
    ("à trous, taux 2", a.output_size, (7, 3, 1, 0, 2), 3),
    ("même taille, filtre 9", a.same_padding, (9,), 4),
    ("même taille, 3 dilaté de 2", a.same_padding, (3, 2), 2),
    ("même taille, 2 dilaté de 2", a.same_padding, (2, 2), 1),
    ("32 et padding 2", a.padded_size, (32, 2), 36),
    ("3 dilaté de 4", a.effective_kernel, (3, 4), 9),
    ("zéros manquants", a.missing_zeros, (7, 3, 3), 2),
    ("aucun zéro ne manque", a.missing_zeros, (7, 3, 2), 0),
    ("de 227 à 55 par pas de 4", a.kernel_size_for, (227, 55, 4), 11),
    ("AlexNet pool1", a.pool_output_size, (55, 3, 2), 27),
    ("2×2 sans pas", a.pool_output_size, (4, 2), 2),
    ("ceil_mode garde la fenêtre incomplète", a.pool_output_size, (112, 3, 2, 0, True), 56),
    ("ceil_mode n’en ouvre pas dans le padding", a.pool_output_size, (4, 2, 2, 1, True), 3),
    ("8 filtres 5×5×3", a.conv_parameters, (3, 8, 5), 608),
    ("les mêmes sans biais", a.conv_parameters, (3, 8, 5, 1, False), 600),
    ("AlexNet conv2, deux groupes", a.conv_parameters, (96, 256, 5, 2), 307_456),
    ("rectangulaire 1×7", a.conv_parameters, (16, 4, (1, 7)), 452),
    ("3-D", a.conv_parameters, (1, 2, 3, 1, True, 3), 56),
    ("FC6 d’AlexNet", a.linear_parameters, (9216, 4096), 37_752_832),
    (
        "la couche 608 si elle était dense",
        a.fully_connected_equivalent,
        (32 * 32 * 3, 28 * 28 * 8),
        19_273_856,
    ),
    ("1×1, 128 filtres sur 28×28×256", a.conv_macs, (256, 128, 1, 28), 25_690_112),
    ("depthwise 3×3", a.conv_macs, (32, 32, 3, 112, 32), 3_612_672),
    ("trois 3×3", a.receptive_field, (((3, 1),) * 3,), 7),
    ("3×3, pool 2, 3×3", a.receptive_field, (((3, 1), (2, 2), (3, 1)),), 8),
    ("pile vide", a.receptive_field, ((),), 1),
    ("écart après deux pas de 2", a.jump, (((3, 2), (3, 2)),), 4),
    ("début d’une pile de VGG", a.first_pixel, (((3, 1, 1), (3, 1, 1), (2, 2, 0), (3, 1, 1)),), -4),
    ("sans padding, au premier pixel", a.first_pixel, (((11, 4, 0), (3, 2, 0)),), 0),
    ("7 pixels demandent trois 3×3", a.stack_depth, (7,), 3),
]


@pytest.mark.parametrize(
    ("formula", "arguments", "expected"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES]
)
def test_value(formula, arguments, expected):
    assert formula(*arguments) == expected


@pytest.mark.parametrize(
    ("formula", "arguments", "expected"), [v[1:] for v in VALUES], ids=[v[0] for v in VALUES]
)
def test_explanation_puts_the_numbers_in_and_ends_on_the_result(formula, arguments, expected):
    text = formula.explain(*arguments)
    assert str(expected) in text.replace(",", ".")
    assert text.endswith(".")


REFUSED = [
    ("filtre trop grand", a.output_size, (3, 5), ShapeError, "W + 2P = 3 + 2×0 = 3"),
    ("le padding n’y suffit pas", a.output_size, (3, 7, 1, 1), ShapeError, "3 + 2×1 = 5"),
    ("dilatation trop grande", a.output_size, (7, 3, 1, 0, 4), ShapeError, "s’étend sur 9 pixels"),
    (
        "pas qui ne tombe pas juste",
        a.output_size,
        (7, 3, 3, 0, 1, "raise"),
        ShapeError,
        "= 4/3 n’est pas entier",
    ),
    ("politique inconnue", a.output_size, (7, 3, 1, 0, 1, "floor"), ArgumentError, "crop"),
    ("pas nul", a.output_size, (7, 3, 0), ArgumentError, "au moins 1"),
    ("padding négatif", a.output_size, (7, 3, 1, -1), ArgumentError, "au moins 0"),
    ("taille non entière", a.output_size, (7.5, 3), ArgumentError, "7.5"),
    ("booléen", a.output_size, (7, True), ArgumentError, "True"),
    ("texte", a.output_size, ("7", 3), ArgumentError, "'7'"),
    ("filtre pair", a.same_padding, (4,), ShapeError, "impair"),
    ("aucun filtre n’y mène", a.kernel_size_for, (8, 20), ShapeError, "= -11"),
    ("padding plus grand que la demi-fenêtre", a.pool_output_size, (8, 3, 2, 2), ShapeError, "P ≤ 1"),
    ("groupes qui ne divisent pas C", a.conv_parameters, (3, 8, 5, 2), ShapeError, "3/2"),
    ("groupes qui ne divisent pas K", a.conv_parameters, (4, 7, 5, 2), ShapeError, "7/2"),
    ("trois tailles pour deux dimensions", a.conv_parameters, (3, 8, (5, 5, 5)), ShapeError, "2 dimensions"),
    ("pile qui n’en est pas une", a.receptive_field, (7,), ArgumentError, "((3, 1), (2, 2))"),
    ("couples au lieu de triplets", a.first_pixel, (((3, 1),),), ArgumentError, "(F, S, P)"),
    ("champ pair", a.stack_depth, (8,), ShapeError, "pair"),
]


@pytest.mark.parametrize(
    ("formula", "arguments", "error", "excerpt"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refusal_restates_the_numbers(formula, arguments, error, excerpt):
    with pytest.raises(error) as caught:
        formula(*arguments)
    assert excerpt in str(caught.value)
    assert isinstance(caught.value, CourseError)


@pytest.mark.parametrize("formula", a.FORMULAS, ids=lambda formula: formula.id)
def test_every_formula_is_complete(formula):
    assert formula.title
    assert formula.latex.count("{") == formula.latex.count("}")
    assert formula.__doc__
    assert formula.misconceptions
    for misconception in formula.misconceptions:
        assert misconception.feedback.endswith(".")


def test_misconception_ids_are_unique():
    ids = [m.id for formula in a.FORMULAS for m in formula.misconceptions]
    assert len(ids) == len(set(ids))


DIAGNOSES = [
    (a.output_size, (224, 5, 1, 2), 223, "output-size.no-plus-one"),
    (a.output_size, (224, 5, 1, 2), 222, "output-size.one-sided-padding"),
    (a.output_size, (224, 5, 1, 2), 220, "output-size.no-padding"),
    (a.output_size, (227, 11, 4), 217, "output-size.no-stride"),
    (a.output_size, (227, 11, 4), 56, "output-size.divide-only"),
    (a.same_padding, (9,), 8, "same-padding.total"),
    (a.conv_parameters, (3, 8, 5), 600, "conv-parameters.no-bias"),
    (a.conv_parameters, (3, 8, 5), 208, "conv-parameters.no-depth"),
    (a.conv_macs, (256, 128, 1, 28), 32_768, "conv-macs.parameters"),
    (a.receptive_field, (((3, 1), (2, 2), (3, 1)),), 6, "receptive-field.no-stride"),
    (a.receptive_field, (((3, 1),) * 3,), 9, "receptive-field.sum"),
    (a.first_pixel, (((3, 2, 1), (3, 1, 1)),), -2, "first-pixel.no-stride"),
]


@pytest.mark.parametrize(("formula", "arguments", "wrong", "name"), DIAGNOSES)
def test_a_known_mistake_is_recognised_and_the_right_answer_is_not(formula, arguments, wrong, name):
    assert formula.diagnose(wrong, *arguments).id == name
    assert formula.diagnose(formula(*arguments), *arguments) is None
    assert formula.diagnose(-12345, *arguments) is None
