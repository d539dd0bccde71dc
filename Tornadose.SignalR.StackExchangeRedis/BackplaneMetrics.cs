using System.Diagnostics.Metrics;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// The backplane's counters, on the meter <c>Tornadose.SignalR</c>. All stay at zero while nothing goes wrong. They are observable
/// counters, so that the zero is exported too: an alert cannot see the first increment of a series that starts with it.
/// </summary>
internal sealed class BackplaneMetrics
{
    private long _missed;
    private long _backfilled;
    private long _refused;
    private long _silent;
    private long _reconnected;
    private long _replaced;

    public BackplaneMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(StoreMetrics.MeterName);
        meter.CreateObservableCounter(
            "tornadose.backplane.missed", () => Volatile.Read(ref _missed), "{comparison}",
            "Comparisons of positions that found a store behind its log.");
        meter.CreateObservableCounter(
            "tornadose.backplane.backfilled", () => Volatile.Read(ref _backfilled), "{message}",
            "Messages of followed stores that did not come over the bus, and were read from the log.");
        meter.CreateObservableCounter(
            "tornadose.backplane.refused", () => Volatile.Read(ref _refused), "{message}",
            "Announcements that did not come from the append script, and messages by PUBLISH that were too large or too many.");
        meter.CreateObservableCounter(
            "tornadose.backplane.probes.failed", () => Volatile.Read(ref _silent), "{probe}", "Probes of the bus that did not come back.");
        meter.CreateObservableCounter(
            "tornadose.backplane.reconnects", () => Volatile.Read(ref _reconnected), "{connection}",
            "Connections that were lost and came back by themselves; a node has one for commands and one for the bus.");
        meter.CreateObservableCounter(
            "tornadose.backplane.connections.replaced", () => Volatile.Read(ref _replaced), "{connection}",
            "Connections that were replaced because they did not answer, or did not deliver.");
    }

    public void Missed() => Interlocked.Increment(ref _missed);

    public void Backfilled() => Interlocked.Increment(ref _backfilled);

    public void Refused() => Interlocked.Increment(ref _refused);

    public void ProbeFailed() => Interlocked.Increment(ref _silent);

    public void Reconnected() => Interlocked.Increment(ref _reconnected);

    public void ConnectionReplaced() => Interlocked.Increment(ref _replaced);
}
