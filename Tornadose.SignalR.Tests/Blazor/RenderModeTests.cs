using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>
/// One component in a real browser, in every render mode and over every wire, while messages are published: what was lost and what came
/// twice, by the ids. The table in <c>docs/blazor.md</c> is made of this.
/// </summary>
public sealed class RenderModeTests(ITestOutputHelper output)
{
    private const string Ids = "[...document.querySelectorAll('[data-view=numbers] li')].map(item => item.dataset.id)";
    private const string State = "document.querySelector('[data-view=numbers]')?.dataset.state";
    private const string Runs = "document.querySelector('[data-runs]')?.dataset.runs";
    private const int Some = 15;

    [Theory]
    [InlineData("server", "Server", "ServerSentEvents")]
    [InlineData("webassembly", "WebAssembly", "ServerSentEvents")]
    [InlineData("webassembly", "WebAssembly", "WebSocket")]
    [InlineData("webassembly", "WebAssembly", "SignalR")]
    [InlineData("webassembly", "WebAssembly", "LongPolling")]
    [InlineData("alone", "WebAssembly", "WebSocket")]
    public async Task View_CutRestartedNavigatedAndPaused_LosesNothingAndShowsNothingTwice(string page, string runs, string wire)
    {
        await using var site = await RenderModeSite.StartAsync();
        await site.PublishAsync(Some);
        if (page != "alone")
            Assert.All(site.Published, id => Assert.Contains(id, site.HtmlAsync(page, wire).Result, StringComparison.Ordinal));
        await using var browser = await ChromiumPage.OpenAsync();
        await site.PublishDuringAsync(OpenAsync());
        await CompareAsync(site, browser, page, wire, "first paint and hand-over");

        await site.PublishAsync(Some);
        await CompareAsync(site, browser, page, wire, "live");

        if (runs == "Server")
        {
            await browser.EvalAsync("Blazor.pauseCircuit()");
            await site.PublishAsync(Some);
            await browser.EvalAsync("Blazor.resumeCircuit()");
            await CompareAsync(site, browser, page, wire, "circuit paused and resumed");
        }

        site.Proxy.Cut();
        await site.PublishAsync(Some);
        await CompareAsync(site, browser, page, wire, "cut");

        await browser.ClickAsync("[data-pause]");
        await browser.WaitForAsync($"{State} === 'Paused'");
        await site.PublishAsync(Some);
        await browser.ClickAsync("[data-pause]");
        await CompareAsync(site, browser, page, wire, "pause");

        await browser.ClickAsync("a[href=elsewhere]");
        await browser.WaitForAsync("document.querySelector('h1').textContent === 'Elsewhere'");
        await site.PublishDuringAsync(ReturnAsync(browser, page));
        await CompareAsync(site, browser, page, wire, "navigation", mayBlink: runs != "Server");

        await site.RestartAsync();
        await site.PublishAsync(Some);
        await CompareAsync(site, browser, page, wire, "restart");
        Assert.Equal(runs, (await browser.EvalAsync(Runs)).GetString());

        async Task OpenAsync()
        {
            await browser.GotoAsync(site.Page(page, wire));
            await browser.WaitForAsync($"{State} === 'Live' && {Runs} === '{runs}'");
        }
    }

    [Fact]
    public async Task View_HandedOverFromTheServerToTheBrowser_LosesNothingAndShowsNothingTwice()
    {
        const string Page = "auto";
        const string Wire = "ServerSentEvents";
        await using var site = await RenderModeSite.StartAsync();
        await site.PublishAsync(Some);
        await using var browser = await ChromiumPage.OpenAsync(site.Page(Page, Wire));
        await browser.WaitForAsync($"{State} === 'Live' && {Runs} === 'Server'");
        await site.PublishAsync(Some);
        await CompareAsync(site, browser, Page, Wire, "on the server");
        await site.PublishDuringAsync(HandOverAsync());
        await CompareAsync(site, browser, Page, Wire, "hand-over by navigation", mayBlink: true);
        await site.PublishDuringAsync(ReloadAsync());
        await CompareAsync(site, browser, Page, Wire, "loaded again");
        site.Proxy.Cut();
        await site.PublishAsync(Some);
        await CompareAsync(site, browser, Page, Wire, "cut");

        async Task HandOverAsync()
        {
            // The runtime is loaded in the background; the first visit after that is the browser's.
            do
            {
                await browser.ClickAsync("a[href=elsewhere]");
                await browser.WaitForAsync("document.querySelector('h1').textContent === 'Elsewhere'");
                await ReturnAsync(browser, Page);
            }
            while ((await browser.EvalAsync(Runs)).GetString() != "WebAssembly");
        }

        async Task ReloadAsync()
        {
            await browser.GotoAsync(site.Page(Page, Wire));
            await browser.WaitForAsync($"{State} === 'Live' && {Runs} === 'WebAssembly'");
        }
    }

    [Theory]
    [InlineData("server", "Server")]
    [InlineData("webassembly", "WebAssembly")]
    [InlineData("alone", "WebAssembly")]
    public async Task Views_OfEachKindOfStore_ShowTheSameInEachRenderMode(string page, string runs)
    {
        await using var site = await RenderModeSite.StartAsync();
        await site.PostAsync("weather", "rain", "text/plain");
        await site.PutAsync("devices", "a", "1");
        await site.PutAsync("devices", "b", "2");
        await using var browser = await ChromiumPage.OpenAsync(site.Page(page, "WebSocket"));
        await browser.WaitForAsync($"{State} === 'Live' && {Runs} === '{runs}'");
        await ShowsAsync("[data-view=weather]", "rain");
        await ShowsAsync("[data-view=devices]", "12");
        await ShowsAsync("[data-view=empty]", "Nothing yet");
        await ShowsAsync("[data-view=failed]", nameof(StoreNotFoundException));
        await site.PostAsync("weather", "sun", "text/plain");
        await site.PutAsync("devices", "a", "3");
        await site.PostAsync("silent", "a word", "text/plain");
        await ShowsAsync("[data-view=weather]", "sun");
        await ShowsAsync("[data-view=devices]", "23");
        await ShowsAsync("[data-view=silent]", "a word");
        Assert.Equal("1", (await browser.EvalAsync("document.querySelector('[data-view=weather]').dataset.count")).GetString());
        await site.RestartAsync();
        await site.PutAsync("devices", "b", "4");
        await ShowsAsync("[data-view=devices]", "34");

        Task ShowsAsync(string selector, string text) =>
            browser.WaitForAsync($"document.querySelector('{selector}')?.textContent.trim() === '{text}'");
    }

    [Fact]
    public async Task Page_Still_HasEverythingAndNoScriptsOfItsOwn()
    {
        await using var site = await RenderModeSite.StartAsync();
        await site.PublishAsync(Some);
        var html = await site.HtmlAsync("still", "ServerSentEvents");
        Assert.All(site.Published, id => Assert.Contains(id, html, StringComparison.Ordinal));
        Assert.Contains("data-state=\"Still\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<!--Blazor:{", html, StringComparison.Ordinal); // neither a component that becomes interactive nor its state
    }

    private static async Task ReturnAsync(ChromiumPage browser, string page)
    {
        await browser.ClickAsync($"a[href={page}]");
        await browser.WaitForAsync($"{State} === 'Live'");
    }

    /// <summary>Everything that was published is on the page, once, in order; nothing that was there has ever gone from it.</summary>
    /// <param name="site">The site.</param>
    /// <param name="browser">The browser.</param>
    /// <param name="page">The page that it is on.</param>
    /// <param name="wire">What the browser reads by.</param>
    /// <param name="phase">What was done.</param>
    /// <param name="mayBlink">
    /// Whether the page may have been empty for a moment: an enhanced navigation hands no state to components that are new on the page, so
    /// that in the browser they have to ask for what there is.
    /// </param>
    private async Task CompareAsync(
        RenderModeSite site, ChromiumPage browser, string page, string wire, string phase, bool mayBlink = false)
    {
        await browser.WaitForAsync($"{Ids}.at(-1) === '{site.Published[^1]}' && {State} === 'Live'");
        var shown = Strings(await browser.EvalAsync(Ids));
        var gone = Strings(await browser.EvalAsync("window.gone.splice(0)"));
        var resets = (await browser.EvalAsync("document.querySelector('[data-view=numbers]').dataset.resets")).GetString();
        output.WriteLine($"| {page} | {wire} | {phase} | {site.Published.Except(shown).Count()} lost | "
            + $"{shown.Count - shown.Distinct().Count()} twice | {resets} resets | {(gone.Count > 0 ? "blinks" : "")} |");
        Assert.Equal(site.Published, shown);
        Assert.Equal("0", resets);
        Assert.True(mayBlink || gone.Count == 0, $"{gone.Count} messages were on the page, and went.");
    }

    private static List<string> Strings(JsonElement ids) => [.. ids.EnumerateArray().Select(static id => id.GetString()!)];
}
