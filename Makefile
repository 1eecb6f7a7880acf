# Every command a person needs; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests, benches and runners start hundreds of processes; each would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.complete: requirements.lock services/extraction/model.lock shared/pyproject.toml $(wildcard services/*/pyproject.toml) deploy/local/setup.sh \
    services/extraction/hatch_build.py $(wildcard services/extraction/wiredesk_extraction/engine/*.[ch])
	@PYTHON="$(PYTHON)" sh deploy/local/setup.sh $(VENV)

# What extraction maps into memory, made from its packages; it starts without these files as well, but later.
PREPARED := services/extraction/wiredesk_extraction/gazetteer.compiled
$(PREPARED): $(VENV)/.complete $(wildcard services/extraction/wiredesk_extraction/*_file.py) \
    $(wildcard services/extraction/wiredesk_extraction/gazetteer*.py) $(wildcard services/extraction/wiredesk_extraction/engine/*.py) \
    $(addprefix services/extraction/wiredesk_extraction/,pipeline.py frequent_words.py prepare.py)
	@$(BIN)/python -m wiredesk_extraction.prepare
READY := $(VENV)/.complete $(PREPARED)

setup: $(READY) ## create or update the environment in .venv

# SCALE="extraction=2 ingest=1", DATA=folder, REDIS_PORT=, HTTP_PORT=, MAXMEMORY=2gb: each may be left out.
RUN = exec $(BIN)/python -m deploy.local $@ $(if $(SCALE),--scale "$(SCALE)") $(if $(DATA),--data "$(DATA)") \
    $(if $(REDIS_PORT),--redis-port "$(REDIS_PORT)") $(if $(HTTP_PORT),--http-port "$(HTTP_PORT)") \
    $(if $(MAXMEMORY),--maxmemory "$(MAXMEMORY)")

demo: $(READY) ## publish seeds/, show what becomes of each article, and serve until Ctrl-C
	@$(RUN)

up: $(READY) ## serve until Ctrl-C; SCALE="extraction=2 ingest=1" DATA= REDIS_PORT= HTTP_PORT= MAXMEMORY=
	@$(RUN)

check: $(VENV)/.complete ## format, lint, types and the import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

# JOBS=processes that share the tests by files, each with servers of its own (default: two a core, eight at most); ARGS=pytest's.
test: $(READY) ## the whole test suite, on real servers; JOBS= ARGS=
	@$(BIN)/python -m pytest -n $(or $(JOBS),auto) --dist loadfile --no-loadscope-reorder $(ARGS)

NODE := tests/opensearch/target
$(NODE)/.complete: tests/opensearch/pom.xml tests/opensearch/Node.java
	@command -v mvn >/dev/null && command -v javac >/dev/null || { echo "this needs a JDK of 17 or later and Maven"; exit 1; }
	@rm -rf $(NODE) && mvn -B -q -ntp -f tests/opensearch/pom.xml dependency:copy-dependencies -DoutputDirectory=target/jars
	@javac -cp '$(NODE)/jars/*' -d $(NODE)/classes tests/opensearch/Node.java && touch $@

test-opensearch: $(VENV)/.complete $(NODE)/.complete ## the index's tests on a real OpenSearch node (needs a JDK and Maven)
	@$(BIN)/python -m pytest -m opensearch shared/tests/index tests/opensearch $(ARGS)

# ENGINE=folder with engine.sh and base-images.sh, for a machine without Docker (default: ../shared/tools/containers).
test-compose: $(VENV)/.complete ## docker-compose.yml on a real engine: scale, kill, pause, restart, roll, reckon (needs Docker)
	@$(if $(ENGINE),CONTAINER_TOOLS="$(ENGINE)") $(BIN)/python -m pytest -m compose tests/compose $(ARGS)

# STARTS= ARTICLES= WORDS= ROUNDS= (0: starting alone) ENGINE=folder, see test-compose: each may be left out.
bench-compose: $(VENV)/.complete ## measure up to healthy, and how much faster two extraction containers drain than one; STARTS= ARTICLES= ROUNDS=
	@$(if $(ENGINE),CONTAINER_TOOLS="$(ENGINE)") $(BIN)/python -m tests.compose.drain $(if $(STARTS),--starts $(STARTS)) \
	    $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(WORDS),--words $(WORDS)) $(if $(ROUNDS),--rounds $(ROUNDS))

# ARTICLES= ROUNDS=queries of a kind: each may be left out.
bench-opensearch: $(VENV)/.complete $(NODE)/.complete ## measure bulk rate and query times on a real OpenSearch node; ARTICLES= ROUNDS=
	@exec $(BIN)/python -m tests.opensearch.speed $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(ROUNDS),--rounds $(ROUNDS))

# ARTICLES= ROUNDS= MESSAGES= LOAD=seconds NEWS=folder BODY=folder JSON=file MARKDOWN=file, COMPARE=file of an older JSON, ONLY=some
# of "functions ingest extraction indexing runtime start whole latency": each may be left out.
# ONLY=million MESSAGES=1000000 PLOT=docs/million.svg is a run of its own: what grows while a million go through (hours).
bench: $(READY) ## measure functions, stages, the whole, latency, memory beside yardsticks; ONLY= JSON= COMPARE= MARKDOWN=
	@PYTHONPATH=tests:. exec $(BIN)/python -m bench $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	    $(if $(MESSAGES),--messages $(MESSAGES)) $(if $(LOAD),--load $(LOAD)) $(if $(COMPARE),--compare "$(COMPARE)") \
	    $(if $(ONLY),--only "$(ONLY)") $(if $(NEWS),--news "$(NEWS)") $(if $(BODY),--body "$(BODY)") \
	    $(if $(JSON),--json "$(JSON)") $(if $(MARKDOWN),--markdown "$(MARKDOWN)") $(if $(PLOT),--plot "$(PLOT)")

# ARTICLES= ROUNDS=questions of a kind, SECONDS= PAGES= VIEWS= KILLS= ONLY="writing asking serving browsing crashing" JSON=file
# MARKDOWN=file: each may be left out.
bench-search: $(VENV)/.complete ## measure search beside SQLite FTS5: writing, questions, pages, browser, kill -9; ARTICLES= ONLY=
	@PYTHONPATH=tests:. exec $(BIN)/python -m bench.search $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	    $(if $(SECONDS),--seconds $(SECONDS)) $(if $(PAGES),--pages $(PAGES)) $(if $(VIEWS),--views $(VIEWS)) \
	    $(if $(KILLS),--kills $(KILLS)) $(if $(ONLY),--only "$(ONLY)") $(if $(JSON),--json "$(JSON)") \
	    $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

# BENCH=JSON of make bench, SEARCH=JSON of make bench-search: each may be left out.
scaling: $(VENV)/.complete ## write the tables of docs/scaling.md anew from runs of the benches; BENCH= SEARCH=
	@PYTHONPATH=tests:. exec $(BIN)/python -m bench.scaling docs/scaling.md $(if $(BENCH),--bench "$(BENCH)") $(if $(SEARCH),--search "$(SEARCH)")

# EVAL=folder of other annotated data (default: ../shared/eval where it is there) ONLY="quotes own" JSON=file MARKDOWN=file: each
# may be left out. ONLY=own scores the project's own gold set alone, in seconds.
eval: $(READY) ## how right the facts are: every score beside its floor and aim; EVAL= ONLY= JSON= MARKDOWN=
	@PYTHONPATH=tests:. exec $(BIN)/python -m eval $(if $(EVAL),--data "$(EVAL)") $(if $(ONLY),--only "$(ONLY)") \
	    $(if $(JSON),--json "$(JSON)") $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

# ARTICLES= SEED= SECONDS=spread over WITHOUT="fence"|"reclaim" ONLY="SIGKILL,kill -9" PATIENCE=seconds LOGS=folder JSON=file
# MARKDOWN=file: each may be left out.
chaos: $(READY) ## break everything while articles flow, and prove that none is lost; ARTICLES= SEED= WITHOUT=
	@PYTHONPATH=tests:. exec $(BIN)/python -m chaos $(if $(ARTICLES),--articles $(ARTICLES)) $(if $(SEED),--seed $(SEED)) \
	    $(if $(SECONDS),--seconds $(SECONDS)) $(if $(WITHOUT),--without $(WITHOUT)) $(if $(ONLY),--only "$(ONLY)") \
	    $(if $(PATIENCE),--patience $(PATIENCE)) $(if $(LOGS),--logs "$(LOGS)") \
	    $(if $(JSON),--json "$(JSON)") $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

api-docs: $(VENV)/.complete ## write docs/asyncapi.json and docs/openapi.json anew from the code
	@$(BIN)/python -m deploy.local.api_docs

dashboards: $(VENV)/.complete ## write Grafana's dashboards anew from deploy/grafana
	@$(BIN)/python -m deploy.grafana

audit: $(VENV)/.complete ## ask whether anything in the locks has a known vulnerability
	@$(BIN)/python -m deploy.audit

lock: ## compile every requirements.lock anew from what the parts declare
	@sh deploy/local/lock.sh $(BIN)/uv

.PHONY: help setup demo up check test test-compose test-opensearch bench bench-compose bench-opensearch bench-search scaling eval chaos api-docs dashboards audit lock
