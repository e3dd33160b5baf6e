# Five words a newcomer needs: setup, run, test, check, demo.
PYTHON ?= python3
VENV = .venv/bin
COMPILE = $(VENV)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: setup run test check demo lock screenshots bench nightly

setup: ## Prepare everything, without serving.
	@$(PYTHON) -m scripts.setup

run: ## Prepare what is missing and serve the console on 127.0.0.1:$PORT.
	@$(PYTHON) -m scripts.run

test: ## Style, every test on SQLite, those with a database on PostgreSQL, the journeys in a browser.
	@$(PYTHON) -m scripts.setup --dev
	@$(VENV)/python -m scripts.test

check: ## Style, types, templates, imports, migrations.
	@$(PYTHON) -m scripts.setup --dev
	@$(VENV)/python -m scripts.check

demo: setup ## Load the coffee shop's account and say how to sign in.
	@$(VENV)/python manage.py demo

lock: ## Pin every version, with hashes.
	@$(PYTHON) -m scripts.setup --dev
	@$(COMPILE) requirements.in --output-file requirements.txt
	@$(COMPILE) requirements-dev.in --output-file requirements-dev.txt

screenshots: ## Take the pictures of the README.
	@$(PYTHON) -m scripts.setup --dev
	@$(VENV)/python -m scripts.screenshots

bench: ## Measure speed, as ratios to something run beside it.
	@$(PYTHON) -m scripts.setup --dev
	@$(VENV)/python -m bench
	@$(VENV)/python -m bench.engine
	@$(VENV)/python -m bench.engine_sets
	@$(VENV)/python -m bench.validation
	@$(VENV)/python -m bench.api

nightly: ## The engine against its slow twin, on 100,000 random cases.
	@$(PYTHON) -m scripts.setup --dev
	@ENGINE_CASES=100000 $(VENV)/python -m pytest -n auto policies/engine/tests/test_properties.py -k slow_twin
