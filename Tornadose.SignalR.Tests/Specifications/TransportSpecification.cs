using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Tests.Specifications.Transports;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>
/// What every transport promises. The tests are the same for all: transports differ only in what <see cref="Transport"/> knows about
/// their wires.
/// </summary>
/// <param name="host">The application.</param>
public abstract partial class TransportSpecification<TTransport>(SpecificationHost host) : IClassFixture<SpecificationHost>, IDisposable
    where TTransport : Transport, new()
{
    protected SpecificationHost Host { get; } = host;

    protected TTransport Transport { get; } = new();

    /// <summary>The sum of an instrument's measurements for this transport.</summary>
    protected long Measured(string instrument, string tag) => (long)Host.Metrics.Sum(instrument, $"transport={Transport.Name}", tag);

    /// <summary>Checks that the library logged no error. (SignalR logs every refusal of a hub method as an error.)</summary>
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

/// <summary>A format that uses only the library's public API, as the document shows it.</summary>
public sealed class CloudEventsSpecification(SpecificationHost host) : PlainTransportSpecification<CloudEventsTransport>(host);
