# Each target prepares what it needs. Settings: NAME=value after the target.
PYTHON ?= python3
VENV ?= .venv
COMMAND = $(VENV)/bin/codebuild-cache
REPORTS ?= reports
LIMIT ?= 200
JUPYTER = $(if $(PAGE_LANGUAGE),reports/notebooks-$(PAGE_LANGUAGE),notebooks)
SPEAK = $(if $(PAGE_LANGUAGE),--language "$(PAGE_LANGUAGE)")

export JUPYTER_PREFER_ENV_PATH = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# what Python compiled is kept: a report, and the tests, start processes that would compile it anew
unexport PYTHONDONTWRITEBYTECODE
# an engine and images that `make lab` made are used unless DOCKER_HOST names another engine
LAB_SETTINGS = $${LAB_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/codebuild-cache-lab}/lab.env
USE_LAB = settings=$(LAB_SETTINGS); \
	if [ -z "$$DOCKER_HOST" ] && [ -e "$$settings" ]; then . "$$settings"; fi

.PHONY: help report test experiment history aa grid jupyter lab lab-down cleanup check readme lock clean
.DEFAULT_GOAL = help

# the names these targets once had
.PHONY: control sweep lint
control: aa
sweep: grid
lint: check

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

report: EXPERIMENT ?= data/lab
report: $(VENV)/.ready ## reports/index.html from recorded builds (EXPERIMENT=, REPORTS=, RUNS=1: a page a run, PAGE_LANGUAGE=ja)
	@$(COMMAND) report "$(EXPERIMENT)" --out "$(REPORTS)" $(if $(RUNS),--runs) $(SPEAK)

test: $(VENV)/.ready-test ## every test this machine allows, with the reason of each it skips
	@$(USE_LAB); $(VENV)/bin/python -m pytest -q -n logical --maxprocesses 8 --dist loadgroup

experiment: EXPERIMENT ?= runs/latest
experiment: $(VENV)/.ready ## build in the lab or PLACE=codebuild (CONTEXT=, STRATEGIES=, SCENARIOS=, ROUNDS=, LINK=, DRY_RUN=1, …)
	@$(USE_LAB); $(COMMAND) experiment --from-make --experiment "$(EXPERIMENT)" \
		$(if $(DRY_RUN),--dry-run)
	@$(if $(DRY_RUN),:,$(COMMAND) report "$(EXPERIMENT)" --out "$(REPORTS)" $(if $(RUNS),--runs) $(SPEAK))

history: SOURCE ?= data/lab/runs/*-cache.*
history: $(VENV)/.ready ## reports/history.html of a project's own builds (SOURCE=, SINCE=, LIMIT=, REPOSITORY=, POLICY=)
	@$(COMMAND) history "$(SOURCE)" --out "$(REPORTS)" $(SPEAK) \
		--since "$(SINCE)" --limit "$(LIMIT)" --repository "$(REPOSITORY)" --policy "$(POLICY)"

aa: $(VENV)/.ready ## an A/A test in the lab: how often verdicts are wrong (ROUNDS=)
	@$(USE_LAB); $(COMMAND) aa $(if $(ROUNDS),--rounds "$(ROUNDS)") $(if $(DRY_RUN),--dry-run)

grid: $(VENV)/.ready ## a grid in the lab: break-even over links and amounts of work (ROUNDS=)
	@$(USE_LAB); $(COMMAND) grid $(if $(ROUNDS),--rounds "$(ROUNDS)") \
		$(if $(DRY_RUN),--dry-run)

jupyter: $(VENV)/.ready ## the notebooks in JupyterLab (PAGE_LANGUAGE=ja: copies of them)
	@$(if $(PAGE_LANGUAGE),$(COMMAND) notebooks --out "$(JUPYTER)" $(SPEAK))
	@$(USE_LAB); $(VENV)/bin/jupyter lab --notebook-dir=. --LabApp.app_settings_dir="$(CURDIR)/notebooks/settings" \
		--LabApp.default_url="/lab/tree/$(JUPYTER)"

lab: ## an engine and images for a bare Debian machine, where Docker's are out of reach (WITH=all)
	@bash deploy/lab/provide.sh $(WITH)

lab-down: $(VENV)/.ready ## remove what a crashed lab left, and stop the engine of `make lab`
	@$(USE_LAB); $(COMMAND) cleanup || true
	@bash deploy/lab/provide.sh stop

cleanup: EXPERIMENT ?= runs/latest
cleanup: $(VENV)/.ready ## remove what a lab left, or an experiment on AWS (PLACE=codebuild, EXPERIMENT=)
	@$(USE_LAB); $(COMMAND) cleanup $(if $(PLACE),--place "$(PLACE)") --experiment "$(EXPERIMENT)"

check: $(VENV)/.ready-test ## what ruff and mypy say of the sources and notebooks
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

readme: $(VENV)/.ready ## the documents' answer, picture and tables, from the recorded experiment and the code
	@$(VENV)/bin/python -m analysis.commands.readme

lock: ## the newest versions that pyproject.toml allows, for all systems, into the locks
	@$(PYTHON) -m venv .cache/lock && .cache/lock/bin/python -m pip install -q uv
	@echo uv | $(LOCK) - -o requirements-uv.lock
	@echo $(BACKEND) | $(LOCK) pyproject.toml - -o requirements.lock
	@echo $(BACKEND) | $(LOCK) --extra test -c requirements.lock pyproject.toml - \
		-o requirements-test.lock
BACKEND = "hatchling>=1.27"
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" .cache/lock/bin/uv pip compile -q --upgrade --universal \
	--python-version 3.11 --generate-hashes

clean: ## remove reports and caches; recorded builds and the environment stay
	@rm -rf "$(REPORTS)" .cache .mypy_cache .pytest_cache .ruff_cache build dist *.egg-info
	@find analysis tests notebooks -name __pycache__ -o -name .ipynb_checkpoints | xargs rm -rf

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Python 3.11 or newer is needed, this is %d.%d: say PYTHON=..." % sys.version_info[:2])'
	@echo "preparing $(VENV) (once)"
	@$(PYTHON) -m venv "$(VENV)"
	@$(call INSTALL,--require-hashes -r requirements.lock)
	@$(call INSTALL,--no-deps --no-build-isolation -e .)
	@touch $@

$(VENV)/.ready-test: requirements-test.lock $(VENV)/.ready
	@$(call INSTALL,--require-hashes -r requirements-test.lock)
	@touch $@

# by uv, which needs a third of the time: the machine's, or one that pip fetches; else by pip. It
# asks where pip asks, and trusts whom the system trusts
INSTALL = pip() { "$(VENV)/bin/python" -m pip "$$@"; }; uv=$$(command -v uv || echo .cache/uv/bin/uv); \
	[ -x "$$uv" ] || pip install -q --require-hashes --target .cache/uv -r requirements-uv.lock || :; \
	index=$${PIP_INDEX_URL:-$$(pip config get global.index-url 2>/dev/null)}; \
	UV_DEFAULT_INDEX=$${UV_DEFAULT_INDEX:-$$index} UV_NATIVE_TLS=1 \
		"$$uv" pip install -q --python "$(VENV)/bin/python" $(1) || pip install -q $(1)
