using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Messages;

/// <summary>Lock-free readers of a keyed log against a writer that never pauses.</summary>
public sealed class KeyedLogStressTests
{
    private const int Keys = 4;

    private static readonly MessagePosition Origin = new(1, 0, 0);

    /// <summary>If a value were older than its snapshot's position, a reader that resumes there would never get the newer one.</summary>
    [Theory]
    [InlineData("k1")]
    [InlineData(null)]
    public async Task Snapshot_WhileTheWriterChangesKeys_ValueIsThatOfThePosition(string? key)
    {
        var log = NewLog(maxTombstones: 10);
        Append(log, 1, Keys);
        await WhileAsync(from => Append(log, from, 1000), Keys + 1, 1000, () =>
        {
            var snapshot = log.TakeKeyed(key);
            Assert.Equal(key is null ? Keys : 1, snapshot.Messages.Count);
            foreach (var message in snapshot.Messages)
                Assert.InRange(snapshot.Position.Offset - message.Position!.Value.Offset, 0, Keys - 1);
        });
    }

    /// <summary>Each round sets and removes keys faster than a walk through all the others completes.</summary>
    [Fact]
    public async Task Snapshot_WhileRemovalsAreForgotten_ComesToAnEnd()
    {
        var log = NewLog(maxTombstones: 1);
        const int Quiet = 20_000;
        for (var offset = 1; offset <= Quiet; offset++)
            Set(log, offset, $"quiet{offset}");
        await WhileAsync(
            from =>
            {
                for (var offset = from; offset < from + 1000; offset += 4)
                {
                    Set(log, offset, "a");
                    Set(log, offset + 1, "b");
                    Remove(log, offset + 2, "a");
                    Remove(log, offset + 3, "b");
                }
            },
            Quiet + 1, 1000, () => Assert.InRange(log.GetSnapshot().Messages.Count, Quiet, Quiet + 2));
    }

    /// <summary>A reader sees one state or the other: a mix of both, or a part of one, never existed.</summary>
    [Fact]
    public async Task Reload_WhileReadersWalk_ShowsOneStateWhole()
    {
        var log = NewLog(maxTombstones: 10);
        Append(log, 1, Keys);
        using var cursor = log.OpenCursor(StartAt.Latest);
        await WhileAsync(
            from =>
            {
                var origin = new MessagePosition((ulong)from, 0, 0);
                log.Reload(StoreResetReason.Epoch, origin, Enumerable.Range(1, Keys).Select(offset => (
                    origin with { Offset = offset, Tag = 1 }, Content($"k{offset % Keys}"), TimeSpan.Zero)), removalsForgotten: 0);
                Append(log, Keys + 1, 2, (ulong)from);
            },
            2, 1, () =>
            {
                foreach (var (snapshot, count) in new[] { (log.GetSnapshot(), Keys), (log.TakeKeyed("k1"), 1) })
                {
                    Assert.Equal(count, snapshot.Messages.Count);
                    Assert.All(snapshot.Messages, message => Assert.Equal(snapshot.Position.Epoch, message.Position!.Value.Epoch));
                }

                Walk(cursor);
            },
            rounds: 5000);
    }

    /// <summary>A reader that resumes while the log continues elsewhere gets a reset and never skips past it.</summary>
    [Fact]
    public async Task Resume_WhileTheLogContinuesElsewhere_GetsItsReset()
    {
        var log = NewLog(maxTombstones: 10);
        for (var key = 0; key < 2000; key++)
            Set(log, key + 1, $"old{key}");
        for (var life = 2UL; life < 300; life++)
        {
            var (position, origin) = (log.Position, new MessagePosition(life, 0, 0));
            var entries = Enumerable.Range(1, 2000).Select(offset => (
                origin with { Offset = offset, Tag = 1 }, Content($"{origin.Epoch}.{offset}"), TimeSpan.Zero)).ToList();
            var reloading = Task.Factory.StartNew(
                () => log.Reload(StoreResetReason.Epoch, origin, entries, removalsForgotten: 0),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            while (!log.IsReloading && !reloading.IsCompleted)
            {
            }

            using var cursor = log.OpenCursor(StartAt.After(position));
            await reloading;
            Assert.True(cursor.TryRead(out StoreMessage? first));
            Assert.NotNull(first.Reset);
        }
    }

    /// <summary>A log that opens between two reads of a waiting cursor does not give it what precedes its start.</summary>
    [Fact]
    public async Task Open_WhileACursorWaits_CursorBeginsWhereItAskedFor()
    {
        for (var round = 0; round < 20_000; round++)
        {
            var log = new MessageLog(new MessageLogLimits(10, 1 << 20), TimeProvider.System);
            log.BeginAt(Origin);
            log.Append(Origin with { Offset = 1, Tag = 1 }, new MessageContent("1"u8.ToArray(), MessageFormat.Text, null));
            log.Append(Origin with { Offset = 2, Tag = 1 }, new MessageContent("2"u8.ToArray(), MessageFormat.Text, null));
            using var cursor = log.OpenCursor(StartAt.Latest);
            using var begin = new Barrier(2);
            var opening = Task.Run(() =>
            {
                begin.SignalAndWait();
                log.Open();
            });
            begin.SignalAndWait();
            StoreMessage? message;
            while (!cursor.TryRead(out message))
            {
            }

            Assert.Equal("2", message.GetText());
            await opening;
        }
    }

    /// <summary>Between two resets, and between the marks of a snapshot, all positions have the same epoch.</summary>
    private static void Walk(MessageCursor cursor)
    {
        ulong? epoch = null;
        while (cursor.TryRead(out StoreMessage? message))
        {
            if (message.Reset is not null)
                epoch = null;
            else if (message.Position is { } position)
                Assert.Equal(epoch ??= position.Epoch, position.Epoch);
        }
    }

    private static async Task WhileAsync(Action<int> write, int from, int step, Action read, int rounds = 200)
    {
        using var stop = new CancellationTokenSource();
        var writing = Task.Factory.StartNew(
            () =>
            {
                for (; !stop.IsCancellationRequested; from += step)
                    write(from);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await Task.Factory.StartNew(
                () =>
                {
                    for (var round = 0; round < rounds; round++)
                        read();
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).WithTimeout();
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }
    }

    private static MessageLog NewLog(int maxTombstones) => new(
        new MessageLogLimits(1, 1 << 24) { MaxKeys = 100_000, MaxTombstones = maxTombstones }, Origin, TimeProvider.System);

    private static void Append(MessageLog log, int from, int count, ulong epoch = 1)
    {
        for (var offset = from; offset < from + count; offset++)
            log.Append(new MessagePosition(epoch, offset, 1), Content($"k{offset % Keys}"));
    }

    private static void Set(MessageLog log, int offset, string key) => log.Append(Origin with { Offset = offset, Tag = 1 }, Content(key));

    private static void Remove(MessageLog log, int offset, string key) => log.Append(
        Origin with { Offset = offset, Tag = 1 }, MessageContent.OfKey("store", key, StoreChange.Delete, default));

    private static MessageContent Content(string key) => MessageContent.OfKey("store", key, StoreChange.Update, "1"u8.ToArray());
}
