"""Les objets interactifs : un module AFM chacun (`nom.js`, et `nom.css`), et `host.js` qui les anime dans une page.

`coursekit.afm` les montre, dans Jupyter comme dans le livre ; `quiz.js` est celui de `coursekit.questions.quiz`.
"""
