"""La boîte à outils du cours « Réseaux convolutifs ».

Ce module n’importe rien : chaque partie se charge à la demande, et lister ou compter ne coûte pas PyTorch.
"""

__version__ = "0.1.0"
