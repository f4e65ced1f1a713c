"""Figures that a reader can drag, and that also read as a static figure with a table.

softmax      ``softmax_temperature``: three scores and a temperature (chapter 00)
by_hand      ``attention_by_hand``: three annotations and a state to drag (chapter 01)
alignment    ``alignment_by_word``: a translation whose words the reader picks (chapter 02)
bilinear     ``matrix_to_turn``: a matrix between state and annotations (chapter 03)
sampling     ``picks_to_draw``: picks, and what they say of a gradient (chapter 03d)
mechanism    ``attention_by_steps``: score, scale, mask, softmax, mix (chapter 04)
masks        ``masks_to_click``: who may look where (chapter 05)
heads        ``heads_to_switch``: the mean of the heads that are on (chapter 06)

frame        what all of them share; it knows none of them, and no kind knows another

A kind is a folder: ``state`` computes its numbers in NumPy and writes them as texts, ``figure``
draws them; ``script.js`` computes the same numbers when the reader moves something (the page tests
compare the two), ``style.css`` is what only this kind needs. Sentences are templates in ``state``:
they travel in the HTML, and both sides fill them. Nothing is fetched: script and style are inlined.
To add a kind: a folder that mirrors ``softmax``, and its tests.
"""
