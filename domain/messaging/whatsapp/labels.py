"""What a parameter of a WhatsApp template is called, and which of our variables that is."""

# What a parameter is called in words, where our variables have another name for it.
OTHERWISE = {
    "name": "first_name",
    "course": "course_title",
    "batch": "batch_name",
    "class": "class_title",
    "what_for": "purpose",
    "kept_until": "due_on",
}


def variable_of(label: str) -> str:
    """Return the variable a parameter is named after: “First name” is first_name, and “Class” is class_title."""
    name = "_".join(label.lower().replace("-", " ").replace("_", " ").split())
    return OTHERWISE.get(name, name)


def label_of(variable: str) -> str:
    """Return how a parameter that is filled with a variable may be called: first_name is “First name”."""
    return variable.replace("_", " ").capitalize()
