using System.Collections.Concurrent;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Specifications;

/// <summary>
/// Readers join anywhere while messages are published, and the ledger checks what they read. Publishers wait for readers that are far
/// behind, so that no reader is lapped; starts after an expired id are part of the test.
/// </summary>
/// <param name="store">The store, of <see cref="Capacity"/> messages.</param>
/// <param name="messages">How many messages are published, at least 100.</param>
internal sealed class JoinsUnderFire(IStore store, int messages)
{
    public const int Capacity = 200;
    private const int Joins = 100;

    private readonly Ledger _ledger = new();
    private readonly ConcurrentBag<MessagePosition> _published = [];
    private readonly ConcurrentDictionary<Reader, bool> _reading = [];

    public async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var publishers = new[] { Task.Run(() => PublishAsync("a")), Task.Run(() => PublishAsync("b")) };
        var readers = new List<Task>();
        for (var i = 0; i < Joins; i++)
        {
            var at = (long)i * messages / Joins;
            await Eventually.TrueAsync(() => store.Position.Offset >= at);
            readers.Add(Join(i, random));
        }

        await Task.WhenAll(publishers).WithTimeout();
        await Task.WhenAll(readers).WithTimeout();

        _ledger.Check(top: store.Position.ToString());
    }

    private async Task PublishAsync(string publisher)
    {
        for (var i = 0; i < messages / 2; i++)
        {
            while (_reading.Keys.Any(reader => reader.Behind > Capacity / 2))
                await Task.Delay(1); // spinning would starve the thread pool, which the readers and the backplane need
            var text = $"{publisher}{i}";
            var position = await store.PublishAsync(text);
            _ledger.Published(position.ToString(), text);
            _published.Add(position);
        }
    }

    private Task Join(int index, Random random)
    {
        var (start, after) = RandomStart(random);
        var leaveAfter = random.Next(2) == 0 ? random.Next(messages) : messages;
        var subscriber = _ledger.Subscriber($"reader {index} {start}", "cursor", after);
        var reader = new Reader(store);
        _reading.TryAdd(reader, true);
        var cursor = reader.Cursor = store.OpenCursor(start);
        return Task.Run(async () =>
        {
            await ReadAsync(cursor, subscriber, leaveAfter);
            _reading.TryRemove(reader, out _);
        });
    }

    private (StartAt Start, string? After) RandomStart(Random random)
    {
        var published = _published.ToArray();
        var position = published.Length == 0 ? store.Position : published[random.Next(published.Length)];
        return random.Next(8) switch
        {
            0 => (StartAt.Now, null),
            1 => (StartAt.Latest, null),
            2 => (StartAt.Earliest, null),
            3 => (StartAt.Last(random.Next(2 * Capacity)), null),
            4 => (StartAt.AfterId("garbage"), "garbage"),
            5 => (StartAt.After(store.Position), null),
            _ => (StartAt.After(position), position.ToString()),
        };
    }

    private async Task ReadAsync(MessageCursor cursor, LedgerSubscriber subscriber, int leaveAfter)
    {
        var read = 0;
        for (; read < leaveAfter && (cursor.Behind > 0 || cursor.Position.Offset < messages); read++)
        {
            StoreMessage? message;
            while (!cursor.TryRead(out message))
                await cursor.WaitToReadAsync();
            if (message.Reset is { } reset)
                subscriber.Reset(reset.ReasonName, reset.Id);
            else
                subscriber.Message(message.Id, message.GetText());
        }

        if (read == 0 || cursor.Position.Offset < messages)
            subscriber.End();
    }

    /// <summary>A reader from the moment before its cursor is opened.</summary>
    private sealed class Reader(IStore store)
    {
        private readonly long _joinedAt = store.Position.Offset;
        private MessageCursor? _cursor;

        public MessageCursor Cursor
        {
            get => _cursor!;
            set => Volatile.Write(ref _cursor, value);
        }

        public long Behind => Volatile.Read(ref _cursor)?.Behind ?? (store.Position.Offset - _joinedAt);
    }
}
