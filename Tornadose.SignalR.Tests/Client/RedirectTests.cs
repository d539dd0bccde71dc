using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

public sealed class RedirectTests
{
    /// <summary>A site that has moved, or whose stores are behind a permanent address.</summary>
    [Theory]
    [InlineData(StoreTransport.ServerSentEvents, StatusCodes.Status307TemporaryRedirect)]
    [InlineData(StoreTransport.ServerSentEvents, StatusCodes.Status301MovedPermanently)]
    [InlineData(StoreTransport.WebSocket, StatusCodes.Status307TemporaryRedirect)]
    [InlineData(StoreTransport.LongPolling, StatusCodes.Status302Found)]
    public async Task Stores_ThatHaveMoved_AreFollowedAndReadAtTheirNewAddress(StoreTransport transport, int status)
    {
        var redirects = 0;
        await using var host = await StoresApp.StartAsync(before: app => app.Use((context, next) =>
        {
            if (!context.Request.Path.StartsWithSegments("/old", StringComparison.Ordinal, out var rest))
                return next(context);
            Interlocked.Increment(ref redirects);
            context.Response.StatusCode = status;
            context.Response.Headers.Location = $"/stores{rest}{context.Request.QueryString}";
            return Task.CompletedTask;
        }));
        await host.OrdersStore().PublishAsync("m1");
        using var client = new TornadoseClient(host.Url("/old"), new TornadoseClientOptions { Transport = transport });
        Assert.Single((await client.GetReader("orders").GetSnapshotAsync(seen: null, default)).Messages);
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        Assert.Equal("m1", await reader.TakeAsync(1));
        await host.OrdersStore().PublishAsync("m2");
        Assert.Equal("m2", await reader.TakeAsync(1));
        Assert.True(redirects >= 2, $"{redirects}");
    }
}
