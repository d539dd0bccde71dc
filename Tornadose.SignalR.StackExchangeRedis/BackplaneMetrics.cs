using Tornadose.SignalR.Diagnostics;
using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// What the backplane counts, on the meter <c>Tornadose.SignalR</c>: everything here is zero on a day when nothing goes wrong.
/// </summary>
internal sealed class BackplaneMetrics
{
    private readonly Counter<long> _missed;
    private readonly Counter<long> _backfilled;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _silent;
    private readonly Counter<long> _reconnected;
    private readonly Counter<long> _replaced;

    public BackplaneMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(StoreMetrics.MeterName);
        _missed = meter.CreateCounter<long>(
            "tornadose.backplane.missed", "{comparison}", "Comparisons of positions that found a store behind its log.");
        _backfilled = meter.CreateCounter<long>(
            "tornadose.backplane.backfilled", "{message}",
            "Messages of followed stores that did not come over the bus, and were read from the log.");
        _refused = meter.CreateCounter<long>(
            "tornadose.backplane.refused", "{message}",
            "Announcements that did not come from the append script, and messages by PUBLISH that were too large or too many.");
        _silent = meter.CreateCounter<long>("tornadose.backplane.probes.failed", "{probe}", "Probes of the bus that did not come back.");
        _reconnected = meter.CreateCounter<long>(
            "tornadose.backplane.reconnects", "{connection}",
            "Connections that were lost and came back by themselves; a node has one for commands and one for the bus.");
        _replaced = meter.CreateCounter<long>(
            "tornadose.backplane.connections.replaced", "{connection}",
            "Connections that were replaced because they did not answer, or did not deliver.");
    }

    public void Missed() => _missed.Add(1);

    public void Backfilled() => _backfilled.Add(1);

    public void Refused() => _refused.Add(1);

    public void ProbeFailed() => _silent.Add(1);

    public void Reconnected() => _reconnected.Add(1);

    public void ConnectionReplaced() => _replaced.Add(1);
}
