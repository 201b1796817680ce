#!/bin/sh
# Pin the libraries of pyproject.toml with hashes, for every platform we run on. Needs uv. Says no address: the
# installer uses the index that it is set up with.
set -eu
cd "$(dirname "$0")/.."
compile() {
    output=$1
    shift
    uv pip compile --quiet pyproject.toml --generate-hashes --universal --no-header --no-emit-index-url \
        --python-version 3.11 --output-file "$output" "$@"
}
compile requirements.lock
compile requirements-dev.lock --extra dev --constraint requirements.lock
