  // Picks to draw: the numbers of state.py, the lines of chart.py.

  const PRIME = 2147483647, FACTOR = 48271; // a product stays below 2 to the 53rd: exact

  function picks(weights, seed, skipped, draws) {
    const edges = [weights[0], weights[0] + weights[1]], found = [];
    let number = seed;
    for (let k = 0; k < skipped + draws; k += 1) {
      number = number * FACTOR % PRIME;
      const share = number / PRIME;
      found.push(edges.filter(function (edge) { return share >= edge; }).length);
    }
    return found.slice(skipped);
  }

  function distance(a, b) { // squared
    return add(a.map(function (number, j) { return (number - b[j]) * (number - b[j]); }));
  }

  function samplingState(inputs) {
    const weights = inputs.weights, losses = inputs.losses;
    const baseline = add(weights.map(function (weight, j) { return weight * losses[j]; }));
    const exact = weights.map(function (weight, j) { return weight * (losses[j] - baseline); });
    const drawn = picks(weights, inputs.seed, inputs.skipped, inputs.draws);
    const means = [], far = [], variances = [];
    [0, baseline].forEach(function (subtracted) {
      let sum = [0, 0, 0], squares = 0;
      const mean = drawn.map(function (pick, k) {
        const estimate = weights.map(function (weight, j) {
          return (losses[pick] - subtracted) * ((j === pick ? 1 : 0) - weight);
        });
        squares += distance(estimate, exact);
        sum = sum.map(function (number, j) { return number + estimate[j]; });
        return sum.map(function (number) { return number / (k + 1); });
      });
      means.push(mean);
      far.push(drawn.length ? Math.sqrt(distance(mean[mean.length - 1], exact)) : null);
      variances.push(drawn.length ? squares / drawn.length : null);
    });
    return {
      weights: weights, exact: exact, baseline: baseline, subtracted: inputs.subtracted,
      counts: [0, 1, 2].map(function (j) {
        return drawn.filter(function (pick) { return pick === j; }).length;
      }),
      means: means, far: far, variances: variances,
    };
  }

  function roomFor(now) { return Math.max(now.room, now.draws); }

  function samplingTexts(found, now, say) {
    function number(value) { return value === null ? say("none", {}) : display(value); }
    const draws = now.draws, own = found.subtracted ? 1 : 0, other = 1 - own;
    const named = [say("without", {}), say("with", { b: display(found.baseline) })];
    const texts = { draws: String(draws), axis: String(roomFor(now)) };
    const names = [say("off", {}), say("on", {})];
    texts.legend = say("legend", { own: names[own], other: names[other] });
    [0, 1].forEach(function (kind) {
      const last = found.means[kind][draws - 1] || [null, null, null];
      last.forEach(function (value, j) { texts["mean-" + kind + "-" + j] = number(value); });
      texts["variance-" + kind] = number(found.variances[kind]);
    });
    found.counts.forEach(function (count, j) { texts["count-" + j] = String(count); });
    numbered(texts, "exact", found.exact);
    texts.summary = say(draws ? "summary" : "nothing", {
      draws: say(draws === 1 ? "one" : "many", { count: draws }),
      how: named[own], far: number(found.far[own]), variance: number(found.variances[own]),
      other: named[other], other_far: number(found.far[other]),
      other_variance: number(found.variances[other]),
    });
    return texts;
  }

  function wayOf(slopes, now) {
    let way = "", pen = "M";
    slopes.forEach(function (slope, k) {
      const seen = Math.abs(slope) <= now.reach;
      const x = 40 + now.width * (k + 1) / roomFor(now), y = 14 + 200 * (1 - slope / now.reach) / 2;
      if (seen) { way += pen + x.toFixed(2) + " " + y.toFixed(2); }
      pen = seen ? "L" : "M";
    });
    return way;
  }

  function beginDraws(root, controls, first, change) {
    const row = make(controls, "div", { "class": "pa-draws" });
    [1, 10, 100].forEach(function (more) {
      const button = make(row, "button", { type: "button", "data-more": more }, "Draw " + more);
      button.addEventListener("click", function () {
        change(function (now) { now.draws = Math.min(now.most, now.draws + more); });
      });
    });
    make(row, "button", { type: "button" }, "Clear").addEventListener("click", function () {
      change(function (now) { // the generator goes on: other draws than before
        now.skipped += now.draws;
        now.draws = 0;
      });
    });
    const label = make(controls, "label", {});
    const box = make(label, "input", { type: "checkbox", autocomplete: "off" });
    label.append("subtract the baseline");
    box.addEventListener("change", function () {
      change(function (now) { now.subtracted = box.checked; });
    });
  }

  function drawMeans(root, now, found) {
    root.querySelector("input").checked = found.subtracted;
    root.querySelectorAll("[data-more]").forEach(function (button) {
      button.disabled = now.draws >= now.most;
    });
    root.querySelectorAll(".pa-means").forEach(function (group, kind) {
      group.setAttribute("aria-current", (kind === 1) === found.subtracted);
    });
    found.means.forEach(function (means, kind) {
      found.exact.forEach(function (slope, j) {
        const slopes = means.map(function (mean) { return mean[j]; });
        set(root, '[data-mean="' + kind + "-" + j + '"]', { d: wayOf(slopes, now) });
      });
    });
  }

  const KIND = {
    name: "picks-to-draw", compute: samplingState, texts: samplingTexts, draw: drawMeans,
    begin: beginDraws, hint: "Each draw reads one word and pays its loss.",
  };
