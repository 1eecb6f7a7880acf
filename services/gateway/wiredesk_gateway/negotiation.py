"""Which of two media types a request's Accept header asks for (RFC 9110, section 12.5.1). Pure."""

__all__ = ["prefers"]


def prefers(accept: str, wanted: str, usual: str) -> bool:
    """Whether `wanted` is named, and no less liked than `usual`; a wildcard asks for the usual."""
    qualities = dict(map(_quality, accept.split(",")))
    main = usual.partition("/")[0]
    liked = [qualities[name] for name in (usual, f"{main}/*", "*/*") if name in qualities]
    return 0 < qualities.get(wanted, 0) >= max(liked[:1], default=0)


def _quality(part: str) -> tuple[str, float]:
    """A media range without its parameters, and its quality; one that cannot be read is 1."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name, min(max(float(value), 0.0), 1.0)
            except ValueError:
                break
    return name, 1.0
