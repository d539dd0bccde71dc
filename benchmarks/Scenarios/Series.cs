using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Peers;

namespace Tornadose.Benchmarks.Scenarios;

/// <summary>One line of a scenario: a peer, under a load.</summary>
/// <param name="Name">The name in the results, unique in the scenario.</param>
/// <param name="Peer">The peer.</param>
/// <param name="Subscribers">How many subscribers read.</param>
/// <param name="Message">What is published; by default 64 bytes of text.</param>
/// <param name="Window">How many publishes may be unanswered.</param>
/// <param name="Rate">Messages a second; 0 for as fast as the window allows.</param>
internal sealed record Series(string Name, Peer Peer, int Subscribers = 1000, Payload? Message = null, int Window = 1, double Rate = 0)
{
    public Series(Peer peer)
        : this(peer.Name, peer)
    {
    }

    /// <summary>How many more subscribers never read.</summary>
    public int Stalled { get; init; }

    /// <summary>Over how many stores the subscribers are spread.</summary>
    public int Stores { get; init; } = 1;

    /// <summary>Whether one request publishes to all of them: what a request costs is then the same for any number.</summary>
    public bool AllStoresAtOnce { get; init; }

    /// <summary>How many messages a publish has.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>How many nodes share the store.</summary>
    public int Nodes { get; init; } = 1;

    public Payload Payload => Message ?? Payload.Text64;

    public PublishPlan Plan(double seconds) => new(Payload, seconds, Window, Rate);

    public LoadTarget TargetOn(int port)
    {
        var target = Peer.TargetOn(port);
        return Stores == 1 ? target : target with
        {
            SubscribePaths = [.. Enumerable.Range(0, Stores).Select(static store => $"/stores/many/{store}")],
            PublishPaths = AllStoresAtOnce
                ? [$"/publish-to-each/{Stores}"]
                : [.. Enumerable.Range(0, Stores).Select(static store => $"/publish/many/{store}")],
        };
    }
}
