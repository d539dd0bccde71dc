using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>
/// One component in a real browser, in every render mode and over every wire, while messages are published: counts lost and duplicate
/// ids. All cells are tabs of one browser on one site and go through each phase together, because they wait for most of the time.
/// </summary>
public sealed class RenderModeMatrix : IAsyncLifetime
{
    private const string Ids = "[...document.querySelectorAll('[data-view=numbers] li')].map(item => item.dataset.id)";
    private const string Numbers = "document.querySelector('[data-view=numbers]')";
    private const string Short = "document.querySelector('[data-view=short]')";
    private const string State = $"{Numbers}?.dataset.state";
    private const string Runs = "document.querySelector('[data-runs]')?.dataset.runs";
    private const int Some = 15;

    /// <summary>The number of runtimes that start at the same time; more would only wait for each other.</summary>
    private const int OpenedTogether = 2;

    private RenderModeSite _site = null!;
    private ChromiumPage _browser = null!;

    internal IReadOnlyList<RenderModeCell> Cells { get; } =
    [
        new("server", "ServerSentEvents"), new("auto", "ServerSentEvents"), new("webassembly", "ServerSentEvents"),
        new("webassembly", "WebSocket"), new("webassembly", "SignalR"), new("webassembly", "LongPolling"), new("alone", "WebSocket"),
    ];

    /// <summary>A page without interactivity, and the ids that were published before it was requested.</summary>
    internal (string Html, IReadOnlyList<string> Published) Still { get; private set; }

    public async ValueTask InitializeAsync()
    {
        await using (_site = await RenderModeSite.StartAsync())
        await using (_browser = await ChromiumPage.OpenAsync())
        {
            await OpenAsync();
            await PublishToEachKindAsync();
            await PauseCircuitsAsync();
            await PauseAsync("pause");
            await NavigateAsync();
            await LoadAutoAgainAsync();
            await CutAsync();
            await PauseAsync("pause after a cut");
            await RestartAsync();
            await RestartWithoutStoresAsync();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task OpenAsync()
    {
        await _site.PublishAsync(Some);
        await _site.PublishShortAsync(1);
        await _site.PostAsync("weather", "rain", "text/plain");
        await _site.PutAsync("devices", "a", "1");
        await _site.PutAsync("devices", "b", "2");
        await EachAsync(async cell =>
        {
            var html = cell.Page == "alone" ? null : await _site.HtmlAsync(cell.Page, cell.Wire);
            Assert.All(html is null ? [] : _site.Published, id => Assert.Contains(id, html!, StringComparison.Ordinal));
        });
        Still = (await _site.HtmlAsync("still", "ServerSentEvents"), [.. _site.Published]);
        await _site.PublishDuringAsync(OpenTabsAsync());
        await CompareAllAsync("first paint and hand-over");
        await EachAsync(async cell =>
        {
            await ShowsAsync(cell, "weather", "rain");
            await ShowsAsync(cell, "devices", "12");
            await ShowsAsync(cell, "short", "1");
            await ShowsAsync(cell, "empty", "Nothing yet");
            await ShowsAsync(cell, "failed", nameof(StoreNotFoundException));
        });
    }

    private async Task OpenTabsAsync()
    {
        foreach (var together in Cells.Chunk(OpenedTogether))
        {
            foreach (var cell in together)
                await cell.TryAsync(cell => _browser.OpenAloneAsync(_site.Page(cell.Page, cell.Wire), cell.Tab));
            foreach (var cell in together)
                await cell.TryAsync(cell => WaitAsync(
                    cell, $"{State} === 'Live' && {Runs} === '{(cell.IsInBrowserAtFirst ? "WebAssembly" : "Server")}'"));
        }
    }

    private async Task PublishToEachKindAsync()
    {
        await _site.PublishAsync(Some);
        await _site.PostAsync("weather", "sun", "text/plain");
        await _site.PutAsync("devices", "a", "3");
        await _site.PostAsync("silent", "a word", "text/plain");
        await CompareAllAsync("live");
        await EachAsync(async cell =>
        {
            await ShowsAsync(cell, "weather", "sun");
            await ShowsAsync(cell, "devices", "23");
            await ShowsAsync(cell, "silent", "a word");
            await WaitAsync(cell, "document.querySelector('[data-view=weather]').dataset.count === '1'");
        });
    }

    /// <summary>
    /// Runs before any cut, because Blazor cannot pause a circuit that has been reconnected; <c>docs/blazor.md</c> says so.
    /// </summary>
    private async Task PauseCircuitsAsync()
    {
        await EachAsync(cell => PerhapsAsync(!cell.IsInBrowserAtFirst, () => EvalAsync(cell, "Blazor.pauseCircuit()")));
        await _site.PublishAsync(Some);
        await EachAsync(cell => PerhapsAsync(!cell.IsInBrowserAtFirst, () => EvalAsync(cell, "Blazor.resumeCircuit()")));
        await CompareAllAsync("circuit paused and resumed");
    }

    /// <summary>During the pause, one store gets more messages than it keeps.</summary>
    private async Task PauseAsync(string phase)
    {
        await EachAsync(cell => ClickAsync(cell, "[data-pause]"));
        await EachAsync(cell => WaitAsync(cell, $"{State} === 'Paused'"));
        await _site.PublishAsync(Some);
        var kept = await _site.PublishShortAsync(Some);
        await EachAsync(cell => ClickAsync(cell, "[data-pause]"));
        await CompareAllAsync(phase);
        await EachAsync(async cell =>
        {
            await ShowsAsync(cell, "short", string.Join(' ', kept));
            await WaitAsync(cell, $"{Short}.dataset.resets === '1' && {Short}.dataset.reason === 'Expired'");
        });
        var next = await _site.PublishShortAsync(1);
        await EachAsync(async cell =>
        {
            await ShowsAsync(cell, "short", $"{string.Join(' ', kept)} {next[^1]}");
            cell.Note($"{phase}: reset, and refilled", lost: 0, twice: 0, "1", gone: 0);
        });
    }

    private async Task NavigateAsync()
    {
        await EachAsync(LeaveAsync);
        await _site.PublishDuringAsync(EachAsync(async cell =>
        {
            await ReturnAsync(cell);
            // The runtime is loaded in the background; the first visit after that runs in the browser.
            var began = TimeProvider.System.GetTimestamp();
            while (cell.IsInBrowser && (await _browser.EvalAsync(Runs, cell.Tab)).GetString() != "WebAssembly")
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(3), "The runtime is not loaded.");
                await LeaveAsync(cell);
                await ReturnAsync(cell);
            }
        }));
        await CompareAllAsync("navigation", static cell => cell.IsInBrowser);
    }

    private async Task LoadAutoAgainAsync()
    {
        await _site.PublishDuringAsync(EachAsync(cell => PerhapsAsync(cell.Page == "auto", async () =>
        {
            await _browser.GotoAsync(_site.Page(cell.Page, cell.Wire), cell.Tab);
            await WaitAsync(cell, $"{State} === 'Live' && {Runs} === 'WebAssembly'");
        })));
        await CompareAllAsync("Auto mode loaded again");
    }

    private async Task CutAsync()
    {
        _site.Proxy.Cut();
        await _site.PublishAsync(Some);
        await CompareAllAsync("cut");
    }

    private async Task RestartAsync()
    {
        await _site.RestartAsync();
        await _site.PublishAsync(Some);
        await _site.PutAsync("devices", "b", "4");
        await CompareAllAsync("restart");
        await EachAsync(cell => ShowsAsync(cell, "devices", "34"));
    }

    /// <summary>
    /// The messages that follow belong to another log. The circuit is lost with its server, and the page is loaded anew.
    /// </summary>
    private async Task RestartWithoutStoresAsync()
    {
        await _site.RestartWithoutStoresAsync();
        await _site.PublishAsync(Some);
        await _site.PutAsync("devices", "b", "5");
        await CompareAllAsync("restart without the stores", static _ => true, resets: static cell => cell.IsInBrowser ? "1" : "0");
        await EachAsync(async cell =>
        {
            await ShowsAsync(cell, "devices", "5");
            await WaitAsync(cell, $"({Numbers}.dataset.reason ?? '') === '{(cell.IsInBrowser ? "Epoch" : "")}'");
            await WaitAsync(cell, $"{Runs} === '{(cell.IsInBrowser ? "WebAssembly" : "Server")}'");
        });
    }

    private Task ClickAsync(RenderModeCell cell, string selector) => _browser.ClickAsync(selector, cell.Tab);

    private Task WaitAsync(RenderModeCell cell, string expression) => _browser.WaitForAsync(expression, cell.Tab);

    private Task EvalAsync(RenderModeCell cell, string expression) => _browser.EvalAsync(expression, cell.Tab);

    private Task ShowsAsync(RenderModeCell cell, string view, string text) =>
        WaitAsync(cell, $"document.querySelector('[data-view={view}]')?.textContent.trim() === '{text}'");

    private async Task LeaveAsync(RenderModeCell cell)
    {
        await ClickAsync(cell, "a[href=elsewhere]");
        await WaitAsync(cell, "document.querySelector('h1').textContent === 'Elsewhere'");
    }

    private async Task ReturnAsync(RenderModeCell cell)
    {
        await ClickAsync(cell, $"a[href={cell.Page}]");
        await WaitAsync(cell, $"{State} === 'Live'");
    }

    private static Task PerhapsAsync(bool condition, Func<Task> step) => condition ? step() : Task.CompletedTask;

    /// <summary>Steps through the cells one after the other; what a step waits for happens in all cells meanwhile.</summary>
    private async Task EachAsync(Func<RenderModeCell, Task> step)
    {
        foreach (var cell in Cells)
            await cell.TryAsync(step);
    }

    /// <summary>Checks that each page shows everything published, once, in order, and that nothing shown has disappeared.</summary>
    /// <param name="phase">The phase that has just run.</param>
    /// <param name="mayBlink">
    /// Whether a page may have been empty for a moment: an enhanced navigation passes no state to components that are new on the page, so
    /// in the browser they have to fetch it.
    /// </param>
    /// <param name="resets">The number of resets that a page must report; none by default.</param>
    private Task CompareAllAsync(
        string phase, Func<RenderModeCell, bool>? mayBlink = null, Func<RenderModeCell, string>? resets = null) => EachAsync(async cell =>
    {
        await WaitAsync(cell, $"{Ids}.at(-1) === '{_site.Published[^1]}' && {State} === 'Live'");
        var shown = Strings(await _browser.EvalAsync(Ids, cell.Tab));
        var gone = Strings(await _browser.EvalAsync("window.gone.splice(0)", cell.Tab));
        var said = (await _browser.EvalAsync($"{Numbers}.dataset.resets", cell.Tab)).GetString();
        cell.Note(phase, _site.Published.Except(shown).Count(), shown.Count - shown.Distinct().Count(), said, gone.Count);
        Assert.Equal(_site.Published, shown);
        Assert.Equal(resets?.Invoke(cell) ?? "0", said);
        Assert.True(mayBlink?.Invoke(cell) == true || gone.Count == 0, $"{phase}: {gone.Count} messages have disappeared from the page.");
    });

    private static List<string> Strings(JsonElement ids) => [.. ids.EnumerateArray().Select(static id => id.GetString()!)];
}
