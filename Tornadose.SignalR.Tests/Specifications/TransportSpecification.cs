using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Tests.Specifications.Transports;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>
/// What every transport promises. The same for all of them: the transports differ by what <see cref="Transport"/> knows of their wires,
/// and by nothing else.
/// </summary>
/// <param name="host">The application.</param>
public abstract partial class TransportSpecification<TTransport>(SpecificationHost host) : IClassFixture<SpecificationHost>, IDisposable
    where TTransport : Transport, new()
{
    protected SpecificationHost Host { get; } = host;

    protected TTransport Transport { get; } = new();

    /// <summary>How often something was measured for this transport.</summary>
    protected long Measured(string instrument, string tag) => (long)Host.Metrics.Sum(instrument, $"transport={Transport.Name}", tag);

    /// <summary>No test here is an error to the library. (SignalR logs every refusal of a hub method as one.)</summary>
    public void Dispose()
    {
        Assert.DoesNotContain(
            Host.Test.Logs.GetSnapshot(),
            static entry => entry.Level >= LogLevel.Error && entry.Category!.StartsWith("Tornadose", StringComparison.Ordinal));
        GC.SuppressFinalize(this);
    }
}

public sealed class ServerSentEventsSpecification(SpecificationHost host) : PlainTransportSpecification<ServerSentEventsTransport>(host);

public sealed class WebSocketSpecification(SpecificationHost host) : PlainTransportSpecification<WebSocketTransport>(host);

public sealed class JsonLinesSpecification(SpecificationHost host) : PlainTransportSpecification<JsonLinesTransport>(host);

public sealed class HubGroupSpecification(SpecificationHost host) : StreamSpecification<HubGroupTransport>(host);

public sealed class HubWatchSpecification(SpecificationHost host) : StreamSpecification<HubWatchTransport>(host);

public sealed class LongPollingSpecification(SpecificationHost host) : TransportSpecification<LongPollingTransport>(host);

/// <summary>A format that knows the library's public surface alone, as it stands in the document.</summary>
public sealed class CloudEventsSpecification(SpecificationHost host) : PlainTransportSpecification<CloudEventsTransport>(host);
