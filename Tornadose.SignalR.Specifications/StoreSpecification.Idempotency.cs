using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

// A publish that may be repeated.
public abstract partial class StoreSpecification<TFixture>
{
    [Fact, Case("ST-15")]
    public async Task PublishAsync_SameKey_StoresOneMessageAndReturnsItsId()
    {
        var store = await QueueAsync();

        var first = await PublishWithKeyAsync(store, "key");
        await store.PublishAsync("between");
        var again = await PublishWithKeyAsync(store, "key");
        var other = await PublishWithKeyAsync(store, "Key");
        await ArrivedAsync(store, other);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Equal("key between Key", store.OpenCursor(StartAt.Earliest).Read());
    }

    [Fact, Case("ST-15")]
    public async Task PublishAsync_SameKeyInTwoStores_StoresOneMessageEach()
    {
        var first = await QueueAsync();
        var second = await QueueAsync();

        Assert.NotEqual((await PublishWithKeyAsync(first, "key")).Epoch, (await PublishWithKeyAsync(second, "key")).Epoch);
    }

    [Fact, Case("ST-15")]
    public async Task PublishAsync_SixteenRacingCallers_StoreOneMessage()
    {
        var store = await QueueAsync();
        for (var round = 1; round <= 50; round++)
        {
            var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var racers = Enumerable.Range(0, 16).Select(async _ =>
            {
                await go.Task;
                return await PublishWithKeyAsync(store, $"{round}");
            }).ToArray();
            go.SetResult();
            var positions = await Task.WhenAll(racers).WithTimeout();

            Assert.Equal(round, Assert.Single(positions.Distinct()).Offset);
        }
    }

    [Theory, Case("ST-15"), InlineData(0), InlineData(257)]
    public async Task PublishAsync_KeyOfBadLength_Throws(int length)
    {
        var store = await QueueAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => PublishWithKeyAsync(store, new string('k', length)));
        Assert.Equal(0, store.Position.Offset);
    }

    private static Task<MessagePosition> PublishWithKeyAsync(IStore store, string key) =>
        store.PublishAsync(key, new PublishOptions { IdempotencyKey = key }).AsTask();
}
