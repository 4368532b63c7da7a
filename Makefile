# run: the chatbot. test: every test. check: the quick tests. fmt: format the code.
# bench-retrieval, bench-reading, bench-speed, bench-load, bench-peers: how good and quick it is;
# bench-report: tables and plots of that. train-reader: its reader.
# Nothing is needed beforehand but Python 3.11 or newer, make and a C++ compiler.

PYTHON ?= python3
export PYTHON
BIN := .venv/bin
DATA ?= ../shared/data
ARGS ?=

# A stamp's name is a checksum of what decides about the environment, this folder included. While
# it is there and the environment starts, nothing is installed and no network is needed.
STATE := $(shell { pwd; cat .ci/install pyproject.toml constraints.txt; } | cksum | cut -d ' ' -f 1)
RUN := .venv/.run-$(STATE)
TEST := .venv/.test-$(STATE)
PEERS := .venv/.peers-$(STATE)
BENCHMARKS := bench-retrieval bench-reading bench-speed bench-load bench-report
# An interpreter of another version than the environment's starts, but has no packages.
STALE := $(shell $(BIN)/python -Ic 'import pip' 2>/dev/null || echo stale)

.PHONY: run test check fmt $(BENCHMARKS) bench-peers train-reader \
	$(if $(STALE),$(RUN) $(TEST) $(PEERS))

run: $(RUN)
	@$(BIN)/mustanad serve

test: $(TEST)
	.ci/browser
	$(BIN)/mustanad models fetch
	$(BIN)/python -m pytest

check: $(TEST)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -m "not model and not browser and not slow"

fmt: $(TEST)
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

$(BENCHMARKS): bench-%: $(TEST)
	@$(BIN)/python -m benchmarks.$* $(ARGS)

bench-peers: $(PEERS)
	@$(BIN)/python -m benchmarks.peers $(ARGS)

train-reader: $(TEST)
	$(BIN)/python -m training.train_reader --data $(DATA)/reading --out reader.safetensors $(ARGS)

$(RUN):
	@.ci/install .
	@rm -f .venv/.run-* .venv/.test-*
	@touch $@

$(TEST):
	@.ci/install '.[test]'
	@rm -f .venv/.run-* .venv/.test-*
	@touch $@ $(RUN)

$(PEERS): $(TEST)
	@.ci/install '.[test,peers]'
	@rm -f .venv/.peers-*
	@touch $@
