using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

public abstract partial class TransportSpecification<TTransport>
{
    private const int Published = 20;

    [Theory, Case("HTTP-08", "HTTP-20", "WS-04", "SR-05", "PROC-12"), InlineData(0), InlineData(1),
        InlineData(SpecificationHost.Window - 1)]
    public async Task Resume_IdIsKept_GivesWhatFollowsOnceAndThenLive(int behind)
    {
        var store = Host.Store("window");
        var ids = store.PublishMany(Published);
        var before = Measured("resumes", "result=resumed");
        await using var reader = await store.SubscribeAsync(Transport, after: ids[^(1 + behind)]);
        var live = store.Publish();
        await reader.ReadToTopAsync();
        Assert.Equal([.. ids.TakeLast(behind), live], reader.Ids);
        Assert.Empty(reader.Resets);
        Assert.InRange(Measured("resumes", "result=resumed") - before, 1, Transport.AsksAgain ? long.MaxValue : 1);
        store.Check();
    }

    [Theory, Case("HTTP-13", "HTTP-14", "HTTP-15", "HTTP-16", "HTTP-17", "HTTP-20", "WS-04", "SR-05", "PROC-12")]
    [InlineData("oldest-1", "expired"), InlineData("first", "expired"), InlineData("future", "unknown"),
        InlineData("farFuture", "unknown"), InlineData("epoch", "epoch"), InlineData("otherStore", "epoch"),
        InlineData("rollback", "rollback"), InlineData("dash", "unknown")]
    public async Task Resume_IdIsNotKept_BeginsWithOneResetAndContinuesLive(string id, string reason)
    {
        var store = Host.Store("window");
        var ids = store.PublishMany(Published);
        var before = (Measured("resets", $"reason={reason}"), Measured("resumes", "result=reset"));
        await using var reader = await store.SubscribeAsync(Transport, after: BadId(id, ids));
        var live = store.Publish();
        await reader.ReadToTopAsync();
        Assert.Equal([(reason, ids[^1]), (null, live)], reader.Arrivals.Select(static arrival => (arrival.Reset, arrival.Id)));
        Assert.Equal((before.Item1 + 1, before.Item2 + 1), (Measured("resets", $"reason={reason}"), Measured("resumes", "result=reset")));
        store.Check();
    }

    [Theory, Case("HTTP-11", "HTTP-12", "WS-04"), InlineData(null), InlineData("")]
    public async Task Subscribe_NoId_IsLiveOnly(string? id)
    {
        var store = Host.Store("window");
        store.PublishMany(3);
        await using var reader = await store.SubscribeAsync(Transport, after: id);
        var live = store.PublishMany(3);
        await reader.ReadToTopAsync();
        Assert.Equal(live, reader.Arrivals.Select(static arrival => arrival.Id));
        Assert.Empty(reader.Resets);
    }

    [Fact, Case("HTTP-20", "SR-17")]
    public async Task Resume_IdOfAnEmptyStore_GivesTheVeryFirstMessage()
    {
        var store = Host.Store("window");
        var origin = store.Top;
        var ids = store.PublishMany(3);
        await using var reader = await store.SubscribeAsync(Transport, after: origin);
        await reader.ReadToTopAsync();
        Assert.Equal(ids, reader.Ids);
        store.Check(log: true);
    }

    [Theory, Case("HTTP-20", "ST-11"), InlineData("top"), InlineData("top-1"), InlineData("first"), InlineData("future"),
        InlineData("epoch"), InlineData("otherStore"), InlineData("rollback"), InlineData("garbage"), InlineData(null), InlineData("")]
    public async Task Resume_DataStore_GivesTheValueUnlessItIsKnown(string? id)
    {
        var store = Host.Store("data");
        var ids = store.PublishMany(5);
        await using var reader = await store.SubscribeAsync(
            Transport, after: id switch { null or "" => id, "top" => ids[^1], "top-1" => ids[^2], _ => BadId(id, ids) });
        if (id != "top")
            Assert.Equal(ids[^1], (await reader.NextAsync()).Id);
        var live = store.Publish();
        await reader.ReadToTopAsync();
        Assert.Equal(live, reader.Ids.Last());
        Assert.Empty(reader.Resets);
    }

    [Theory, Case("HTTP-20", "PROC-12"), InlineData("epoch", "epoch"), InlineData("garbage", "unknown")]
    public async Task Resume_DataStoreWithoutValue_Resets(string id, string reason)
    {
        var store = Host.Store("data");
        var before = Measured("resets", $"reason={reason}");
        await using var reader = await store.SubscribeAsync(Transport, after: BadId(id, [store.Top]));
        var live = store.Publish();
        await reader.ReadToTopAsync();
        Assert.Equal([reason, null], reader.Arrivals.Select(static arrival => arrival.Reset));
        Assert.Equal((live, before + 1), (reader.LastId, Measured("resets", $"reason={reason}")));
    }

    private string BadId(string which, IReadOnlyList<string> ids)
    {
        Assert.True(MessagePosition.TryParse(ids[^1], out var top));
        var other = Host.Store("window");
        return which switch
        {
            "oldest-1" => ids[^(SpecificationHost.Window + 1)],
            "first" => ids[0],
            "future" => $"{top with { Offset = top.Offset + 1 }}",
            "farFuture" => $"{top with { Offset = long.MaxValue }}",
            "epoch" => $"{top with { Epoch = top.Epoch + 1 }}",
            "otherStore" => other.PublishMany(ids.Count)[^1],
            "rollback" => $"{top with { Tag = top.Tag ^ 1 }}",
            "dash" => $"{top}-",
            "garbage" => "garbage",
            _ => throw new ArgumentOutOfRangeException(nameof(which)),
        };
    }
}
