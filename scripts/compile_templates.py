"""Compiles every template where it is rendered, so that a slip in one is found before a visitor finds it."""

import sys

from jinja2 import Environment, TemplateSyntaxError

from adapters.email_templates import JinjaMessageRenderer
from adapters.sandbox.rendering import environment as sandbox_environment
from web.rendering import environment as web_environment


def main() -> int:
    names = web_environment().list_templates(extensions=["html", "txt", "svg"])
    wrong = sum(not compiles(*home_of(name)) for name in names)
    print(f"{len(names)} templates, {wrong} wrong")
    return 1 if wrong or not names else 0


def home_of(name: str) -> tuple[Environment, str]:
    """Return where a template is rendered, and its name there."""
    if name.startswith("email/"):
        renderer = JinjaMessageRenderer()
        return (renderer.html if name.endswith(".html") else renderer.text), name.removeprefix("email/")
    return (sandbox_environment() if name.startswith("sandbox/") else web_environment()), name


def compiles(environment: Environment, name: str) -> bool:
    try:
        environment.get_template(name)
    except TemplateSyntaxError as error:
        print(f"{error.filename}:{error.lineno}: {error.message}")
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
