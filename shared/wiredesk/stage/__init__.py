"""The stage runtime: consume, isolate, fence, publish, acknowledge.

Only `worker` and `subscription` know FastStream; `contract` is all a stage's pure side has to import.
"""
