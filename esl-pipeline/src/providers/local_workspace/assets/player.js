
"use strict";

const STEP_SECONDS = 5;

for (const root of document.querySelectorAll(".player")) setUpPlayer(root);
openTogglesForPrint();

/** Turns the native controls of one recording into the page's own and makes its lines follow. */
function setUpPlayer(root) {
  const audio = root.querySelector("audio");
  const controls = root.querySelector(".controls");
  const [play, repeat] = ["play", "repeat"].map((name) => controls.querySelector(`[data-action=${name}]`));
  const [seek, speed] = ["input", "select"].map((name) => controls.querySelector(name));
  const [now, length] = [".now", ".length"].map((name) => controls.querySelector(name));
  const cues = [...root.querySelectorAll(".cue")].map((button) => ({
    button,
    start: Number(button.dataset.start) / 1000,
    end: Number(button.dataset.end) / 1000,
  }));
  let current = null;

  const actions = {
    play: () => (audio.paused ? audio.play().catch(showState) : audio.pause()),
    back: () => moveTo(audio.currentTime - STEP_SECONDS),
    forward: () => moveTo(audio.currentTime + STEP_SECONDS),
    repeat: () => repeat.setAttribute("aria-pressed", String(!isRepeating())),
  };

  audio.removeAttribute("controls");
  audio.hidden = true;
  controls.hidden = false;
  repeat.hidden = cues.length === 0;
  cues.forEach((cue) => {
    cue.button.disabled = false;
    cue.button.addEventListener("click", () => {
      moveTo(cue.start);
      audio.play().catch(showState);
    });
  });
  controls.addEventListener("click", (event) => {
    actions[event.target.closest("[data-action]")?.dataset.action]?.();
  });
  seek.addEventListener("input", () => moveTo(Number(seek.value)));
  speed.addEventListener("change", () => {
    audio.playbackRate = Number(speed.value);
  });
  root.addEventListener("keydown", onKey);
  for (const event of ["loadedmetadata", "durationchange"]) audio.addEventListener(event, showLength);
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, showState);
  audio.addEventListener("seeking", showTime);
  audio.addEventListener("timeupdate", onTime);
  audio.addEventListener("play", () => {
    pauseAllBut(audio);
    follow();
  });
  showLength();
  showState();

  function isRepeating() {
    return repeat.getAttribute("aria-pressed") === "true";
  }

  function moveTo(seconds) {
    audio.currentTime = Math.max(0, Math.min(seconds, audio.duration || seconds));
    showTime();
  }

  /** `timeupdate` comes a few times a second; while sound is heard the lines follow every frame. */
  function follow() {
    if (audio.paused) return;
    onTime();
    requestAnimationFrame(follow);
  }

  function onTime() {
    if (isRepeating() && current && !audio.paused && audio.currentTime >= current.end) moveTo(current.start);
    showTime();
  }

  function showTime() {
    seek.value = audio.currentTime;
    seek.style.setProperty("--played", `${(100 * audio.currentTime) / (audio.duration || 1)}%`);
    seek.setAttribute("aria-valuetext", `${clock(audio.currentTime)} of ${clock(audio.duration)}`);
    now.textContent = clock(audio.currentTime);
    mark(cues.findLast((cue) => cue.start <= audio.currentTime + 0.02) ?? null);
  }

  function showLength() {
    if (!Number.isFinite(audio.duration)) return;
    seek.max = audio.duration;
    length.textContent = clock(audio.duration);
  }

  function showState() {
    root.classList.toggle("is-playing", !audio.paused);
    play.setAttribute("aria-label", audio.paused ? "Play" : "Pause");
  }

  function mark(cue) {
    if (cue === current) return;
    current?.button.removeAttribute("aria-current");
    cue?.button.setAttribute("aria-current", "true");
    current = cue;
    if (cue && !audio.paused) reveal(cue.button);
  }

  /** Scrolls the list of lines, never the page. */
  function reveal(button) {
    const list = button.closest("ol");
    const middle = button.offsetTop - (list.clientHeight - button.offsetHeight) / 2;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    list.scrollTo({ top: middle, behavior: calm ? "auto" : "smooth" });
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target === speed) return;
    const action = { k: "play", j: "back", l: "forward", r: "repeat" }[event.key.toLowerCase()];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = cues.findIndex((cue) => cue.button === event.target);
    if (action) {
      actions[action]();
    } else if (step && at >= 0) {
      cues[at + step]?.button.focus();
    } else {
      return;
    }
    event.preventDefault();
  }
}

function pauseAllBut(audio) {
  for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
}

/** Paper cannot be unfolded. */
function openTogglesForPrint() {
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll(".toggle:not([open])")];
    for (const toggle of opened) toggle.open = true;
  });
  addEventListener("afterprint", () => {
    for (const toggle of opened) toggle.open = false;
  });
}

function clock(seconds) {
  const whole = Math.floor(seconds) || 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
