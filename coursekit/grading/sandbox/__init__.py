"""Le bac à sable : un processus par élève, derrière deux murs.

Le premier mur est bubblewrap, autour d’un parent préchauffé qui n’a fait qu’importer ; le second, autour de chaque
enfant de ce parent : espaces de noms, limites, filtre d’appels système, groupe de contrôle.
"""

from __future__ import annotations
