using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>The publisher's cost does not depend on the readers that wait.</summary>
public sealed class PublishCostTests
{
    private const int Publishes = 200;

    [Fact, Case("ST-17")]
    public void PublishAsync_TenThousandWaitingReaders_AllocatesNoMoreThanWithNone()
    {
        var alone = TestStore.Queue();
        var crowded = TestStore.Queue();
        for (var i = 0; i < 10_000; i++)
            WaitForEver(crowded);
        _ = (Allocated(alone), Allocated(crowded));

        // A work item of a pump may make the thread pool's queue grow, the more so while other tests fill it.
        var (without, with) = (Allocated(alone), Enumerable.Range(0, 5).Min(_ => Allocated(crowded)));
        Assert.InRange(with, 0, without + (Publishes * 64));
    }

    [Fact, Case("ST-17", "SLOW-02")]
    public async Task PublishAsync_ReaderThatBlocks_IsNotWaitedFor()
    {
        var store = TestStore.Queue();
        using var release = new ManualResetEventSlim();
        var reading = Task.Run(async () =>
        {
            await foreach (var _ in store.ReadAllAsync(StartAt.Earliest))
            {
                release.Wait();
                return;
            }
        });

        await Task.Run(() => store.PublishManyAsync(1000)).WithTimeout();

        Assert.Equal(1000, store.Position.Offset);
        Assert.False(reading.IsCompleted);
        release.Set();
        await reading.WithTimeout();
    }

    private static void WaitForEver(MessageStore store)
    {
        AppendRegistration? registration = null;
        registration = store.Log.Signal.Join(new RecordingWaiter(() => registration!.Register(long.MaxValue)));
        registration.Register(long.MaxValue);
    }

    private static long Allocated(MessageStore store)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Publishes; i++)
            store.PublishAsync("message").GetAwaiter().GetResult();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
