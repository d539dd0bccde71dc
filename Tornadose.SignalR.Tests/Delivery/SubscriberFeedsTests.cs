using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.Endpoints;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>Several stores on one connection.</summary>
public sealed class SubscriberFeedsTests : IDisposable
{
    private readonly DeliveryFixture _delivery = new();
    private readonly TestLog _a = new();
    private readonly TestLog _b = new();
    private readonly FakeSink _sink = new();
    private readonly List<FrameContent> _encoded = [];

    public SubscriberFeedsTests() => _delivery.Encoder.OnEncode = content =>
    {
        lock (_encoded)
            _encoded.Add(content);
    };

    public void Dispose() => _delivery.Dispose();

    [Fact, Case("HTTP-35")]
    public async Task RunAsync_TwoStores_EachMessageNamesItsStoreAndCarriesAllPositions()
    {
        _ = Start(StartAt.Now);

        _a.Append("a1");
        await Eventually.TrueAsync(() => _sink.Sent == "a1");
        _b.Append("b1");
        await Eventually.TrueAsync(() => _sink.Sent == "a1 b1");

        var (none, one) = ($"{TestLog.At(0)}", $"{TestLog.At(1)}");
        Assert.Equal([("a", $"{one}-{none}"), ("b", $"{one}-{one}")], _encoded.Select(content => (content.Store, content.Id!)));
        Assert.All(_encoded, content => Assert.True(content.NamesStore));
    }

    [Fact]
    public async Task RunAsync_BacklogInOneStore_DoesNotStarveTheOther()
    {
        _a.AppendMany(5);
        _b.Append("b1");

        _ = Start(StartAt.Earliest);

        await Eventually.TrueAsync(() => _sink.Sent == "1 b1 2 3 4 5");
    }

    [Fact, Case("ST-09")]
    public async Task RunAsync_OneStoreIsClosed_EndsTheConnection()
    {
        var run = Start(StartAt.Now);

        _b.Log.Complete();

        Assert.Same(SubscriberEnd.StoreClosed, await run.WithTimeout());
    }

    private Task<SubscriberEnd> Start(StartAt start)
    {
        var feeds = new SubscriberFeeds(
            namesStore: true, new SubscriberFeed("a", _a.Open(start), DeliveryFixture.SendTimeout, new("a")), new SubscriberFeed(
                "b", _b.Open(start), DeliveryFixture.SendTimeout, new("b")));
        return new Subscriber("fake", feeds, _delivery.Encoder, _sink, _delivery.Registry).RunAsync();
    }
}
