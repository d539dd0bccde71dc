using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>A client whose host stops, and what it saw of the stop.</summary>
internal sealed class DrainedClient
{
    private DrainedClient(Transport transport, Subscription subscription) => (Transport, Subscription) = (transport, subscription);

    public Transport Transport { get; }

    public Subscription Subscription { get; }

    /// <summary>How its first connection ended.</summary>
    public ReaderEnd? End { get; private set; }

    /// <summary>The last id that it saw before its first connection ended.</summary>
    public string? ClosedAfter { get; private set; }

    public static async Task<DrainedClient> OpenAsync(SpecificationStore store, string name)
    {
        var transport = Transport.All.Single(transport => transport.Name == name);
        return new DrainedClient(transport, await store.SubscribeAsync(transport, after: store.Top));
    }

    /// <summary>Reads until the connection ends, and continues on another host.</summary>
    public async Task FollowAsync(TestHost next)
    {
        while (await Subscription.NextOrEndAsync() is not null)
            continue;
        (End, ClosedAfter) = (Subscription.Reader.End, Subscription.LastId);
        await Subscription.ReconnectAsync(Transport, next);
        await Subscription.ReadToTopAsync();
    }
}
