"""Compiles what workers map into memory: the gazetteer, the default pipeline's weights and keys of word vectors, and
what its engine knows of frequent words.

    python -m wiredesk_extraction.prepare

Installing does it. Without these files, or with those of other data, workers make the same in memory, each for itself;
frequent words they learn as they read.
"""

from dataclasses import replace

from wiredesk_extraction.engine.from_spacy import vectors_of, weights_of
from wiredesk_extraction.engine.priming import primer_of
from wiredesk_extraction.engine.vectors import compile_keys
from wiredesk_extraction.engine.weights_file import write_weights
from wiredesk_extraction.frequent_words import frequent_chunks
from wiredesk_extraction.gazetteer import compile_gazetteer
from wiredesk_extraction.pipeline import load_pipeline, pipeline_folder
from wiredesk_extraction.settings import DEFAULT_MODEL

if __name__ == "__main__":
    compile_gazetteer()
    if folder := pipeline_folder(DEFAULT_MODEL):
        compile_keys(folder)
        nlp = load_pipeline(DEFAULT_MODEL, lean=True)
        weights = weights_of(nlp)
        write_weights(folder, replace(weights, primer=primer_of(weights, vectors_of(nlp), frequent_chunks())))
