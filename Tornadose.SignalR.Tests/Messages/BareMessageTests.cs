using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Messages without a position: delivered live and in order, and never replayed.</summary>
public sealed class BareMessageTests
{
    private readonly TestLog _log = new(capacity: 4);

    [Fact]
    public void AppendWithoutPosition_LiveReader_GetsItInOrderAndWithoutId()
    {
        var live = _log.Open(StartAt.Now);

        _log.Append();
        _log.AppendBare("bare");
        _log.Append();

        Assert.True(live.TryRead(out StoreMessage? first));
        Assert.True(live.TryRead(out StoreMessage? bare));
        Assert.Equal("1", first.GetText());
        Assert.Equal("bare", bare.GetText());
        Assert.Null(bare.Id);
        Assert.Null(bare.Position);
        Assert.Equal(TestLog.At(1), live.Position);
        Assert.Equal("2", live.Read());
    }

    [Fact]
    public void AppendWithoutPosition_ReaderThatComesLater_DoesNotGetIt()
    {
        _log.Append();
        _log.AppendBare("bare");
        _log.Append();

        Assert.Equal("1 2", _log.ReadFrom(StartAt.Earliest));
        Assert.Equal("1 2", _log.ReadFrom(StartAt.Last(5)));
        Assert.Equal("2", _log.ReadFrom(StartAt.After(TestLog.At(1))));
        Assert.Equal("2", _log.ReadFrom(StartAt.Latest));
        Assert.Equal(["1", "2"], _log.Log.GetSnapshot().Messages.Select(message => message.GetText()));
    }

    [Fact]
    public void AppendWithoutPosition_AfterTheTop_DoesNotMoveThePosition()
    {
        _log.Append();
        _log.AppendBare("bare");

        Assert.Equal(TestLog.At(1), _log.Log.Position);
        Assert.Equal("1", _log.Log.Latest!.Message.GetText());
        Assert.Equal("", _log.ReadFrom(StartAt.After(TestLog.At(1))));
    }

    [Fact]
    public void AppendWithoutPosition_BetweenOpeningAndReading_IsLive()
    {
        _log.Append();
        var cursor = _log.Open(StartAt.Earliest);

        _log.AppendBare("bare");

        Assert.Equal("1 bare", cursor.Read());
    }

    [Fact]
    public void Latest_ValueFollowedByARingOfBareMessages_IsDeliveredWithoutAReset()
    {
        _log.Append();
        for (var i = 0; i < 10; i++)
            _log.AppendBare("bare");

        var cursor = _log.Open(StartAt.Latest);

        Assert.Equal("1", cursor.Read());
        _log.Append();
        Assert.Equal("2", cursor.Read());
    }

    [Fact]
    public void Snapshot_ValueFollowedByARingOfBareMessages_HoldsTheValue()
    {
        _log.Append();
        for (var i = 0; i < 10; i++)
            _log.AppendBare("bare");

        var snapshot = _log.Log.GetSnapshot();

        Assert.Equal("1", Assert.Single(snapshot.Messages).GetText());
        Assert.Equal(TestLog.At(1), snapshot.Position);
    }
}
