"""Helpers of the course *Paying Attention: from the bottleneck to FlashAttention*.

An import line is an address: ``from paying_attention.attention.masks import padding_mask`` says
where to look and where to change it. This package re-exports nothing. Its rooms, in reading order:

- ``data``: rules and files become batches.
- ``attention``: the mathematics, pure functions of tensors, one file per mechanism.
- ``models``: networks that use attention.
- ``training``: the only loop; it knows nothing about any model.
- ``evaluation``: decoding, and what counts as right.
- ``explain``: where a model looks, and what reaches it.
- ``figures``: arrays become pictures; ``explorables``: arrays become figures to drag.
- ``experiments``: the runs that take longer than a chapter; each writes a file of ``results``.
- ``exercises``: what checks a reader's own answers, one file a chapter.
- ``claims``: what the chapters assert with; ``notebook``: what each begins with.
"""
