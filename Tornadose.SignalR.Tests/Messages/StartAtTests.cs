using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Where a cursor starts, on a log of four slots that holds 3 4 5 6.</summary>
public sealed class StartAtTests
{
    private readonly TestLog _log = new(capacity: 4);

    public StartAtTests() => _log.AppendMany(6);

    public static TheoryData<string, string> Resumes => new()
    {
        { Id(6), "" },
        { Id(5), "6" },
        { Id(3), "4 5 6" },
        { Id(2), "reset:expired@6" },
        { Id(0), "reset:expired@6" },
        { Id(7), "reset:unknown@6" },
        { Id(long.MaxValue), "reset:unknown@6" },
        { TestLog.At(5, epoch: 0xE2).ToString(), "reset:epoch@6" },
        { (TestLog.At(5) with { Tag = 99 }).ToString(), "reset:rollback@6" },
        { (TestLog.At(6) with { Tag = 99 }).ToString(), "reset:rollback@6" },
        { (TestLog.At(0) with { Tag = 99 }).ToString(), "reset:unknown@6" },
        { "garbage", "reset:unknown@6" },
        { "", "reset:unknown@6" },
    };

    [Theory, Case("HTTP-13", "HTTP-14", "HTTP-15", "HTTP-16", "HTTP-17", "HTTP-18", "HTTP-20"), MemberData(nameof(Resumes))]
    public void AfterId_Id_ReplaysOrResetsThenGoesLive(string id, string expected)
    {
        var cursor = _log.Open(StartAt.AfterId(id));

        Assert.Equal(expected, cursor.Read());
        _log.Append();
        Assert.Equal("7", cursor.Read());
    }

    [Fact, Case("HTTP-11")]
    public void Now_WithMessagesKept_ReadsOnlyWhatComes()
    {
        var cursor = _log.Open(StartAt.Now);
        Assert.Equal("", cursor.Read());
        _log.Append();
        Assert.Equal("7", cursor.Read());
        Assert.Equal(StartAt.Now, default);
    }

    [Fact]
    public void Latest_WithMessagesKept_ReadsTheNewestThenWhatComes()
    {
        var cursor = _log.Open(StartAt.Latest);
        _log.Append();
        Assert.Equal("6 7", cursor.Read());
    }

    [Fact]
    public void Earliest_WithMessagesKept_ReadsAll() => Assert.Equal("3 4 5 6", _log.ReadFrom(StartAt.Earliest));

    [Theory, InlineData(0, ""), InlineData(1, "6"), InlineData(3, "4 5 6"), InlineData(4, "3 4 5 6"), InlineData(5, "3 4 5 6"),
        InlineData(int.MaxValue, "3 4 5 6")]
    public void Last_Count_ReadsAsManyAsThereAre(int count, string expected) => Assert.Equal(expected, _log.ReadFrom(StartAt.Last(count)));

    [Fact]
    public void Last_Negative_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => StartAt.Last(-1));

    [Fact, Case("HTTP-13")]
    public void OrEarliest_ExpiredId_GetsTheResetAndThenTheWindow() =>
        Assert.Equal("reset:expired@2 3 4 5 6", _log.ReadFrom(StartAt.AfterId(Id(1)).OrEarliest()));

    [Fact, Case("HTTP-13")]
    public void OrEarliest_KeptId_ResumesAsUsual() => Assert.Equal("5 6", _log.ReadFrom(StartAt.AfterId(Id(4)).OrEarliest()));

    [Theory, InlineData(1), InlineData(2), InlineData(4), InlineData(6)]
    public void After_OwnPosition_ContinuesWhereTheCursorWas(int read)
    {
        var first = _log.Open(StartAt.After(TestLog.At(3)));
        _log.Append();
        var before = first.Read(read);

        var second = _log.Open(StartAt.After(first.Position));

        Assert.Equal("4 5 6 7", $"{before} {second.Read()}".Trim());
    }

    private static string Id(long offset) => TestLog.At(offset).ToString();
}
