"""Le livre sur papier : les pages construites, assemblées en un document que Chromium imprime.

Les pages de `make livre` sont déjà composées (formules, figures, images des objets interactifs) et n’ont pas besoin de
script. On les enchaîne dans l’ordre de `_toc.yml`, puis on met sur papier ce qui est fait pour l’écran :

- `sources` lit le sommaire et les pages ;
- `anchors` rend les ancres uniques et les liens internes au document ;
- `paper` ouvre les replis et met le code en lignes qui se replient visiblement ;
- `solutions` rassemble à la fin les solutions des exercices et des quiz ;
- `document` écrit le tout, page de titre et table des matières comprises ;
- `chromium` imprime, et mesure que rien ne dépasse de la page.

Les numéros de page de la table et des renvois ne sont connus qu’une fois le document imprimé : on imprime deux fois.
"""
