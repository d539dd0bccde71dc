using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>What transports other than SignalR promise in addition: a start in the past, and progress within a message.</summary>
/// <param name="host">The application.</param>
public abstract class PlainTransportSpecification<TTransport>(SpecificationHost host) : StreamSpecification<TTransport>(host)
    where TTransport : Transport, new()
{
    [Fact, Case("HTTP-13")]
    public async Task Resume_ExpiredFromEarliest_ResetsAndReplaysTheWindow()
    {
        var store = Host.Store("window");
        var ids = store.PublishMany(20);
        await using var reader = await store.SubscribeAsync(Transport, after: ids[0], earliest: true);
        await reader.ReadToTopAsync(); // before the window moves
        var live = store.Publish();
        await reader.ReadToTopAsync();
        Assert.Equal(
            ("expired", LedgerId.Parse(ids[^SpecificationHost.Window]).Offset - 1),
            (reader.Arrivals[0].Reset, LedgerId.Parse(reader.Arrivals[0].Id!).Offset));
        Assert.Equal([.. ids.TakeLast(SpecificationHost.Window), live], reader.Ids);
        store.Check();
    }

    [Fact, Case("HTTP-35")]
    public async Task List_CutAndResumed_HasEachMessageOfEachStoreOnce()
    {
        SpecificationStore[] stores = [Host.Store("window"), Host.Store("window")];
        var request = new StoreRequest(stores[0].Name, Other: stores[1].Name);
        var last = await PublishAsync(request, "1");
        foreach (var store in stores)
            store.Publish();
        await PublishAsync(request with { After = last }, "2", "3");

        async Task<string?> PublishAsync(StoreRequest request, params string[] expected)
        {
            await using var reader = await Transport.OpenAsync(Host.Test.Http1, request);
            foreach (var store in stores)
                store.Publish();
            var arrivals = new List<Arrival>();
            while (arrivals.Count < stores.Length * expected.Length)
                arrivals.Add(await reader.NextAsync());
            foreach (var store in stores)
                Assert.Equal(expected, arrivals.Where(arrival => arrival.Store == store.Name).Select(static arrival => arrival.Data));
            return arrivals[^1].Id;
        }
    }

    [Fact, Case("HTTP-35")]
    public async Task List_ResumedAfterAnUnknownId_ResetsEachStoreByName()
    {
        SpecificationStore[] stores = [Host.Store("window"), Host.Store("window")];
        foreach (var store in stores)
            store.Publish();
        var request = new StoreRequest(stores[0].Name, "1-1-1-2-1-1", Other: stores[1].Name);
        await using var reader = await Transport.OpenAsync(Host.Test.Http1, request);
        Arrival[] resets = [await reader.NextAsync(), await reader.NextAsync()];
        Assert.All(resets, static reset => Assert.NotNull(reset.Reset));
        Assert.Equal(stores.Select(static store => store.Name).Order(), resets.Select(static reset => reset.Store!).Order());
        foreach (var store in stores)
            store.Publish();
        await using var resumed = await Transport.OpenAsync(Host.Test.Http1, request with { After = resets[^1].Id });
        Arrival[] next = [await resumed.NextAsync(), await resumed.NextAsync()];
        Assert.All(next, static message => Assert.Equal((null, "2"), (message.Reset, message.Data)));
    }

    [Fact, Case("SLOW-06", "SSE-20")]
    public async Task Slow_ButSteadyWithinOneMessage_IsNotCut()
    {
        const int Message = 1024 * 1024;
        const int Step = 128 * 1024;
        var store = Host.Store("large");
        await using var reader = await store.SubscribeStalledAsync(Transport);
        store.Publish(Message);
        for (var taken = 0; taken + Step < Message; taken += Step)
        {
            Assert.True(await reader.Reader.TakeBytesAsync(Step));
            Host.Clock.Advance(SpecificationHost.SendTimeout / 4);
        }

        await reader.ReadToTopAsync();
        store.Check(log: true);
    }
}
