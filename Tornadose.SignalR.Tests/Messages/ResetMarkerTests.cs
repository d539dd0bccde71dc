using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>A reset in the log: every present reader gets it once, in order, and nothing before it can be resumed.</summary>
public sealed class ResetMarkerTests
{
    private const ulong Next = 0xE2;

    private readonly TestLog _log = new(capacity: 8);

    [Fact]
    public void AppendReset_LiveReaders_GetItOnceInItsPlace()
    {
        var early = _log.Open(StartAt.Now);
        _log.AppendMany(2);
        var late = _log.Open(StartAt.Now);

        _log.Log.AppendReset(StoreResetReason.Epoch, TestLog.At(5, Next));
        _log.Append();

        Assert.Equal("1 2 reset:epoch@5 6", early.Read());
        Assert.Equal("reset:epoch@5 6", late.Read());
        Assert.Equal(TestLog.At(6, Next), early.Position);
        Assert.Equal(early.Position, late.Position);
    }

    [Fact]
    public void After_IdOfTheReset_ContinuesAfterItWhenMessagesHaveCome()
    {
        _log.AppendMany(2);
        _log.Log.AppendReset(StoreResetReason.Epoch, TestLog.At(5, Next));
        Assert.Equal("", _log.ReadFrom(StartAt.After(TestLog.At(5, Next))));

        _log.AppendMany(2);

        Assert.Equal("6 7", _log.ReadFrom(StartAt.After(TestLog.At(5, Next))));
        Assert.Equal("reset:expired@7", _log.ReadFrom(StartAt.After(TestLog.At(4, Next))));
    }

    [Fact]
    public void AppendReset_SeveralInARow_AreAllSeenInOrder()
    {
        var live = _log.Open(StartAt.Now);

        _log.Log.AppendReset(StoreResetReason.Rollback, TestLog.At(3));
        _log.Log.AppendReset(StoreResetReason.Epoch, TestLog.At(0, Next));
        _log.Append();

        Assert.Equal("reset:rollback@3 reset:epoch@0 1", live.Read());
    }

    [Fact]
    public void AppendReset_ReaderThatComesLater_DoesNotGetItAndBeginsAfterIt()
    {
        _log.AppendMany(2);
        _log.Log.AppendReset(StoreResetReason.Epoch, TestLog.At(0, Next));
        _log.Append();

        Assert.Equal("1", _log.ReadFrom(StartAt.Earliest));
        Assert.Equal("1", _log.ReadFrom(StartAt.Last(5)));
        Assert.Equal("1", _log.ReadFrom(StartAt.Latest));
        Assert.Equal("1", _log.ReadFrom(StartAt.After(TestLog.At(0, Next))));
        Assert.Equal(["1"], _log.Log.GetSnapshot().Messages.Select(message => message.GetText()));
    }

    [Theory, Case("HTTP-14"), InlineData(0), InlineData(1), InlineData(2)]
    public void After_IdOfTheFormerEpoch_Resets(long offset)
    {
        _log.AppendMany(2);
        _log.Log.AppendReset(StoreResetReason.Epoch, TestLog.At(0, Next));
        _log.Append();

        Assert.Equal("reset:epoch@1", _log.ReadFrom(StartAt.After(TestLog.At(offset))));
    }

    [Fact]
    public void After_ThePositionOfTheReset_ContinuesThere()
    {
        _log.AppendMany(2);
        _log.Log.AppendReset(StoreResetReason.Expired, TestLog.At(50));

        var cursor = _log.Open(StartAt.After(TestLog.At(50)));

        Assert.Equal("", cursor.Read());
        _log.Append();
        Assert.Equal("51", cursor.Read());
    }

    [Fact]
    public void After_BeforeAResetWithinTheEpoch_Expired()
    {
        _log.AppendMany(2);
        _log.Log.AppendReset(StoreResetReason.Expired, TestLog.At(50));
        _log.Append();

        Assert.Equal("reset:expired@51", _log.ReadFrom(StartAt.After(TestLog.At(2))));
        Assert.Equal("reset:expired@51", _log.ReadFrom(StartAt.After(TestLog.At(49))));
    }

    [Fact]
    public void AppendReset_LatestValue_IsForgotten()
    {
        _log.Append();

        _log.Log.AppendReset(StoreResetReason.Epoch, TestLog.At(0, Next));

        Assert.Null(_log.Log.Latest);
        Assert.Empty(_log.Log.GetSnapshot().Messages);
        Assert.Equal("", _log.ReadFrom(StartAt.Latest));
    }

    [Fact]
    public void AppendReset_ReaderThatWasLappedAsWell_GetsOneReset()
    {
        var slow = _log.Open(StartAt.Now);
        _log.AppendMany(4);
        _log.Log.AppendReset(StoreResetReason.Epoch, TestLog.At(0, Next));
        _log.AppendMany(8);

        Assert.Equal("reset:slow@8", slow.Read());
    }

    [Fact]
    public void Data_OfAReset_IsEmptyAndItsTextThrows()
    {
        var live = _log.Open(StartAt.Now);
        _log.Log.AppendReset(StoreResetReason.Epoch, TestLog.At(0, Next));

        Assert.True(live.TryRead(out StoreMessage? message));
        Assert.True(message.Data.IsEmpty);
        Assert.Null(message.EventType);
        Assert.Equal(MessageFormat.Text, message.Format);
        Assert.Throws<InvalidOperationException>(message.GetText);
        Assert.Equal(message.Reset!.Id, message.Id);
    }
}
