"""Tous les explorateurs du cours, dans l’ordre où on les rencontre."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from coursekit.afm import Widget
from coursekit.widgets.comparator import explore_comparator
from coursekit.widgets.correlation import explore_correlation
from coursekit.widgets.inception import explore_inception
from coursekit.widgets.network import explore_network
from coursekit.widgets.photo import explore_photo
from coursekit.widgets.pooling import explore_pooling
from coursekit.widgets.receptive import explore_receptive
from coursekit.widgets.residual import explore_residual
from coursekit.widgets.scaling import explore_scaling
from coursekit.widgets.se import explore_se
from coursekit.widgets.separable import explore_separable
from coursekit.widgets.sizes import explore_sizes

EXPLORERS: Mapping[str, Callable[[], Widget]] = {
    "correlation": explore_correlation,
    "photo": explore_photo,
    "sizes": explore_sizes,
    "receptive": explore_receptive,
    "pooling": explore_pooling,
    "network": explore_network,
    "inception": explore_inception,
    "residual": explore_residual,
    "se": explore_se,
    "separable": explore_separable,
    "scaling": explore_scaling,
    "comparator": explore_comparator,
}
"""Le nom du module de chacun, et de quoi le montrer avec ses réglages ordinaires."""
