"""Compiles what workers map into memory: the gazetteer, and the default pipeline's weights and keys of word vectors.

    python -m wiredesk_extraction.prepare

Installing does it. Without these files, or with those of other data, workers make the same in memory, each for itself.
"""

from wiredesk_extraction.engine.from_spacy import weights_of
from wiredesk_extraction.engine.vectors import compile_keys
from wiredesk_extraction.engine.weights_file import write_weights
from wiredesk_extraction.gazetteer import compile_gazetteer
from wiredesk_extraction.pipeline import load_pipeline, pipeline_folder
from wiredesk_extraction.settings import DEFAULT_MODEL

if __name__ == "__main__":
    compile_gazetteer()
    if folder := pipeline_folder(DEFAULT_MODEL):
        compile_keys(folder)
        write_weights(folder, weights_of(load_pipeline(DEFAULT_MODEL, lean=True)))
