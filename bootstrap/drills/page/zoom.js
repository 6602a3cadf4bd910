"use strict";
// Every attempt as a point: when it began, how long it took. Drag to zoom, double click (or the button) for all of it.
(() => {
  const data = JSON.parse(document.getElementById("samples").textContent);
  const canvas = document.getElementById("raw");
  const choice = document.getElementById("probe");
  const told = document.getElementById("told");
  const context = canvas.getContext("2d");
  let from = 0, to = 1, drag = null;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
  const samples = () => data[choice.value][1];
  const whole = () => {
    const all = samples();
    from = all.length ? all[0][0] : 0;
    to = all.length ? all[all.length - 1][0] + 0.001 : 1;
  };

  function draw() {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const seen = samples().filter(([at]) => at >= from && at <= to);
    // Not Math.max(...): a long run has more attempts than a call may have arguments.
    const most = seen.reduce((worst, [, took]) => Math.max(worst, took), 0.001);
    const x = (at) => ((at - from) / (to - from)) * width;
    const y = (took) => height - 18 - (took / most) * (height - 44);
    for (const [at, took, how] of seen) {
      context.fillStyle = colour(how === "ok" ? "--well" : "--down");
      how === "ok" ? context.fillRect(x(at) - 1, y(took) - 1, 2, 2) : context.fillRect(x(at) - 1.5, y(took) - 4, 3, 8);
    }
    context.fillStyle = colour("--soft");
    context.font = "12px system-ui";
    context.fillText(`${from.toFixed(3)} s`, 0, height - 3);
    context.textAlign = "right";
    context.fillText(`${to.toFixed(3)} s`, width, height - 3);
    context.textAlign = "left";
    context.fillText(`${(most * 1000).toFixed(1)} ms`, 0, 12);
    if (drag) {
      context.globalAlpha = 0.2;
      context.fillStyle = colour("--act");
      context.fillRect(drag[0], 0, drag[1] - drag[0], height);
      context.globalAlpha = 1;
    }
    const failed = seen.filter(([, , how]) => how !== "ok").length;
    told.textContent = `${seen.length} attempts, ${failed} failed, ${from.toFixed(2)} s to ${to.toFixed(2)} s`;
  }

  const place = (event) => event.clientX - canvas.getBoundingClientRect().left;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    drag = [place(event), place(event)];
  });
  canvas.addEventListener("pointermove", (event) => {
    if (drag) { drag[1] = place(event); draw(); }
  });
  canvas.addEventListener("pointercancel", () => { drag = null; draw(); });
  canvas.addEventListener("pointerup", () => {
    if (!drag) return; // pressed elsewhere, let go here
    const [left, right] = [...drag].sort((a, b) => a - b);
    drag = null;
    if (right - left > 4) {
      const span = to - from, width = canvas.clientWidth;
      [from, to] = [from + (left / width) * span, from + (right / width) * span];
    }
    draw();
  });
  const all = () => { whole(); draw(); };
  canvas.addEventListener("dblclick", all);
  document.getElementById("all").addEventListener("click", all);
  document.getElementById("closer").addEventListener("click", () => {
    const quarter = (to - from) / 4;
    [from, to] = [from + quarter, to - quarter];
    draw();
  });
  choice.addEventListener("change", all);
  window.addEventListener("resize", draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // Paper shows what is folded: not every browser can be told so in the style.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const each of folded) each.open = true;
  });
  window.addEventListener("afterprint", () => { for (const each of folded) each.open = false; });
  all();
})();
