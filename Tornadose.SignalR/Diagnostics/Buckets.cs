using System.Diagnostics.Metrics;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The bucket boundaries that the histograms advise, in seconds: the collectors' defaults were made for milliseconds.</summary>
internal static class Buckets
{
    public static readonly InstrumentAdvice<double> OfSeconds = new() { HistogramBucketBoundaries = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };

    public static readonly InstrumentAdvice<double> OfHours = new() { HistogramBucketBoundaries = [
        1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600] };
}
