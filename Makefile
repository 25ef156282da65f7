# Les commandes du cours. « make » seul les énumère.
#
# Tout s’installe dans .venv et se construit dans _build : les effacer remet la maison à neuf.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := aide
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
STRICT ?=

BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup --max-worker-restart 0
LIVRE := _build/html/index.html
# Le nom du témoin contient l’empreinte des deux fichiers : les changer réinstalle, les toucher non.
TEMOIN := .venv/.installe-$(shell cat pyproject.toml constraints.txt | cksum | cut -d ' ' -f 1)

PREUVES := catalogue catalogue_runs catalogue_compiles peers build receptive_field auxiliary_heads feature_extraction

.PHONY: aide livre pdf test preuves exercices servir bench contraintes propre

aide: ## énumère les commandes
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile
	@echo "  Réglages : PYTHON=python3.12 (création de .venv), PORT=8000 (servir), STRICT=1 (test)"

$(TEMOIN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Il faut Python 3.11 ou plus ; « $(PYTHON) » est $$($(PYTHON) --version 2>&1 || true)."; \
	  echo "Donnez-en un autre : make livre PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/python || { \
	  echo "── Création de l’environnement .venv"; \
	  $(PYTHON) -m venv .venv || { rm -rf .venv; \
	    echo "La création de .venv a échoué. Sous Debian ou Ubuntu : sudo apt-get install python3-venv"; exit 1; }; }
	@echo "── Installation de PyTorch, puis du reste (versions de constraints.txt)"
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@rm -f .venv/.installe-*
	@touch $@

livre: $(TEMOIN) exercices ## installe ce qu’il faut, exécute les chapitres et construit le livre
	@echo "── Construction du livre : seuls les chapitres touchés sont exécutés"
	$(BIN)/jupyter-book build book --config $(CURDIR)/_config.yml --toc $(CURDIR)/_toc.yml \
	  --path-output . -W --keep-going -n
	@echo "── Le livre est prêt. Ouvrez : file://$(CURDIR)/$(LIVRE)"
	@echo "   ou servez-le : make servir"

pdf: livre ## imprime le livre entier en un PDF (il y faut Chromium)
	@echo "── Impression"
	PYTHONPATH=book $(BIN)/python -m printing

exercices: $(TEMOIN) ## tire exercises/ (ce que reçoivent les étudiants) de solutions/
	@echo "── Exercices"
	$(BIN)/coursekit release

test: livre ## vérifie le style, les types et les tests ; STRICT=1 : un test sauté est un échec
	@echo "── Style et types"
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@echo "── Tests"
	$(PYTEST) $(if $(STRICT),--strict-skips)

preuves: $(TEMOIN) ## prouve tout le catalogue : compté, mesuré, publié, égal aux jumeaux
	$(PYTEST) $(PREUVES:%=tests/test_%.py)

servir: ## sert le livre construit sur cette machine
	@test -f $(LIVRE) || { echo "Le livre n’est pas construit : make livre"; exit 1; }
	@echo "Le livre : http://127.0.0.1:$(PORT)/   (Ctrl+C pour arrêter)"
	@exec $(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

bench: $(TEMOIN) ## lance les comparaisons de bench/, une à une
	@for script in bench/[a-z]*.py; do \
	  test -f "$$script" || { echo "bench/ ne contient aucun programme."; break; }; \
	  echo "── $$script"; $(BIN)/python "$$script"; \
	done

contraintes: $(TEMOIN) ## récrit constraints.txt d’après .venv
	@{ grep '^#' constraints.txt; \
	   $(BIN)/python -m pip freeze --exclude-editable | sed -E 's/\+[a-z0-9.]+$$//'; } > constraints.tmp
	@mv constraints.tmp constraints.txt
	@echo "constraints.txt : $$(grep -vc '^#' constraints.txt) versions fixées"

propre: ## efface ce qui se dérive (le livre, les caches), et garde .venv
	rm -rf _build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
