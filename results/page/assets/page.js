(function () {
"use strict";
const { clock, plots } = JSON.parse(document.getElementById("data").textContent);
const root = document.documentElement, tip = document.getElementById("tip"), said = document.getElementById("said");
const color = name => getComputedStyle(root).getPropertyValue("--" + name).trim();

// Marks are the rows of the table of what happened.
const marks = [...document.querySelectorAll("table.marks tbody tr")].map(row => ({
  row, kind: row.className, at: +row.dataset.at, time: row.cells[0].textContent, text: row.cells[2].textContent + ": " + row.cells[3].textContent,
}));
const drawn = new Set();
const visible = () => marks.filter(m => drawn.has(m.kind));
const tall = new Set(["fault", "interruption"]);

// wall is the time on the clock of the run, in the fields of a local date.
function wall(seconds) {
  let ahead = 0;
  for (const [from, s] of clock.offsets) if (seconds >= from || from === clock.offsets[0][0]) ahead = s;
  const d = new Date((seconds + ahead) * 1e3);
  return new Date(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds());
}
const two = n => String(n).padStart(2, "0");
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const date = d => d.getDate() + " " + months[d.getMonth()];
const stamp = s => { const d = wall(s); return date(d) + " " + two(d.getHours()) + ":" + two(d.getMinutes()); };

// ticks writes the time at ticks, and the day where it begins.
function ticks(u, splits, axis, space, step) {
  let day = "";
  return splits.map(s => {
    const d = wall(s), of = date(d), fresh = of !== day;
    day = of;
    if (step >= 86400) return of;
    const time = two(d.getHours()) + ":" + two(d.getMinutes()) + (step < 60 ? ":" + two(d.getSeconds()) : "");
    return fresh ? time + "\n" + of : time;
  });
}

const units = { s: [[1, "s"], [1e-3, "ms"], [1e-6, "µs"]], B: [[1 << 30, "GiB"], [1 << 20, "MiB"], [1024, "KiB"], [1, "B"]] };
function digits(v) { return v === 0 ? "0" : String(+v.toPrecision(4)); }
function amount(v, unit) {
  if (v == null) return "–";
  if (unit === "ratio") return digits(100 * v) + " %";
  if (unit === "USD") return "$" + digits(v);
  if (unit === "1/s") return digits(v) + "/s";
  for (const [size, name] of units[unit] || []) if (Math.abs(v) >= size) return digits(v / size) + " " + name;
  if (Math.abs(v) >= 1e6) return digits(v / 1e6) + " M";
  return digits(v) + (unit === "h" ? " h" : "");
}

const times = clock ? Array.from({ length: clock.points }, (_, i) => clock.start + i * clock.step) : [];
let charts = [], moving = false;

function options(p, width) {
  const series = [{ label: clock.zone || "time", value: (u, v) => v == null ? "–" : stamp(v) }], data = [times], bands = [];
  const stepped = p.stepped ? uPlot.paths.stepped({ align: 1 }) : undefined;
  for (const l of p.lines) {
    const stroke = () => color("c" + l.color % 8);
    if (l.low) {
      const at = series.length;
      series.push({ label: "high", class: "unseen", stroke: null, points: { show: false } }, { label: "low", class: "unseen", stroke: null, points: { show: false } });
      data.push(l.high, l.low);
      bands.push({ series: [at, at + 1], fill: stroke() + "33" });
    }
    series.push({ label: l.label, stroke, width: 1.5, dash: l.dashed ? [6, 4] : undefined, paths: stepped, points: { show: false }, spanGaps: false, value: (u, v) => amount(v, p.unit) });
    data.push(l.values);
  }
  const axis = { stroke: () => color("faint"), grid: { stroke: () => color("line"), width: 0.5 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  return [{
    width, height: 230, series, bands, tzDate: wall, legend: { live: true },
    scales: { y: { range: (u, least, most) => [Math.min(0, least || 0), most > 0 ? most * 1.05 : 1] } },
    axes: [{ ...axis, values: ticks, space: 70, size: 42 }, { ...axis, size: 74, values: (u, splits) => splits.map(v => amount(v, p.unit)) }],
    cursor: { sync: { key: "day", setSeries: false }, points: { size: 6 }, y: false },
    hooks: { drawClear: [drawWindows], draw: [drawMarks], setScale: [follow], setCursor: [hint] },
  }, data];
}

// drawWindows shades the windows of the run, behind all else, each with its name.
function drawWindows(u) {
  const { ctx, bbox } = u, pixels = devicePixelRatio || 1, { min, max } = u.scales.x;
  ctx.save();
  ctx.fillStyle = color("faint"); ctx.font = 11 * pixels + "px system-ui, sans-serif"; ctx.textBaseline = "top"; ctx.textAlign = "left";
  (clock.windows || []).forEach((w, i) => {
    if (w.to < min || w.from > max) return;
    const x = u.valToPos(Math.max(w.from, min), "x", true), width = u.valToPos(Math.min(w.to, max), "x", true) - x;
    ctx.globalAlpha = 0.13; ctx.fillRect(x, bbox.top, Math.max(width, pixels), bbox.height);
    ctx.globalAlpha = 0.9; ctx.fillText(w.name, x + 3 * pixels, bbox.top + (3 + 13 * (i % 4)) * pixels);
  });
  ctx.restore();
}

// drawMarks draws what happened: faults and interruptions through the plot, the rest above it.
function drawMarks(u) {
  const { ctx, bbox } = u, pixels = devicePixelRatio || 1, { min, max } = u.scales.x;
  const some = visible().filter(m => m.at >= min && m.at <= max), crowded = some.filter(m => tall.has(m.kind)).length > 80;
  const many = Map.groupBy ? new Map([...Map.groupBy(some, m => m.kind)].map(([kind, of]) => [kind, of.length > 150])) : new Map();
  ctx.save();
  ctx.setLineDash([]);
  for (const m of some) {
    const x = Math.round(u.valToPos(m.at, "x", true)), y = bbox.top;
    ctx.fillStyle = ctx.strokeStyle = color(m.kind);
    if (tall.has(m.kind) && !crowded) {
      ctx.globalAlpha = 0.5; ctx.lineWidth = pixels; ctx.beginPath(); ctx.moveTo(x, y); ctx.lineTo(x, y + bbox.height); ctx.stroke();
    }
    if (many.get(m.kind)) { // a triangle each would be one bar
      ctx.globalAlpha = 0.7; ctx.fillRect(x, y - 5 * pixels, pixels, 4 * pixels);
      continue;
    }
    ctx.globalAlpha = 0.9; ctx.beginPath();
    ctx.moveTo(x - 4 * pixels, y - 7 * pixels); ctx.lineTo(x + 4 * pixels, y - 7 * pixels); ctx.lineTo(x, y + pixels); ctx.closePath();
    if (m.kind === "held" || m.kind === "quiet") { ctx.lineWidth = pixels; ctx.stroke(); } else ctx.fill();
  }
  ctx.restore();
}

// follow zooms all plots as one was zoomed.
function follow(u, scale) {
  if (scale !== "x" || moving) return;
  moving = true;
  const { min, max } = u.scales.x;
  for (const c of charts) if (c !== u) c.setScale("x", { min, max });
  moving = false;
}

// hint tells of the marks under the pointer.
function hint(u) {
  const { left, top, event } = u.cursor;
  if (left == null || left < 0 || !event || !u.over.matches(":hover")) { if (event) tip.hidden = true; return; }
  const near = visible().map(m => [Math.abs(u.valToPos(m.at, "x") - left), m]).filter(([d]) => d < 5).sort((a, b) => a[0] - b[0]).map(([, m]) => m);
  const box = u.over.getBoundingClientRect();
  tell(near, box.left + left, box.top + top);
}

function tell(some, x, y) {
  tip.hidden = some.length === 0;
  tip.replaceChildren(...some.slice(0, 4).map(m => {
    const p = document.createElement("p"), b = document.createElement("b");
    b.textContent = m.time + " "; b.style.color = color(m.kind);
    p.append(b, m.text);
    return p;
  }));
  if (some.length > 4) { const p = document.createElement("p"); p.textContent = "and " + (some.length - 4) + " more"; tip.append(p); }
  tip.style.left = Math.max(8, Math.min(x + 14, innerWidth - tip.offsetWidth - 12)) + "px";
  tip.style.top = Math.min(y + 14, innerHeight - tip.offsetHeight - 12) + "px";
}

let current = -1;
// show puts the cursor of all plots on a mark and says what it is.
function show(m, at) {
  current = m.at;
  for (const c of charts) c.setCursor({ left: c.valToPos(m.at, "x"), top: 40 });
  said.textContent = m.time + " " + m.text;
  const box = (at || charts[0]).over.getBoundingClientRect();
  tell([m], box.left + (at || charts[0]).valToPos(m.at, "x"), box.top + 30);
}

function keys(chart, event) {
  const { min, max } = chart.scales.x, some = visible(), zoom = by => chart.setScale("x", { min: (min + max) / 2 - by * (max - min) / 2, max: (min + max) / 2 + by * (max - min) / 2 });
  let next;
  switch (event.key) {
  case "ArrowRight": next = some.find(m => m.at > current); break;
  case "ArrowLeft": next = some.findLast(m => current < 0 || m.at < current); break;
  case "+": zoom(0.5); break;
  case "-": zoom(2); break;
  case "0": chart.setScale("x", { min: times[0], max: times[times.length - 1] }); break;
  case "Escape": tip.hidden = true; return;
  default: return;
  }
  event.preventDefault();
  if (next) show(next, chart);
}

// paperWidth has room on A4 and on letter paper: a plot as wide as the window would shrink the page.
const paperWidth = 680;

function build() {
  for (const c of charts) c.destroy();
  charts = [];
  for (const p of plots) {
    const figure = document.getElementById(p.id), place = figure.querySelector(".canvas");
    const chart = new uPlot(...options(p, "paper" in root.dataset ? paperWidth : Math.max(240, place.clientWidth)), place);
    charts.push(chart);
    figure.onkeydown = event => keys(chart, event);
    figure.onmouseleave = () => { tip.hidden = true; };
  }
}

// rove makes one stop of the Tab key of many: arrows go from one to the next that is seen.
// What it returns makes the first of them the stop.
function rove(place, items) {
  const seen = () => items.filter(item => item.getClientRects().length > 0);
  const stop = at => { for (const item of items) item.setAttribute("tabindex", item === at ? 0 : -1); };
  place.addEventListener("focusin", event => { if (items.includes(event.target)) stop(event.target); });
  place.addEventListener("keydown", event => {
    const some = seen(), at = some.indexOf(document.activeElement), last = some.length - 1;
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    some[Math.max(0, Math.min(last, to))].focus();
  });
  return () => stop(seen()[0]);
}

const happened = document.querySelector("table.marks"), first = happened ? rove(happened, marks.map(m => m.row.querySelector("button"))) : () => {};
for (const box of document.querySelectorAll(".kinds input")) {
  const turn = () => {
    box.checked ? drawn.add(box.value) : drawn.delete(box.value);
    for (const m of marks) if (m.kind === box.value) m.row.classList.toggle("off", !box.checked);
  };
  turn();
  box.onchange = () => { turn(); first(); for (const c of charts) c.redraw(); };
}
first();
for (const m of marks) m.row.querySelector("button").onclick = () => {
  if (!charts.length) return;
  document.getElementById(plots[0].id).scrollIntoView({ block: "center" });
  show(m);
};
// A picture of points is one stop, and so is the table of what happened.
for (const svg of document.querySelectorAll("svg")) {
  const points = [...svg.querySelectorAll("a")].map(a => ({ a, box: a.getBBox() })).sort((p, q) => p.box.x - q.box.x || p.box.y - q.box.y);
  rove(svg, points.map(p => p.a))();
}
// What scrolls is a stop, for the arrow keys; what has room is none.
function scrollers() {
  for (const box of document.querySelectorAll(".wide, pre, figure:not(.plot)")) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if (scrolls) box.tabIndex = 0; else box.removeAttribute("tabindex");
  }
}
scrollers();
addEventListener("resize", scrollers);
document.addEventListener("toggle", scrollers, true);
if (!plots.length) return;
build();
let wide = innerWidth;
addEventListener("resize", () => { if (innerWidth !== wide) { wide = innerWidth; build(); } });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", build);
addEventListener("beforeprint", () => { root.dataset.paper = ""; build(); });
addEventListener("afterprint", () => { delete root.dataset.paper; build(); });
})();
