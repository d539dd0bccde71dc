using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;
using static Tornadose.SignalR.Tests.Samples.DashboardScript;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>What the user of the dashboard does to the connection: pause, cut, another wire.</summary>
public sealed class DashboardConnectionTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task Pause_ThenResume_HoldsBackAndCatchesUp()
    {
        await dashboard.RenewAsync();
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync($"{IsLive} && {Points("cpu")} > 1");
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{State} === 'paused' && {Held} > 15"); // by then it also shows what it was just reading
        var paused = (await page.EvalAsync(Offset("pulse"))).GetInt32();
        await page.WaitForAsync($"{Held} > 30");
        Assert.Equal(paused, (await page.EvalAsync(Offset("pulse"))).GetInt32());
        Assert.Equal("true", (await page.EvalAsync("document.querySelector('[data-pause]').getAttribute('aria-pressed')")).GetString());
        Assert.EndsWith(" held back", (await page.EvalAsync(Text("[data-held]"))).GetString(), StringComparison.Ordinal);
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{Offset("pulse")} > {paused} + 20 && {HasAll("cpu")}");
        Assert.Equal("", (await page.EvalAsync(Text("[data-held]"))).GetString());
    }

    /// <param name="address">How the page runs.</param>
    /// <param name="busy">For how many milliseconds the browser does nothing else before the click and after it.</param>
    [Theory]
    [InlineData("", 0)]
    [InlineData("", 2000)]
    [InlineData("?run=browser&wire=signalr", 0)]
    [InlineData("?run=browser&wire=sse", 0)]
    [InlineData("?run=browser&wire=websocket", 0)]
    public async Task Cut_ByTheButton_RefillsEveryIdInOrder(string address, int busy)
    {
        await dashboard.RenewAsync();
        await using var page = await ChromiumPage.OpenAsync(new Uri(dashboard.Url, address));
        await page.WaitForAsync($"{IsLive} && {Points("cpu")} > 1 && {Text("[data-wire=sse] td:last-child span span")} !== '–'");
        // The missing bars move in from the right. The page checks this itself: on a slow machine the test would ask too late.
        await page.EvalAsync($"void setInterval(() => window.hasMoved ||= {State} === 'reconnecting' && " +
            "new DOMMatrix(getComputedStyle(document.querySelector('[data-beats=pulse] svg')).transform).m41 < 0, 50)");
        if (busy == 0)
            await page.ClickAsync("[data-cut]");
        else
            await page.EvalAsync(
                $"(() => {{ const work = () => {{ for (const end = Date.now() + {busy}; Date.now() < end;); }}; " +
                "work(); document.querySelector('[data-cut]').click(); work(); })()");
        await page.WaitForAsync("window.hasMoved");
        await page.WaitForAsync("document.querySelector('[data-heartbeats]').dataset.complete");
        Assert.Equal("true", (await page.EvalAsync("document.querySelector('[data-heartbeats]').dataset.complete")).GetString());
        var ids = await IdsAsync(page);
        Assert.Contains(ids, id => id.Store == "pulse");
        Assert.Equal(ids.Count, (await page.EvalAsync("Number(document.querySelector('[data-heartbeats]').dataset.missed)")).GetInt32());
        foreach (var store in ids.GroupBy(id => id.Store))
            Assert.Contains(string.Join(' ', store.Select(id => id.Id)), await KeptAsync(store.Key), StringComparison.Ordinal);
        await page.WaitForAsync(
            $"{IsLive} && {HasAll("cpu")} && document.querySelector('[data-beats=cpu] .back').getAttribute('d') !== ''");
    }

    [Fact]
    public async Task Wire_Switched_GoesOnWithoutAGapOnTheSamePage()
    {
        await dashboard.RenewAsync();
        await using var page = await ChromiumPage.OpenAsync(new Uri(dashboard.Url, InBrowser("signalr")));
        await page.WaitForAsync($"{IsLive} && {Points("cpu")} > 1");
        await page.EvalAsync("window.isSame = true");
        foreach (var (wire, name) in ((string, string)[])[("sse", "SSE"), ("websocket", "WebSocket"), ("signalr", "SignalR")])
        {
            var before = (await page.EvalAsync(Offset("cpu"))).GetInt32();
            await page.EvalAsync(Choose(wire));
            await page.WaitForAsync($"{IsLive} && {Offset("cpu")} > {before} + 2 && {HasAll("cpu")}");
            await page.WaitForAsync($"Number({Fact("delivery", name)}) > 8");
            Assert.True((await page.EvalAsync($"document.querySelector('[data-wire={wire}] .in-use') !== null")).GetBoolean());
            Assert.Equal(name, await page.TextAsync(".switch [aria-current]"));
        }

        Assert.True((await page.EvalAsync("window.isSame")).GetBoolean());
        Assert.Equal("0", (await page.EvalAsync($"{Panel("cpu")}.dataset.resets")).GetString());
        Assert.Empty(await page.ErrorsAsync());
    }

    [Fact]
    public async Task Wires_SideBySide_MeasureLatencyAndBytesOfEach()
    {
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync(
            "[...document.querySelectorAll('[data-wire] .live span')].every(text => parseFloat(text.textContent) >= 0)");
        var sizes = await page.EvalAsync(
            "[...document.querySelectorAll('[data-wire] td:nth-child(4) .live span')].map(text => Number(text.textContent))");
        // The message itself has some 70 bytes and its id some 30; SignalR's envelope is the largest.
        Assert.All(sizes.EnumerateArray(), size => Assert.InRange(size.GetInt32(), 80, 300));
        Assert.True(sizes[0].GetInt32() > sizes[1].GetInt32());
        await page.WaitForAsync($"Number({Panel("wires")}.querySelector('.chart').dataset.points) > 1");
    }

    [Fact]
    public async Task Page_Hidden_GivesItsProbesUp()
    {
        var sse = Fact("delivery", "SSE");
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync($"{IsLive} && {sse} === '1'");
        await page.EvalAsync("Object.defineProperty(document, 'hidden', { value: true, configurable: true }); " +
            "document.dispatchEvent(new Event('visibilitychange'))");
        await page.WaitForAsync($"{sse} === '0'");
        await page.EvalAsync("Object.defineProperty(document, 'hidden', { value: false, configurable: true }); " +
            "document.dispatchEvent(new Event('visibilitychange'))");
        await page.WaitForAsync($"{sse} === '1'");
    }

    [Fact]
    public async Task Nodes_OverRedis_NameEachOther()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var first = await DashboardServer.StartAsync([.. redis.NodeArguments, "--node", "left"]);
        await using var second = await DashboardServer.StartAsync([.. redis.NodeArguments, "--node", "right"]);
        await using var page = await ChromiumPage.OpenAsync(first.Url);
        await page.GotoAsync(second.Url, tab: "second");
        await page.WaitForAsync($"{IsLive} && {Text("[data-nodes]")} === 'node left with right over Redis · '");
        await page.WaitForAsync($"{IsLive} && {Text("[data-nodes]")} === 'node right with left over Redis · '", tab: "second");
        // Each page shows the process's own data from that process only; the machine's data is the same for both.
        Assert.Equal("pulse/left", (await page.EvalAsync($"{Panel("pulse")}.dataset.store")).GetString());
        Assert.Equal((await page.EvalAsync(Epoch("cpu"))).GetString(), (await page.EvalAsync(Epoch("cpu"), tab: "second")).GetString());
        await page.EvalAsync(Write("from the left"));
        await page.ClickAsync("[data-note-form] button");
        await page.WaitForAsync(FirstNoteIs("from the left"));
        await page.WaitForAsync(FirstNoteIs("from the left"), tab: "second");
        Assert.Empty(await page.ErrorsAsync());
        const string Names = "map(row => row.dataset.key).sort().join()";
        await page.WaitForAsync($"{Rows("nodes")}.{Names} === 'left,right'");
        await second.KillAsync();
        await page.WaitForAsync($"{Rows("nodes")}.{Names} === 'left' && {Text("[data-nodes]")} === 'node left over Redis · '");
    }

    private static async Task<List<(string Store, string Id)>> IdsAsync(ChromiumPage page)
    {
        const string Shown = "[...document.querySelectorAll('[data-gap-list] span')]";
        Assert.True((await page.EvalAsync($"{Shown}.every(id => id.textContent.endsWith(' '))")).GetBoolean(), "The ids run together.");
        var listed = await page.EvalAsync($"{Shown}.map(id => " +
            "[id.parentElement.querySelector('b').textContent.split(' ')[0], id.dataset.id])");
        return [.. listed.EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()!))];
    }

    private async Task<string> KeptAsync(string store)
    {
        using var snapshot = JsonDocument.Parse(await dashboard.Server.SnapshotAsync(store));
        return string.Join(
            ' ', snapshot.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("id").GetString()));
    }
}
