using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
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

        Assert.Equal([("a", $"{TestLog.At(1)}-{TestLog.At(0)}"), ("b", $"{TestLog.At(1)}-{TestLog.At(1)}")], _encoded.Select(content => (content.Store, content.Id!)));
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

    [Fact]
    public void Parse_Vector_GivesThePositions()
    {
        MessagePosition[] positions = [TestLog.At(1), TestLog.At(long.MaxValue), TestLog.At(0)];
        var id = string.Join('-', positions);

        Assert.Equal(positions, PositionVector.Parse(id, most: 3));
        Assert.Empty(PositionVector.Parse(id, most: 2));
        Assert.Equal([TestLog.At(1)], PositionVector.Parse($"{TestLog.At(1)}", most: 3));
    }

    [Theory, Case("HTTP-18"), InlineData(""), InlineData("-"), InlineData("--"), InlineData("---"), InlineData("garbage"), InlineData("9f2c4e6a81b3d5f7-42-1a2b3c4d-"), InlineData("9f2c4e6a81b3d5f7-42-1a2b3c4d-x"), InlineData("9f2c4e6a81b3d5f7-42-1a2b3c4d--1-1"), InlineData("-9f2c4e6a81b3d5f7-42-1a2b3c4d")]
    public void Parse_Garbage_GivesNoPosition(string id) => Assert.Empty(PositionVector.Parse(id, most: 5));

    private Task<SubscriberEnd> Start(StartAt start)
    {
        var feeds = new SubscriberFeeds(
            namesStore: true, new SubscriberFeed("a", _a.Open(start), DeliveryFixture.SendTimeout, new("a")), new SubscriberFeed("b", _b.Open(start), DeliveryFixture.SendTimeout, new("b")));
        return new Subscriber("fake", feeds, _delivery.Encoder, _sink, _delivery.Registry).RunAsync();
    }
}
