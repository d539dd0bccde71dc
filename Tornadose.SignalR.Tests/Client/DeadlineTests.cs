using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>Dead connections, waits and tokens, on a fake clock.</summary>
public sealed class DeadlineTests
{
    private readonly FakeTimeProvider _clock = new();

    /// <summary>SignalR has its own pings and timeout.</summary>
    [Theory]
    [InlineData("sse")]
    [InlineData("websocket")]
    [InlineData("long-polling")]
    public async Task Line_IsDeadForAMinute_IsMadeAnewAndLosesNothing(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire, options => options.TimeProvider = _clock);
        var texts = new List<string>();
        await using var subscription = client.Follow("orders", (message, _) =>
        {
            lock (texts)
                texts.Add(message.GetText());
            return ValueTask.CompletedTask;
        });
        await site.UntilFollowedAsync(wire);
        await site.PublishAsync(1, 1);
        await Eventually.TrueAsync(() => Count(texts) == 1);
        site.Link.Freeze();
        await site.PublishAsync(2, 1);
        await UntilAsync(() => subscription.LastError is TimeoutException);
        site.Link.Thaw();
        await UntilAsync(() => Count(texts) == 2, subscription);
        Assert.Equal(["m1", "m2"], texts);
    }

    [Fact]
    public async Task Server_AcceptsAndSaysNothing_IsGivenUpAfterConnectTimeout()
    {
        await using var site = await ClientSite.StartAsync();
        site.Link.Freeze();
        using var client = site.CreateClient("sse", options => options.TimeProvider = _clock);
        await using var subscription = client.Follow("orders", static (_, _) => ValueTask.CompletedTask);
        await UntilAsync(() => subscription.LastError is TimeoutException);
        Assert.Contains("No connection within", subscription.LastError!.Message, StringComparison.Ordinal);
        site.Link.Thaw();
        await UntilAsync(() => subscription.State == StoreSubscriptionState.Live, subscription);
        Assert.Null(subscription.LastError);
    }

    [Fact]
    public async Task RetryAfter_OfARefusal_IsWaitedFor()
    {
        var refusals = 0;
        await using var host = await StoresApp.StartAsync(before: app => app.Use(async (context, next) =>
        {
            if (Interlocked.Increment(ref refusals) > 1)
            {
                await next(context);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "20";
        }));
        using var client = new TornadoseClient(host.Url("/stores"), new TornadoseClientOptions { TimeProvider = _clock });
        await using var subscription = client.Follow("orders", static (_, _) => ValueTask.CompletedTask);
        await Eventually.TrueAsync(() => subscription.State == StoreSubscriptionState.Waiting && _clock.ActiveTimers == 1);
        _clock.Advance(TimeSpan.FromSeconds(19));
        Assert.Equal((StoreSubscriptionState.Waiting, 1), (subscription.State, Volatile.Read(ref refusals)));
        _clock.Advance(TimeSpan.FromSeconds(12));
        await Eventually.TrueAsync(() => subscription.State == StoreSubscriptionState.Live);
    }

    [Theory]
    [InlineData("good", 2)]
    [InlineData("bad", 2)]
    public async Task Token_IsRefused_IsAskedForOnceMore(string second, int expected)
    {
        await using var host = await StoresApp.StartAsync(before: app => app.Use(async (context, next) =>
        {
            if (context.Request.Headers.Authorization == "Bearer good")
                await next(context);
            else
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }));
        var asked = 0;
        var options = new TornadoseClientOptions { AccessTokenProvider = _ => new(++asked == 1 ? "bad" : second) };
        using var client = new TornadoseClient(host.Url("/stores"), options);
        await host.OrdersStore().PublishAsync("m1");
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        if (second == "good")
            Assert.Equal("m1", await reader.TakeAsync(1));
        else
            Assert.False(
                (await Assert.ThrowsAsync<StoreAccessDeniedException>(() => reader.MoveNextAsync().WithTimeout())).IsAuthenticated);
        Assert.True(asked >= expected, $"{asked}");
    }

    private static int Count(List<string> texts)
    {
        lock (texts)
            return texts.Count;
    }

    /// <param name="condition">What is waited for.</param>
    /// <param name="waiting">Advances only the pauses of this subscription: no attempt times out.</param>
    private Task UntilAsync(Func<bool> condition, StoreSubscription? waiting = null) => Eventually.TrueAsync(() =>
    {
        if (waiting?.State is null or StoreSubscriptionState.Waiting)
            _clock.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });
}
