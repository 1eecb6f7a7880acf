"""Settings of the ingest service: what it refuses to read, beside what every service has."""

from pydantic import Field
from wiredesk.settings import CommonSettings

__all__ = ["IngestSettings"]


class IngestSettings(CommonSettings):
    """Limits, those of size in characters (code points); all but the body's are checked before the text is read."""

    max_html_chars: int = Field(default=5_000_000, ge=1, description="largest `html` that is read")
    max_html_elements: int = Field(default=50_000, ge=1, description="most elements of a page that is read")
    max_text_chars: int = Field(default=2_000_000, ge=1, description="largest `text` that is read")
    max_field_chars: int = Field(default=10_000, ge=1, description="largest other field, all authors together")
    max_body_chars: int = Field(default=400_000, ge=1, description="largest cleaned body that is passed on")
