"""Les formules du cours, en nombres exacts et sans PyTorch.

Chaque formule s’appelle comme une fonction et porte son LaTeX, son explication chiffrée et ses erreurs connues :
`output_size(224, 5)`, `output_size.latex`, `output_size.explain(224, 5)`, `output_size.misconceptions`.
"""

from coursekit.arithmetic.counts import (
    conv_macs,
    conv_parameters,
    fully_connected_equivalent,
    linear_parameters,
    stack_saving,
)
from coursekit.arithmetic.formula import Formula, Misconception
from coursekit.arithmetic.pooling import (
    average_pool,
    max_pool,
    pool_output_size,
    stochastic_expectation,
    stochastic_probabilities,
)
from coursekit.arithmetic.receptive_field import first_pixel, jump, receptive_field, stack_depth
from coursekit.arithmetic.sizes import (
    effective_kernel,
    kernel_size_for,
    missing_zeros,
    output_size,
    padded_size,
    same_padding,
)
from coursekit.arithmetic.walk import count, totals, walk

FORMULAS: tuple[Formula[..., object], ...] = (
    padded_size,
    effective_kernel,
    output_size,
    missing_zeros,
    same_padding,
    kernel_size_for,
    pool_output_size,
    conv_parameters,
    linear_parameters,
    fully_connected_equivalent,
    conv_macs,
    stack_saving,
    receptive_field,
    jump,
    first_pixel,
    stack_depth,
)

__all__ = [
    "FORMULAS",
    "Formula",
    "Misconception",
    "average_pool",
    "conv_macs",
    "conv_parameters",
    "count",
    "effective_kernel",
    "first_pixel",
    "fully_connected_equivalent",
    "jump",
    "kernel_size_for",
    "linear_parameters",
    "max_pool",
    "missing_zeros",
    "output_size",
    "padded_size",
    "pool_output_size",
    "receptive_field",
    "same_padding",
    "stack_depth",
    "stack_saving",
    "stochastic_expectation",
    "stochastic_probabilities",
    "totals",
    "walk",
]
