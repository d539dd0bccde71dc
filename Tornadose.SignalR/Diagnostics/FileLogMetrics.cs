using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>What stores in files measure, on the meter <c>Tornadose.SignalR</c>.</summary>
internal sealed class FileLogMetrics
{
    private readonly Histogram<double> _commits;
    private readonly Counter<long> _failed;
    private readonly Counter<long> _damaged;

    public FileLogMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(StoreMetrics.MeterName);
        _commits = meter.CreateHistogram<double>("tornadose.filelog.commit.duration", "s", "How long it took to write, and where that is the policy to flush, the messages that waited.", advice: Buckets.OfSeconds);
        _failed = meter.CreateCounter<long>("tornadose.filelog.commits.failed", "{commit}", "Writes that failed. Their publishers were told.");
        _damaged = meter.CreateCounter<long>("tornadose.filelog.damaged", "{place}", "Places where messages were found missing or damaged when files were read.");
    }

    public void Committed(TimeSpan duration) => _commits.Record(duration.TotalSeconds);

    public void Failed() => _failed.Add(1);

    public void Damaged(int places) => _damaged.Add(places);
}
