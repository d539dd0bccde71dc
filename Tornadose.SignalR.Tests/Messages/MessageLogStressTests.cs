using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Lock-free readers against a writer that keeps lapping them.</summary>
public sealed class MessageLogStressTests
{
    private const int Messages = 200_000;

    [Theory, Case("ST-03", "ST-12"), InlineData(1), InlineData(2), InlineData(16), InlineData(1000)]
    public async Task TryRead_WriterLapsTheReaders_EveryGapIsAResetAndEveryEntryIsTheOneAskedFor(int capacity)
    {
        var log = new TestLog(capacity);
        var readers = Enumerable.Range(0, 3).Select(_ => log.Open(StartAt.Now))
            .Select(cursor => Task.Run(() => FollowAsync(cursor))).ToArray();

        log.AppendMany(Messages);

        foreach (var reader in readers)
            await reader.WithTimeout();
    }

    [Fact, Case("ST-02")]
    public async Task Open_WhileTheWriterLaps_BeginsWithAResetOrContiguously()
    {
        var log = new TestLog(capacity: 4);
        var writing = Task.Run(() => log.AppendMany(Messages));

        while (!writing.IsCompleted)
        {
            Begin(log, StartAt.Earliest, exactly: false);
            Begin(log, StartAt.Last(2), exactly: false);
            Begin(log, StartAt.After(log.Log.Position), exactly: true);
            Begin(log, StartAt.After(TestLog.At(Math.Max(0, log.Log.Position.Offset - 3))), exactly: true);
        }

        await writing;
    }

    private static async Task FollowAsync(MessageCursor cursor)
    {
        var last = 0L;
        while (last < Messages && await cursor.WaitToReadAsync())
        {
            while (cursor.TryRead(out StoreMessage? message))
            {
                var offset = message.Position!.Value.Offset;
                if (message.Reset is { } reset)
                    Assert.True(offset >= last && reset.Reason == StoreResetReason.Slow, $"{message.Word()} after {last}");
                else
                    Assert.True(offset == last + 1 && message.GetText() == $"{offset}", $"{message.Word()} after {last}");
                last = offset;
            }
        }
    }

    private static void Begin(TestLog log, StartAt start, bool exactly)
    {
        var cursor = log.Open(start);
        var last = exactly ? start.Position!.Value.Offset : (long?)null;
        for (var i = 0; i < 3 && cursor.TryRead(out StoreMessage? message); i++)
        {
            var offset = message.Position!.Value.Offset;
            if (message.Reset is null)
                Assert.True(last is null || offset == last + 1, $"{offset} after {last}, {start.Where}");
            last = offset;
        }
    }
}
