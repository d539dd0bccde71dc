using System.Diagnostics.Metrics;

namespace BlazorDashboard.Metrics;

/// <summary>
/// Counts connections from the server's own up-and-down counters. It receives only changes, so it must exist before the first connection.
/// </summary>
public sealed class ConnectionCounts : IDisposable
{
    private static readonly string[] Names =
        ["kestrel.active_connections", "http.server.active_requests", "kestrel.upgraded_connections", "signalr.server.active_connections"];

    private readonly long[] _counts = new long[Names.Length];
    private readonly MeterListener _listener = new();

    /// <summary>Begins to listen to the meters of this application, and to no other host in the process.</summary>
    public ConnectionCounts(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var index = Array.IndexOf(Names, instrument.Name);
            if (index >= 0 && ReferenceEquals(instrument.Meter.Scope, meters))
                listener.EnableMeasurementEvents(instrument, index);
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, index) => Interlocked.Add(ref _counts[(int)index!], change));
        _listener.Start();
    }

    /// <summary>How many there are now.</summary>
    public Connections Read() => new(Count(0), Count(1), Count(2), Count(3));

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private long Count(int index) => Interlocked.Read(ref _counts[index]);
}
