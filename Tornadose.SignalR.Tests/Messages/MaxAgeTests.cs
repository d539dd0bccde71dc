using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>No message is delivered, or kept, for longer than <c>MaxAge</c>.</summary>
public sealed class MaxAgeTests
{
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);
    private readonly TestLog _log = new(maxAge: Age);

    [Fact, Case("ST-14")]
    public void Cursor_OpenedAtTheLatestValueAndReadTooLate_GetsNone()
    {
        _log.Append();
        var cursor = _log.Open(StartAt.Latest);
        _log.Time.Advance(2 * Age);
        Assert.Equal("", cursor.Read());
        _log.Append();
        Assert.Equal("2", cursor.Read());
    }

    [Fact, Case("ST-14")]
    public void Cursor_ReplayThatTakesTooLong_IsToldSo()
    {
        _log.AppendMany(3);
        var cursor = _log.Open(StartAt.After(TestLog.At(1)));
        Assert.True(cursor.TryRead(out StoreMessage? second));
        Assert.Equal("2", second.GetText());
        _log.Time.Advance(2 * Age);
        Assert.True(cursor.TryRead(out StoreMessage? reset));
        Assert.Equal(StoreResetReason.Slow, reset.Reset?.Reason);
    }

    [Fact, Case("ST-14")]
    public void Cursor_FromTheEarliestReadTooLate_BeginsWithWhatIsThereThen()
    {
        _log.AppendMany(3);
        var cursor = _log.Open(StartAt.Earliest);
        _log.Time.Advance(2 * Age);
        _log.Append();
        Assert.Equal("4", cursor.Read());
    }

    [Fact, Case("ST-14")]
    public void Log_IdleAndTrimmed_KeepsNoContentAnywhereAndItsPosition()
    {
        var position = _log.Append();
        _log.Time.Advance(2 * Age);
        _log.Log.TrimExpired();
        Assert.Equal((0, position), (_log.Log.Head.Message.Data.Length, _log.Log.Position));
        Assert.Null(_log.Log.Latest);
        Assert.Equal((0, 0L), (_log.Log.Count, _log.Log.Bytes));
        var cursor = _log.Open(StartAt.Now);
        _log.Append();
        Assert.Equal("2", cursor.Read());
    }
}
