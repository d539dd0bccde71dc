using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>A snapshot is a reader like any other: it costs no more, and ends in the same way.</summary>
public sealed class SlowSnapshotTests
{
    private const int SmallWindow = 4096;
    private static readonly (string, string)[] Json = [("Accept", "application/json")];

    [Fact, Case("PROC-07")]
    public async Task Get_NoMorePermits_Is503AndThoseThatAreThereAreCounted()
    {
        await using var host = await StoresApp.StartAsync(
            orders => orders.SendTimeout = TimeSpan.FromHours(1), options => options.MaxSubscribers = 1);
        await FillAsync(host, messages: 200, size: 16_000);
        await using var first = await RawHttp.SendAsync(host.Orders(), "GET", Json, receiveBufferBytes: SmallWindow);
        Assert.Equal(1, host.Subscribers());
        await using var second = await RawHttp.GetAsync(host.Orders(), Json);
        Assert.Equal((200, 503), (first.Status, second.Status));
        Assert.NotNull(second.Header("Retry-After"));
    }

    [Fact]
    public async Task Drain_SlowReader_DoesNotHoldItUp()
    {
        await using var host = await StoresApp.StartAsync(orders => orders.SendTimeout = TimeSpan.FromHours(1));
        using var ended = MetricsRecorder.Of(host, "subscribers.ended");
        await FillAsync(host, messages: 200, size: 16_000);
        await using var slow = await RawHttp.SendAsync(host.Orders(), "GET", Json, receiveBufferBytes: SmallWindow);
        await host.UntilSubscribersAsync(1);
        await host.Get<SubscriberRegistry>().DrainAsync().WithTimeout();
        await host.UntilSubscribersAsync(0);
        Assert.Equal(1, ended.Sum("subscribers.ended", "transport=json", "reason=shutting_down"));
        await Assert.ThrowsAnyAsync<IOException>(slow.ReadToEndAsync); // so no client takes the part for the whole
    }

    [Fact, Case("SLOW-04")]
    public async Task Reader_WindowHasTurnedOver_IsCutAndGetsNoDocumentWithAHole()
    {
        await using var host = await StoresApp.StartAsync(orders => (orders.Capacity, orders.SendTimeout) = (20, TimeSpan.FromHours(1)));
        await FillAsync(host, messages: 20, size: 500_000);
        await using var slow = await RawHttp.SendAsync(host.Orders(), "GET", Json, receiveBufferBytes: SmallWindow);
        await FillAsync(host, messages: 20, size: 10);
        await Assert.ThrowsAnyAsync<IOException>(slow.ReadToEndAsync);
        await host.UntilSubscribersAsync(0);
    }

    [Fact, Case("HTTP-03")]
    public async Task Get_BehindMiddlewareThatReplacesTheBody_IsComplete()
    {
        await using var host = await StoresApp.StartAsync(before: app => app.Use(async (context, next) =>
        {
            var body = context.Response.Body;
            using var kept = new MemoryStream();
            context.Response.Body = kept;
            await next(context);
            context.Response.Body = body;
            await body.WriteAsync(kept.ToArray());
        }));
        await host.OrdersStore().PublishNumberedAsync(3);
        await using var http = await RawHttp.GetAsync(host.Orders(), [.. Json, ("Connection", "close")]);
        var snapshot = JsonElement.Parse(await http.ReadTextAsync());
        Assert.Equal(3, snapshot.GetProperty("messages").GetArrayLength());
    }

    [Theory, InlineData("/stores/orders"), InlineData("/stores?store=orders&store=weather")]
    public async Task Get_LogIsNotOpenYet_Is503AndNoEmptyWindow(string path)
    {
        var away = new LateBackplane();
        await using var host = await StoresApp.StartAsync(build: builder => builder.Services.AddSingleton<IBackplane>(away));
        await using (var early = await RawHttp.GetAsync(host.Url(path), Json))
        {
            Assert.Equal((503, true), (early.Status, early.Header("Retry-After") is not null));
            Assert.Contains("could not be loaded yet", await early.ReadTextAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(0, host.Subscribers());
        away["orders"].Open();
        away["weather"].Open();
        await using var late = await RawHttp.GetAsync(host.Url(path), Json);
        Assert.Equal(200, late.Status);
    }

    private static async Task FillAsync(TestHost host, int messages, int size)
    {
        for (var message = 0; message < messages; message++)
            await host.OrdersStore().PublishAsync(new string('x', size));
    }
}
