using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

public abstract partial class TransportSpecification<TTransport>
{
    private const int Load = 1000;

    [Fact, Case("ST-01", "ST-08", "SR-04")]
    public async Task Deliver_ConcurrentPublishers_AllSubscribersSeeOneOrder()
    {
        var store = Host.Store("large");
        var readers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.SubscribeAsync(Transport)));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => store.PublishMany(Load / 4))));
        await Task.WhenAll(readers.Select(static reader => reader.ReadToTopAsync()));
        Assert.All(readers, static reader => Assert.Equal(Load, reader.Ids.Count()));
        store.Check(log: true);
        await CloseAsync(readers);
    }

    [Fact, Case("SR-04", "ST-02", "HTTP-08")]
    public async Task Subscribe_WhilePublishing_MissesAndRepeatsNothing()
    {
        var store = Host.Store("large");
        var origin = store.Publish();
        var publishing = PublishInPiecesAsync(store);
        var readers = new List<Subscription>();
        for (var i = 0; i < 20; i++)
            readers.Add(await store.SubscribeAsync(Transport, after: i % 2 == 0 ? origin : null));
        await publishing;
        store.Publish();
        await Task.WhenAll(readers.Select(static reader => reader.ReadToTopAsync()));
        Assert.All(readers.Where(static (_, index) => index % 2 == 0), static reader => Assert.Equal(Load + 1, reader.Ids.Count()));
        Assert.All(readers, static reader => Assert.Empty(reader.Resets));
        store.Check(log: true);
        await CloseAsync(readers);
    }

    [Theory, Case("SR-05", "HTTP-08"), InlineData(1), InlineData(2), InlineData(3)]
    public async Task Reconnect_UnderLoad_MissesAndRepeatsNothing(int seed)
    {
        var random = new Random(seed);
        var store = Host.Store("large");
        await using var reader = await store.SubscribeAsync(Transport, after: store.Top);
        var publishing = PublishInPiecesAsync(store);
        while (!publishing.IsCompleted || reader.LastId != store.Top)
        {
            for (var left = random.Next(1, 200); left > 0 && reader.LastId != store.Top; left--)
                await reader.NextAsync();
            if (random.Next(2) == 0)
                reader.Reader.Abort();
            await reader.ReconnectAsync(Transport);
            await Task.Yield();
        }

        await publishing;
        Assert.Equal(Load, reader.Ids.Count());
        store.Check(log: true);
    }

    [Fact, Case("HTTP-28", "SR-03")]
    public async Task Leave_PolitelyOrNot_LeavesNoSubscriberBehind()
    {
        var store = Host.Store("window");
        var before = Host.Subscribers;
        for (var i = 0; i < 40; i++)
        {
            await using var reader = await store.SubscribeAsync(Transport);
            if (i % 2 == 0)
                await reader.Reader.CloseAsync();
            else
                reader.Reader.Abort();
        }

        await Eventually.TrueAsync(() => Host.Subscribers <= before);
    }

    private static async Task CloseAsync(IEnumerable<Subscription> readers)
    {
        foreach (var reader in readers)
            await reader.DisposeAsync();
    }

    /// <summary>Yields from time to time, so that subscribers join and leave in the middle.</summary>
    private static Task PublishInPiecesAsync(SpecificationStore store) => Task.Run(async () =>
    {
        for (var published = 0; published < Load; published += 10)
        {
            store.PublishMany(10);
            await Task.Delay(1);
        }
    });
}
