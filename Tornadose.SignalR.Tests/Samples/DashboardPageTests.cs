using System.Text.Json;
using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.TestKit;
using static Tornadose.SignalR.Tests.Samples.DashboardScript;

namespace Tornadose.SignalR.Tests.Samples;

/// <summary>The dashboard in a real browser, served by a separate process.</summary>
public sealed partial class DashboardPageTests(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    [Fact]
    public async Task Page_BeforeAnyScript_HasValuesChartsAndIds()
    {
        using var client = new HttpClient();
        var page = await client.GetStringAsync(dashboard.Url);
        Assert.Matches(RenderedId, page);
        Assert.Matches(RenderedLine, page);
        Assert.Matches(RenderedTotal, page);
        Assert.Contains($"curl -N {dashboard.Server.Store("cpu")}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Loaded_IsLiveWithoutErrors()
    {
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync(IsLive);
        foreach (var store in (string[])["cpu", "memory", "network", "disk", "runtime", "pulse", "delivery", "processes", "nodes"])
        {
            var id = (await page.EvalAsync($"{Panel(store)}.dataset.id")).GetString();
            await page.WaitForAsync($"{Panel(store)}.dataset.id !== '{id}'");
        }

        await page.WaitForAsync("document.querySelector('.tile[href=\"#delivery\"] .big span').textContent > 0");
        Assert.Empty(await page.ErrorsAsync());
    }

    [Fact]
    public async Task Chart_SnapshotThenStream_HasEveryMessageOnce()
    {
        await dashboard.RenewAsync();
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync($"{IsLive} && {Offset("cpu")} > 5 && {HasAll("cpu")}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("?run=browser&wire=signalr")]
    [InlineData("?run=browser&wire=sse")]
    public async Task Connection_Cut_ResumesAfterTheLastIdWithoutAReset(string address)
    {
        await dashboard.RenewAsync();
        await using var proxy = CutProxy.Start(dashboard.Url);
        await using var page = await ChromiumPage.OpenAsync(new Uri(proxy.Url, address));
        await page.WaitForAsync($"{IsLive} && {Points("cpu")} > 1");
        await page.EvalAsync($"window.states = []; new MutationObserver(() => states.push({State}))" +
            ".observe(document.querySelector('.controls'), { attributes: true, subtree: true })");
        proxy.Cut();
        await page.WaitForAsync("states.includes('reconnecting')");
        var cutAt = (await page.EvalAsync(Offset("cpu"))).GetInt32();
        await page.WaitForAsync($"{IsLive} && {Offset("cpu")} > {cutAt} + 2 && {HasAll("cpu")}");
        Assert.False((await page.EvalAsync("states.includes('reset')")).GetBoolean());
        Assert.Equal("0", (await page.EvalAsync($"{Panel("cpu")}.dataset.resets")).GetString());
    }

    [Fact]
    public async Task Server_Restarted_PageKeepsWhatItHasAndRefillsTheRest()
    {
        await using var server = await DashboardServer.StartAsync();
        await using var page = await ChromiumPage.OpenAsync(new Uri(server.Url, InBrowser("sse")));
        await page.WaitForAsync($"{IsLive} && {HasAll("cpu")} && {Points("cpu")} > 2");
        // The last offset of each epoch, noted by the page itself: when it says that it reconnects, it may have a message still to draw.
        await page.EvalAsync($"window.last = {{ }}; window.note = () => last[{Epoch("cpu")}] = {Offset("cpu")}; note(); " +
            $"new MutationObserver(note).observe({Panel("cpu")}, {{ attributeFilter: ['data-id'] }})");
        await server.KillAsync();
        await page.WaitForAsync($"{State} === 'reconnecting'");
        await server.StartAgainAsync();
        await page.WaitForAsync("Object.keys(last).length === 2");
        await page.WaitForAsync($"{IsLive} && {Offset("cpu")} > 3 && " +
            $"{Points("cpu")} === Object.values(last).reduce((sum, offset) => sum + offset)");
    }

    [Fact]
    public async Task Connections_OpenedBeforeTheFirstSubscriber_AreCounted()
    {
        await using var server = await DashboardServer.StartAsync();
        await using var early = await RawHttp.GetAsync(new Uri(server.Url, "clock"));
        await using var stream = await RawSse.OpenAsync(server.Store("runtime"));
        var runtime = JsonElement.Parse((await stream.NextAsync()).Data);
        Assert.Equal(2, runtime.GetProperty("connections").GetProperty("open").GetInt32());
    }

    [Fact]
    public async Task Processes_ThatComeAndGo_AreRowsThatComeAndGo()
    {
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync($"{IsLive} && {Rows("processes")}.length > 4");
        await page.GotoAsync(new Uri(dashboard.Url, InBrowser("websocket")), tab: "second");
        await page.WaitForAsync(IsLive, tab: "second");
        string busy;
        await using (var process = LineProcess.Start("sh", ["-c", "echo $$; while :; do :; done"], Path.GetTempPath()))
        {
            busy = await process.NextAsync(TimeSpan.FromSeconds(30));
            // 0.0 at first, where it began just before it was measured
            await page.WaitForAsync(
                $"{Rows("processes")}.some(row => row.dataset.key === '{busy}' && " +
                "Number(row.querySelector('.meter + .live span').textContent) > 0)");
            await page.WaitForAsync($"document.querySelector('#processes [data-key=\"{busy}\"]')", tab: "second");
        }

        await page.WaitForAsync($"!{Rows("processes")}.some(row => row.dataset.key === '{busy}')");
        await page.WaitForAsync($"!document.querySelector('#processes [data-key=\"{busy}\"]')", tab: "second");
        var loads = await page.EvalAsync($"{Rows("processes")}.map(row => Number(row.querySelector('.meter + .live span').textContent))");
        Assert.Equal(loads.EnumerateArray().Select(load => load.GetDouble()).OrderDescending(), loads.EnumerateArray().Select(
            load => load.GetDouble()));
        Assert.InRange(loads.GetArrayLength(), 5, 15);
        Assert.Empty(await page.ErrorsAsync());
    }

    [Fact]
    public async Task Tables_PausedCutAndOnAnotherWire_AreWhatTheStoresHave()
    {
        await using var server = await DashboardServer.StartAsync("--node", "only");
        await using var page = await ChromiumPage.OpenAsync(new Uri(server.Url, InBrowser("signalr")));
        await page.WaitForAsync($"{IsLive} && {Rows("processes")}.length > 4");
        await page.ClickAsync("[data-pause]");
        await page.WaitForAsync($"{State} === 'paused' && {Held} > 15"); // by then it also shows what it was just reading
        var paused = (await page.EvalAsync($"{Panel("processes")}.querySelector('[data-last-id]').textContent")).GetString();
        await page.WaitForAsync($"{Held} > 30");
        Assert.Equal(paused, (await page.EvalAsync($"{Panel("processes")}.querySelector('[data-last-id]').textContent")).GetString());
        await page.ClickAsync("[data-pause]");
        foreach (var wire in (string[])["sse", "websocket", "signalr"])
        {
            await page.EvalAsync(Choose(wire));
            await page.WaitForAsync(IsLive);
            var id = (await page.EvalAsync($"{Panel("processes")}.dataset.id")).GetString();
            await page.WaitForAsync($"{Panel("processes")}.dataset.id !== '{id}'");
            await page.WaitForAsync($"{Rows("nodes")}.map(row => row.dataset.key).join() === 'only'");
            await page.WaitForAsync(
                $"fetch('stores/processes', {{ headers: {{ accept: 'application/json' }} }}).then(answer => answer.json())" +
                    ".then(({ entries }) => Object.keys(entries).sort().join() === " +
                    $"{Rows("processes")}.map(row => row.dataset.key).sort().join())");
        }

        Assert.Empty(await page.ErrorsAsync());
    }

    [Fact]
    public async Task Note_PostedByCurl_AppearsInEveryTabAndAfterAReload()
    {
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.GotoAsync(dashboard.Url, tab: "second");
        await page.WaitForAsync(IsLive);
        await page.WaitForAsync(IsLive, tab: "second");
        await using var curl = CurlClient.Start(
            dashboard.Server.Store("notes"), "-d", "hello <b>from</b> curl", "-H", "Content-Type: text/plain");
        Assert.Contains("\"id\"", await curl.NextAsync(), StringComparison.Ordinal);
        await page.WaitForAsync(FirstNoteIs("hello <b>from</b> curl"));
        await page.WaitForAsync(FirstNoteIs("hello <b>from</b> curl"), tab: "second");
        await page.GotoAsync(dashboard.Url, tab: "third");
        Assert.True((await page.EvalAsync(FirstNoteIs("hello <b>from</b> curl"), tab: "third")).GetBoolean());
    }

    [Fact]
    public async Task Note_WrittenInTheForm_ComesBackThroughTheStore()
    {
        await using var page = await ChromiumPage.OpenAsync(dashboard.Url);
        await page.WaitForAsync(IsLive);
        await page.EvalAsync(Write("written here"));
        await page.ClickAsync("[data-note-form] button");
        await page.WaitForAsync(FirstNoteIs("written here"));
        await page.WaitForAsync("document.querySelector('#note').value === ''");
        Assert.Contains("written here", await dashboard.Server.SnapshotAsync("notes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishing_StoreOtherThanNotes_IsForbidden()
    {
        await using var curl = CurlClient.Start(dashboard.Server.Store("cpu"), "-d", "1", "-o", "/dev/null", "-w", "%{http_code}\\n");
        Assert.Equal("403", await curl.NextAsync());
    }

    [GeneratedRegex("""data-store="cpu" data-id="[0-9a-f]+-[0-9]+-[0-9a-f]+"[^>]*>""")]
    private static partial Regex RenderedId { get; }

    [GeneratedRegex("""<path class="line" d="M[0-9.]+ [0-9.]+L""")]
    private static partial Regex RenderedLine { get; }

    [GeneratedRegex("""total <span class="live ?"><span>[0-9.]+</span><small>%</small>""")]
    private static partial Regex RenderedTotal { get; }
}
