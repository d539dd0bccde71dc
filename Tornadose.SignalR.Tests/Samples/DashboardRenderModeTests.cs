using Tornadose.SignalR.Tests.TestKit;
using static Tornadose.SignalR.Tests.Samples.DashboardScript;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>The dashboard in every render mode of its components, and over every wire.</summary>
public sealed class DashboardRenderModeTests
{
    [Theory]
    [InlineData("", "Server", "In process")]
    [InlineData("?run=browser&wire=signalr", "WebAssembly", "SignalR")]
    [InlineData("?run=browser&wire=sse", "WebAssembly", "SSE")]
    [InlineData("?run=browser&wire=websocket", "WebAssembly", "WebSocket")]
    [InlineData("?run=auto&wire=signalr", "Server", "Auto")]
    public async Task Page_WhereverItRuns_IsLivePausesAndGoesOnWithoutAGap(string address, string runs, string choice)
    {
        await using var server = await DashboardServer.StartAsync(); // of its own: the pulse is kept for a minute
        await using var page = await ChromiumPage.OpenAsync(new Uri(server.Url, address));
        await page.WaitForAsync($"{IsLive} && {Points("cpu")} > 2 && {HasAll("cpu")}");
        Assert.Equal(runs, (await page.EvalAsync("document.querySelector('[data-runs]').dataset.runs")).GetString());
        Assert.Equal(choice, await page.TextAsync(".switch [aria-current]"));
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{State} === 'paused'");
        var last = (await page.EvalAsync(Offset("pulse"))).GetInt32();
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{IsLive} && {Offset("pulse")} > {last} + 5 && {HasAll("pulse")}");
        Assert.Equal("0", (await page.EvalAsync($"{Panel("pulse")}.dataset.resets")).GetString());
        await page.EvalAsync(Write("seen everywhere"));
        await page.ClickAsync("[data-note-form] button");
        await page.WaitForAsync(FirstNoteIs("seen everywhere"));
        Assert.Empty(await page.ErrorsAsync());
    }
}
