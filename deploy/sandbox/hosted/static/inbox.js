// Keeps the list of mails fresh; without it the page works by reloading.
const list = document.getElementById("mails");

async function refresh() {
  if (document.hidden || list.contains(document.activeElement)) return;
  const answer = await fetch(list.dataset.source).catch(() => null);
  if (!answer?.ok) return;
  const fresh = await answer.text();
  if (fresh.trim() !== list.dataset.shown) {
    list.dataset.shown = fresh.trim();
    list.innerHTML = fresh;
  }
}

setInterval(refresh, 2000);
