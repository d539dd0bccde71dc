using Tornadose.SignalR.Tests.TestKit;
using static Tornadose.SignalR.Tests.Samples.DashboardScript;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>The dashboard in every render mode of its components, and over every wire.</summary>
public sealed class DashboardRenderModeTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Theory]
    [InlineData("", "Server", "In process")]
    [InlineData("?run=browser&wire=signalr", "WebAssembly", "SignalR")]
    [InlineData("?run=browser&wire=sse", "WebAssembly", "SSE")]
    [InlineData("?run=browser&wire=websocket", "WebAssembly", "WebSocket")]
    [InlineData("?run=auto&wire=signalr", "Server", "Auto")]
    public async Task Page_WhereverItRuns_IsLivePausesAndGoesOnWithoutAGap(string address, string runs, string choice)
    {
        await dashboard.RenewAsync();
        await using var page = await ChromiumPage.OpenAsync(new Uri(dashboard.Url, address));
        await page.WaitForAsync($"{IsLive} && {Points("cpu")} > 2 && {HasAll("cpu")}");
        Assert.Equal(runs, (await page.EvalAsync("document.querySelector('[data-runs]').dataset.runs")).GetString());
        Assert.Equal(choice, await page.TextAsync(".switch [aria-current]"));
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{State} === 'paused' && {Held} > 20"); // of all stores: at least one of them is the processor's
        var last = (await page.EvalAsync(Offset("cpu"))).GetInt32();
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{IsLive} && {Offset("cpu")} > {last} + 2 && {HasAll("cpu")}");
        Assert.Equal("0", (await page.EvalAsync($"{Panel("cpu")}.dataset.resets")).GetString());
        await page.EvalAsync(Write($"seen in {choice}"));
        await page.ClickAsync("[data-note-form] button");
        await page.WaitForAsync(FirstNoteIs($"seen in {choice}"));
        Assert.Empty(await page.ErrorsAsync());
    }
}
