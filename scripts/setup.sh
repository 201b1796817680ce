#!/bin/sh
# Make .venv from the lock file and see that the machine has what Gurudesk needs.
#   scripts/setup.sh run     what running needs
#   scripts/setup.sh test    the same, and what the tests need
# PYTHON names the Python to use (3.11 to 3.13). Nothing is done again that is done already.
set -eu
cd "$(dirname "$0")/.."
. scripts/machine.sh
. scripts/venv.sh

make_venv
case "${1:-run}" in
    run) install_from requirements.lock run ;;
    test) install_from requirements-dev.lock test ;;
    *) stop "scripts/setup.sh takes run or test" ;;
esac
install_project
compile_code

need "Pango (documents are printed with it)" "has_pango" libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
if [ "${1:-run}" = test ]; then
    need "Chromium (pages are tested in it)" "has_chromium" chromium
    need "libfaketime (workers are tested under clocks that are wrong)" "has_faketime" faketime
    want_servers
fi
