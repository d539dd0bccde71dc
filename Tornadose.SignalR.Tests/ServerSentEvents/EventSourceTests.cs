using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.ServerSentEvents;

/// <summary>The npm package <c>eventsource</c> against Kestrel.</summary>
public sealed class EventSourceTests
{
    [Fact]
    [Case("SSE-14")]
    public async Task EventSource_Connected_OpensBeforeThereIsAMessage()
    {
        await using var host = await StoresApp.StartAsync();
        await using var client = NodeClient.EventSource(host.Orders(), new { events = new[] { "placed" } });
        await client.NextAsync("open");
        await host.OrdersStore().PublishAsync("a\r\nb", new PublishOptions { EventType = "placed" });
        var id = await host.OrdersStore().PublishAsync("\u2028 😀");
        var first = await client.NextAsync("message");
        var second = await client.NextAsync("message");
        Assert.Equal(("placed", "a\nb"), (first.GetProperty("event").GetString(), first.GetProperty("data").GetString()));
        Assert.Equal((id.ToString(), "\u2028 😀"), (second.GetProperty("id").GetString(), second.GetProperty("data").GetString()));
    }

    [Fact]
    [Case("HTTP-08")]
    public async Task EventSource_ConnectionCutAgainAndAgain_MissesNothing()
    {
        var requests = new ConcurrentQueue<HttpContext>();
        await using var host = await StoresApp.StartAsync(
            options: options => (options.RetryMin, options.RetryMax) = (TimeSpan.Zero, TimeSpan.Zero),
            before: app => app.Use((context, next) =>
            {
                requests.Enqueue(context);
                return next(context);
            }));
        await using var client = NodeClient.EventSource(host.Orders("?from=earliest"));
        for (var number = 1; number <= 10; number += 2)
        {
            await host.OrdersStore().PublishNumberedAsync(2, number);
            var messages = await client.TakeAsync("message", 2);
            Assert.Equal([$"m{number}", $"m{number + 1}"], messages.Select(message => message.GetProperty("data").GetString()!));
            requests.Last().Abort();
        }
    }

    [Fact]
    [Case("HTTP-13")]
    public async Task EventSource_IdExpired_GetsOneResetThenGoesOn()
    {
        await using var host = await StoresApp.StartAsync(orders => orders.Capacity = 2);
        var ids = await host.OrdersStore().PublishNumberedAsync(9);
        await using var client = NodeClient.EventSource(host.Orders(), new { events = new[] { "tornadose.reset" }, lastEventId = ids[0] });
        var reset = await client.NextAsync("message");
        await host.OrdersStore().PublishAsync("next");
        var next = await client.NextAsync("message");
        Assert.Equal(("tornadose.reset", ids[^1]), (reset.GetProperty("event").GetString(), reset.GetProperty("id").GetString()));
        Assert.Equal("next", next.GetProperty("data").GetString());
    }
}
