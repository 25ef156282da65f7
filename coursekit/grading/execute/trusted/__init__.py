"""Le processus des tests : il exécute les cellules verrouillées et les tests, jamais le code de l’élève.

Un nom que les tests ne définissent pas est celui d’un objet de l’élève, resté dans son processus. Une donnée simple
arrive en copie ; le reste est une poignée (`handles`), dont les opérations s’exécutent chez l’élève et dont les
comparaisons sont refusées : un objet qui se dit égal à tout ne gagne rien.

Une fonction que les tests donnent en argument leur revient à chaque appel ; celle d’une cellule verrouillée s’appelle
chez l’élève, où la même cellule a tourné, si rien ne la distingue de son double (`twins`).

Ce qui ne passe pas, et se rejoue donc dans le processus de l’élève (`NeedsRealError`) :

- hériter d’une classe de l’élève ;
- lire le code source ou le code compilé de ses fonctions ;
- lui donner en argument un objet qui n’est ni une donnée, ni une fonction, ni l’un des siens (un module PyTorch à nous,
  un itérateur…) ;
- copier un de ses modules, en remplacer une couche par une autre, ou changer par un crochet ce qu’une couche calcule.

Ce sont les tests qui en décident, jamais ce que répond l’élève : il ne peut pas demander à être jugé chez lui. Un nom
de Python (`len`, `sum`…) est toujours celui de Python : une question où l’on en redéfinit un ne se corrige pas ainsi.
"""
