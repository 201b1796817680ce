# Functions that make and fill .venv, read by scripts/setup.sh. pip alone does; uv is used when it is there.

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; }
version_of() { "$1" -c 'import sys; print(*sys.version_info[:3], sys.base_prefix)' 2>/dev/null; }

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        fits "$PYTHON" || stop "PYTHON=$PYTHON is not Python 3.11, 3.12 or 3.13"
        echo "$PYTHON"
        return
    fi
    for python in python3 python3.13 python3.12 python3.11; do
        if has "$python" && fits "$python"; then echo "$python"; return; fi
    done
    stop "Python 3.11, 3.12 or 3.13 is missing. Install it, on Debian 12 with: sudo apt-get install python3 python3-venv"
}

make_venv() {
    is_here || rm -rf .venv
    if [ -z "${PYTHON:-}" ] && [ -x .venv/bin/python ] && fits .venv/bin/python; then return; fi
    python=$(find_python) || exit 1
    if [ "$(version_of .venv/bin/python)" = "$(version_of "$python")" ]; then return; fi
    say "Making .venv with $("$python" --version) ..."
    rm -rf .venv
    if has uv; then
        uv venv --quiet --python "$python" .venv
    elif ! "$python" -m venv .venv >/dev/null 2>&1; then
        venv_with_debians_package "$python"
    fi
}

# A virtual environment names its own folder inside: one that was moved or copied with the code does not work.
is_here() { [ -x .venv/bin/python ] && grep -qsF "$(pwd -P)/.venv" .venv/bin/activate; }

# Debian keeps venv in a package of its own.
venv_with_debians_package() {
    package="python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    rm -rf .venv
    may_install || stop "Python cannot make a virtual environment. Install what it lacks: sudo apt-get install $package"
    apt "$package"
    "$1" -m venv .venv || stop "Python cannot make a virtual environment, even with $package"
}

# install_from LOCK KIND: install what the lock pins, when the lock is not the one installed last.
install_from() {
    if cmp -s "$1" ".venv/installed-$2.lock"; then return; fi
    if [ "$2" = run ] && cmp -s "$1" .venv/installed-test-run.lock; then return; fi
    say "Installing the pinned libraries (a few minutes the first time) ..."
    install --require-hashes -r "$1"
    cp "$1" ".venv/installed-$2.lock"
    if [ "$2" = test ]; then cp requirements.lock .venv/installed-test-run.lock; fi
}

install_project() {
    if cmp -s pyproject.toml .venv/installed-pyproject.toml && [ -x .venv/bin/gurudesk ]; then return; fi
    install --no-build-isolation --no-deps -e .
    cp pyproject.toml .venv/installed-pyproject.toml
}

# Once after a change of the code, and not at the next start, nor at each where Python is told to write nothing.
compile_code() {
    if [ -e .venv/compiled ] && [ -z "$(find $CODE -name '*.py' -newer .venv/compiled | head -n 1)" ]; then return; fi
    touch .venv/compiling
    .venv/bin/python -m compileall -q -j 0 $CODE || true # it runs without, only slower
    mv .venv/compiling .venv/compiled
}
CODE="adapters domain web migrations"

install() {
    if has uv; then
        with_log uv pip install --compile-bytecode --python .venv/bin/python "$@"
    else
        [ -x .venv/bin/pip ] || .venv/bin/python -m ensurepip --upgrade >/dev/null
        with_log .venv/bin/python -m pip install --disable-pip-version-check --no-input "$@"
    fi
}

with_log() {
    if ! "$@" >.venv/install.log 2>&1; then
        grep -v '^WARNING' .venv/install.log | tail -n 5 >&2
        stop "the libraries could not be installed; all that was said is in .venv/install.log"
    fi
}
