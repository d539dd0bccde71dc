using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>What the transports besides SignalR promise in addition: a start in the past, and progress within a message.</summary>
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
        await reader.ReadToTopAsync(); // before the window moves on
        var live = store.Publish();
        await reader.ReadToTopAsync();
        Assert.Equal(
            ("expired", LedgerId.Parse(ids[^SpecificationHost.Window]).Offset - 1),
            (reader.Arrivals[0].Reset, LedgerId.Parse(reader.Arrivals[0].Id!).Offset));
        Assert.Equal([.. ids.TakeLast(SpecificationHost.Window), live], reader.Ids);
        store.Check();
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
