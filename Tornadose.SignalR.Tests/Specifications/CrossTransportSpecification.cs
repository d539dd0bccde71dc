using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>What holds between transports: one id for all of them.</summary>
/// <param name="host">The application.</param>
public sealed class CrossTransportSpecification(SpecificationHost host) : IClassFixture<SpecificationHost>
{
    private static readonly Transport[] Journey =
    [
        new HubGroupTransport(), new ServerSentEventsTransport(), new LongPollingTransport(), new WebSocketTransport(),
        new CloudEventsTransport(), new JsonLinesTransport(), new HubWatchTransport(),
    ];

    [Theory, Case("SR-17", "SR-05", "HTTP-08"), InlineData(11), InlineData(12), InlineData(13)]
    public async Task Resume_OnOneTransportAfterTheOtherUnderLoad_MissesAndRepeatsNothing(int seed)
    {
        const int Messages = 3000;
        var random = new Random(seed);
        var store = host.Store("large");
        await using var reader = await store.SubscribeAsync(Journey[0], after: store.Top);
        var publishing = Task.Run(() => PublishAsync(store, Messages));
        for (var hop = 1; !publishing.IsCompleted || reader.LastId != store.Top; hop++)
        {
            for (var left = random.Next(1, 150); left > 0 && reader.LastId != store.Top; left--)
                await reader.NextAsync();
            await reader.ReconnectAsync(Journey[hop % Journey.Length]);
            await Task.Yield();
        }

        await publishing;
        Assert.Equal(Messages, reader.Ids.Count());
        Assert.Empty(reader.Resets);
        store.Check(log: true);
    }

    [Fact, Case("SR-17", "ST-11")]
    public async Task Resume_DataStoreOnOneTransportAfterTheOther_NeverStepsBackAndEndsAtTheNewest()
    {
        var store = host.Store("data");
        store.Publish();
        await using var reader = await store.SubscribeAsync(Journey[0]);
        var publishing = Task.Run(() => PublishAsync(store, 1000));
        for (var hop = 1; !publishing.IsCompleted; hop++)
        {
            for (var left = hop % 7; left > 0 && reader.LastId != store.Top; left--)
                await reader.NextAsync();
            await reader.ReconnectAsync(Journey[hop % Journey.Length]);
        }

        await publishing;
        await reader.ReadToTopAsync();
        Assert.Empty(reader.Resets);
        store.Check();
    }

    [Fact, Case("SR-17", "ST-08")]
    public async Task Deliver_EveryKindOfMessage_IsTheSameOnAllTransports()
    {
        var store = host.Store("large");
        var readers = new List<Subscription>();
        foreach (var transport in Journey)
            readers.Add(await store.SubscribeAsync(transport));
        foreach (var text in new[] { "", " x ", "a\nb", "\"quoted\" \\ /", "äöü 😀 \u2028", "{\"looks\":1}", "data: x", "\u0001\u001e" })
        {
            var id = await store.Store.PublishAsync(text, new PublishOptions { EventType = "kind/of it" });
            foreach (var reader in readers)
                Assert.Equal(new Arrival($"{id}", "kind/of it", text), await reader.Reader.NextAsync() with { Store = null });
        }

        var json = await store.Store.PublishAsync(new { a = 1, b = new[] { "x\ny", null } });
        foreach (var reader in readers)
        {
            Assert.Equal(
                new Arrival($"{json}", null, """{"a":1,"b":["x\ny",null]}"""), await reader.Reader.NextAsync() with { Store = null });
            await reader.DisposeAsync();
        }
    }

    private static async Task PublishAsync(SpecificationStore store, int messages)
    {
        for (var published = 0; published < messages; published += 20)
        {
            store.PublishMany(20);
            await Task.Delay(1);
        }
    }
}
