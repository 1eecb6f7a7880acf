"""The languages there are rules for. To add one: its file, and its line here."""

from collections.abc import Mapping

from wiredesk_extraction.languages.dutch import DUTCH
from wiredesk_extraction.languages.english import ENGLISH
from wiredesk_extraction.languages.french import FRENCH
from wiredesk_extraction.languages.german import GERMAN
from wiredesk_extraction.languages.italian import ITALIAN
from wiredesk_extraction.languages.language import Language
from wiredesk_extraction.languages.portuguese import PORTUGUESE
from wiredesk_extraction.languages.spanish import SPANISH

__all__ = ["BY_CODE", "LANGUAGES"]

LANGUAGES = (
    ENGLISH,
    GERMAN,
    FRENCH,
    SPANISH,
    ITALIAN,
    PORTUGUESE,
    DUTCH,
)

BY_CODE: Mapping[str, Language] = {language.code: language for language in LANGUAGES}
