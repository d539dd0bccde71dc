namespace Tornadose.Benchmarks.Load;

/// <summary>Where to subscribe and to publish.</summary>
/// <param name="Port">On this machine.</param>
/// <param name="Protocol">The subscribers' protocol.</param>
/// <param name="SubscribePaths">The paths to subscribe at, one a store; subscribers are spread over them.</param>
/// <param name="PublishPaths">The paths to publish at, in turn.</param>
internal sealed record LoadTarget(
    int Port, SubscriberProtocol Protocol, IReadOnlyList<string> SubscribePaths, IReadOnlyList<string> PublishPaths)
{
    public LoadTarget(int port, SubscriberProtocol protocol, string subscribePath, string publishPath)
        : this(port, protocol, [subscribePath], [publishPath])
    {
    }
}
