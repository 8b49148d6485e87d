// The proof of work of a sign-up form (ALTCHA v2, PBKDF2 with SHA-256). Without this script the form works as it is, within
// stricter limits. Nothing is stored, nothing is asked of anybody but our own server, and nobody has to do anything: the work
// begins when somebody begins to fill in the form, runs beside the page in the browser's own threads, and what is sent too
// early waits for it.
(() => {
  "use strict";

  const form = document.querySelector("form#subscribe");
  const status = form && form.querySelector(".work");
  if (!form || !status || !window.crypto || !crypto.subtle || !window.fetch) return;

  // A form that comes back faster than that was filled in by a machine.
  const earliest = performance.now() + Number(form.dataset.least || 0) * 1000 + 250;
  // Milliseconds for which an answer is good. Counted from when we asked: nobody's clock has to be right.
  const LIFETIME = Number(form.dataset.lifetime) * 1000 - 30000;
  const PATIENCE = 20000;
  const LANES = Math.max(1, Math.min(4, (navigator.hardwareConcurrency || 2) - 1));

  const answer = document.createElement("input");
  answer.type = "hidden";
  answer.name = "altcha";

  let work = null; // the promise of an answer
  let expiry = 0;
  let renewal = 0;
  let waiting = false;
  let sending = false;

  const say = (words) => {
    const text = status.dataset[words];
    if (status.textContent !== text) status.textContent = text;
  };
  const pause = (time) => new Promise((go) => setTimeout(go, time));
  const octets = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function derive(parameters, nonce, salt, counter) {
    const password = new Uint8Array(nonce.length + 4);
    password.set(nonce);
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const rule = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.cost };
    return hex(new Uint8Array(await crypto.subtle.deriveBits(rule, key, parameters.keyLength * 8)));
  }

  // Each lane takes the next number until one of them has found it. Every step is awaited, so the page stays free.
  async function solve(challenge) {
    const parameters = challenge.parameters;
    if (parameters.algorithm !== "PBKDF2/SHA-256") throw new Error("unknown algorithm");
    const nonce = octets(parameters.nonce);
    const salt = octets(parameters.salt);
    const begun = performance.now();
    let next = 0;
    let found = null;
    const lane = async () => {
      while (!found) {
        const counter = next++;
        const derivedKey = await derive(parameters, nonce, salt, counter);
        if (derivedKey.startsWith(parameters.keyPrefix)) found = { counter, derivedKey };
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const time = Math.round(performance.now() - begun);
    return btoa(JSON.stringify({ challenge, solution: { ...found, time } }));
  }

  async function begin() {
    say(waiting ? "waiting" : "working");
    const begun = Date.now();
    const response = await fetch("/challenge", { cache: "no-store", credentials: "omit" });
    if (!response.ok) throw new Error("no challenge");
    const challenge = await response.json();
    answer.value = await solve(challenge);
    form.append(answer);
    expiry = begun + LIFETIME;
    clearTimeout(renewal);
    renewal = setTimeout(renew, Math.max(0, expiry - Date.now()));
    if (!waiting) say("done");
  }

  function forget() {
    work = null;
    answer.remove();
    clearTimeout(renewal);
  }

  function start() {
    if (work && expiry && Date.now() > expiry) forget();
    if (!work) {
      expiry = 0;
      work = begin().catch(() => {
        // The next touch, or the sending itself, tries once more.
        forget();
        status.textContent = "";
        return "failed";
      });
    }
    return work;
  }

  // Somebody who takes long over a form finds it fresh.
  function renew() {
    forget();
    if (form.contains(document.activeElement)) start();
  }

  form.addEventListener("focusin", start);
  form.addEventListener("input", start);

  form.addEventListener("submit", async (event) => {
    if (sending) return;
    event.preventDefault();
    if (waiting) return;
    waiting = true;
    say("waiting");
    // A device on which it takes for ever is no reason to keep somebody out.
    const ended = await Promise.race([start(), pause(PATIENCE).then(() => "failed")]);
    if (ended === "failed") say("failed");
    // In a task of its own at least: a form that is just being sent does not listen.
    await pause(Math.max(0, earliest - performance.now()));
    waiting = false;
    sending = true;
    form.requestSubmit(event.submitter);
  });

  // Back from the next page: its answer is spent.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sending = false;
    waiting = false;
    forget();
    status.textContent = "";
  });
})();
