"""Figures that a reader can drag, and that also read as a static figure with a table.

softmax      ``softmax_temperature``: three scores and a temperature (chapter 00)
by_hand      ``attention_by_hand``: three annotations and a state to drag (chapter 01)
alignment    ``alignment_by_word``: a translation whose words the reader picks

explorable   numbers in, HTML out: the frame that all of them share
drawing      numbers -> SVG          arguments   what is accepted, and what is said otherwise
links        words and the lines between them -> SVG
explorable.js, explorable.css        inlined in every output: nothing is fetched

A module computes its numbers in NumPy, hands them to an ``Explorable`` and is done. The script
recomputes the same numbers when the reader moves something; the page tests compare the two.
To add one: a module here that mirrors ``softmax``, an entry in ``KINDS`` of the script, its tests.
"""
