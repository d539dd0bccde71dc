// A classic script in the head: the stored choice must apply before the first paint.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const store = theme => { try { localStorage.setItem("theme", theme); } catch { /* private window: this tab only */ } };

  if (stored()) root.dataset.theme = stored();

  document.addEventListener("click", event => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const now = root.dataset.theme ?? (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    store(root.dataset.theme);
  });
})();
