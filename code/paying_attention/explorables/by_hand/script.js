  // Three annotations and a state: the numbers of state.py.

  function attentionState(inputs) {
    const scores = inputs.annotations.map(function (key) { return dot(key, inputs.state); });
    const weights = softmax(scores);
    const context = [0, 1].map(function (axis) {
      return add(inputs.annotations.map(function (key, i) { return weights[i] * key[axis]; }));
    });
    return {
      state: inputs.state, scores: scores, weights: weights, total: add(weights), context: context,
    };
  }

  function attentionTexts(found, now, say) {
    const most = largest(found.weights, now.labels), context = displayPair(found.context);
    const texts = {
      context: context, total: display(found.total),
      summary: say("summary", {
        state: displayPair(found.state), top: most.top, owners: say.listed(most.owners),
        context: context,
      }),
    };
    numbered(texts, "score", found.scores);
    numbered(texts, "weight", found.weights);
    return texts;
  }

  const KIND = {
    name: "attention-by-hand", compute: attentionState, texts: attentionTexts,
    hint: "Drag the ring, or move the sliders.",
    sliders: function (inputs) {
      return [planeSlider("state", 0, inputs.limit), planeSlider("state", 1, inputs.limit)];
    },
    begin: function (root, controls, first, change) {
      makeDraggable(root, first.limit, function (state) {
        change(function (now) { now.state = state; });
      });
    },
    draw: function (root, now, found) {
      const context = toPixels(found.context, now.limit);
      drawPlane(root, now.state, now.limit, found.weights);
      set(root, '[data-part="context"]', { transform: "translate(" + context.join(" ") + ")" });
    },
  };
