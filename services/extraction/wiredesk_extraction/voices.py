"""Who or what can be the source of words: people, bodies of people, and what is written or recorded."""

from typing import Literal

from wiredesk_extraction import cue_words
from wiredesk_extraction.person_nouns import is_person_noun
from wiredesk_extraction.scene import Phrase, Scene

__all__ = ["Voice", "voice_of"]

Voice = Literal["entity", "pronoun", "people", "document", "thing", "it", "nobody"]

_MEMBERS = frozenset(cue_words.MEMBERS.split())
_DOCUMENTS = frozenset(cue_words.DOCUMENTS.split())
_PRONOUNS = frozenset({"he", "she", "they", "i", "we", "you", "who", "his", "her", "their", "my", "our"})
_NOBODY = frozenset({"this", "these", "those", "there", "what", "that", "which"})


def voice_of(scene: Scene, phrase: Phrase) -> Voice:
    """What kind of source a phrase names, by its entity, else by its head noun."""
    phrase = phrase.antecedent or phrase
    word = scene.parse.lower[phrase.head]
    if word in _PRONOUNS:
        return "pronoun"
    if phrase.entity is not None:
        return "entity"
    if word == "it":
        return "it"
    if word in _NOBODY:
        return "nobody"
    if is_person_noun(word) or word in _MEMBERS:
        return "people"
    if word in _DOCUMENTS:
        return "document"
    if scene.parse.tags[phrase.head].startswith("NNP") or scene.parse.words[phrase.head] in scene.name_words:
        return "entity"
    return "thing"
