using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

public sealed class MessageCursorEndTests
{
    private readonly TestLog _log = new();

    [Fact, Case("ST-09")]
    public void IsEnded_CompletedLog_OnlyOnceEverythingWasRead()
    {
        var cursor = _log.Open(StartAt.Now);
        _log.Append();

        _log.Log.Complete();

        Assert.False(cursor.IsEnded);
        Assert.Equal("1", cursor.Read());
        Assert.True(cursor.IsEnded);
        Assert.False(cursor.IsDisconnected);
    }

    [Fact, Case("ST-09")]
    public void IsEnded_CompletedLogWithAnUnreadReset_IsFalse()
    {
        _log.Append();
        _log.Log.Complete();
        var cursor = _log.Open(StartAt.AfterId("garbage"));

        Assert.False(cursor.IsEnded);
        Assert.Equal("reset:unknown@1", cursor.Read());
        Assert.True(cursor.IsEnded);
    }

    [Fact, Case("ST-09")]
    public async Task WaitToReadAsync_LogIsCompleted_ReturnsFalse()
    {
        var wait = _log.Open(StartAt.Now).WaitToReadAsync();
        Assert.False(wait.IsCompleted);

        _log.Log.Complete();

        Assert.False(await wait.WithTimeout());
    }

    [Fact]
    public async Task WaitToReadAsync_Append_ReturnsTrue()
    {
        var cursor = _log.Open(StartAt.Now);
        var wait = cursor.WaitToReadAsync();
        Assert.False(wait.IsCompleted);

        _log.Append();

        Assert.True(await wait.WithTimeout());
        Assert.Equal("1", cursor.Read());
    }

    [Fact]
    public void WaitToReadAsync_SomethingToRead_DoesNotWait()
    {
        var cursor = _log.Open(StartAt.AfterId("garbage"));

        Assert.True(cursor.WaitToReadAsync().IsCompletedSuccessfully);
    }

    [Fact, Case("ST-10")]
    public async Task WaitToReadAsync_Cancelled_ThrowsAndOthersStillWake()
    {
        using var cancellation = new CancellationTokenSource();
        var cancelled = _log.Open(StartAt.Now).WaitToReadAsync(cancellation.Token);
        var other = _log.Open(StartAt.Now).WaitToReadAsync();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WithTimeout());
        _log.Append();
        Assert.True(await other.WithTimeout());
    }

    [Fact]
    public async Task WaitToReadAsync_Disconnected_ReturnsFalse()
    {
        var log = new TestLog(capacity: 1);
        var cursor = log.Open(StartAt.Now, SlowConsumerPolicy.Disconnect);
        log.AppendMany(2);
        cursor.Read();

        Assert.False(await cursor.WaitToReadAsync().WithTimeout());
    }
}
