using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Producers;

/// <summary>Producers that fill a store while it has readers, in one process.</summary>
public sealed class StoreProducerTests
{
    private readonly FakeTimeProvider _clock = new();
    private int _runs;
    private int _running;

    [Fact]
    public async Task ProducedBy_ReadersComeAndGo_RunsUntilTheGraceAfterTheLast()
    {
        await using var host = await StartAsync(stores => stores.AddDataStore<int>("stats").ProducedBy(ProduceAsync));
        var store = Store(host, "stats");
        Assert.Equal(0, Volatile.Read(ref _runs));
        var first = await store.OpenCursorAsync(StartAt.Now);
        await UntilAsync(runs: 1, running: 1);
        var second = await store.OpenCursorAsync(StartAt.Now);
        first.Dispose();
        second.Dispose();
        using (await store.OpenCursorAsync(StartAt.Now)) // returns within the grace period
            await AdvanceAsync(TimeSpan.FromSeconds(30));
        await UntilAsync(runs: 1, running: 1);
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return Volatile.Read(ref _running) == 0;
        });
        using (await store.OpenCursorAsync(StartAt.Now))
            await UntilAsync(runs: 2, running: 1);
        Assert.Equal(2, (await store.GetSnapshotAsync()).Position.Offset);
    }

    [Fact]
    public async Task ProducedBy_OfKeyedStores_ChangesKeysWhileSomebodyReads()
    {
        await using var host = await StartAsync(stores => stores
            .AddKeyedStore<int>("typed").ProducedBy(static (services, store, stop) => SetAsync(store, services is not null, stop))
            .AddKeyedStore<int>("plain").ProducedBy(static (store, stop) => SetAsync(store, false, stop))
            .AddKeyedStore("rooms/{id}").ProducedBy(static (store, stop) => SetAsync(store, false, stop)));
        var stores = host.Get<IStoreProvider>();
        foreach (var name in (string[])["typed", "plain", "rooms/7"])
        {
            var store = stores.GetKeyedStore<int>(name);
            Assert.Empty((await store.GetEntriesAsync()).Entries);
            await using var reader = store.ReadAllAsync(StartAt.Now).GetAsyncEnumerator();
            Assert.True(await reader.MoveNextAsync().WithTimeout());
            Assert.Equal((name, name == "typed" ? 1 : 0), (reader.Current.Message.Key, reader.Current.GetValue()));
        }

        // Repeatedly: the producer starts with the reader, and may be first.
        static async Task SetAsync(IKeyedStore store, bool hasServices, CancellationToken stop)
        {
            for (; ; await Task.Delay(10, stop))
                await store.SetAsync(store.Name, hasServices ? 1 : 0, cancellationToken: stop);
        }
    }

    [Fact]
    public async Task ProducedBy_TwiceOfAKeyedStore_Throws()
    {
        await using var host = await StartAsync(stores =>
        {
            var store = stores.AddKeyedStore<int>("typed").ProducedBy(static (_, _) => Task.CompletedTask);
            Assert.Throws<InvalidOperationException>(() => store.ProducedBy(static (_, _, _) => Task.CompletedTask));
        });
    }

    [Fact]
    public async Task ProducedBy_Failing_IsLoggedCountedTriedAgainAndTellsTheHealthCheck()
    {
        var fails = true;
        var began = new List<long>();
        await using var host = await StartAsync(stores => stores.AddQueueStore("stats").ProducedBy(async (store, stop) =>
        {
            began.Add(_clock.GetTimestamp());
            Interlocked.Increment(ref _runs);
            if (Volatile.Read(ref fails))
                throw new InvalidOperationException("broken");
            await store.PublishAsync("works", cancellationToken: stop);
            await Task.Delay(Timeout.Infinite, stop);
        }));
        using var metrics = MetricsRecorder.Of(host, "producers.failed");
        using var reader = await Store(host, "stats").OpenCursorAsync(StartAt.Now);
        await Eventually.TrueAsync(() => Producer(host, "stats").Fault is not null);
        await Eventually.TrueAsync(() =>
        {
            if (Volatile.Read(ref _runs) < 3)
                _clock.Advance(TimeSpan.FromMilliseconds(250));
            return metrics.Sum("producers.failed", "tornadose.store=stats") == 3;
        });
        Assert.True(_clock.GetElapsedTime(began[0], began[1]) >= TimeSpan.FromSeconds(1));
        Assert.True(_clock.GetElapsedTime(began[1], began[2]) >= TimeSpan.FromSeconds(2)); // longer each time
        Assert.Contains("InvalidOperationException", await FaultAsync(host), StringComparison.Ordinal);
        var line = host.Logs.GetSnapshot().First(static entry => entry.Level == LogLevel.Error);
        Assert.Equal("broken", line.Exception!.Message);
        Volatile.Write(ref fails, false);
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return Producer(host, "stats").Fault is null && reader.TryRead(out StoreMessage? _);
        });
        Assert.Null(await FaultAsync(host));
    }

    [Fact]
    public async Task ProducedBy_BackplaneBreaksItsContract_IsAFaultAndTriedAgain()
    {
        await using var host = await StartAsync(
            stores => stores.AddDataStore<int>("stats").ProducedBy(ProduceAsync),
            static services => services.AddSingleton<IBackplane>(new NoLeaseAtFirst()));
        using var reader = await Store(host, "stats").OpenCursorAsync(StartAt.Now);
        await Eventually.TrueAsync(() => Producer(host, "stats").Fault is not null);
        Assert.Contains("ArithmeticException", await FaultAsync(host), StringComparison.Ordinal);
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            return Volatile.Read(ref _runs) > 0;
        });
    }

    [Fact]
    public async Task ProducedBy_ReturnsOrCompletesTheStore_IsNoFailureAndNotRepeated()
    {
        await using var host = await StartAsync(stores => stores.AddQueueStore("once").ProducedBy(async (store, stop) =>
        {
            Interlocked.Increment(ref _runs);
            await store.CompleteAsync("all", cancellationToken: stop);
            await store.PublishAsync("too late", cancellationToken: stop);
        }));
        var texts = new List<string>();
        await foreach (var message in Store(host, "once").ReadAllAsync(StartAt.Earliest))
            texts.Add(message.GetText());
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["all"], texts);
        Assert.Equal((1, null), (Volatile.Read(ref _runs), Producer(host, "once").Fault));
    }

    [Fact]
    public async Task ProducedBy_Family_RunsForEachStoreThatIsRead()
    {
        await using var host = await StartAsync(stores => stores.AddQueueStore("devices/{id}")
            .ProducedBy(static (store, stop) => store.PublishAsync(store.Name, cancellationToken: stop).AsTask()));
        using var one = await Store(host, "devices/1").OpenCursorAsync(StartAt.Earliest);
        using var two = await Store(host, "devices/2").OpenCursorAsync(StartAt.Earliest);
        foreach (var (cursor, name) in new[] { (one, "devices/1"), (two, "devices/2") })
        {
            Assert.True(await cursor.WaitToReadAsync().WithTimeout());
            Assert.True(cursor.TryRead(out StoreMessage? message));
            Assert.Equal(name, message.GetText());
        }
    }

    [Fact]
    public void ProducedBy_Twice_IsRefused() => Assert.Throws<InvalidOperationException>(() =>
        new ServiceCollection().AddTornadose().AddDataStore("a").ProducedBy(static (_, _) => Task.CompletedTask)
            .ProducedBy(static (_, _) => Task.CompletedTask));

    [Fact]
    public async Task Polled_Value_IsPublishedWhenItIsAnotherOne()
    {
        var value = 1;
        await using var host = await StartAsync(stores => stores.AddPolledStore("prices", TimeSpan.FromSeconds(1), (services, _) =>
        {
            Interlocked.Increment(ref _runs);
            return new ValueTask<int[]>([Volatile.Read(ref value)]);
        }));
        var store = Store(host, "prices");
        using (await store.OpenCursorAsync(StartAt.Now))
        {
            await Eventually.TrueAsync(() => store.GetSnapshotAsync().Result.Position.Offset == 1);
            for (var asked = 2; asked < 5; asked++)
                await PollAsync(asked);
            Assert.Equal(1, (await store.GetSnapshotAsync()).Position.Offset);
            Volatile.Write(ref value, 2);
            await PollAsync(5);
            await Eventually.TrueAsync(() => store.GetSnapshotAsync().Result.Position.Offset == 2);
        }

        Assert.Equal("[2]", (await store.GetLatestAsync())!.GetText());
    }

    private async Task PollAsync(int asked) => await Eventually.TrueAsync(() =>
    {
        if (Volatile.Read(ref _runs) < asked)
            _clock.Advance(TimeSpan.FromMilliseconds(500));
        return Volatile.Read(ref _runs) >= asked;
    });

    private async Task ProduceAsync(IStore<int> store, CancellationToken stop)
    {
        var run = Interlocked.Increment(ref _runs);
        await store.PublishAsync(run, cancellationToken: stop);
        Interlocked.Increment(ref _running);
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private Task UntilAsync(int runs, int running) =>
        Eventually.TrueAsync(() => (Volatile.Read(ref _runs), Volatile.Read(ref _running)) == (runs, running));

    private async Task AdvanceAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(1))
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private Task<TestHost> StartAsync(Action<ITornadoseBuilder> add, Action<IServiceCollection>? services = null) =>
        TestHost.StartAsync(builder =>
    {
        builder.Services.AddSingleton<TimeProvider>(_clock);
        services?.Invoke(builder.Services);
        add(builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero));
    });

    private static IStore Store(TestHost host, string name) => host.Get<IStoreProvider>().GetStore(name);

    private static StoreProducer Producer(TestHost host, string name) => host.Get<StoreProvider>().Get(name).Producer!;

    private static Task<string?> FaultAsync(TestHost host) =>
        new DeliveryProbe(host.Get<StoreProvider>(), host.Get<IBackplane>(), TimeProvider.System)
            .FindFaultAsync(default);

    /// <summary>Throws an exception that no lease may throw, once.</summary>
    private sealed class NoLeaseAtFirst : IBackplane
    {
        private int _asked;

        public IBackplaneChannel Open(string store, MessageLogLimits limits) => new Channel(this, limits);

        private sealed class Channel(NoLeaseAtFirst backplane, MessageLogLimits limits) : IBackplaneChannel
        {
            public MessageLog Log { get; } = new(limits, TimeProvider.System);

            public ValueTask<MessagePosition> AppendAsync(
                IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
                throw new NotSupportedException();

            public ValueTask<long> LeaseAsync(long held, TimeSpan duration, CancellationToken cancellationToken) =>
                Interlocked.Increment(ref backplane._asked) == 1 ? throw new ArithmeticException() : new(1L);

            public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => new(new MemoryStream());

            public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) => ValueTask.CompletedTask;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
