using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

public sealed class MessageLogTests
{
    [Fact]
    public void Position_EmptyLog_IsTheOrigin()
    {
        var log = new TestLog().Log;

        Assert.Equal(TestLog.At(0), log.Position);
        Assert.Equal(0, log.Count);
        Assert.Equal(0, log.Bytes);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(7), InlineData(8), InlineData(9), InlineData(100), InlineData(1000)]
    public void Append_MoreThanCapacity_KeepsTheLastOnes(int capacity)
    {
        var log = new TestLog(capacity);

        log.AppendMany(capacity + 3);

        Assert.Equal(capacity, log.Log.Count);
        Assert.Equal(string.Join(' ', Enumerable.Range(4, capacity)), log.ReadFrom(StartAt.Earliest));
        Assert.Equal(capacity + 3, log.Log.Position.Offset);
    }

    [Fact]
    public void Append_WhileGrowing_KeepsEveryMessageAndItsPlace()
    {
        var log = new TestLog(capacity: 1000);
        var follower = log.Open(StartAt.Now);

        for (var i = 1; i <= 1000; i++)
        {
            log.Append();
            Assert.Equal(i, log.Log.Count);
            Assert.Equal($"{i}", follower.Read());
        }

        Assert.Equal(string.Join(' ', Enumerable.Range(1, 1000)), log.ReadFrom(StartAt.Earliest));
    }

    [Fact, Case("ST-06")]
    public void Append_MoreThanMaxBytes_DropsTheOldestUntilItFits()
    {
        var log = new TestLog(capacity: 100, maxBytes: 10);

        log.Append("aaaa");
        log.Append("bbbb");
        log.Append("cccc");

        Assert.Equal("bbbb cccc", log.ReadFrom(StartAt.Earliest));
        Assert.Equal(8, log.Log.Bytes);
    }

    [Fact, Case("ST-06")]
    public void Append_OneMessageLargerThanMaxBytes_IsKeptAlone()
    {
        var log = new TestLog(capacity: 100, maxBytes: 10);
        log.Append("aaaa");

        log.Append(new string('x', 50));

        Assert.Equal(1, log.Log.Count);
        Assert.Equal(50, log.Log.Bytes);
    }

    [Fact, Case("ST-06")]
    public void Append_EventType_CountsTowardsBytes()
    {
        var log = new TestLog();

        log.Log.Append(TestLog.At(1), new MessageContent(new byte[5], MessageFormat.Text, "tick"));

        Assert.Equal(9, log.Log.Bytes);
    }

    [Fact, Case("ST-14")]
    public void Append_MessagesOlderThanMaxAge_AreDropped()
    {
        var log = new TestLog(maxAge: TimeSpan.FromSeconds(10));
        log.Append();
        log.Time.Advance(TimeSpan.FromSeconds(6));
        log.Append();
        log.Time.Advance(TimeSpan.FromSeconds(6));

        log.Append();

        Assert.Equal("2 3", log.ReadFrom(StartAt.Earliest));
    }

    [Fact, Case("ST-14")]
    public void TrimExpired_IdleLog_DropsEverythingAndKeepsThePosition()
    {
        var log = new TestLog(maxAge: TimeSpan.FromSeconds(10));
        log.AppendMany(3);
        log.Time.Advance(TimeSpan.FromSeconds(11));

        log.Log.TrimExpired();

        Assert.Equal(0, log.Log.Count);
        Assert.Equal(0, log.Log.Bytes);
        Assert.Null(log.Log.Latest);
        Assert.Equal(TestLog.At(3), log.Log.Position);
        log.Append();
        Assert.Equal("4", log.ReadFrom(StartAt.Earliest));
    }

    [Fact, Case("ST-14")]
    public void TrimExpired_MessageExactlyOfMaxAge_IsKept()
    {
        var log = new TestLog(maxAge: TimeSpan.FromSeconds(10));
        log.Append();
        log.Time.Advance(TimeSpan.FromSeconds(10));

        log.Log.TrimExpired();

        Assert.Equal("1", log.ReadFrom(StartAt.Earliest));
    }
}
