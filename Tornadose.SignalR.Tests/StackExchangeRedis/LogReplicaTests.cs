using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

public sealed class LogReplicaTests
{
    private const int Capacity = 16;
    private const int PageSize = 5;

    [Fact]
    public void Take_NextMessage_IsAppendedWithoutARead()
    {
        var (store, replica) = Start();
        Take(replica, store.Append());
        Assert.Equal(store.Top, replica.Log.Position);
        Assert.Equal(1, store.Reads); // the window
    }

    [Fact]
    public void Take_AfterALostMessage_ReadsWhatIsBetween()
    {
        var (store, replica) = Start();
        store.Append();
        Take(replica, store.Append());
        Assert.Equal(store.Top, replica.Log.Position);
        Assert.Equal(2, store.Reads);
    }

    [Fact]
    public void Take_WhatOthersHaveOvertaken_IsInItsPlaceOnce()
    {
        var (store, replica) = Start();
        var cursor = Cursor(replica);
        var sent = Enumerable.Range(0, 5).Select(_ => store.Append()).ToArray();
        foreach (var late in new[] { 2, 4, 1 })
            Take(replica, sent[late]);
        Take(replica, "bare"u8.ToArray());
        Take(replica, sent[3]);
        Take(replica, sent[0]);
        Assert.Equal(["1", "2", "3", "4", "5", "bare"], Read(cursor));
        Take(replica, store.Append());
        Assert.Equal(["6"], Read(cursor));
        Assert.Equal(3, store.Reads);
    }

    [Fact]
    public void Take_NextOffsetOfAnotherPast_IsNotAppended()
    {
        var (store, replica) = Start();
        for (var i = 0; i < 5; i++)
            Take(replica, store.Append());
        var cursor = Cursor(replica);
        store.RollBack(2);
        store.Append();
        store.Append();
        Take(replica, store.Append());
        Assert.Equal(["rollback 3", "4", "5", "6"], Read(cursor));
    }

    /// <summary>A data store: readers get only the newest of the messages that replaced the lost ones, not the end as a message.</summary>
    [Fact]
    public void Sync_RolledBackAndCompletedMeanwhile_GivesTheValueAndTheEnd()
    {
        var store = new SimulatedStore(new Random(1), Capacity);
        var limits = new MessageLogLimits(1, 1 << 20, newestSuffices: true);
        var replica = new LogReplica(new MessageLog(limits, TimeProvider.System), store, TimeProvider.System, Refused);
        Sync(replica);
        for (var i = 0; i < 5; i++)
            Take(replica, store.Append());
        var cursor = MessageCursor.Open(replica.Log, SlowConsumerPolicy.SkipToLatest, StartAt.Now, newestWins: true);
        store.RollBack(2);
        store.Append();
        store.Append();
        store.Complete();
        Sync(replica);
        Assert.Equal("5", Read(cursor)[^1]);
        Assert.True(replica.Log.HasEnd);
    }

    [Fact]
    public void Take_BareBetweenMessagesWhileReading_KeepsItsPlace()
    {
        var (store, replica) = Start();
        var cursor = Cursor(replica);
        var first = store.Append();
        var second = store.Append();
        byte[]? third = null;
        store.Meanwhile = () => third ??= store.Append();
        Take(replica, second);
        store.Meanwhile = null;
        Take(replica, "bare"u8.ToArray());
        Take(replica, third!);
        Take(replica, first);
        Assert.Equal(["1", "2", "bare", "3"], Read(cursor));
    }

    [Fact]
    public void Read_LogGoneAndCounterAhead_IsAResetToTheCounter()
    {
        var (store, replica) = Start();
        Take(replica, store.Append());
        var cursor = Cursor(replica);
        store.Append();
        store.Append();
        store.DeleteLog();
        Sync(replica);
        Assert.Equal(["expired 3"], Read(cursor));
        Take(replica, store.Append());
        Assert.Equal(["4"], Read(cursor));
    }

    [Fact]
    public void IsBehind_Positions_SayWhetherToRead()
    {
        var (store, replica) = Start();
        var before = replica.Log.Position;
        Take(replica, store.Append());
        var at = replica.Log.Position;
        Assert.False(replica.IsBehind(at, at));
        Assert.False(replica.IsBehind(at, before));
        Assert.False(replica.IsBehind(before, before)); // compared before the message arrived
        Assert.False(replica.IsBehind(at with { Offset = 9 }, before)); // more is on its way
        Assert.True(replica.IsBehind(before, at));
        Assert.True(replica.IsBehind(null, at));
        Assert.True(replica.IsBehind(at with { Tag = 7 }, at));
        Assert.True(replica.IsBehind(at with { Offset = 9 }, at));
        Assert.True(replica.IsBehind(at with { Epoch = 9 }, at));
    }

    [Fact]
    public void Take_RealIdWithOtherData_IsRefused()
    {
        var (store, replica) = Start();
        var refused = 0;
        replica = new LogReplica(new MessageLog(replica.Log.Limits, TimeProvider.System), store, TimeProvider.System, () => refused++);
        Sync(replica);
        var announced = store.Append();
        var forged = announced.ToArray();
        forged[^1] ^= 1;
        Take(replica, forged);
        Assert.Equal((1, 0), (refused, replica.Log.Position.Offset));
        Take(replica, announced);
        Assert.Equal(store.Top, replica.Log.Position);
    }

    /// <summary>The age of a message counts from the time that Redis stamped, not from its reading.</summary>
    [Fact]
    public void Read_OldMessages_GoWhenTheirTimeHasCome()
    {
        var time = new FakeTimeProvider();
        var store = new SimulatedStore(new Random(1), Capacity) { Age = TimeSpan.FromMinutes(50) };
        var limits = new MessageLogLimits(Capacity, 1 << 20, TimeSpan.FromHours(1));
        var replica = new LogReplica(new MessageLog(limits, time), store, time, Refused);
        store.Append();
        Sync(replica);
        store.Append();
        Sync(replica);
        Assert.Equal(2, replica.Log.GetSnapshot().Messages.Count);
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Empty(replica.Log.GetSnapshot().Messages);
    }

    /// <summary>Anybody may publish an announcement of another epoch; only a read can tell whether it is genuine.</summary>
    [Fact]
    public void Take_ManyOfAMadeUpEpoch_CostOneRead()
    {
        var (store, replica) = Start();
        Take(replica, store.Append());
        var reads = store.Reads;
        for (var i = 0; i < 100; i++)
            Take(replica, SimulatedStore.Prove(System.Text.Encoding.ASCII.GetBytes($"{i + 1:x16};9;00000001;00000000;t0;made up")));
        Assert.Equal(reads + 1, store.Reads);
        Assert.Equal(store.Top, replica.Log.Position);
    }

    /// <summary>A node of another version announces what this one cannot parse, so it reads the log.</summary>
    [Fact]
    public void Take_AnnouncementOfAnotherVersion_IsReadFromTheLog()
    {
        var (store, replica) = Start();
        var cursor = Cursor(replica);
        store.Append();
        Take(replica, "\u0001T2;whatever comes then"u8.ToArray());
        Assert.Equal(["1"], Read(cursor));
    }

    [Fact]
    public void Take_FloodWithoutPositions_LeavesHalfTheWindow()
    {
        var (store, replica) = Start();
        for (var i = 0; i < Capacity / 2; i++)
            Take(replica, store.Append());
        var refused = 0;
        replica = new LogReplica(replica.Log, store, new FakeTimeProvider(), () => refused++);
        for (var i = 0; i < 10 * Capacity; i++)
            Take(replica, "bare"u8.ToArray());
        Assert.Equal(10 * Capacity - (Capacity / 2), refused);
        Assert.Equal(Capacity / 2, replica.Log.GetSnapshot().Messages.Count);
    }

    /// <summary>
    /// Whatever announcements or data are lost: no reader gets a message whose predecessor it has not seen, unless a reset precedes it,
    /// and all end at the top.
    /// </summary>
    [Fact]
    public void Readers_AnyHistory_MeetAChainOrAReset()
    {
        var seeds = Environment.GetEnvironmentVariable("TORNADOSE_SEED") is { } one
            ? [int.Parse(one, System.Globalization.CultureInfo.InvariantCulture)]
            : Enumerable.Range(0, 400).Select(_ => Random.Shared.Next()).ToArray();
        foreach (var seed in seeds)
        {
            try
            {
                RunHistory(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"TORNADOSE_SEED={seed}", failure);
            }
        }
    }

    private static void RunHistory(Random random)
    {
        var store = new SimulatedStore(random, Capacity, PageSize);
        var replica = new LogReplica(
            new MessageLog(new MessageLogLimits(4 * Capacity, 1 << 20), TimeProvider.System), store, new FakeTimeProvider(), Refused);
        Sync(replica);
        var chain = new Chain(store, Cursor(replica));
        var late = new Queue<ReadOnlyMemory<byte>>();
        for (var step = 0; step < 200; step++)
        {
            Step(random, store, replica, late);
            if (random.Next(4) == 0)
            {
                var meanwhile = 0;
                store.Meanwhile = () =>
                {
                    if (++meanwhile < 20)
                        Change(random, store, late);
                };
                Sync(replica);
                store.Meanwhile = null;
            }

            chain.Check();
        }

        Sync(replica);
        chain.Check();
        Assert.Equal(store.Top, replica.Log.Position);
        Assert.Equal(store.Top, chain.At);
    }

    private static void Step(Random random, SimulatedStore store, LogReplica replica, Queue<ReadOnlyMemory<byte>> late)
    {
        switch (random.Next(3))
        {
            case 0:
                Change(random, store, late);
                break;
            case 1 when late.Count > 0:
                for (var skipped = random.Next(late.Count); skipped > 0; skipped--)
                    late.Enqueue(late.Dequeue()); // others overtake it
                Take(replica, late.Dequeue());
                break;
            default:
                Take(replica, store.Append());
                break;
        }
    }

    /// <summary>A change in Redis, whatever the node does meanwhile.</summary>
    private static void Change(Random random, SimulatedStore store, Queue<ReadOnlyMemory<byte>> late)
    {
        switch (random.Next(12))
        {
            case 0:
                store.RollBack(random.Next(1, 8));
                break;
            case 1 when random.Next(4) == 0:
                store.Flush();
                break;
            case 2 when random.Next(4) == 0:
                store.DeleteLog();
                break;
            case < 7:
                store.Append(); // its announcement is lost
                break;
            default:
                late.Enqueue(store.Append());
                break;
        }
    }

    private static void Refused() => Assert.Fail("The script's announcements are never refused.");

    private static (SimulatedStore Store, LogReplica Replica) Start()
    {
        var time = new FakeTimeProvider();
        var store = new SimulatedStore(new Random(1), Capacity);
        var replica = new LogReplica(new MessageLog(new MessageLogLimits(Capacity, 1 << 20), time), store, time, Refused);
        Sync(replica);
        return (store, replica);
    }

    /// <summary>Takes an announcement; the simulated store answers at once.</summary>
    private static void Take(LogReplica replica, ReadOnlyMemory<byte> payload) => Complete(replica.TakeAsync(payload, default));

    private static void Sync(LogReplica replica) => Complete(replica.ReadAsync(long.MaxValue, isMissed: true, default));

    private static void Complete(Task task)
    {
        Assert.True(task.IsCompleted);
        task.GetAwaiter().GetResult();
    }

    private static MessageCursor Cursor(LogReplica replica) =>
        MessageCursor.Open(replica.Log, SlowConsumerPolicy.Reset, StartAt.Now, newestWins: false);

    private static List<string> Read(MessageCursor cursor)
    {
        var read = new List<string>();
        while (cursor.TryRead(out StoreMessage? message))
            read.Add(message.Reset is { } reset
                ? $"{reset.ReasonName} {reset.Position.Offset}"
                : message.Position is { } position ? $"{position.Offset}" : message.GetText());
        return read;
    }

    /// <summary>One reader, and the messages that may follow what it has read.</summary>
    private sealed class Chain(SimulatedStore store, MessageCursor cursor)
    {
        public MessagePosition At { get; private set; } = cursor.Position;

        public void Check()
        {
            while (cursor.TryRead(out StoreMessage? message))
            {
                var position = message.Position!.Value;
                if (message.Reset is null)
                {
                    Assert.Equal((At.Epoch, At.Offset + 1), (position.Epoch, position.Offset));
                    Assert.True(At.Tag == 0 || At.Tag == store.PreviousTags[position], $"{position} does not follow {At}");
                    Assert.Equal(position.ToString(), message.GetText());
                }

                At = position;
            }
        }
    }
}
