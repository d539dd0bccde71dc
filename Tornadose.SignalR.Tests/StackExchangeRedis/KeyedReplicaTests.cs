using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>A node's copy of a keyed store, over histories that a real Redis would not produce within the time of a test.</summary>
public sealed class KeyedReplicaTests
{
    /// <summary>
    /// Announcements are lost and overtaken, Redis is rolled back, continues and is emptied: the copy and its readers end with the state
    /// of Redis.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)] // 6552: Redis restarts empty, and then from a backup
    public async Task AnyHistory_CopyAndReaders_EndWithTheState(int seed)
    {
        for (var run = 0; run < 1000; run++)
        {
            var random = new Random((seed * 1000) + run);
            var history = new History(random, keys: random.Next(2, 12), maxTombstones: random.Next(1, 6), faults: true);
            for (var step = 0; step < 120; step++)
                await history.StepAsync();
            await history.SettleAsync($"TORNADOSE_SEED={(seed * 1000) + run}");
        }
    }

    /// <summary>However long a node was away: while the removals are kept, no reader is reset.</summary>
    [Fact]
    public async Task LossAlone_WithEnoughTombstones_ResetsNobody()
    {
        for (var run = 0; run < 1000; run++)
        {
            var random = new Random(run);
            var history = new History(random, keys: random.Next(2, 12), maxTombstones: 1000, faults: false);
            for (var step = 0; step < 120; step++)
                await history.StepAsync();
            await history.SettleAsync($"run {run}");
            Assert.Equal(0, history.Resets);
        }
    }

    /// <summary>
    /// The newest entry of the copy and the one after it have been replaced: the new entries alone do not reveal the rollback.
    /// </summary>
    [Fact]
    public async Task Rollback_ThatTheLogHasGrownBeyond_IsFoundByTheKeysThatAreOlder()
    {
        var history = new History(new Random(1), keys: 4, maxTombstones: 10, faults: false);
        var store = history.Store;
        await history.UntilAsync(() => store.State.Live.Count() == 4);
        var before = store.State;
        await history.UntilAsync(() => store.State.Top.Offset > before.Top.Offset + 3);
        var lost = store.State.Top.Offset;
        store.State = before;
        while (store.State.Top.Offset < lost + 20)
            store.Change(2); // two of four keys: lost changes of the others are not repeated
        await history.SettleAsync("rollback");
        Assert.Equal(1, history.Resets);
    }

    private sealed class History
    {
        private readonly Random _random;
        private readonly int _keys;
        private readonly bool _faults;
        private readonly MessageLog _log;
        private readonly LogReplica _replica;
        private readonly List<byte[]> _waiting = [];
        private readonly List<KeyedState> _snapshots = [];
        private readonly KeyedReader _reader = new();
        private MessageCursor _cursor;

        public History(Random random, int keys, int maxTombstones, bool faults)
        {
            (_random, _keys, _faults) = (random, keys, faults);
            Store = new SimulatedKeyedStore(random, maxTombstones, pageSize: random.Next(2, 6));
            _log = new MessageLog(new(1, 1 << 20) { MaxKeys = 100, MaxTombstones = maxTombstones }, TimeProvider.System);
            _replica = new LogReplica(_log, Store, TimeProvider.System, static () => { }, store: "s");
            _cursor = _log.OpenCursor(StartAt.Latest);
        }

        public SimulatedKeyedStore Store { get; }

        public int Resets => _reader.Resets;

        public async Task UntilAsync(Func<bool> isDone)
        {
            await _replica.ReadAsync(long.MaxValue, isMissed: false, default);
            while (!isDone())
                if (Store.Change(_keys) is { } frame)
                    await _replica.TakeAsync(frame, default);
            Read(int.MaxValue);
        }

        public async Task StepAsync()
        {
            // sometimes the store changes in the middle of a read
            Store.Meanwhile = _random.Next(3) == 0 ? () => Change(_random.Next(3)) : null;
            switch (_random.Next(_faults ? 40 : 36))
            {
                case < 16:
                    Change(1);
                    break;
                case < 28 when _waiting.Count > 0:
                    await DeliverAsync();
                    break;
                case < 30:
                    await _replica.ReadAsync(long.MaxValue, isMissed: true, default);
                    break;
                case < 33:
                    Read(_random.Next(6));
                    break;
                case < 34:
                    Resume();
                    break;
                case < 36:
                    _snapshots.Add(Store.State);
                    break;
                case < 39 when _snapshots.Count > 0:
                    Store.State = _snapshots[_random.Next(_snapshots.Count)];
                    Change(_random.Next(12));
                    break;
                case 39 when _random.Next(4) == 0:
                    Store.Flush();
                    break;
            }
        }

        public async Task SettleAsync(string what)
        {
            Store.Meanwhile = null;
            while (_waiting.Count > 0)
                await DeliverAsync();
            await _replica.ReadAsync(long.MaxValue, isMissed: true, default);
            Read(int.MaxValue);
            Assert.True(Store.State.Top == _log.Position, $"{what}: {Store.State.Top} and {_log.Position}");
            var live = Store.State.Live.OrderBy(static entry => entry.Position.Offset).ToList();
            AssertSame(
                what, live.Select(static entry => $"{entry.Key}={entry.Value} {entry.Position}"),
                _log.GetSnapshot().Messages.Select(
                    static message => $"{message.Key}={Encoding.UTF8.GetString(message.Value.Span)} {message.Id}"));
            AssertSame(
                what, live.Select(static entry => $"{entry.Key}={entry.Value}").Order(),
                _reader.State.Select(static pair => $"{pair.Key}={pair.Value}").Order());
            Assert.True(_reader.IsComplete, what);
        }

        private static void AssertSame(string what, IEnumerable<string> expected, IEnumerable<string> actual) =>
            Assert.Equal($"{what}: {string.Join(' ', expected)}", $"{what}: {string.Join(' ', actual)}");

        private void Change(int count)
        {
            for (; count > 0; count--)
                if (Store.Change(_keys) is { } frame && _random.Next(4) != 0)
                    _waiting.Add(frame);
        }

        private async Task DeliverAsync()
        {
            var index = _random.Next(4) == 0 ? _random.Next(_waiting.Count) : 0;
            var frame = _waiting[index];
            _waiting.RemoveAt(index);
            await _replica.TakeAsync(frame, default);
        }

        private void Read(int count)
        {
            for (; count > 0 && _cursor.TryRead(out StoreMessage? message); count--)
                _reader.Apply(message);
        }

        private void Resume()
        {
            _cursor.Dispose();
            _cursor = _log.OpenCursor(_reader.LastId is { } id ? StartAt.AfterId(id) : StartAt.Latest);
        }
    }
}
