using System.Diagnostics.Metrics;
using Tornadose.SignalR.Diagnostics;

namespace Tornadose.SignalR.Sqlite;

/// <summary>What stores on SQLite measure, on the meter <c>Tornadose.SignalR</c>.</summary>
internal sealed class SqliteMetrics
{
    private readonly Histogram<double> _commits;
    private readonly Counter<long> _failedCommits;
    private readonly Counter<long> _failedReads;

    public SqliteMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(StoreMetrics.MeterName);
        _commits = meter.CreateHistogram<double>(
            "tornadose.sqlite.commit.duration", "s", "How long a transaction took that wrote the messages that waited.",
            advice: Buckets.OfSeconds);
        _failedCommits = meter.CreateCounter<long>(
            "tornadose.sqlite.commits.failed", "{commit}", "Transactions that failed. Their publishers were told.");
        _failedReads = meter.CreateCounter<long>(
            "tornadose.sqlite.reads.failed", "{read}", "Reads of a store's window that failed. They are tried again.");
    }

    public void Committed(TimeSpan duration) => _commits.Record(duration.TotalSeconds);

    public void CommitFailed() => _failedCommits.Add(1);

    public void ReadFailed() => _failedReads.Add(1);
}
