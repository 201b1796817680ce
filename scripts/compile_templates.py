"""Compiles every template, so that a slip in one is found before a visitor finds it."""

import sys

from jinja2 import TemplateSyntaxError

from web.rendering import environment


def main() -> int:
    templates, wrong = environment(), 0
    names = templates.list_templates(extensions=["html", "txt", "svg"])
    for name in names:
        try:
            templates.get_template(name)
        except TemplateSyntaxError as error:
            print(f"{error.filename}:{error.lineno}: {error.message}")
            wrong += 1
    print(f"{len(names)} templates, {wrong} wrong")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
