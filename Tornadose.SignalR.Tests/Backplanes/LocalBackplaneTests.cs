using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Backplanes;

public sealed class LocalBackplaneTests
{
    private static readonly MessageLogLimits Limits = new(10, 1000);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task AppendAsync_Messages_CountFromOneInOneEpoch()
    {
        var channel = new LocalBackplane(_time).Open("a", Limits);

        var first = await AppendAsync(channel);
        var second = await AppendAsync(channel);

        Assert.Equal((1, 2), (first.Offset, second.Offset));
        Assert.Equal(first.Epoch, second.Epoch);
        Assert.Equal(second, channel.Log.Position);
    }

    [Fact]
    public void Open_TwoStores_AreTwoEpochs()
    {
        var backplane = new LocalBackplane(_time);

        Assert.NotEqual(backplane.Open("a", Limits).Log.Position.Epoch, backplane.Open("b", Limits).Log.Position.Epoch);
        Assert.NotEqual(0ul, backplane.Open("a", Limits).Log.Position.Epoch);
    }

    [Fact]
    public async Task FollowAsync_InMemory_IsAlwaysUpToDate()
    {
        var channel = new LocalBackplane(_time).Open("a", Limits);

        using (await channel.FollowAsync(CancellationToken.None))
            await AppendAsync(channel);
        await AppendAsync(channel);

        Assert.Equal(2, channel.Log.Position.Offset);
    }

    [Fact, Case("ST-09")]
    public async Task DisposeAsync_Twice_CompletesTheLogAndRefusesMore()
    {
        var channel = new LocalBackplane(_time).Open("a", Limits);

        await channel.DisposeAsync();
        await channel.DisposeAsync();

        Assert.True(channel.Log.IsCompleted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AppendAsync(channel));
    }

    [Fact, Case("ST-15")]
    public async Task PublishAsync_SameKeyAfterFiveMinutes_IsANewMessage()
    {
        var store = TestStore.Queue(time: _time);
        var first = await PublishAsync(store, "key");

        _time.Advance(IdempotencyKeys.Lifetime - TimeSpan.FromTicks(1));
        Assert.Equal(first, await PublishAsync(store, "key"));
        _time.Advance(TimeSpan.FromTicks(1));
        var second = await PublishAsync(store, "key");

        Assert.NotEqual(first, second);
        _time.Advance(IdempotencyKeys.Lifetime - TimeSpan.FromTicks(1));
        Assert.Equal(second, await PublishAsync(store, "key"));
    }

    [Fact, Case("ST-15")]
    public void Trim_MoreKeysThanAreRemembered_ForgetsTheOldest()
    {
        var keys = new IdempotencyKeys(_time);
        for (var i = 0; i <= IdempotencyKeys.MaxKeys; i++)
            keys.Add($"{i}", TestLog.At(i));

        keys.Trim();

        Assert.False(keys.TryGet("0", out _));
        Assert.True(keys.TryGet("1", out var position));
        Assert.Equal(1, position.Offset);
    }

    private static Task<MessagePosition> AppendAsync(IBackplaneChannel channel) =>
        channel.AppendAsync(TestLog.Text("x"), null, CancellationToken.None).AsTask();

    private static Task<MessagePosition> PublishAsync(IStore store, string key) =>
        store.PublishAsync(key, new PublishOptions { IdempotencyKey = key }).AsTask();
}
