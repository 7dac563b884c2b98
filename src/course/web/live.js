// The live part of the pages. The server draws everything; this script appends what it is told, sends
// forms, and plays finished recordings again. It knows no lab and loads nothing from elsewhere.
"use strict";

const byId = (id) => document.getElementById(id);
const { token, stream } = document.body.dataset;
let page = "", last = "", source = null, hiding = 0, watching = null;

document.documentElement.classList.add("js");

// The stream: one for each page. Every event has an id; whoever comes back says the last one.

function connect() {
  if (!stream || source) return;
  source = new EventSource("/events?" + new URLSearchParams({ token, of: stream, after: last }));
  source.onopen = () => link("");
  source.onerror = () => {
    if (source && source.readyState !== EventSource.CLOSED) {
      return link("The connection to the course is lost. It is opened again.");
    }
    source = null;
    link("No live connection: the server was stopped or started again, or too many pages are open. Reload this page.");
  };
  const heard = {
    hello: (data) => {
      const before = page;
      page = data;
      if (before && watching) watching.requestSubmit(watching.querySelector("button.go"));
    },
    html: insert,
    done: (what) => finished(what),
    lost: (count) => link(`This page was too slow: ${count} rows are missing. Reload it.`),
  };
  for (const [kind, act] of Object.entries(heard)) {
    source.addEventListener(kind, (event) => {
      last = event.lastEventId;
      act(event.data);
    });
  }
}

function link(text) {
  const state = byId("link-state");
  if (!state) return;
  state.textContent = text;
  state.hidden = !text;
}

// A tab that is behind others gives its stream up after a while: browsers open few connections.
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (!document.hidden) return connect();
  hiding = setTimeout(async () => {
    if (page) await post("/hidden", {});
    if (source) source.close();
    source = null;
  }, 5000);
});

// What comes: an element that says where it belongs.

const scrolled = new Set();

function insert(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const element = holder.content.firstElementChild;
  const { into, fill } = element?.dataset ?? {};
  const place = byId(into || fill);
  if (!place) return;
  if (fill) {
    place.replaceChildren(...element.childNodes);
    if (place.classList.contains("ladder")) bar(place.id)?.rewind();
    return;
  }
  const frame = place.closest(".frame");
  // Its height is asked once a picture: each question makes the browser lay out all rows.
  const atEnd = frame && !scrolled.has(frame) && frame.scrollHeight - frame.scrollTop - frame.clientHeight < 40;
  element.classList.add("new");
  if (place.dataset.paused || (place.id === "tap" && filtered(element))) element.classList.add("off");
  place.append(element);
  if (atEnd) {
    if (!scrolled.size) requestAnimationFrame(scroll);
    scrolled.add(frame);
  }
}

function scroll() {
  for (const frame of scrolled) frame.scrollTop = frame.scrollHeight;
  scrolled.clear();
}

// Forms: what is said with them, and what is going on meanwhile.

async function post(path, fields) {
  try {
    const body = new URLSearchParams({ ...fields, token, page });
    const answer = await fetch(path, { method: "POST", body });
    if (answer.ok) return "";
    const text = await answer.text();
    return text.split("\n").filter(Boolean)[1] || text;
  } catch {
    return "The course does not answer: was it stopped?";
  }
}

const lab = byId("live")?.dataset.lab;
const say = (what, text) => {
  const state = byId(what + "-state");
  if (text && state) state.textContent = text;
};

async function submit(form, button) {
  const what = form.dataset.post;
  const fields = Object.fromEntries(new FormData(form, button));
  if (what === "run" && form.classList.contains("busy")) {
    return say(what, await post(`/labs/${lab}/end`, { what }));
  }
  if (what === "check") watching = fields.watch ? form : null;
  if (what !== "hint") busy(form, true);
  byId(what)?.closest(".frame")?.scrollIntoView({ block: "nearest" });
  const problem = await post(`/labs/${lab}/${what}`, fields);
  if (problem) busy(form, false);
  say(what === "hint" ? "check" : what, problem);
}

function busy(form, on) {
  form.classList.toggle("busy", on);
  if (form.dataset.post === "run") form.querySelector(".go").textContent = on ? "Stop" : "Run";
}

function finished(what) {
  const form = document.querySelector(`form[data-post="${what}"]`);
  if (form) busy(form, false);
  bar(what)?.ready();
}

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.post) return;
  event.preventDefault();
  submit(event.target, event.submitter);
});

// Replay: a finished ladder again, row by row or byte by byte.

const texts = new WeakMap();

// Shows the first bytes of a row; says how many it has.
function clip(row, count) {
  const said = row.querySelector(".say");
  if (!said) return 0;
  if (!texts.has(said)) {
    const walker = document.createTreeWalker(said, NodeFilter.SHOW_TEXT);
    const nodes = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.parentElement.closest(".who, .note")) continue;
      nodes.push([node, node.data.match(/\\x[0-9a-f]{2}|\\\{[^}]*\}|\\.|[^\\]/gsu) || []]);
    }
    texts.set(said, nodes);
  }
  let left = count, all = 0;
  for (const [node, bytes] of texts.get(said)) {
    node.data = bytes.slice(0, Math.max(0, left)).join("");
    left -= bytes.length;
    all += bytes.length;
  }
  return all;
}

class Replay {
  constructor(element) {
    this.element = element;
    this.list = byId(element.dataset.of);
    [this.row, this.shown, this.timer] = [0, 0, 0];
    element.addEventListener("click", (event) => {
      const act = event.target.dataset.do;
      if (act) this[act]();
    });
    for (const anchor of element.querySelectorAll("[data-get]")) {
      anchor.addEventListener("click", () => {
        anchor.href = `/recording/${anchor.dataset.get}?` + new URLSearchParams({ token, page });
        anchor.download = anchor.dataset.get;
      });
      anchor.href = "#";
    }
  }
  get rows() { return this.list.children; }
  ready() {
    this.element.hidden = this.rows.length === 0;
    this.row = this.rows.length;
  }
  rewind() {
    this.stop();
    this.element.hidden = true;
  }
  // Everything before `row`, and of it the first bytes.
  draw() {
    [...this.rows].forEach((row, at) => {
      row.classList.remove("new");
      row.hidden = at > this.row || (at === this.row && !this.shown);
      clip(row, at === this.row ? this.shown : Infinity);
    });
    const shown = this.rows[Math.min(this.row, this.rows.length - 1)];
    shown?.scrollIntoView({ block: "nearest" });
  }
  start() {
    if (this.row >= this.rows.length) [this.row, this.shown] = [0, 0];
  }
  step() {
    this.stop();
    this.start();
    [this.row, this.shown] = [this.row + 1, 0];
    this.draw();
  }
  byte() {
    this.stop();
    this.advance();
  }
  back() {
    this.stop();
    this.row = Math.max(0, this.shown ? this.row : this.row - 1);
    this.shown = 0;
    this.draw();
  }
  advance() {
    this.start();
    const all = clip(this.rows[this.row], this.shown);
    if (this.shown + 1 >= all) [this.row, this.shown] = [this.row + 1, 0];
    else this.shown += 1;
    this.draw();
  }
  play() {
    if (this.timer) return this.stop();
    [this.row, this.shown] = [0, 0];
    this.element.querySelector("[data-do=play]").textContent = "Pause";
    const rate = Number(this.element.querySelector("select").value);
    const tick = () => {
      this.advance();
      const more = this.row < this.rows.length;
      const gap = more && this.rows[this.row].classList.contains("gap");
      if (more) this.timer = setTimeout(tick, (gap ? 6000 : 1000) / rate);
      else this.stop();
    };
    tick();
  }
  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.element.querySelector("[data-do=play]").textContent = "Play again";
  }
}

const bars = new Map(), bar = (id) => bars.get(id);
for (const element of document.querySelectorAll(".replay")) bars.set(element.dataset.of, new Replay(element));

document.addEventListener("keydown", (event) => {
  const frame = event.target.closest?.(".frame");
  const pane = event.target.closest?.("[role=tabpanel]");
  const form = pane?.querySelector("form[data-post]");
  const sends = event.target.matches("select") || (event.target.matches("textarea") && (event.ctrlKey || event.metaKey));
  if (form && event.key === "Enter" && (frame === event.target || sends)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.go"));
  }
  const replay = frame === event.target && bar(frame?.querySelector(".ladder")?.id);
  if (!replay || replay.element.hidden) return;
  const act = { ArrowRight: event.shiftKey ? "byte" : "step", ArrowLeft: "back", " ": "play" }[event.key];
  if (act) {
    event.preventDefault();
    replay[act]();
  }
});

// Tabs.

const tabs = [...document.querySelectorAll("[role=tab]")];

function choose(tab, focus) {
  for (const other of tabs) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", chosen);
    other.tabIndex = chosen ? 0 : -1;
    byId(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus) tab.focus();
}

for (const [at, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(tabs[(at + step + tabs.length) % tabs.length], true);
  });
}

// Small things: what fills the box, which weathers there are, copying, explanations.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.classList.contains("copy")) {
    const words = button.previousElementSibling;
    // Where the browser does not let us, or never answers, the words are selected at least.
    const late = new Promise((_, fail) => setTimeout(fail, 400));
    try {
      await Promise.race([navigator.clipboard.writeText(words.textContent), late]);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(words);
      button.textContent = "selected";
    }
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  }
  const form = document.querySelector("form[data-post=say]");
  const { box, chip, run, server, to, delivery, times, say: words } = button.dataset;
  if (chip || run) {
    choose(byId(chip ? "tab-say" : "tab-run"));
    byId("live").scrollIntoView({ block: "nearest" });
    if (chip) return byId(chip).click();
    conversation.value = run;
    weathers();
    return conversation.form.requestSubmit();
  }
  if (to) {
    for (const [name, value] of Object.entries({ say: box, delivery, times, to })) {
      if (value !== undefined && form.elements[name]) form.elements[name].value = value;
    }
    for (const other of document.querySelectorAll(".chip[id]")) other.setAttribute("aria-pressed", other === button);
    if (box !== undefined) form.elements.say.focus();
  }
  const fields = { say: words, server, to: form?.elements.to?.value || "lab" };
  if (words) say("say", await post(`/labs/${lab}/say`, fields));
  if (server) say("say", await post(`/labs/${lab}/server`, fields));
});

const conversation = document.querySelector("select[name=conversation]");

function weathers() {
  const listed = conversation.selectedOptions[0].dataset.weathers.split(" ");
  for (const radio of document.querySelectorAll("input[name=weather]")) {
    radio.disabled = !listed.includes(radio.value);
    if (radio.disabled && radio.checked) document.querySelector(`input[value=${listed[0]}]`).checked = true;
  }
}

if (conversation) {
  conversation.addEventListener("change", weathers);
  weathers();
}

const tip = document.createElement("div");
tip.id = "tip";
tip.setAttribute("role", "tooltip");
tip.hidden = true;
document.body.append(tip);

function explain(event) {
  const term = event.target.closest?.("abbr, .chip[title], [data-tip]");
  if (term?.title) {
    term.dataset.tip = term.title;
    term.removeAttribute("title");
  }
  if (!term?.dataset.tip) return;
  tip.textContent = term.dataset.tip;
  tip.hidden = false;
  term.setAttribute("aria-describedby", "tip");
  const box = term.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - tip.offsetWidth - 12);
  const above = box.top - tip.offsetHeight - 8;
  tip.style.left = Math.max(12, left) + "px";
  tip.style.top = (above > 8 ? above : box.bottom + 8) + "px";
}

const silent = () => { tip.hidden = true; };
for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, explain);
for (const kind of ["mouseout", "focusout"]) document.addEventListener(kind, silent);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") silent(); });

// A list that can be filtered and paused: the tap's.

function filtered(row) {
  const [words, conn] = [byId("filter")?.value.toLowerCase(), byId("conns")?.value];
  return Boolean((conn && row.dataset.conn !== conn) || (words && !row.textContent.toLowerCase().includes(words)));
}

function filter() {
  for (const row of document.querySelectorAll("#tap .row")) row.classList.toggle("off", filtered(row));
}

byId("filter")?.addEventListener("input", filter);
byId("conns")?.addEventListener("change", filter);
document.querySelector("[data-pause]")?.addEventListener("click", (event) => {
  const { dataset } = byId("tap");
  dataset.paused = dataset.paused ? "" : "yes";
  event.target.setAttribute("aria-pressed", Boolean(dataset.paused));
  if (!dataset.paused) filter();
});

connect();
