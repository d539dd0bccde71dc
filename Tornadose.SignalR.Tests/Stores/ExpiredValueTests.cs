using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>A value that has expired.</summary>
public sealed class ExpiredValueTests
{
    [Fact, Case("ST-14")]
    public async Task TryGetLatest_ValueOlderThanMaxAge_IsGone()
    {
        var time = new FakeTimeProvider();
        var store = TestStore.Latest(time, options => options.MaxAge = TimeSpan.FromMinutes(1));
        Assert.False(store.TryGetLatest(out _));
        await store.PublishAsync("1");
        Assert.True(store.TryGetLatest(out _));

        time.Advance(TimeSpan.FromMinutes(2));

        Assert.False(store.TryGetLatest(out _));
        Assert.Empty(store.GetSnapshot().Messages);
    }
}
