# make demo    set up and grade the bundled class         make test    set up and run every check and test
# make bench   measure the cost of grading                make clean   remove what make made
# make kill-test    kill a hundred runs at any moment, and fill the disk (as root); half an hour
# make browser-test    open the pages in Chromium (as root it installs what is missing: chromium, playwright, axe-core)
# make docs    build the site of docs/ into site/ (installs MkDocs and Material)    make tutorials    run its tutorials
# make messages    look for what is to be translated, and bring the .po files up to date
# make figures    draw the figures of the statements again, after an edit of a reference/<id>/figure.py
# make pictures    make the README's pictures again, of what the commands show now
# make package-check    install the wheel in an environment of its own, and use it outside the repository
# make ray-test    grade in a local Ray cluster, with one process killed in mid-run (installs Ray)
# make gpu-check    run what is about devices on this machine's GPU, and print the figures
# make attacks    let hostile students at every isolation level that this machine can be put into (as root)
# make fuzz    fuzz what reads strangers' bytes: SECONDS for each reader, or COUNT inputs

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

SECONDS ?= 300

.PHONY: attacks fuzz demo test lint bench kill-test browser-test pictures package-check ray-test gpu-check docs tutorials validate messages figures release clean

demo: $(READY)
	$(BIN)/autograde grade examples/submissions --out demo-grades

# Two files at a time, whatever the number of cores: proofs use all of them by themselves.
test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check autograder tests benchmarks docs
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hadolint Dockerfile

# On a machine with a GPU, from the checkout alone: what `python3` has is what it uses.
gpu-check:
	$(PYTHON) -m benchmarks.gpu_check

browser-test: $(READY)
	command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[browser,docs]'
	npm install --silent --no-save --prefix $(VENV)/browser axe-core@4
	$(BIN)/python -m pytest tests/browser -rs

# As root it installs what is missing: Chromium, and a font that has Chinese.
pictures: $(READY)
	command -v chromium >/dev/null && fc-list | grep -qi -e wqy -e cjk || { apt-get update -qq && \
		apt-get install -y -qq --no-install-recommends chromium fontconfig fonts-wqy-microhei; }
	$(BIN)/python -m benchmarks.pictures

package-check: $(READY)
	$(BIN)/python -m pytest tests/package/installed.py

docs: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

tutorials: $(READY)
	$(BIN)/python -m pytest tests/test_tutorials.py

ray-test: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[ray]'
	$(BIN)/python -m pytest tests/cluster/real_ray.py

# A minute of CPU time for each of seven hosts; two more are refused.
attacks: $(READY)
	$(BIN)/python -m benchmarks.attacks --page docs/security.md
	$(BIN)/python -m benchmarks.confinement

# Guided by coverage where atheris installs, else by the harnesses alone.
fuzz: $(READY)
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	PYTHONPATH=tests $(BIN)/python -m fuzz --seconds $(SECONDS) $(if $(COUNT),--count $(COUNT))

# The long ones are commands of their own: benchmarks.peers, benchmarks.scaling with 10,000 students, benchmarks.nbgrader.
bench: $(READY)
	$(BIN)/python -m benchmarks.grading
	$(BIN)/python -m benchmarks.stages
	$(BIN)/python -m benchmarks.scaling --students 10 --students 100 --students 300
	$(BIN)/python -m benchmarks.scaling --students 300 --against-one 1
	$(BIN)/python -m benchmarks.report
	$(BIN)/python -m benchmarks.gradebook

kill-test: $(READY)
	$(BIN)/python -m pytest tests/kills/many.py -s

validate: $(READY)
	$(BIN)/autograde validate

messages: $(READY)
	$(BIN)/python -m autograder.catalogues

figures: $(READY)
	$(BIN)/python -m autograder.figures
	$(BIN)/autograde release

release: $(READY)
	$(BIN)/autograde release

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

clean:
	rm -rf $(VENV) demo-grades site
