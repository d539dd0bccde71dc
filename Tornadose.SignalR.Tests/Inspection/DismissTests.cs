using System.Text.Json;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Inspection;

/// <summary>An operator ends one subscriber permanently: each wire reports it in its own way.</summary>
public sealed class DismissTests
{
    [Fact, Case("HTTP-33", "PROC-12")]
    public async Task Dismiss_ServerSentEvents_IsAnswered204OnItsReturnToAnyNode()
    {
        await using var host = await InspectedApp.StartAsync();
        using var metrics = MetricsRecorder.Of(host);
        await using var client = await RawSse.OpenAsync(host.Orders());
        Assert.Equal(204, await host.DismissAsync(await host.IdOfOnlySubscriberAsync()));
        var last = await client.NextAsync();
        Assert.Equal(("tornadose.closed", """{"reason":"dismissed"}""", "closed"), (last.Type, last.Data, last.LastEventId));
        Assert.Null(await client.NextOrEndAsync());
        await Eventually.TrueAsync(() => metrics.Sum("subscribers.ended", "reason=dismissed") == 1);
        await using var other = await StoresApp.StartAsync();
        foreach (var returning in new[] { (host.Orders(), "closed"), (other.Orders(), "closed"), (other.Orders("?after=closed"), "") })
        {
            await using var answer = await RawHttp.GetAsync(
                returning.Item1, ("Accept", "text/event-stream"), ("Last-Event-ID", returning.Item2));
            Assert.Equal(204, answer.Status);
        }

        Assert.Equal(0, host.Subscribers() + other.Subscribers());
    }

    [Fact, Case("HTTP-33")]
    public async Task Dismiss_InABrowserByTheInspectorsPage_StopsItsEventSourceForGood()
    {
        await using var host = await InspectedApp.StartAsync();
        await using var chromium = await ChromiumPage.OpenAsync(host.Url("/page"));
        await chromium.EvalAsync("window.source = new EventSource('/stores/orders'); 0");
        await chromium.WaitForAsync("source.readyState === EventSource.OPEN");
        await chromium.GotoAsync(host.Url("/stores/_inspect"), "inspector");
        await chromium.WaitForAsync("document.querySelectorAll('button').length === 1", "inspector");
        Assert.Equal("orders", (await chromium.EvalAsync("document.querySelector('tbody td').textContent", "inspector")).GetString());
        await chromium.ClickAsync("button", "inspector");
        await chromium.WaitForAsync("source.readyState === EventSource.CLOSED");
        await chromium.WaitForAsync("document.querySelectorAll('button').length === 0", "inspector");
        Assert.Empty(await chromium.ErrorsAsync("inspector"));
        Assert.Equal(0, host.Subscribers());
    }

    [Fact, Case("HTTP-33")]
    public async Task Dismiss_TheEventSourceOfNode_Returns204AndStops()
    {
        await using var host = await InspectedApp.StartAsync();
        await using var client = NodeClient.EventSource(host.Orders());
        await client.NextAsync("open");
        Assert.Equal(204, await host.DismissAsync(await host.IdOfOnlySubscriberAsync()));
        await client.NextAsync("error"); // the end of the stream
        var refused = await client.NextAsync("error");
        Assert.Equal(204, refused.GetProperty("code").GetInt32());
    }

    [Fact, Case("WS-18")]
    public async Task Dismiss_WebSocket_IsClosedWithACodeThatSaysSo()
    {
        await using var host = await InspectedApp.StartAsync();
        await using var client = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        Assert.Equal(204, await host.DismissAsync(await host.IdOfOnlySubscriberAsync()));
        var close = await client.UntilCloseAsync();
        Assert.Equal((4002, "dismissed"), (close.CloseCode, close.CloseReason));
    }

    [Fact]
    public async Task Dismiss_HubConnection_IsClosedWithoutLeaveToReconnect()
    {
        await using var host = await InspectedApp.StartAsync();
        await using var hub = await RawHub.OpenAsync(host.Url("/hubs/stores"), null);
        await hub.InvokeAsync("1", "Subscribe", isStream: false, "orders");
        await host.UntilSubscribersAsync(1);
        Assert.Equal(204, await host.DismissAsync(await host.IdOfOnlySubscriberAsync()));
        JsonElement? close;
        do
            close = await hub.NextAsync();
        while (close is { } message && message.GetProperty("type").GetInt32() != 7);
        Assert.False(close!.Value.TryGetProperty("allowReconnect", out var allowed) && allowed.GetBoolean());
    }

    [Fact]
    public async Task Dismiss_JsonLines_EndsWithALineThatSaysSo()
    {
        await using var host = await InspectedApp.StartAsync();
        await using var client = await RawHttp.GetAsync(host.Orders(), ("Accept", "application/x-ndjson"));
        await host.UntilSubscribersAsync(1);
        Assert.Equal(204, await host.DismissAsync(await host.IdOfOnlySubscriberAsync()));
        Assert.Equal("\n{\"closed\":{\"reason\":\"dismissed\"}}\n", await client.ReadTextAsync());
    }

    [Fact, Case("SEC-10")]
    public async Task Dismiss_UnknownOrFromAForeignPage_DoesNothing()
    {
        await using var host = await InspectedApp.StartAsync();
        await using var client = await RawSse.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        Assert.Equal(404, await host.DismissAsync("nobody-1"));
        Assert.Equal(403, await host.DismissAsync(await host.IdOfOnlySubscriberAsync(), ("Origin", "https://evil.example")));
        Assert.Equal(1, host.Subscribers());
    }
}
