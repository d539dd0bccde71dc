namespace Tornadose.SignalR.Specifications;

// Random changes, with readers that lag, are cut and resume.
public abstract partial class KeyedStoreSpecification<TFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomChanges_ReadersThatLagAreCutAndResume_EndWithTheState(int seed)
    {
        var store = await OpenAsync(options => (options.MaxKeys, options.MaxTombstones) = (40, 5));
        var random = new Random(seed);
        var model = new Dictionary<string, string>(StringComparer.Ordinal);
        var readers = Enumerable.Range(0, 6).Select(_ => (Reader: new KeyedReader(), Cursor: Cursor(StartAt.Latest))).ToArray();
        var last = default(MessagePosition?);
        for (var step = 0; step < Math.Min(_fixture.HeavyLoad, 3000); step++)
        {
            last = await ChangeAsync(store, model, random, step) ?? last;
            var index = random.Next(readers.Length * 4);
            if (index < readers.Length)
                readers[index] = Move(readers[index], random);
        }

        await ArrivedAsync(last);
        foreach (var (reader, cursor) in readers)
        {
            while (cursor.TryRead(out StoreMessage? message))
                reader.Apply(message);
            cursor.Dispose();
            Assert.True(reader.IsComplete);
            Assert.Equal(model.OrderBy(pair => pair.Key), reader.State.OrderBy(pair => pair.Key));
        }

        Assert.Equal(
            model.OrderBy(pair => pair.Key).Select(pair => pair.Key + pair.Value),
            (await store.GetSnapshotAsync()).Messages.OrderBy(message => message.Key).Select(message => message.Key + Value(message)));
    }

    [Fact]
    public async Task ReadersUnderFire_EveryOne_EndsWithTheState()
    {
        var store = await OpenAsync(options => (options.MaxKeys, options.MaxTombstones) = (300, 50));
        var stop = new TaskCompletionSource();
        // Each has its own thread: readers that never wait would starve the thread pool, which the backplane needs.
        var reading = Enumerable.Range(0, 4).Select(seed => Task.Factory.StartNew(
            () => ReadUnderFire(seed, stop.Task), default, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var model = new Dictionary<string, string>(StringComparer.Ordinal);
        var random = new Random(9);
        var last = default(MessagePosition?);
        for (var step = 0; step < Math.Min(_fixture.HeavyLoad, 20_000); step++)
            last = await ChangeAsync(store, model, random, step, keys: 250) ?? last;
        await ArrivedAsync(last);
        stop.SetResult();

        foreach (var reader in await Task.WhenAll(reading).WithTimeout())
            Assert.Equal(model.OrderBy(pair => pair.Key), reader.State.OrderBy(pair => pair.Key));
    }

    private KeyedReader ReadUnderFire(int seed, Task stopped)
    {
        var random = new Random(seed);
        var (reader, cursor) = (new KeyedReader(), Cursor(StartAt.Latest));
        while (!stopped.IsCompleted)
        {
            (reader, cursor) = Move((reader, cursor), random);
            Thread.Yield();
        }

        while (cursor.TryRead(out StoreMessage? message))
            reader.Apply(message);
        cursor.Dispose();
        return reader;
    }

    /// <summary>
    /// Reads a little, or nothing, or everything; now and then the reader is cut, and resumes after its id, or begins as a new one.
    /// </summary>
    private (KeyedReader Reader, MessageCursor Cursor) Move((KeyedReader Reader, MessageCursor Cursor) from, Random random)
    {
        var (reader, cursor) = from;
        var count = random.Next(3) == 0 ? int.MaxValue : random.Next(8);
        for (; count > 0 && cursor.TryRead(out StoreMessage? message); count--)
            reader.Apply(message);
        if (random.Next(4) != 0)
            return (reader, cursor);
        cursor.Dispose();
        if (random.Next(5) == 0)
            return (new KeyedReader(), Cursor(StartAt.Latest));
        return (reader, Cursor(reader.LastId is { } id ? StartAt.AfterId(id) : StartAt.Latest));
    }

    private static async Task<MessagePosition?> ChangeAsync(
        IKeyedStore store, Dictionary<string, string> model, Random random, int step, int keys = 30)
    {
        var key = $"k{random.Next(keys)}";
        switch (random.Next(200))
        {
            case 0:
                model.Clear();
                return await store.ClearAsync();
            case < 60:
                model.Remove(key);
                return await store.RemoveAsync(key);
            default:
                model[key] = $"{step}";
                return await store.SetAsync(key, step);
        }
    }
}
