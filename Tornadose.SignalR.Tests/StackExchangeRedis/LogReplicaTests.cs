using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

public sealed class LogReplicaTests
{
    private const int Capacity = 16;
    private const int PageSize = 5;

    [Fact]
    public void Receive_NextMessage_IsAppendedWithoutARead()
    {
        var (store, replica) = Start();
        Assert.False(replica.Receive(store.Append()));
        Assert.Equal(store.Top, replica.Log.Position);
    }

    [Fact]
    public void Receive_AfterALostMessage_WantsToRead()
    {
        var (store, replica) = Start();
        store.Append();
        Assert.True(replica.Receive(store.Append()));
        Assert.Equal(0, replica.Log.Position.Offset);
        Sync(replica, store);
        Assert.Equal(store.Top, replica.Log.Position);
    }

    [Fact]
    public void Receive_WhatOthersHaveOvertaken_IsTakenWithoutARead()
    {
        var (store, replica) = Start();
        var cursor = Cursor(replica);
        var sent = Enumerable.Range(0, 5).Select(_ => store.Append()).ToArray();
        foreach (var late in new[] { 2, 4, 1 })
            Assert.True(replica.Receive(sent[late]));
        Assert.True(replica.Receive("bare"u8.ToArray()));
        Assert.True(replica.Receive(sent[3]));
        Assert.False(replica.Receive(sent[0]));
        Assert.Equal(["1", "2", "3", "4", "5", "bare"], Read(cursor));
        Assert.False(replica.Receive(store.Append()));
        Assert.Equal(["6"], Read(cursor));
    }

    [Fact]
    public void Receive_NextOffsetOfAnotherPast_IsNotAppended()
    {
        var (store, replica) = Start();
        for (var i = 0; i < 5; i++)
            replica.Receive(store.Append());
        var cursor = Cursor(replica);
        store.RollBack(2);
        store.Append();
        store.Append();
        Assert.True(replica.Receive(store.Append()));
        Sync(replica, store);
        Assert.Equal(["rollback 3", "4", "5", "6"], Read(cursor));
    }

    [Fact]
    public void Receive_BareBetweenMessagesWhileReading_KeepsItsPlace()
    {
        var (store, replica) = Start();
        var cursor = Cursor(replica);
        var first = store.Append();
        replica.Receive(store.Append());
        var plan = replica.Begin();
        replica.Receive("bare"u8.ToArray());
        replica.Receive(store.Append());
        var page = store.Read(plan.From, PageSize);
        replica.Receive(first);
        Assert.Null(replica.Merge(plan, page));
        Assert.Equal(["1", "2", "bare", "3"], Read(cursor));
    }

    [Fact]
    public void Merge_LogGoneAndCounterAhead_IsAResetToTheCounter()
    {
        var (store, replica) = Start();
        replica.Receive(store.Append());
        var cursor = Cursor(replica);
        store.Append();
        store.Append();
        store.DeleteLog();
        Sync(replica, store);
        Assert.Equal(["expired 3"], Read(cursor));
        Assert.False(replica.Receive(store.Append()));
        Assert.Equal(["4"], Read(cursor));
    }

    [Fact]
    public void IsStale_Positions_SayWhetherToRead()
    {
        var (store, replica) = Start();
        var before = replica.Log.Position;
        replica.Receive(store.Append());
        var at = replica.Log.Position;
        Assert.False(replica.IsStale(at, at));
        Assert.False(replica.IsStale(at, before));
        Assert.False(replica.IsStale(before, before)); // told before the message came
        Assert.True(replica.IsStale(before, at));
        Assert.True(replica.IsStale(null, at));
        Assert.True(replica.IsStale(at with { Tag = 7 }, at));
        Assert.True(replica.IsStale(at with { Offset = 9 }, at));
        Assert.True(replica.IsStale(at with { Epoch = 9 }, at));
    }

    /// <summary>Whatever is lost on the way, and whatever Redis loses: no reader meets a message whose predecessor it has not seen, unless a reset said so, and all end at the top.</summary>
    [Fact]
    public void Readers_AnyHistory_MeetAChainOrAReset()
    {
        var seeds = Environment.GetEnvironmentVariable("TORNADOSE_SEED") is { } one ? [int.Parse(one, System.Globalization.CultureInfo.InvariantCulture)] : Enumerable.Range(0, 400).Select(_ => Random.Shared.Next()).ToArray();
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
        var store = new SimulatedStore(random, Capacity);
        var replica = new LogReplica(new MessageLog(new MessageLogLimits(4 * Capacity, 1 << 20), TimeProvider.System), new WaitingFrames(8, 1 << 20), Refused);
        Sync(replica, store);
        var chain = new Chain(store, Cursor(replica));
        var late = new List<ReadOnlyMemory<byte>>();
        for (var step = 0; step < 200; step++)
        {
            Step(random, store, replica, late);
            if (random.Next(4) == 0)
                Sync(replica, store, () => Step(random, store, replica, late));
            chain.Check();
        }

        Sync(replica, store);
        chain.Check();
        Assert.Equal(store.Top, replica.Log.Position);
        Assert.Equal(store.Top, chain.At);
    }

    private static void Step(Random random, SimulatedStore store, LogReplica replica, List<ReadOnlyMemory<byte>> late)
    {
        switch (random.Next(30))
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
            case < 8:
                store.Append(); // and its announcement is lost
                break;
            case < 12:
                late.Add(store.Append()); // and others overtake it
                break;
            case < 17 when late.Count > 0:
                var next = random.Next(late.Count);
                replica.Receive(late[next]);
                late.RemoveAt(next);
                break;
            default:
                replica.Receive(store.Append());
                break;
        }
    }

    private static void Refused() => Assert.Fail("The script's announcements are never refused.");

    private static (SimulatedStore Store, LogReplica Replica) Start()
    {
        var store = new SimulatedStore(new Random(1), Capacity);
        var replica = new LogReplica(new MessageLog(new MessageLogLimits(Capacity, 1 << 20), TimeProvider.System), new WaitingFrames(100, 1 << 20), Refused);
        Sync(replica, store);
        return (store, replica);
    }

    private static void Sync(LogReplica replica, SimulatedStore store, Action? meanwhile = null)
    {
        var reads = 0;
        for (var plan = replica.Begin(); plan is not null;)
        {
            if (++reads < 10)
                meanwhile?.Invoke();
            var page = store.Read(plan.From, PageSize);
            if (reads < 10)
                meanwhile?.Invoke();
            plan = replica.Merge(plan, page);
            Assert.True(reads < 100, "reads without end");
        }
    }

    private static MessageCursor Cursor(LogReplica replica) => MessageCursor.Open(replica.Log, SlowConsumerPolicy.Reset, StartAt.Now, newestWins: false);

    private static List<string> Read(MessageCursor cursor)
    {
        var read = new List<string>();
        while (cursor.TryRead(out StoreMessage? message))
            read.Add(message.Reset is { } reset ? $"{reset.ReasonName} {reset.Position.Offset}" : message.Position?.Offset.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? message.GetText());
        return read;
    }

    /// <summary>One reader, and what it may be told next.</summary>
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
