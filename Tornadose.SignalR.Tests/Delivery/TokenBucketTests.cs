using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void TryTake_Burst_IsExactAndRefillsAtTheRate()
    {
        var bucket = new TokenBucket(rate: 2, burst: 3, _time);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryTake(1)));
        _time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(bucket.TryTake(1));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(bucket.TryTake(1));
        Assert.False(bucket.TryTake(1));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(bucket.IsFull);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryTake(1)));
    }

    [Fact]
    public void TryTake_MoreThanABurst_IsLetThroughWhenFullAndPaidOffAfter()
    {
        var bucket = new TokenBucket(rate: 10, burst: 100, _time);
        Assert.True(bucket.TryTake(1000));
        _time.Advance(TimeSpan.FromSeconds(90));
        Assert.False(bucket.TryTake(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(bucket.TryTake(1));
        Assert.False(bucket.TryTake(1000));
    }

    [Fact, Case("SEC-17")]
    public void Sweep_FullBuckets_AreForgotten()
    {
        var buckets = new TokenBuckets(static () => 1, burstSeconds: 10, _time);
        for (var key = 0; key < 1000; key++)
            Assert.True(buckets.TryTake($"{key}", key % 2 == 0 ? 1 : 10));
        _time.Advance(TimeSpan.FromSeconds(1));
        buckets.Sweep();
        Assert.Equal(500, buckets.Count);
        Assert.False(buckets.TryTake("1", 10));
        _time.Advance(TimeSpan.FromSeconds(9));
        buckets.Sweep();
        Assert.Equal(0, buckets.Count);
    }
}
