using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.Blazor;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Blazor pages when the process that serves them is killed and a load balancer sends them to another one.</summary>
public sealed class ViewNodeKilledTests
{
    private const int Each = 20;
    private const string Numbers = "document.querySelector('[data-view=numbers]')";
    private const string Ids = $"[...{Numbers}.children].map(item => item.dataset.id)";

    private static readonly string[] Pages =
    [
        "ServerSentEvents/server", "ServerSentEvents/auto", "ServerSentEvents/webassembly", "WebSocket/webassembly",
        "SignalR/webassembly", "LongPolling/webassembly", "WebSocket/alone",
    ];

    private readonly List<string> _published = [];

    [Fact]
    [Case("PROC-06", "RDS-20")]
    public async Task Node_IsKilled_ViewsGoOnAtTheOtherAndLoseNothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await StartAsync(redis);
        await using var b = await StartAsync(redis);
        await using var link = Hubs.CutProxy.Start(a.Url);
        await using var browser = await ChromiumPage.OpenAsync();
        await PublishAsync(b);
        foreach (var page in Pages)
        {
            await browser.OpenAloneAsync(new Uri(link.Url, page), page);
            await browser.WaitForAsync($"{Numbers}?.dataset.state === 'Live'", page);
        }

        await PublishAsync(b);
        await CheckAsync(browser);
        await a.KillAsync();
        await PublishAsync(b);
        link.Redirect(b.Url);
        await PublishAsync(b);
        await CheckAsync(browser);
        await a.StartAgainAsync();
        await b.KillAsync();
        link.Redirect(a.Url);
        await PublishAsync(a);
        await CheckAsync(browser);
    }

    private static Task<DashboardServer> StartAsync(RedisProcess redis) =>
        DashboardServer.StartAsync(RenderModeSite.Program, redis.NodeArguments);

    /// <summary>Checks that everything is shown once, in order, and that nothing that was shown has disappeared.</summary>
    private async Task CheckAsync(ChromiumPage browser)
    {
        foreach (var page in Pages)
        {
            await browser.WaitForAsync($"{Numbers}?.dataset.state === 'Live' && {Ids}.at(-1) === '{_published[^1]}'", page);
            var shown = (await browser.EvalAsync(Ids, page)).EnumerateArray().Select(static id => id.GetString()!);
            Assert.Equal(_published, shown);
            Assert.Equal("0 resets, 0 gone", (await browser.EvalAsync(
                $"`${{{Numbers}.dataset.resets}} resets, ${{window.gone.length}} gone`", page)).GetString());
        }
    }

    private async Task PublishAsync(DashboardServer node)
    {
        using var http = new HttpClient();
        for (var number = 0; number < Each; number++)
        {
            using var content = new StringContent($"{_published.Count + 1}", Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync(node.Store("numbers"), content).WithTimeout();
            var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
            _published.Add(JsonElement.Parse(text).GetProperty("id").GetString()!);
        }
    }
}
