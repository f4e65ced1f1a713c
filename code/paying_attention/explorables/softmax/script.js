  // Three scores and a temperature: the numbers of state.py.

  function softmaxState(inputs) {
    const scaled = inputs.scores.map(function (score) { return score / inputs.temperature; });
    const weights = softmax(scaled);
    return {
      scores: inputs.scores, temperature: inputs.temperature, scaled: scaled,
      weights: weights, total: add(weights), factor: Math.exp(1 / inputs.temperature),
    };
  }

  function softmaxTexts(found, now, say) {
    const most = largest(found.weights, now.labels);
    const texts = {
      total: display(found.total),
      summary: say("summary", {
        temperature: display(found.temperature), top: most.top, owners: say.listed(most.owners),
        factor: display(found.factor),
      }),
    };
    numbered(texts, "score", found.scores);
    numbered(texts, "scaled", found.scaled);
    numbered(texts, "weight", found.weights);
    return texts;
  }

  function scoreSlider(label, i, inputs) {
    const far = Math.max(5, Math.ceil(Math.max.apply(null, inputs.scores.map(Math.abs))));
    return {
      label: label, min: -far, max: far, step: 0.1,
      read: function (now) { return now.scores[i]; },
      write: function (now, position) { now.scores[i] = position; },
      text: function (now) { return display(now.scores[i]); },
    };
  }

  const temperatureSlider = {
    label: "temperature τ", min: -1, max: 1, step: 0.05,
    read: function (now) { return Math.log10(now.temperature); },
    write: function (now, position) { now.temperature = Math.pow(10, position); },
    text: function (now) { return display(now.temperature); },
  };

  const KIND = {
    name: "softmax-temperature", compute: softmaxState, texts: softmaxTexts,
    sliders: function (inputs) {
      const scores = inputs.labels.map(function (label, i) { return scoreSlider(label, i, inputs); });
      return scores.concat([Object.assign({}, temperatureSlider)]);
    },
  };
