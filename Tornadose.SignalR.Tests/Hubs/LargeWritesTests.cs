using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Attack 13: each of 300 connections that did not read had its own copy of a 6 MiB message.</summary>
public sealed class LargeWritesTests
{
    private const int Large = 1_000_000;

    private readonly LargeWrites _writes = new(maxBytes: 3 * Large);

    [Fact]
    [Case("SLOW-02")]
    public async Task Enter_MoreThanTheBound_WaitsInTurn()
    {
        var writes = Enumerable.Range(0, 5).Select(_ => EnterAsync("eve")).ToArray();

        Assert.Equal([true, true, true, false, false], writes.Select(static write => write.IsCompleted));
        (await writes[1])!.Dispose();
        Assert.NotNull(await writes[3].WithTimeout());
        Assert.False(writes[4].IsCompleted);
        (await writes[0])!.Dispose();
        (await writes[0])!.Dispose(); // counts once
        Assert.NotNull(await writes[4].WithTimeout());
        Assert.False(EnterAsync("eve").IsCompleted);
    }

    [Fact]
    [Case("SLOW-03")]
    public async Task Enter_OtherClientOrSmallWrite_DoesNotWait()
    {
        for (var write = 0; write < 4; write++)
            _ = EnterAsync("eve");

        Assert.NotNull(await EnterAsync("ann").WithTimeout());
        Assert.Null(await _writes.EnterAsync("eve", LargeWrites.Threshold, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Enter_LargerThanTheBound_IsAlone()
    {
        var first = EnterAsync("eve");
        var huge = EnterAsync("eve", 10 * Large);
        var last = EnterAsync("eve");

        Assert.False(huge.IsCompleted);
        (await first)!.Dispose();
        var alone = await huge.WithTimeout();
        Assert.False(last.IsCompleted);
        alone!.Dispose();
        Assert.NotNull(await last.WithTimeout());
    }

    [Fact]
    public async Task Enter_GivenUpWhileItWaits_LeavesItsTurn()
    {
        using var gone = new CancellationTokenSource();
        var held = await EnterAsync("eve", 3 * Large);
        var cancelled = _writes.EnterAsync("eve", Large, gone.Token).AsTask();
        var next = EnterAsync("eve", 3 * Large);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WithTimeout());
        held!.Dispose();
        Assert.NotNull(await next.WithTimeout());
    }

    private Task<IDisposable?> EnterAsync(string client, long bytes = Large) =>
        _writes.EnterAsync(client, bytes, TestContext.Current.CancellationToken).AsTask();
}
