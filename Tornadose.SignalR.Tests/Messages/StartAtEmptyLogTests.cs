using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Where a cursor starts when nothing was published or everything has expired.</summary>
public sealed class StartAtEmptyLogTests
{
    private readonly TestLog _log = new(capacity: 4, maxAge: TimeSpan.FromMinutes(1));

    public static TheoryData<StartAt> Everywhere =>
        [StartAt.Now, StartAt.Latest, StartAt.Earliest, StartAt.Last(3), StartAt.After(TestLog.At(0))];

    [Theory, MemberData(nameof(Everywhere))]
    public void Open_EmptyLog_ReadsWhatComes(StartAt start)
    {
        var cursor = _log.Open(start);

        Assert.Equal("", cursor.Read());
        Assert.Equal(TestLog.At(0), cursor.Position);
        _log.AppendMany(2);
        Assert.Equal("1 2", cursor.Read());
    }

    [Fact, Case("HTTP-20")]
    public void After_OffsetZeroWhileAllMessagesAreKept_ReadsThemAll()
    {
        _log.AppendMany(4);
        Assert.Equal("1 2 3 4", _log.ReadFrom(StartAt.After(TestLog.At(0))));
    }

    [Fact, Case("HTTP-20")]
    public void After_OffsetZeroOnceTheFirstMessageIsGone_Resets()
    {
        _log.AppendMany(5);
        Assert.Equal("reset:expired@5", _log.ReadFrom(StartAt.After(TestLog.At(0))));
    }

    [Fact]
    public void After_OffsetZeroWithATag_WasNeverIssued()
    {
        _log.Append();
        Assert.Equal("reset:unknown@1", _log.ReadFrom(StartAt.After(TestLog.At(0) with { Tag = 7 })));
    }

    [Fact, Case("ST-14")]
    public void After_TopOfAnExpiredLog_HasMissedNothing()
    {
        _log.AppendMany(3);
        _log.Time.Advance(TimeSpan.FromMinutes(2));

        var cursor = _log.Open(StartAt.After(TestLog.At(3)));

        Assert.Equal("", cursor.Read());
        _log.Append();
        Assert.Equal("4", cursor.Read());
    }

    [Theory, Case("ST-14"), InlineData(0), InlineData(1), InlineData(2)]
    public void After_BelowTheTopOfAnExpiredLog_Resets(long offset)
    {
        _log.AppendMany(3);
        _log.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("reset:expired@3", _log.ReadFrom(StartAt.After(TestLog.At(offset))));
    }

    [Fact, Case("ST-14")]
    public void Latest_ExpiredValue_IsNotDelivered()
    {
        _log.Append();
        _log.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal("", _log.ReadFrom(StartAt.Latest));
    }
}
