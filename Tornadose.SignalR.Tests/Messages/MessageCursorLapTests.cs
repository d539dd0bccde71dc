using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>A reader that pauses while the writer wraps around the ring.</summary>
public sealed class MessageCursorLapTests
{
    [Theory, Case("ST-03"), InlineData(1), InlineData(2), InlineData(16), InlineData(1000)]
    public void TryRead_PausedForOneMessage_Continues(int capacity)
    {
        var log = new TestLog(capacity);
        log.AppendMany(capacity);
        var reader = log.Open(StartAt.Now);

        log.Append();

        Assert.Equal($"{capacity + 1}", reader.Read());
    }

    [Theory, Case("ST-03", "SLOW-05"), InlineData(1), InlineData(2), InlineData(16), InlineData(1000)]
    public void TryRead_PausedForExactlyTheCapacity_Continues(int capacity)
    {
        var log = new TestLog(capacity);
        log.AppendMany(5);
        var reader = log.Open(StartAt.Now);

        log.AppendMany(capacity);

        Assert.Equal(string.Join(' ', Enumerable.Range(6, capacity)), reader.Read());
    }

    [Theory, Case("ST-03", "ST-12", "SLOW-04"), InlineData(1), InlineData(2), InlineData(16), InlineData(1000)]
    public void TryRead_PausedForOneMoreThanTheCapacity_GetsExactlyOneResetAndContinues(int capacity)
    {
        var log = new TestLog(capacity);
        log.AppendMany(5);
        var reader = log.Open(StartAt.Now);

        log.AppendMany(capacity + 1);

        Assert.Equal($"reset:slow@{capacity + 6}", reader.Read());
        log.Append();
        Assert.Equal($"{capacity + 7}", reader.Read());
    }

    [Theory, Case("ST-03"), InlineData(1), InlineData(2), InlineData(16), InlineData(1000)]
    public void TryRead_LappedTwiceWithReadsBetween_GetsOneResetEach(int capacity)
    {
        var log = new TestLog(capacity);
        var reader = log.Open(StartAt.Now);

        log.AppendMany(3 * capacity);
        Assert.Equal($"reset:slow@{3 * capacity}", reader.Read());
        log.AppendMany(2 * capacity);
        Assert.Equal($"reset:slow@{5 * capacity}", reader.Read());
    }

    [Fact, Case("ST-03")]
    public void TryRead_LappedInTheMiddleOfABacklog_SaysSoInPlace()
    {
        var log = new TestLog(capacity: 4);
        var reader = log.Open(StartAt.Now);
        log.AppendMany(4);
        Assert.Equal("1 2", reader.Read(atMost: 2));

        log.AppendMany(4);

        Assert.Equal("reset:slow@8", reader.Read());
        Assert.Equal(TestLog.At(8), reader.Position);
    }

    [Fact, Case("SLOW-04")]
    public void TryRead_LappedUnderDisconnect_EndsTheCursor()
    {
        var log = new TestLog(capacity: 2);
        var reader = log.Open(StartAt.Now, SlowConsumerPolicy.Disconnect);

        log.AppendMany(3);

        Assert.False(reader.IsEnded);
        Assert.Equal("", reader.Read());
        Assert.True(reader.IsDisconnected);
        Assert.True(reader.IsEnded);
        log.Append();
        Assert.Equal("", reader.Read());
    }

    [Fact, Case("ST-11")]
    public void TryRead_LappedUnderSkipToLatest_ContinuesWithTheNewest()
    {
        var log = new TestLog(capacity: 2);
        var reader = log.Open(StartAt.Now, SlowConsumerPolicy.SkipToLatest);

        log.AppendMany(10);

        Assert.Equal("10", reader.Read());
        log.Append();
        Assert.Equal("11", reader.Read());
    }

    [Fact, Case("ST-14")]
    public void TryRead_MessageExpiredBeforeItWasRead_GetsAReset()
    {
        var log = new TestLog(maxAge: TimeSpan.FromSeconds(1));
        var reader = log.Open(StartAt.Now);
        log.Append();

        log.Time.Advance(TimeSpan.FromSeconds(2));
        log.Log.TrimExpired();

        Assert.Equal("reset:slow@1", reader.Read());
    }

    [Fact, Case("SLOW-05")]
    public void Behind_PausedReader_CountsWhatItHasNotRead()
    {
        var log = new TestLog();
        var reader = log.Open(StartAt.Now);
        log.AppendMany(3);

        Assert.Equal(3, reader.Behind);
        reader.Read(atMost: 1);
        Assert.Equal(2, reader.Behind);
        reader.Read();
        Assert.Equal(0, reader.Behind);
    }

    [Fact]
    public void Open_EarliestThatLosesItsFirstMessage_BeginsWithTheNextOldest()
    {
        var log = new TestLog(capacity: 4);
        log.AppendMany(4);
        var earliest = log.Open(StartAt.Earliest);
        var last = log.Open(StartAt.Last(4));

        log.AppendMany(2);

        Assert.Equal("3 4 5 6", earliest.Read());
        Assert.Equal("3 4 5 6", last.Read());
        log.AppendMany(5);
        Assert.Equal("reset:slow@11", earliest.Read());
    }
}
