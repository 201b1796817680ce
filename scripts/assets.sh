#!/bin/sh
# Build static/ from assets/. Needs Node 20; running Gurudesk does not, because what this builds is committed.
#   scripts/assets.sh          everything
#   scripts/assets.sh css      the style sheet alone (after using a Tailwind class nobody used before)
#   scripts/assets.sh watch    the style sheet, again at every change
set -eu
cd "$(dirname "$0")/.."
[ -d node_modules ] || npm ci --no-audit --no-fund --ignore-scripts

css() {
    node assets/basecoat.mjs > build/basecoat.css
    node_modules/.bin/tailwindcss -i assets/css/app.css -o static/css/app.css --minify "$@"
}

scripts() {
    node_modules/.bin/esbuild assets/js/app.js assets/js/theme.js --bundle --minify --format=iife --target=es2022 \
        --charset=utf8 --outdir=build/js --log-level=warning
    cp build/js/theme.js static/js/theme.js
    # One file: htmx starts in a task of its own, and between two files it may start before its extension or our listeners are there.
    for file in node_modules/htmx.org/dist/htmx.min.js node_modules/htmx.org/dist/ext/hx-sse.min.js build/js/app.js; do
        sed '/^\/\/# sourceMappingURL=/d' "$file"
        echo ";"
    done > static/js/app.js
}

icons() {
    node assets/sprite.mjs > static/icons/sprite.svg
    cp assets/icons/*.svg static/icons/
}

fonts() {
    for subset in latin latin-ext; do
        cp "node_modules/@fontsource-variable/inter/files/inter-$subset-wght-normal.woff2" "static/fonts/inter-$subset.woff2"
    done
}

mkdir -p build static/css static/js static/icons static/fonts
case "${1:-all}" in
    css) css ;;
    watch) css --watch ;;
    all) icons; fonts; scripts; css; node assets/budget.mjs ;;
    *) echo "usage: scripts/assets.sh [css|watch]" >&2; exit 2 ;;
esac
