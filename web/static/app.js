// The feel of the pages. Everything here also works without it, by links and forms.

const html = globalThis.trustedTypes
  ? trustedTypes.createPolicy("hark", { createHTML: (text) => text })
  : { createHTML: (text) => text };
const parse = (text) => new DOMParser().parseFromString(html.createHTML(text), "text/html");
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
document.documentElement.classList.add("script");

// ---- one player for all clips

const player = new Audio();
let playing = null;
const stopPlaying = () => {
  player.pause();
  playing?.classList.remove("playing");
  playing = null;
};
const play = (turn) => {
  const button = $(".play", turn);
  if (!button) return;
  const again = turn !== playing;
  stopPlaying();
  if (!again) return;
  player.src = button.dataset.clip;
  turn.classList.add("playing");
  playing = turn;
  player.play().catch(stopPlaying);
};
player.addEventListener("ended", stopPlaying);
player.addEventListener("error", stopPlaying);
player.addEventListener("timeupdate", () =>
  playing?.style.setProperty("--at", `${(100 * player.currentTime) / (player.duration || 1)}%`));

// ---- swapping parts of the page

const withTransition = (change) =>
  document.startViewTransition ? document.startViewTransition(change).finished : change();
const load = async (address, options) => {
  const response = await fetch(address, options);
  // Nobody is let in any more: the page that says so takes the place of this one.
  if (response.status === 401) location.reload();
  if (!response.ok) throw new Error(String(response.status));
  return parse(await response.text());
};
const refresh = async () => {
  const page = await load(location.href);
  const busy = document.activeElement?.closest("main input, main select");
  await withTransition(() => {
    $(".live").replaceWith($(".live", page));
    // What a person is typing or ticking is not taken away under their hands.
    if (!busy && !$("dialog[open]") && !ticked().length) {
      stopPlaying();
      $("#main").replaceWith($("#main", page));
    }
    dress();
  });
};
const showPhase = (phase) => {
  const place = $("#phase");
  if (!place) return;
  place.dataset.phase = phase;
  $("b", place).textContent = place.dataset[phase] ?? phase;
};
const arrive = async (id) => {
  const list = $("#turns");
  if (!list) return;
  await refresh();
  document.getElementById(`t-${id}`)?.classList.add("fresh");
};

// ---- what happens in the house

if ($("#phase")) {
  const events = new EventSource("/events");
  const on = (name, act) =>
    events.addEventListener(name, (event) => Promise.resolve(act(event.data)).catch(() => {}));
  on("phase", showPhase);
  on("turn", arrive);
  on("audio", (fault) => fault === "gap" ? null : refresh());
  let lost = false;
  events.onerror = () => {
    lost = true;
    showPhase("away");
    // It was refused, and does not try again.
    if (events.readyState === EventSource.CLOSED) refresh().catch(() => {});
  };
  events.onopen = () => { if (lost) { lost = false; refresh().catch(() => {}); } };
  for (const name of ["history", "house", "timers", "agenda", "lists", "settings", "lagged"]) on(name, refresh);
  addEventListener("pagehide", () => events.close());
}

// ---- ticking, deleting, keys

const ticked = () => all(".tick input:checked");
let lastTick = null;
const showTicked = () => {
  const button = $("#delete-ticked");
  const count = ticked().length;
  button?.classList.toggle("ready", count > 0);
  if (button && count) button.textContent = button.dataset.counted.replace("{count}", count);
};
const remove = async (turn) => {
  const form = $(".delete", turn);
  turn.classList.add("going");
  if (turn === playing) stopPlaying();
  try {
    await load(form.action, { method: "POST" });
    turn.remove();
  } catch {
    turn.classList.remove("going");
  }
};
const dress = () => {
  all(".play").forEach((button) => { button.hidden = false; });
  showTicked();
};
document.addEventListener("submit", (event) => {
  const turn = event.target.closest(".turn");
  if (turn && event.target.matches(".delete")) {
    event.preventDefault();
    remove(turn);
  }
});
document.addEventListener("click", (event) => {
  const target = event.target.closest("button, a, input");
  if (!target) return;
  if (target.matches(".play")) play(target.closest(".turn"));
  if (target.matches("#delete-shown")) {
    event.preventDefault();
    $("#confirm").showModal();
  }
  if (target.matches("#keep")) $("#confirm").close();
  if (target.matches(".tick input")) {
    const boxes = all(".tick input");
    if (event.shiftKey && lastTick && boxes.includes(lastTick)) {
      const [from, to] = [boxes.indexOf(lastTick), boxes.indexOf(target)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((box) => { box.checked = target.checked; });
    }
    lastTick = target;
    showTicked();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, button, summary, dialog") || event.metaKey || event.ctrlKey) return;
  const turns = all(".turn");
  const here = turns.indexOf(document.activeElement?.closest(".turn"));
  const go = (to) => turns[Math.max(0, Math.min(turns.length - 1, to))]?.focus();
  if (event.key === "j") go(here + 1);
  else if (event.key === "k") go(here - 1);
  else if (event.key === " " && here >= 0) { event.preventDefault(); play(turns[here]); }
  else if (event.key === "x" && here >= 0) $(".tick input", turns[here])?.click();
  else if (event.key === "#" && here >= 0) { remove(turns[here]); go(here + 1); }
  else if (event.key === "/") { event.preventDefault(); $("[name=q]")?.focus(); }
});

// ---- a link from the terminal

$("#enter")?.requestSubmit();

// ---- countdowns

setInterval(() => {
  for (const place of all("[data-due]")) {
    if (place.closest(".ringing")) continue;
    const left = Math.max(0, Math.round((Number(place.dataset.due) - Date.now()) / 1000));
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor(left / 60) % 60;
    place.textContent = hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
  }
}, 1000);
dress();
