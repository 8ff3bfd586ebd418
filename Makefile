# `make help` lists the targets. Everything made lands in .venv, build and dist.
ifneq ($(words $(CURDIR)),1)
$(error the path of this folder, $(CURDIR), must not contain spaces: make would take it for several)
endif
PYTHON ?= python3
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
VENV := $(CURDIR)/.venv
BUILD := $(CURDIR)/build
PACKAGE := $(BUILD)/python/torchactiv
export PATH := $(VENV)/bin:$(PATH)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

CPP_SOURCES = $(shell find ops csrc python_bindings tools tests examples -name '*.h' -o -name '*.cpp' -o -name '*.inc')
PYTHON_SOURCES = setup.py tools tests python_bindings examples $(wildcard benchmarks)

.DEFAULT_GOAL := help
.PHONY: help build test demo wheel bench accuracy docs format lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The environment, made again when its requirements change.
$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "torchactiv needs Python 3.11 or newer: give make PYTHON=..., a program of that version."; exit 1; }
	@$(VENV)/bin/python -m pip --version > /dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
	  { echo "$(PYTHON) cannot make a virtual environment; on Debian, install python3-venv."; exit 1; }
	$(VENV)/bin/python -m pip install --quiet -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(VENV)/bin/python -m pip install --quiet -r requirements.txt -r requirements-dev.txt
	touch $@

# CMake runs again by itself when its files change.
$(BUILD)/build.ninja: $(VENV)/.installed
	cmake -S . -B $(BUILD) -G Ninja -DPython3_EXECUTABLE=$(VENV)/bin/python
	touch $@

# The package in build/python has the layout of a wheel. A .pth file leads the environment to it, and torch_root.cmake
# leads its CMake package to torch, which does not stand beside it as in site-packages.
build: $(BUILD)/build.ninja ## make .venv and the package that its Python imports
	cmake --build $(BUILD) --target torchactiv_package
	@cmake --install $(BUILD) --prefix $(BUILD)/python
	@site=$$(python -c 'import sysconfig; print(sysconfig.get_path("platlib"))') && \
	  echo $(BUILD)/python > $$site/torchactiv.pth && \
	  echo "set(torchactiv_recorded_torch_root $$site/torch)" > $(PACKAGE)/share/cmake/torchactiv/torch_root.cmake

$(BUILD)/.tests-configured: $(BUILD)/build.ninja tests/CMakeLists.txt tests/GoogleTest.cmake
	cmake -S . -B $(BUILD) -DTORCHACTIV_BUILD_TESTS=ON
	touch $@

test: build $(VENV)/.installed-dev $(BUILD)/.tests-configured ## run GoogleTest through ctest, then pytest
	cmake --build $(BUILD)
	ctest --test-dir $(BUILD) --output-on-failure
	python -m pytest tests/python --doctest-modules $(PACKAGE) -n $(JOBS) --timeout 300

demo: build $(VENV)/.installed-dev ## train a network on digits, and run its TorchScript in C++
	@cmake -S examples/cpp_inference -B $(BUILD)/examples/cpp_inference -G Ninja -DCMAKE_BUILD_TYPE=Release \
	  -DCMAKE_PREFIX_PATH=$(PACKAGE) > $(BUILD)/configure-example.log || { cat $(BUILD)/configure-example.log; exit 1; }
	cmake --build $(BUILD)/examples/cpp_inference
	python examples/demo.py --cpp-inference $(BUILD)/examples/cpp_inference/cpp_inference \
	  --output $(BUILD)/demo $(if $(ACTIVATION),--activation $(ACTIVATION))

wheel: build ## make a wheel in dist, for the torch of .venv
	TORCHACTIV_BUILD_FOLDER=$(BUILD) python -m pip wheel . --quiet --no-build-isolation --no-deps --wheel-dir dist
	@ls dist

# Rows reach build/accuracy.jsonl operator by operator. What an interrupted run left there, the next DOCS=1 takes over.
accuracy: build $(BUILD)/.tests-configured $(VENV)/.installed-dev ## measure the largest errors; STRIDE=1 takes every float, OPERATORS=mish,tanh and CAPABILITY=avx2 a part; DOCS=1 replaces their rows in docs/accuracy.md
	cmake --build $(BUILD) --target accuracy
	$(BUILD)/tests/accuracy --stride $(or $(STRIDE),193) $(if $(OPERATORS),--operators $(OPERATORS)) \
	  $(if $(CAPABILITY),--capability $(CAPABILITY)) --with-pytorch \
	  $(if $(DOCS),--json $(BUILD)/accuracy.jsonl)
	$(if $(DOCS),python tools/document_accuracy.py --merge $(BUILD)/accuracy.jsonl)

bench: build $(VENV)/.installed-dev ## measure speed in half an hour; BENCH='--operators mish --sections cache' a part; DOCS=1 writes docs/performance.md
	python benchmarks/run.py $(if $(DOCS),--markdown docs/performance.md) $(BENCH)

docs: build $(VENV)/.installed-dev ## write docs/catalogue.md and its plots, and docs/accuracy.md of what was measured
	python tools/document_catalogue.py
	python tools/document_accuracy.py

format: $(VENV)/.installed-dev ## lay out the sources
	clang-format -i $(CPP_SOURCES)
	ruff format $(PYTHON_SOURCES)
	ruff check --fix $(PYTHON_SOURCES)

lint: build $(VENV)/.installed-dev ## check layout, style and types, and that docs/catalogue.md and docs/accuracy.md are current
	clang-format --dry-run -Werror $(CPP_SOURCES)
	ruff check $(PYTHON_SOURCES)
	ruff format --check $(PYTHON_SOURCES)
	mypy --strict $(PACKAGE) tools
	basedpyright --verifytypes torchactiv --ignoreexternal
	python tools/document_catalogue.py --check
	python tools/document_accuracy.py --check

clean: ## remove what make made
	rm -rf $(VENV) $(BUILD) dist *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
