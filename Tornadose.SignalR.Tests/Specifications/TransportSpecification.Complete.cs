using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

// How each wire reports the end of a store.
public abstract partial class TransportSpecification<TTransport>
{
    [Fact]
    public async Task Complete_LiveReader_GetsEverythingAndTheEndAndNothingWhenItComesBack()
    {
        var store = Host.Store("window");
        await using var reader = await Transport.OpenAsync(Host.Test.Http1, new StoreRequest(store.Name));
        store.Publish();
        var end = (await store.Store.CompleteAsync("last")).ToString();

        Assert.Equal("1", (await reader.NextAsync()).Data);
        Assert.Equal("last", (await reader.NextAsync()).Data);
        await AssertEndsAsync(reader, end);
        await AssertStaysAwayAsync(store, end);
    }

    [Fact]
    public async Task Complete_ReaderWithAnIdOfBefore_GetsTheRestAndTheEnd()
    {
        var store = Host.Store("window");
        var first = store.Publish();
        store.PublishMany(2);
        var end = (await store.Store.CompleteAsync()).ToString();
        await using var reader = await Transport.OpenAsync(Host.Test.Http1, new StoreRequest(store.Name, first));

        Assert.Equal("2", (await reader.NextAsync()).Data);
        Assert.Equal("3", (await reader.NextAsync()).Data);
        await AssertEndsAsync(reader, end);
    }

    [Fact]
    public async Task Complete_NewReaderOfADataStore_GetsTheValueAndTheEnd()
    {
        var store = Host.Store("data");
        store.Publish();
        var end = (await store.Store.CompleteAsync()).ToString();
        await using var reader = await Transport.OpenAsync(Host.Test.Http1, new StoreRequest(store.Name));

        Assert.Equal("1", (await reader.NextAsync()).Data);
        await AssertEndsAsync(reader, end);
    }

    [Fact]
    public async Task Complete_Readers_LeaveNoSubscriberBehind()
    {
        var store = Host.Store("window");
        var before = Host.Subscribers;
        await using var reader = await Transport.OpenAsync(Host.Test.Http1, new StoreRequest(store.Name));
        var end = (await store.Store.CompleteAsync()).ToString();

        await AssertEndsAsync(reader, end);
        await Eventually.TrueAsync(() => Host.Subscribers <= before);
    }

    private async Task AssertEndsAsync(TransportReader reader, string end)
    {
        if (Transport.AnnouncesEnds)
            Assert.Equal((true, end), await reader.NextAsync() is var said ? (said.IsEnd, said.Id) : default);
        if (!Transport.EndsWithStore)
            return;
        Assert.Null(await reader.NextOrEndAsync());
        Assert.False(reader.End!.IsCut);
        Assert.Contains(reader.End, new[] { ReaderEnd.Proper, new ReaderEnd(IsCut: false, 1000, "completed") });
    }

    /// <summary>A request after the end: a plain wire answers 204, the others report the end again.</summary>
    private async Task AssertStaysAwayAsync(SpecificationStore store, string end)
    {
        try
        {
            await using var back = await Transport.OpenAsync(Host.Test.Http1, new StoreRequest(store.Name, end));
            if (Transport.AnnouncesEnds && back is HubReader)
                Assert.True((await back.NextAsync()).IsEnd);
            if (Transport.EndsWithStore)
                Assert.Null(await back.NextOrEndAsync());
        }
        catch (RefusedException refused)
        {
            Assert.Equal(204, refused.Status);
        }
    }
}
