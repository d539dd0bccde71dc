using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Stores are dropped while others publish to them, subscribe to them and inspect them.</summary>
public sealed class StoreFamilyRaceTests : IAsyncDisposable
{
    private const int Rounds = 5_000;
    private const int Names = 32;

    private readonly FamilyFixture _families = new(maxStores: Names);
    private readonly Ledger _ledger = new();
    private volatile bool _done;

    public ValueTask DisposeAsync() => _families.DisposeAsync();

    [Theory, Case("ST-09", "ST-16"), InlineData(1), InlineData(2), InlineData(3)]
    public async Task Drop_WhilePublishedSubscribedAndLookedAt_LosesNothingThatWasInUse(int seed)
    {
        var handles = Enumerable.Range(0, Names).Select(i => _families.Provider.GetStore($"devices/{i}")).ToArray();
        var dropping = Task.Run(DropIdleOnes);
        var others = new[]
        {
            Task.Run(() => PublishAsync(handles, new Random(seed))),
            Task.Run(() => SubscribeAsync(handles, new Random(seed + 100))),
            Task.Run(() => LookAt(handles, new Random(seed + 200))),
        };

        try
        {
            await Task.WhenAll(others).WithTimeout(TimeSpan.FromMinutes(2));
        }
        finally
        {
            _done = true;
            await dropping.WithTimeout();
        }

        _ledger.Check();
        Assert.InRange(_families.Provider.Names.Count, 0, Names);
    }

    [Fact, Case("SEC-11")]
    public async Task MakeWay_WhileItsFirstMessageIsPublished_KeepsTheMessage()
    {
        for (var i = 0; i < 500; i++)
        {
            await using var families = new FamilyFixture(maxStores: 2);
            var handle = families.Provider.GetStore("devices/victim");
            var guess = Task.Run(() =>
            {
                for (var other = 0; other < 4; other++)
                    families.Provider.TryGetStore($"devices/{other}", out _);
            });
            Thread.SpinWait(i);
            var published = await handle.PublishAsync("x");
            await guess;

            Assert.Equal(published, handle.Position);
        }
    }

    private void DropIdleOnes()
    {
        while (!_done)
        {
            _families.Advance(FamilyFixture.IdleTimeout / 8);
            Thread.SpinWait(2_000);
        }
    }

    /// <summary>Checks that an accepted message is there, unless the store could have become idle since.</summary>
    private async Task PublishAsync(IStore[] handles, Random random)
    {
        for (var i = 0; i < Rounds; i++)
        {
            var store = handles[random.Next(Names)];
            var before = _families.Time.GetTimestamp();
            var position = await store.PublishAsync($"{i}");
            _ledger.Published(position.ToString(), $"{i}");
            var now = store.Position;
            if (_families.Time.GetElapsedTime(before) < FamilyFixture.IdleTimeout)
                Assert.Equal(position, now);
        }
    }

    /// <summary>Checks that a store with a reader is not dropped: the reader gets every message from its start on.</summary>
    private async Task SubscribeAsync(IStore[] handles, Random random)
    {
        for (var i = 0; i < Rounds / 20; i++)
        {
            var store = handles[random.Next(Names)];
            var subscriber = _ledger.Subscriber($"reader {i} of {store.Name}", "cursor");
            using var following = await store.FollowAsync();
            var cursor = store.OpenCursor(random.Next(2) == 0 ? StartAt.Now : StartAt.Earliest);
            var epoch = cursor.Position.Epoch;
            for (var spin = 0; spin < 20; spin++)
            {
                Thread.SpinWait(500);
                while (cursor.TryRead(out StoreMessage? message))
                    subscriber.Message(message.Id, message.GetText());
                Assert.Equal(epoch, store.Position.Epoch);
                Assert.False(cursor.IsEnded);
            }

            subscriber.End();
        }
    }

    private void LookAt(IStore[] handles, Random random)
    {
        for (var i = 0; i < Rounds * 5; i++)
        {
            var store = handles[random.Next(Names)];
            Assert.True(store.Position.Offset >= 0);
            store.TryGetLatest(out _);
        }
    }
}
