"""Les images des laboratoires : chiffres, *Formes* procédurales, jeux publiés ; leurs lots et leurs ordres.

>>> from coursekit.data import Batches, Formes, sample
>>> train = Batches(sample(Formes(size=32, noise=0.1), 10_000), size=64)
"""

from coursekit.data.batches import Batch, Batches, Fresh, in_order
from coursekit.data.formes import Formes
from coursekit.data.images import TEST, Images, digits, sample
from coursekit.data.orders import ClassAware, InOrder, Order, Shuffled, long_tailed, tail_weights
from coursekit.data.painting import masks, render
from coursekit.data.published import PUBLISHED, Published, published
from coursekit.data.shapes import SHAPES
from coursekit.data.textures import TEXTURES, Texture
from coursekit.data.transforms import crop_and_flip, v2

__all__ = [
    "PUBLISHED",
    "SHAPES",
    "TEST",
    "TEXTURES",
    "Batch",
    "Batches",
    "ClassAware",
    "Formes",
    "Fresh",
    "Images",
    "InOrder",
    "Order",
    "Published",
    "Shuffled",
    "Texture",
    "crop_and_flip",
    "digits",
    "in_order",
    "long_tailed",
    "masks",
    "published",
    "render",
    "sample",
    "tail_weights",
    "v2",
]
