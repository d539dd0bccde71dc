using System.Diagnostics.Metrics;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Sqlite;

/// <summary>The metrics of stores on SQLite, on the meter <c>Tornadose.SignalR</c>.</summary>
internal sealed class SqliteMetrics
{
    private readonly Histogram<double> _commits;
    private long _failedCommits;
    private long _failedReads;

    public SqliteMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(StoreMetrics.MeterName);
        _commits = meter.CreateHistogram<double>(
            "tornadose.sqlite.commit.duration", "s", "Duration of a transaction that wrote the waiting messages.",
            advice: Buckets.OfSeconds);
        // Observable, so that an alert sees their zero before their first increment.
        meter.CreateObservableCounter(
            "tornadose.sqlite.commits.failed", () => Volatile.Read(ref _failedCommits), "{commit}",
            "Transactions that failed. Their publishers were told.");
        meter.CreateObservableCounter(
            "tornadose.sqlite.reads.failed", () => Volatile.Read(ref _failedReads), "{read}",
            "Reads of a store's window that failed. They are tried again.");
    }

    public void Committed(TimeSpan duration) => _commits.Record(duration.TotalSeconds);

    public void CommitFailed() => Interlocked.Increment(ref _failedCommits);

    public void ReadFailed() => Interlocked.Increment(ref _failedReads);
}
