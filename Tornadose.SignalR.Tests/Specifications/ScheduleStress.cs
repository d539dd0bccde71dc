using System.Collections.Concurrent;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>Publishing, joining and trimming, each on its own threads, at random moments; the ledger checks every reader.</summary>
internal sealed class ScheduleStress
{
    private const int Joins = 250;
    private const int Joiners = 3;

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<MessagePosition> _published = new();
    private readonly Ledger _ledger;
    private readonly MessageStore _store;
    private readonly bool _isQueue;
    private readonly int _seed;
    private volatile bool _done;

    public ScheduleStress(StoreKind kind, int seed)
    {
        _isQueue = kind == StoreKind.Queue;
        _seed = seed;
        _ledger = new Ledger(_isQueue ? LedgerRule.Every : LedgerRule.Latest);
        var policy = _isQueue ? SlowConsumerPolicy.Reset : SlowConsumerPolicy.SkipToLatest;
        _store = TestStore.Make(kind, new MessageLogLimits(_isQueue ? 64 : 1, 1 << 20), policy, _time);
    }

    public async Task RunAsync()
    {
        var trimming = StartThread(() => Trim(new Random(_seed)));
        var publishing = StartThread(() => Publish(new Random(_seed - 1)));
        var joining = Enumerable.Range(1, Joiners).Select(index => StartThread(() => Join(index, new Random(_seed + index)))).ToArray();
        try
        {
            await Task.WhenAll(joining).WithTimeout();
        }
        finally
        {
            _done = true;
        }

        await publishing.WithTimeout();
        await trimming.WithTimeout();
        _ledger.Check();
    }

    /// <summary>None of them ever waits: on the thread pool they would hold up all other tests.</summary>
    private static Task StartThread(Action action) =>
        Task.Factory.StartNew(action, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Publish(Random random)
    {
        for (var i = 0; !_done; i++)
        {
            var text = $"{i}";
            var position = _store.PublishAsync(text).AsTask().Result;
            _ledger.Published(position.ToString(), text);
            _published.Enqueue(position);
            if (random.Next(8) == 0)
                Thread.SpinWait(random.Next(1_000));
        }
    }

    private void Trim(Random random)
    {
        while (!_done)
        {
            Thread.SpinWait(random.Next(2_000));
            if (_isQueue && random.Next(2) == 0)
                _store.Log.Limits = new MessageLogLimits(
                    random.Next(65), 1 + random.Next(200), random.Next(2) == 0 ? TimeSpan.FromSeconds(1) : null);
            _time.Advance(TimeSpan.FromMilliseconds(random.Next(700)));
            _store.Log.TrimExpired();
        }
    }

    private void Join(int joiner, Random random)
    {
        for (var i = 0; i < Joins; i++)
        {
            var (start, after) = RandomStart(random);
            var subscriber = _ledger.Subscriber($"joiner {joiner}.{i} {start.Where}", "cursor", after);
            var cursor = _store.OpenCursor(start);
            var last = (StoreMessage?)null;
            for (var reads = random.Next(60); reads > 0; reads--)
            {
                if (cursor.TryRead(out StoreMessage? message))
                    last = Record(subscriber, message, last);
                if (random.Next(4) == 0)
                    Thread.SpinWait(random.Next(400));
            }

            subscriber.End();
        }
    }

    /// <summary>Records a message. A reset starts anew; two consecutive resets must have different ids.</summary>
    private static StoreMessage Record(LedgerSubscriber subscriber, StoreMessage message, StoreMessage? last)
    {
        if (message.Reset is { } reset)
        {
            Assert.NotEqual(last?.Reset?.Id, reset.Id);
            subscriber.Reset(reset.ReasonName, reset.Id);
            subscriber.Connected("cursor", reset.Id);
        }
        else
        {
            subscriber.Message(message.Id, message.GetText());
        }

        return message;
    }

    private (StartAt Start, string? After) RandomStart(Random random)
    {
        switch (random.Next(7))
        {
            case 0: return (StartAt.Now, null);
            case 1: return (StartAt.Latest, null);
            case 2: return (StartAt.Earliest, null);
            case 3: return (StartAt.Last(random.Next(80)), null);
            case 4: return (StartAt.AfterId("garbage"), null);
        }

        while (_published.Count > 100)
            _published.TryDequeue(out _);
        var position = _published.TryPeek(out var published) && random.Next(2) == 0 ? published : _store.Position;
        return (StartAt.After(position), _isQueue ? position.ToString() : null);
    }
}
