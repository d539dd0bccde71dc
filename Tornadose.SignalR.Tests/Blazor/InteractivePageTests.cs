using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>The sample's interactive page in a real browser.</summary>
public sealed partial class InteractivePageTests
{
    private const string Pulse = "document.querySelector('[data-view=pulse]')";
    private const string Offsets = $"[...{Pulse}.querySelectorAll('li')].map(item => +item.dataset.id.split('-')[1])";

    [Fact]
    public async Task Page_Prerendered_HasValuesAndHandsItsIdOver()
    {
        await using var server = await DashboardServer.StartAsync();
        using var client = new HttpClient { BaseAddress = server.Url };
        await Eventually.TrueAsync(async () => Item.IsMatch(await client.GetStringAsync("/interactive")));
        Assert.Contains("data-state=\"Still\"", await client.GetStringAsync("/interactive"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("interactive", "Server")]
    [InlineData("interactive?run=browser&wire=signalr", "WebAssembly")]
    [InlineData("interactive?run=browser&wire=sse", "WebAssembly")]
    [InlineData("interactive?run=browser&wire=websocket", "WebAssembly")]
    [InlineData("interactive?run=auto&wire=signalr", "Server")]
    public async Task Page_InABrowser_IsLivePausesAndGoesOnWithoutAGap(string address, string runs)
    {
        await using var server = await DashboardServer.StartAsync();
        await using var page = await ChromiumPage.OpenAsync(new Uri(server.Url, address));
        await page.WaitForAsync($"{Pulse}?.dataset.state === 'Live' && {Offsets}.at(-1) > 25");
        Assert.Equal(runs, (await page.EvalAsync("document.querySelector('[data-runs]').dataset.runs")).GetString());
        Assert.Equal(
            new Uri(server.Url, address).Query is "" ? "Server, in process" : await page.TextAsync($"a[href='{address}']"),
            await page.TextAsync("a[aria-current=page]"));
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{Pulse}.dataset.state === 'Paused'");
        var last = (await page.EvalAsync($"{Offsets}.at(-1)")).GetInt32();
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{Pulse}.dataset.state === 'Live' && {Offsets}.at(-1) > {last} + 5");
        Assert.Equal("0", (await page.EvalAsync($"{Pulse}.dataset.resets")).GetString());
        Assert.True(
            (await page.EvalAsync($"{Offsets}.every((offset, index, all) => index === 0 || offset === all[index - 1] + 1)")).GetBoolean());
        using var client = new HttpClient();
        using var note = new StringContent("seen in process");
        Assert.True((await client.PostAsync(server.Store("notes"), note)).IsSuccessStatusCode);
        await page.WaitForAsync("document.querySelector('[data-view=notes] li:last-child')?.textContent === 'seen in process'");
        Assert.Empty(await page.ErrorsAsync());
    }

    [GeneratedRegex("<li data-id=\"[0-9a-f]{16}-")]
    private static partial Regex Item { get; }
}
