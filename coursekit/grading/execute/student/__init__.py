"""Le processus d’un élève, vu de l’intérieur : il exécute ses cellules, puis répond aux appels des tests.

Rien de ce qui se passe ici n’est cru sur parole : l’élève peut tout changer. Ce qui est écrit ici ne protège donc que
les copies honnêtes et les attaques paresseuses ; le reste tient à ce que les tests sont ailleurs.
"""
