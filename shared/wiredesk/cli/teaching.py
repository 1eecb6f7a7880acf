"""Help that teaches: a command's docstring, its prose flowing and its examples left as they are typed."""

import inspect

__all__ = ["help_text"]


EXAMPLES = "Examples:"


def help_text(docstring: str | None) -> str:
    """The docstring as rich markup. A paragraph that begins with `Examples:` keeps its lines."""
    shown = []
    for paragraph in inspect.cleandoc(docstring or "").split("\n\n"):
        if paragraph.startswith(EXAMPLES):
            lines = paragraph.replace("[", r"\[").splitlines()[1:]
            shown.append("\n".join([f"[bold]{EXAMPLES}[/]", *(f"[cyan]{line.strip()}[/]" for line in lines)]))
        else:
            shown.append(paragraph.replace("\n", " "))
    return "\n\n".join(shown)
