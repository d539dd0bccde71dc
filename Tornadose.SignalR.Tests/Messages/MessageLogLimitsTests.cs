using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Limits that change at run time, and a capacity of zero.</summary>
public sealed class MessageLogLimitsTests
{
    [Fact, Case("ST-05")]
    public void Limits_ShrunkCapacity_ResetsOnlyReadersThatLostMessages()
    {
        var log = new TestLog(capacity: 16);
        var slow = log.Open(StartAt.Now);
        log.AppendMany(6);
        var near = log.Open(StartAt.After(TestLog.At(4)));
        var live = log.Open(StartAt.Now);

        log.Log.Limits = log.Log.Limits with { Capacity = 2 };
        log.Append();

        Assert.Equal("reset:slow@7", slow.Read());
        Assert.Equal("reset:slow@7", near.Read());
        Assert.Equal("7", live.Read());
        Assert.Equal("6 7", log.ReadFrom(StartAt.Earliest));
    }

    [Fact, Case("ST-05")]
    public void Limits_ShrunkToWhatAReaderStillWants_LeavesItAlone()
    {
        var log = new TestLog(capacity: 16);
        log.AppendMany(6);
        var reader = log.Open(StartAt.After(TestLog.At(4)));

        log.Log.Limits = log.Log.Limits with { Capacity = 2 };

        Assert.Equal("5 6", reader.Read());
    }

    [Fact, Case("ST-05")]
    public void Limits_GrownCapacity_LosesNothing()
    {
        var log = new TestLog(capacity: 2);
        log.AppendMany(3);
        var reader = log.Open(StartAt.Earliest);

        log.Log.Limits = log.Log.Limits with { Capacity = 100 };
        log.AppendMany(50);

        Assert.Equal(string.Join(' ', Enumerable.Range(2, 52)), reader.Read());
        Assert.Equal(52, log.Log.Count);
    }

    [Fact, Case("ST-05")]
    public void Limits_LoweredBytes_TakeEffectAtOnce()
    {
        var log = new TestLog();
        log.Append("aaaa");
        log.Append("bbbb");

        log.Log.Limits = log.Log.Limits with { MaxBytes = 5 };

        Assert.Equal("bbbb", log.ReadFrom(StartAt.Earliest));
    }

    [Fact, Case("ST-05")]
    public void Limits_LoweredAge_TakesEffectAtOnce()
    {
        var log = new TestLog();
        log.Append();
        log.Time.Advance(TimeSpan.FromMinutes(1));
        log.Append();

        log.Log.Limits = log.Log.Limits with { MaxAge = TimeSpan.FromSeconds(1) };

        Assert.Equal("2", log.ReadFrom(StartAt.Earliest));
    }

    [Fact, Case("ST-04")]
    public void Append_CapacityZero_DeliversLiveAndKeepsNothing()
    {
        var log = new TestLog(capacity: 0);
        var live = log.Open(StartAt.Now);

        log.AppendMany(3);

        Assert.Equal("1 2 3", live.Read());
        Assert.Null(log.Log.Latest);
        Assert.Equal("", log.ReadFrom(StartAt.Earliest));
        Assert.Equal("", log.ReadFrom(StartAt.Latest));
        Assert.Equal("", log.ReadFrom(StartAt.Last(2)));
        Assert.Empty(log.Log.GetSnapshot().Messages);
    }

    [Theory, Case("ST-04"), InlineData(0), InlineData(1), InlineData(2), InlineData(3)]
    public void Open_CapacityZero_EveryResumeIsAReset(long offset)
    {
        var log = new TestLog(capacity: 0);
        log.AppendMany(3);

        Assert.Equal("reset:expired@3", log.ReadFrom(StartAt.After(TestLog.At(offset))));
    }

    [Fact, Case("ST-04")]
    public void Append_CapacityZero_StaysBounded()
    {
        var log = new TestLog(capacity: 0);

        log.AppendMany(10_000);

        Assert.InRange(log.Log.Count, 0, MessageLogLimits.LiveOnlySlots);
    }

    [Fact, Case("ST-04", "ST-05")]
    public void Limits_CapacityZeroAtRunTime_ForgetsWhatWasKeptAtOnce()
    {
        var log = new TestLog();
        log.AppendMany(3);
        var reader = log.Open(StartAt.After(TestLog.At(1)));

        log.Log.Limits = log.Log.Limits with { Capacity = 0 };

        Assert.Null(log.Log.Latest);
        Assert.Equal("", log.ReadFrom(StartAt.Earliest));
        Assert.Equal("reset:expired@3", log.ReadFrom(StartAt.After(TestLog.At(2))));
        Assert.Equal("2 3", reader.Read());
    }
}

/// <summary>What no log can keep is refused at the entrance, not later where it does harm.</summary>
public sealed class MessageLogBorderTests
{
    public static TheoryData<MessageLogLimits> Wrong =>
    [
        new MessageLogLimits(-1, 1),
        new MessageLogLimits(int.MaxValue, 1),
        new MessageLogLimits(1, 0),
        new MessageLogLimits(1, 1, TimeSpan.FromTicks(-1)),
        default(MessageLogLimits),
    ];

    [Theory, MemberData(nameof(Wrong))]
    public void Limits_OutOfTheirRange_AreRefused(MessageLogLimits limits)
    {
        var log = new TestLog();
        Assert.Throws<ArgumentOutOfRangeException>(() => new MessageLog(limits, TimeProvider.System));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Log.Limits = limits);
        log.AppendMany(3);
        Assert.Equal("1 2 3", log.ReadFrom(StartAt.Earliest));
    }

    [Theory, InlineData(-1), InlineData(0), InlineData(2), InlineData(3)]
    public void Append_OffsetThatDoesNotFollow_IsRefused(long offset)
    {
        var log = new TestLog();
        log.AppendMany(3);
        Assert.Throws<ArgumentOutOfRangeException>(() => log.Log.Append(TestLog.At(offset), TestLog.Text("x")));
        log.Append();
        Assert.Equal("1 2 3 4", log.ReadFrom(StartAt.Earliest));
    }

    [Fact]
    public void Positions_NegativeOffset_AreRefused()
    {
        var log = new MessageLog(new MessageLogLimits(1, 1), TimeProvider.System);
        Assert.Throws<ArgumentOutOfRangeException>(() => log.BeginAt(TestLog.At(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.AppendReset(StoreResetReason.Epoch, TestLog.At(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MessageLog(new MessageLogLimits(1, 1), TestLog.At(-1), TimeProvider.System));
    }
}
