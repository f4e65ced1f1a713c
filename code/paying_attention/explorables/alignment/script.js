  // Words of a translation to pick: the numbers of state.py.

  function rowState(inputs) {
    const weights = inputs.weights[inputs.row], gold = inputs.gold && inputs.gold[inputs.row];
    const top = display(Math.max.apply(null, weights)), most = [];
    weights.forEach(function (weight, j) {
      if (display(weight) === top && top !== "0.00") { most.push(j); } // a tie stays a tie
    });
    const hits = most.filter(function (j) { return gold && gold.includes(j); }).length;
    const judged = hits === 0 ? "no" : hits === most.length ? "yes" : "in part";
    return {
      row: inputs.row, weights: weights, most: most, gold: gold,
      agrees: gold && gold.length ? judged : "",
    };
  }

  function goldText(found, source, say) {
    if (!found.gold) { return ""; }
    if (!found.gold.length) { return say("no gold", {}); }
    const many = found.gold.length === 1 ? "one" : "more";
    return say("gold, " + found.agrees + ", " + many, { words: say.quoted(found.gold, source) });
  }

  function rowTexts(found, inputs, say) {
    const many = found.most.length;
    let looks = many === 0 ? "nowhere" : many === 1 ? "one" : "some";
    if (many > 3) { looks = "many"; }
    const texts = {
      summary: say("summary", {
        word: say.quoted([found.row], inputs.target),
        looks: say(looks, {
          words: say.quoted(found.most, inputs.source), count: many,
          top: display(Math.max.apply(null, found.weights)),
        }),
        gold: goldText(found, inputs.source, say),
      }),
    };
    numbered(texts, "weight", found.weights);
    return texts;
  }

  // Radio buttons over the words of the drawing, so that every key and finger works.

  function makePicks(root, words, pick) {
    const figure = root.querySelector(".pa-figure");
    const group = make(figure, "div", {
      "class": "pa-picks", role: "radiogroup", "aria-label": "word of the translation",
      "data-lm-suppress-shortcuts": "true", // JupyterLab would take the arrow keys
    });
    words.forEach(function (word, i) {
      const radio = make(group, "input", {
        type: "radio", name: root.id + "-pick", value: i, "aria-label": word, autocomplete: "off",
      });
      layOver(radio, figure.querySelector('.pa-pick[data-row="' + i + '"]'));
      radio.addEventListener("change", function () { pick(i); });
    });
  }

  function showPicked(root, now) {
    root.querySelectorAll(".pa-picks input").forEach(function (radio, i) {
      radio.checked = i === now.row;
    });
    root.querySelectorAll("[data-row]").forEach(function (element) {
      const picked = Number(element.dataset.row) === now.row;
      element.setAttribute("aria-current", picked);
      if (picked && element.matches(".pa-lines")) { element.parentNode.append(element); } // on top
    });
  }

  const KIND = {
    name: "alignment-by-word", compute: rowState, texts: rowTexts, draw: showPicked, reset: false,
    hint: "Pick a target word: click, tap or arrow keys.",
    begin: function (root, controls, first, change) {
      makePicks(root, first.target, function (row) {
        change(function (now) { now.row = row; });
      });
    },
  };
