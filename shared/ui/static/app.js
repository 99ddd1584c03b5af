// Small conveniences on top of pages that work without any of this. No page code lives here: markup asks for behaviour
// by data-attributes, listed in shared/ui/README.md. Listeners sit on the document, so swapped-in parts need no set-up.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, selector, act) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(found, event);
    });

  // ---- the focus stays where it was: what the page draws anew takes it over from what it replaces
  // That is what now stands there by its own id, or leads to the same place within the part around it, or that part.
  let trail = [], alike = "";
  const quoted = (words) => `"${CSS.escape(words)}"`;
  const likeness = (it) => {
    if (it.hasAttribute("href")) return `[href=${quoted(it.getAttribute("href"))}]`;
    if (it.name) return `[name=${quoted(it.name)}]${it.matches("button, [type=checkbox], [type=radio]") ? `[value=${quoted(it.value)}]` : ""}`;
    return it.form && it.form.hasAttribute("action") ? `form[action=${quoted(it.form.getAttribute("action"))}] ${it.localName}` : "";
  };
  document.addEventListener("pointerdown", ({ target }) => { if (!target.closest("dialog")) trail = []; });
  document.addEventListener("focusin", ({ target }) => {
    if (target.closest("dialog")) return;
    trail = [];
    alike = target.id ? "" : likeness(target);
    for (let part = target.closest("[id]"); part; part = part.parentElement?.closest("[id]")) trail.push(part.id);
  });
  const shown = (it) => it && it.getClientRects().length > 0;
  const successor = () => {
    const parts = trail.map((id) => document.getElementById(id)).filter(shown);
    const twin = alike && parts.map((part) => part.querySelector(alike)).find(shown);
    return twin || parts.find((part) => part.id !== "main");
  };
  const stay = () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const place = successor();
    if (!place) return;
    if (place.tabIndex < 0) place.tabIndex = -1;
    place.focus({ preventScroll: true });
  };
  // Before anything else may happen: a key that is pressed meanwhile goes to the focus.
  document.addEventListener("htmx:before:settle", stay);

  // ---- dialogs: data-opens="id", data-closes, data-open-now; a click on the veil closes
  // The focus goes back to what opened the dialog, also when that was drawn anew or the dialog is swapped away.
  let opener = null;
  const goBack = () => {
    if (!opener || document.querySelector("dialog[open]")) return;
    const place = opener.isConnected ? opener : successor();
    const active = document.activeElement;
    const free = !active || active === document.body || active.closest("dialog:not([open])");
    if (place && free) place.focus();
  };
  for (const type of ["focusin", "pointerdown"]) {
    document.addEventListener(type, ({ target }) => { if (!target.closest("dialog")) opener = null; });
  }
  const open = (dialog) => {
    if (!dialog || dialog.open) return;
    const from = document.activeElement;
    if (from && from !== document.body && !from.closest("dialog")) opener = from;
    dialog.addEventListener("close", goBack);
    dialog.showModal();
    const first = dialog.querySelector("[autofocus], [aria-invalid=true]") ||
      dialog.querySelector("select, input:not([type=hidden]):not(:disabled), textarea");
    if (first) first.focus();
  };
  on("click", "[data-opens]", (button, event) => {
    const dialog = document.getElementById(button.dataset.opens);
    if (!dialog) return;
    event.preventDefault();
    open(dialog);
  });
  on("click", "[data-closes]", (button, event) => {
    const dialog = button.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  });
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof HTMLDialogElement)) return;
    const box = event.target.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside && event.detail) event.target.close();
  });

  // ---- busy buttons: the pressed one says what is happening, and a second submit of the same form goes nowhere
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const button = event.submitter || form.querySelector("[type=submit][data-busy]");
    if (!button || !button.dataset.busy || form.target === "_blank") return;
    form.dataset.sent = "yes";
    // An answer that does not replace the page (a download, a lost connection) must not leave the button dead.
    setTimeout(() => settle(form), 20000);
    button.dataset.idle = button.innerHTML;
    button.style.minWidth = `${button.offsetWidth}px`;
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.busy;
  }, true);
  const settle = (root) => {
    for (const form of [...(root.matches && root.matches("form[data-sent]") ? [root] : []), ...all("form[data-sent]", root)]) {
      delete form.dataset.sent;
      for (const button of [...form.elements].filter((field) => field.matches("[aria-busy=true][data-busy]"))) {
        button.removeAttribute("aria-busy");
        button.style.minWidth = "";
        if (button.dataset.idle) button.innerHTML = button.dataset.idle;
      }
    }
  };
  // Back from the browser's cache shows the page as it was left: make its buttons usable again.
  addEventListener("pageshow", (event) => event.persisted && settle(document));
  document.addEventListener("htmx:finally:request", (event) => settle(event.target instanceof Element ? event.target : document));

  // ---- copy to the clipboard: data-copy="text" data-copied="Copied"
  on("click", "[data-copy]", async (button) => {
    const words = button.querySelector("span") || button;
    const before = words.textContent;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.textContent = button.dataset.copied || "Copied";
    } catch {
      words.textContent = "Press Ctrl+C to copy";
      const field = document.createElement("input");
      field.className = "input";
      field.readOnly = true;
      field.value = button.dataset.copy;
      field.setAttribute("aria-label", "Link to copy");
      button.after(field);
      field.select();
    }
    say(words.textContent);
    setTimeout(() => { words.textContent = before; }, 2500);
  });

  // ---- password reveal: data-reveal="input id"
  on("click", "[data-reveal]", (button) => {
    const field = document.getElementById(button.dataset.reveal);
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, shown ? "#eye-off" : "#eye"));
  });

  // ---- print: data-print
  on("click", "[data-print]", () => print());

  // ---- segmented controls: a radio with data-shows="key" shows [data-part="key"], hides its siblings' parts
  const showParts = (radio) => {
    for (const other of all(`input[name="${CSS.escape(radio.name)}"][data-shows]`, radio.form || document)) {
      for (const part of all(`[data-part="${CSS.escape(other.dataset.shows)}"]`, radio.form || document)) {
        part.hidden = !other.checked;
        for (const field of all("input, select, textarea", part)) field.disabled = !other.checked || field.hasAttribute("data-off");
      }
    }
  };
  on("change", "input[data-shows]", showParts);

  // ---- rows that fold: a .twist button shows or hides the .child rows of its <tbody>
  on("click", ".twist", (button) => {
    const opened = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(opened));
    for (const row of all(".child", button.closest("tbody"))) row.hidden = !opened;
  });

  // ---- selection: [data-selects] holds boxes marked data-box="all|parent|one"; leaves carry data-cents
  // Sums are whole cents; the figures are shown in <output data-sum> and <output data-count>.
  const spoken = (cents, currency) => {
    const shape = new Intl.NumberFormat("en-US", { style: "currency", currency });
    return shape.format(cents / 10 ** shape.resolvedOptions().maximumFractionDigits);
  };
  const tally = (root) => {
    const leaves = all("[data-box=one]:not(:disabled)", root);
    const chosen = leaves.filter((box) => box.checked);
    const half = (box, some, every) => { box.checked = every; box.indeterminate = some && !every; };
    for (const parent of all("[data-box=parent]", root)) {
      const mine = all("[data-box=one]:not(:disabled)", parent.closest("tbody"));
      half(parent, mine.some((box) => box.checked), mine.length > 0 && !parent.dataset.more && mine.every((box) => box.checked));
    }
    for (const box of all("[data-box=all]", root)) half(box, chosen.length > 0, leaves.length > 0 && chosen.length === leaves.length);
    const cents = chosen.reduce((sum, box) => sum + Number(box.dataset.cents || 0), 0);
    const scope = root.closest("[data-selection]") || document;
    for (const place of all("[data-sum]", scope)) place.textContent = spoken(cents, root.dataset.currency || "USD");
    for (const place of all("[data-count]", scope)) {
      place.textContent = place.dataset.one ? `${chosen.length} ${chosen.length === 1 ? place.dataset.one : place.dataset.many}` : chosen.length;
    }
    for (const button of all("[data-needs-selection]", scope)) button.disabled = chosen.length === 0;
  };
  on("change", "[data-box]", (box) => {
    const root = box.closest("[data-selects]");
    const reach = box.dataset.box === "all" ? root : box.dataset.box === "parent" ? box.closest("tbody") : null;
    if (reach) for (const leaf of all("[data-box=one]:not(:disabled)", reach)) leaf.checked = box.checked;
    tally(root);
  });
  on("click", "[data-select-all]", (button) => {
    const root = document.getElementById(button.dataset.selectAll);
    for (const leaf of all("[data-box=one]:not(:disabled)", root)) leaf.checked = true;
    tally(root);
  });

  // ---- pay bar: shown while the real pay button, named by data-paybar, is above the window
  const watchPaybar = (bar) => {
    const target = document.getElementById(bar.dataset.paybar);
    if (!target || bar.dataset.watched) return;
    bar.dataset.watched = "yes";
    new IntersectionObserver(([seen]) => {
      bar.hidden = !target.isConnected || seen.isIntersecting || seen.boundingClientRect.top > 0;
    }).observe(target);
  };

  // ---- live preview: a form with data-preview="id of its preview button" shows what was typed in the button's frame.
  // A fresh frame each time: its first page adds nothing to the browser's history.
  let previews = 0;
  const preview = (form) => {
    const button = document.getElementById(form.dataset.preview);
    const shown = button && document.querySelector(`iframe[name="${CSS.escape(button.formTarget)}"]`);
    if (!shown) return;
    const next = shown.cloneNode();
    next.removeAttribute("src");
    next.classList.add("coming");
    next.name = button.formTarget.replace(/-\d+$|$/, `-${previews += 1}`);
    button.formTarget = next.name;
    shown.after(next);
    next.addEventListener("load", () => {
      next.classList.remove("coming");
      while (next.previousElementSibling && next.previousElementSibling.matches("iframe")) next.previousElementSibling.remove();
    }, { once: true });
    button.click();
  };
  const waiting = new WeakMap();
  on("input", "form[data-preview]", (form) => {
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => preview(form), 400));
  });
  document.addEventListener("htmx:after:swap", ({ target }) => {
    const form = target instanceof Element && target.closest("form[data-preview]");
    if (form) preview(form);
  });
  const previewed = new WeakSet();
  const firstPreview = (form) => {
    if (previewed.has(form)) return;
    previewed.add(form);
    preview(form);
  };

  // ---- messages for screen readers
  let voice;
  const say = (words) => {
    if (!voice) {
      voice = document.createElement("div");
      voice.className = "vh";
      voice.setAttribute("role", "status");
      document.body.append(voice);
    }
    voice.textContent = words;
  };

  // ---- what comes late does not replace what was typed meanwhile: data-begins holds fields that start with other words
  document.addEventListener("htmx:before:swap", (event) => {
    const part = event.target instanceof Element && event.target.closest("[data-begins]");
    if (part && all("input, textarea", part).some((field) => field.value !== field.defaultValue)) event.preventDefault();
  });

  // ---- slots: a part that cannot be loaded says so and keeps its link; a part whose dialog is open waits
  const slotOf = (event) => event.target instanceof Element && event.target.closest("[data-slot]");
  const slotFailed = (slot) => {
    for (const place of all(".skel", slot)) place.hidden = true;
    for (const place of all(".slot-loading", slot)) place.hidden = true;
    for (const place of all(".slot-failed", slot)) place.hidden = false;
  };
  document.addEventListener("htmx:before:request", (event) => {
    const slot = slotOf(event);
    if (!slot || slot !== event.target) return;
    const dialog = slot.querySelector("dialog[open]");
    if (!dialog) return;
    event.preventDefault();
    if (slot.dataset.stale) return;
    slot.dataset.stale = "yes";
    dialog.addEventListener("close", () => {
      delete slot.dataset.stale;
      window.htmx.trigger(slot, "slot:refresh");
    }, { once: true });
  });
  // A refusal that is a whole problem page, or a problem document, is told in a message instead of being swapped in.
  const problemIn = (text) => {
    if (/<body[^>]* data-problem/.test(text)) {
      const page = new DOMParser().parseFromString(text, "text/html");
      return [...page.querySelectorAll("main h1, main h1 ~ p")].map((part) => part.textContent.trim());
    }
    try {
      const { title, detail } = JSON.parse(text);
      return [title, detail].filter(Boolean);
    } catch {
      return [];
    }
  };
  const asked = (source) => source instanceof Element && source.matches("form, button, a, input, select") && !source.hidden;
  const tell = (words) => {
    let place = document.querySelector(".toasts");
    if (!place) {
      place = document.createElement("div");
      place.className = "toasts";
    }
    // Above an open dialog only what stands inside it can be seen.
    (document.querySelector("dialog[open]") || document.body).append(place);
    if (all(".toast", place).some((shown) => shown.textContent === words)) return;
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.setAttribute("role", "alert");
    toast.textContent = words;
    place.append(toast);
    fade(toast);
  };
  // 204 to a form in a dialog means done: the dialog closes, empty for the next time.
  const finish = (form) => {
    const dialog = form instanceof HTMLFormElement && form.closest("dialog");
    if (!dialog) return;
    form.reset();
    dialog.close();
  };
  document.addEventListener("htmx:after:request", (event) => {
    const ctx = event.detail && event.detail.ctx;
    if (!ctx || !ctx.response) return;
    if (ctx.response.status === 204) finish(event.target);
    if (ctx.response.status < 400) return;
    const slot = slotOf(event);
    if (slot && slot === event.target) {
      slotFailed(slot);
      return;
    }
    const problem = problemIn(ctx.text || "");
    if (!problem.length) return;
    event.preventDefault();
    // What the page asks for by itself (counts, streams, renewals) fails in silence: nobody is waiting for it.
    if (asked(event.target)) tell(problem.map((part) => part.replace(/([^.?])$/, "$1.")).join(" "));
  });
  document.addEventListener("htmx:error", (event) => {
    const slot = slotOf(event);
    if (slot && slot === event.target) slotFailed(slot);
    else if (asked(event.target)) tell("We could not reach the server. Check your connection and try again.");
  });

  // ---- live feed: [data-feed] holds the list; arrivals while the reader is further down are counted in [data-new-pill]
  const feeds = new WeakSet();
  const watchFeed = (feed) => {
    if (feeds.has(feed)) return;
    feeds.add(feed);
    const pill = document.querySelector("[data-new-pill]");
    let unseen = 0;
    const atTop = () => feed.getBoundingClientRect().top > -40;
    const show = () => {
      if (!pill) return;
      pill.hidden = unseen === 0;
      const words = pill.querySelector("[data-new-count]");
      if (words) words.textContent = `${unseen} new`;
    };
    new MutationObserver((changes) => {
      const fresh = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node instanceof Element && node.matches("li"));
      if (!fresh.length) return;
      if (!atTop()) unseen += fresh.length;
      show();
      say(fresh.length === 1 ? `New alert: ${(fresh[0].querySelector(".t") || fresh[0]).textContent}` : `${fresh.length} new alerts`);
    }).observe(feed, { childList: true });
    if (pill) {
      pill.addEventListener("click", () => {
        unseen = 0;
        show();
        feed.scrollIntoView({ block: "start" });
      });
    }
    addEventListener("scroll", () => { if (unseen && atTop()) { unseen = 0; show(); } }, { passive: true });
  };

  // ---- the live badge follows the page's stream
  let lastNews = new Date();
  const liveState = (connected) => {
    for (const badge of all("[data-live]")) {
      badge.classList.toggle("off", !connected);
      badge.dataset.words = badge.dataset.words || badge.textContent;
      const at = lastNews.toLocaleTimeString("en-US", { hour: "numeric", minute: "2-digit" });
      const words = connected ? badge.dataset.words : `Reconnecting. Showing ${badge.dataset.live} up to ${at}`;
      if (badge.textContent !== words) badge.textContent = words;
    }
  };
  document.addEventListener("htmx:sse:after:connection", () => liveState(true));
  document.addEventListener("htmx:sse:after:message", () => { lastNews = new Date(); liveState(true); });
  document.addEventListener("htmx:sse:error", () => liveState(false));

  // ---- toasts leave by themselves
  const fade = (toast) => {
    if (toast.dataset.leaving || !toast.closest(".toasts")) return;
    toast.dataset.leaving = "yes";
    setTimeout(() => toast.remove(), 8000);
  };

  const setUp = (root) => {
    for (const button of all("[data-reveal]", root)) button.hidden = false;
    for (const bar of all("[data-paybar]", root)) watchPaybar(bar);
    for (const dialog of all("dialog[data-open-now]", root)) { dialog.removeAttribute("data-open-now"); open(dialog); }
    for (const radio of all("input[data-shows]:checked", root)) showParts(radio);
    for (const table of all("[data-selects]", root)) tally(table);
    for (const feed of all("[data-feed]", root)) watchFeed(feed);
    for (const form of all("form[data-preview]", root)) firstPreview(form);
    for (const toast of all("[data-toast]", root)) fade(toast);
    // Once: news that redraws another part of the page must not take the focus back to it.
    const summary = root.querySelector("[data-focus]");
    if (summary) { summary.removeAttribute("data-focus"); summary.focus(); }
    goBack();
    stay();
  };
  const begin = () => setUp(document);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin); else begin();
  document.addEventListener("htmx:after:swap", () => setUp(document));
})();
