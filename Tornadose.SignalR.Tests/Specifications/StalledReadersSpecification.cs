using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Some stalled readers among many do not affect the others.</summary>
/// <param name="host">The application.</param>
public sealed class StalledReadersSpecification(SpecificationHost host) : IClassFixture<SpecificationHost>
{
    private const int Subscribers = 200;
    private const int Stalled = 5;
    private const int MessageBytes = 8 * 1024;
    private const string Mixed = "mixed";

    public static TheoryData<string> Transports => [.. Transport.All.Select(static transport => transport.Name), Mixed];

    [Theory, Case("SLOW-01", "SLOW-03", "SR-06"), MemberData(nameof(Transports))]
    public async Task Stalled_FiveOfTwoHundred_TheOthersLoseNothing(string name)
    {
        var before = EndedAsSlow();
        var store = host.Store("large");
        var healthy = await SubscribeAsync(name, Subscribers - Stalled, transport => store.SubscribeAsync(transport));
        var stalled = await SubscribeAsync(name, Stalled, store.SubscribeStalledAsync);
        for (var round = 0; round < 4; round++)
            await PublishToAllAsync(store, healthy, messages: 10);
        await Eventually.TrueAsync(async () =>
        {
            await PublishToAllAsync(store, healthy, messages: 1);
            host.Clock.Advance(TimeSpan.FromSeconds(2));
            return EndedAsSlow() - before >= Stalled;
        });
        await PublishToAllAsync(store, healthy, messages: 10);
        Assert.Equal(Stalled, EndedAsSlow() - before);
        foreach (var reader in stalled)
            await reader.ReadToEndAsync();
        Assert.All(healthy, static reader => Assert.Empty(reader.Resets));
        store.Check(log: true);
        foreach (var reader in healthy.Concat(stalled))
            await reader.DisposeAsync();
    }

    private static async Task PublishToAllAsync(SpecificationStore store, Subscription[] readers, int messages)
    {
        store.PublishMany(messages, MessageBytes);
        await Task.WhenAll(readers.Select(static reader => reader.ReadToTopAsync()));
    }

    private static Task<Subscription[]> SubscribeAsync(string name, int count, Func<Transport, Task<Subscription>> subscribe)
    {
        var transports = Transport.All.Where(transport => name is Mixed || transport.Name == name).ToArray();
        return Task.WhenAll(Enumerable.Range(0, count).Select(index => subscribe(transports[index % transports.Length])));
    }

    private long EndedAsSlow() => Transport.All.Sum(transport => host.EndedAsSlow(transport.Name));
}
