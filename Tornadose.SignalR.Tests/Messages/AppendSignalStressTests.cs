using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Readers and the writer at full speed: after a lost wake-up a reader would wait forever.</summary>
public sealed class AppendSignalStressTests
{
    private const int Messages = 20_000;

    [Fact, Case("ST-01")]
    public async Task WaitToReadAsync_ReadersThatCatchUpAgainAndAgain_NeverMissAnAppend()
    {
        var log = new TestLog(capacity: Messages);
        var readers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => CountAsync(log.Open(StartAt.Earliest)))).ToArray();
        var turns = new TurnTaking();

        for (var i = 0; i < Messages; i++)
        {
            log.Append("");
            turns.After(i);
        }

        foreach (var reader in readers)
            Assert.Equal(Messages, await reader.WithTimeout());
    }

    [Fact, Case("ST-09", "SR-01")]
    public async Task Leave_WhileBeingPumped_LeavesTheOthersUndisturbed()
    {
        var log = new TestLog(capacity: Messages);
        using var stop = new CancellationTokenSource();
        var comeAndGo = Enumerable.Range(0, 2).Select(_ => Task.Run(() => ComeAndGo(log, stop.Token))).ToArray();
        var reader = Task.Run(() => CountAsync(log.Open(StartAt.Earliest)));
        var turns = new TurnTaking();

        for (var i = 0; i < Messages; i++)
        {
            log.Append("");
            turns.After(i);
        }

        Assert.Equal(Messages, await reader.WithTimeout());
        await stop.CancelAsync();
        await Task.WhenAll(comeAndGo).WithTimeout();
    }

    private static async Task<int> CountAsync(MessageCursor cursor)
    {
        var count = 0;
        while (count < Messages && await cursor.WaitToReadAsync())
            while (cursor.TryRead(out MessageEntry? _))
                count++;
        return count;
    }

    private static void ComeAndGo(TestLog log, CancellationToken stop)
    {
        var waiters = Enumerable.Range(0, 20).Select(_ => log.Log.Signal.Join(new RecordingWaiter())).ToArray();
        while (!stop.IsCancellationRequested)
        {
            foreach (var waiter in waiters)
                waiter.Register(log.Log.LastSequence + 1);
            foreach (var waiter in waiters)
                waiter.Leave();
        }
    }

    /// <summary>Lets the readers catch up at varying intervals, to reach the moments at which a wake-up could be lost.</summary>
    private sealed class TurnTaking
    {
        private readonly Random _random = new(1);

        public void After(int index)
        {
            if (index % 3 == 0)
                Thread.SpinWait(_random.Next(200));
        }
    }
}
