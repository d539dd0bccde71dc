using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.JavaScript;

/// <summary><c>share: true</c> in several tabs of Chromium.</summary>
public sealed class ScriptShareTests
{
    [Theory]
    [InlineData("sse"), InlineData("websocket")]
    public async Task Tabs_OfOneBrowser_HaveOneConnectionAndMissNothingWhenItsTabGoes(string transport)
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(3);
        await using var browser = await ChromiumPage.OpenAsync();
        string[] tabs = ["one", "two", "three"];
        foreach (var tab in tabs)
            await OpenAsync(browser, site, tab, transport);
        foreach (var tab in tabs)
            Assert.Equal(site.Published, await IdsAsync(browser, tab, 3));
        await site.UntilSubscribersAsync(1);

        await site.PublishAsync(2);
        foreach (var tab in tabs)
            Assert.Equal(site.Published, await IdsAsync(browser, tab, 5));
        await browser.CloseTabAsync("one"); // the first tab holds the connection
        await site.PublishAsync(2);
        foreach (var tab in tabs[1..])
            Assert.Equal(site.Published, await IdsAsync(browser, tab, 7));
        await site.UntilSubscribersAsync(1);
        await OpenAsync(browser, site, "four", transport);
        await site.PublishAsync(1);
        foreach (var tab in (string[])["two", "three", "four"])
            Assert.Equal(site.Published, await IdsAsync(browser, tab, 8));
        await site.UntilSubscribersAsync(1);
    }

    [Fact]
    public async Task Tab_ThatPauses_LeavesTheConnectionToAnotherAndCatchesUp()
    {
        await using var site = await ScriptSite.StartAsync();
        await site.PublishAsync(1);
        await using var browser = await ChromiumPage.OpenAsync();
        foreach (var tab in (string[])["one", "two"])
            await OpenAsync(browser, site, tab, "websocket");
        await IdsAsync(browser, "two", 1);
        await site.UntilSubscribersAsync(1);
        await browser.EvalAsync("subscription.pause()", "one");
        await site.PublishAsync(2);
        Assert.Equal(site.Published, await IdsAsync(browser, "two", 3));
        await browser.EvalAsync("subscription.resume()", "one");
        Assert.Equal(site.Published, await IdsAsync(browser, "one", 3));
        await site.PublishAsync(1);
        Assert.Equal(site.Published, await IdsAsync(browser, "one", 4));
        await site.UntilSubscribersAsync(1);
    }

    private static async Task OpenAsync(ChromiumPage browser, ScriptSite site, string tab, string transport)
    {
        await browser.GotoAsync(site.Url, tab);
        await browser.WaitForAsync("typeof start === 'function'", tab);
        var options = JsonSerializer.Serialize(new { transport, store = "orders", from = "earliest", share = true });
        await browser.EvalAsync($"start({options})", tab);
    }

    private static async Task<List<string>> IdsAsync(ChromiumPage browser, string tab, int count) =>
        [.. (await browser.WaitForAsync(
            $"log.messages.length >= {count} && log.messages.map(message => message.id)",
            tab)).EnumerateArray().Select(static id => id.GetString()!)];
}
