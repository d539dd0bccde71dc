using System.Numerics;

namespace Tornadose.Benchmarks.Load;

/// <summary>Counts of latencies, in buckets that are at most 1.6 % wide: millions of them cost no memory and no time to sort.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int SubBuckets = 1 << SubBits;
    private const double MicrosecondsPerMillisecond = 1000;

    private readonly long[] _counts = new long[SubBuckets * 40];
    private long _max;

    public long Count { get; private set; }

    public double MaxMilliseconds => _max / MicrosecondsPerMillisecond;

    public void Add(long nanoseconds)
    {
        var microseconds = Math.Max(0, nanoseconds / 1000);
        _max = Math.Max(_max, microseconds);
        _counts[Math.Min(_counts.Length - 1, BucketOf(microseconds))]++;
        Count++;
    }

    /// <summary>Adds what another one has counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < _counts.Length; bucket++)
            _counts[bucket] += other._counts[bucket];
        _max = Math.Max(_max, other._max);
        Count += other.Count;
    }

    /// <summary>The latency that this share of all deliveries stayed under, in milliseconds.</summary>
    public double Percentile(double share)
    {
        var rank = (long)Math.Ceiling(Count * share);
        var bucket = 0;
        for (long seen = 0; bucket < _counts.Length && (seen += _counts[bucket]) < rank;)
            bucket++;
        return Math.Min(_max, LowerEdge(bucket + 1)) / MicrosecondsPerMillisecond;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        _max = 0;
        Count = 0;
    }

    private static int BucketOf(long value)
    {
        if (value < SubBuckets)
            return (int)value;
        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) * SubBuckets) + (int)((value >> shift) - SubBuckets);
    }

    private static long LowerEdge(int bucket)
    {
        if (bucket < SubBuckets)
            return bucket;
        var shift = (bucket / SubBuckets) - 1;
        return (long)(SubBuckets + (bucket % SubBuckets)) << shift;
    }
}
