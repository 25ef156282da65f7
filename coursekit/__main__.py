"""`python -m coursekit` fait ce que fait la commande `coursekit`."""

from coursekit.cli import main

raise SystemExit(main())
