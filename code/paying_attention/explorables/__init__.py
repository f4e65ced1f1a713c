"""Figures that a reader can drag, and that also read as a static figure with a table.

softmax      ``softmax_temperature``: three scores and a temperature (chapter 00)
by_hand      ``attention_by_hand``: three annotations and a state to drag (chapter 01)
alignment    ``alignment_by_word``: a translation whose words the reader picks (chapter 02)
mechanism    ``attention_by_steps``: score, scale, mask, softmax, mix (chapter 04)
masks        ``masks_to_click``: who may look where (chapter 05)
heads        ``heads_to_switch``: the mean of the heads that are on (chapter 06)

explorable   numbers in, HTML out: the frame that all of them share
drawing      numbers -> SVG          arguments   what is accepted, and what is said otherwise
links        words and the lines between them -> SVG
cells        a matrix of weights -> SVG
explorable.js, explorable.css        inlined in every output: nothing is fetched
mechanism.js, masks.js, …            what only one kind needs, inlined with it

A module computes its numbers in NumPy, hands them to an ``Explorable`` and is done. The script
recomputes the same numbers when the reader moves something; the page tests compare the two.
To add one: a module here that mirrors ``softmax``, an entry in ``KINDS`` of
the shared script or of one of its own (``addition``), its tests.
"""
