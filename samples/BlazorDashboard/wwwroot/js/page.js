// What belongs to the page: its name, its start, and two buttons that act on the browser.
(() => {
  // This name tells the server which connections belong to this page, so that it can cut them.
  const name = [...crypto.getRandomValues(new Uint8Array(8))].map(byte => byte.toString(16).padStart(2, "0")).join("");
  const url = path => new URL(`page/${name}/${path}`, document.baseURI).href;
  window.dashboard = { url };

  Blazor.start({
    circuit: {
      configureSignalR: builder => builder.withUrl(url("_blazor")),
      reconnectionOptions: { maxRetries: 1000, retryIntervalMilliseconds: attempt => Math.min(500 * 2 ** attempt, 2000) },
    },
  });

  // The server was restarted, and does not know the circuit.
  document.addEventListener("components-reconnect-state-changed", event => {
    if (["rejected", "resume-failed", "failed"].includes(event.detail?.state)) location.reload();
  }, true);

  document.addEventListener("click", event => {
    const copy = event.target.closest("[data-copy]");
    if (copy) copyCommand(copy);
    if (event.target.closest("[data-cut]")) fetch(new URL(`cut/${name}`, document.baseURI), { method: "POST" });
  });

  // Without a clipboard (a page over plain HTTP from another machine has none) the text is selected instead.
  async function copyCommand(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  }
})();
