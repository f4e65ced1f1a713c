  // The plane: the same pixels as in plane.py.

  const HALF = 180, REACH = 160;

  function dot(a, b) {
    return a[0] * b[0] + a[1] * b[1];
  }

  function toPixels(point, limit) {
    return [HALF + point[0] * REACH / limit, HALF - point[1] * REACH / limit];
  }

  function toPoint(pixels, limit) { // on the sliders' steps of 0.05, inside the axes
    return [pixels[0] - HALF, HALF - pixels[1]].map(function (offset) {
      const number = Math.round(offset / REACH * limit * 20) / 20;
      return Math.min(limit, Math.max(-limit, number)) + 0;
    });
  }

  function planeSlider(name, axis, limit) {
    return {
      label: name + ", " + "xy"[axis], min: -limit, max: limit, step: 0.05,
      read: function (now) { return now[name][axis]; },
      write: function (now, position) { now[name][axis] = position; },
      text: function (now) { return display(now[name][axis]); },
    };
  }

  function drawPlane(root, point, limit, weights) {
    const at = toPixels(point, limit);
    set(root, '[data-part="state"]', { transform: "translate(" + at.join(" ") + ")" });
    set(root, '[data-part="state-line"]', { x2: at[0], y2: at[1] });
    weights.forEach(function (weight, i) {
      set(root, '[data-arrow="' + i + '"]', { "stroke-width": 2 + 6 * weight });
    });
  }

  function makeDraggable(root, limit, move) {
    const handle = root.querySelector('[data-part="state"]'), plane = handle.ownerSVGElement;
    let held = null; // from the pointer to the middle of the handle
    function place(event) {
      const point = new DOMPoint(event.clientX, event.clientY);
      const at = point.matrixTransform(plane.getScreenCTM().inverse());
      return [at.x, at.y];
    }
    handle.addEventListener("pointerdown", function (event) {
      const at = place(event), middle = handle.transform.baseVal.consolidate().matrix;
      held = [middle.e - at[0], middle.f - at[1]];
      handle.setPointerCapture(event.pointerId);
      event.preventDefault(); // no text selection while dragging
    });
    handle.addEventListener("touchstart", function (event) {
      event.preventDefault(); // no scrolling either: touch-action alone is not heard inside SVG
    }, { passive: false });
    handle.addEventListener("pointermove", function (event) {
      if (!held) { return; }
      const at = place(event);
      move(toPoint([at[0] + held[0], at[1] + held[1]], limit));
    });
    ["pointerup", "pointercancel"].forEach(function (type) {
      handle.addEventListener(type, function () { held = null; });
    });
  }
