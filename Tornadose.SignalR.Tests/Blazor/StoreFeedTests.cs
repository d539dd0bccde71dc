using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Blazor;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

public sealed class StoreFeedTests
{
    [Fact]
    public async Task Feed_DisconnectedByItsStore_ComesBackSaysWhatItMissedAndGoesOn()
    {
        await using var services = Services(store => (store.Capacity, store.SlowConsumer) = (3, SlowConsumerPolicy.Disconnect));
        var store = services.GetRequiredService<IStoreProvider>().GetStore("numbers");
        using var reached = new SemaphoreSlim(0);
        using var gate = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var blocks = false;
        var feed = new StoreFeed<int>(ReaderOf(services), keep: 10, () =>
        {
            if (!Volatile.Read(ref blocks))
                return;
            Volatile.Write(ref blocks, false);
            reached.Release();
            gate.Wait(); // a page that is busy until its store has moved on
        });
        await feed.LoadAsync(upTo: null, stop.Token);
        var reading = feed.ReadAsync(stop.Token);
        Volatile.Write(ref blocks, true);
        await store.PublishAsync(1);
        await reached.WaitAsync().WithTimeout();
        for (var number = 2; number <= 10; number++)
            await store.PublishAsync(number);
        gate.Release();
        await Eventually.TrueAsync(
            () => feed.Context.Resets == 1 && feed.Context.Items.Select(static item => item.Value).SequenceEqual([8, 9, 10]));
        Assert.Equal(StoreResetReason.Expired, feed.Context.ResetReason);
        await store.PublishAsync(11);
        await Eventually.TrueAsync(() => feed.Context.Items.Select(static item => item.Value).SequenceEqual([8, 9, 10, 11]));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Feed_CompletedStore_ShowsAllAndSaysSo()
    {
        await using var services = Services(static store => store.Capacity = 10);
        var store = services.GetRequiredService<IStoreProvider>().GetStore("numbers");
        var feed = new StoreFeed<int>(ReaderOf(services), keep: 10, static () => { });
        await feed.LoadAsync(upTo: null, default);
        var reading = feed.ReadAsync(default);
        await store.PublishAsync(1);
        await store.CompleteAsync(2);
        await reading.WithTimeout();
        Assert.True(feed.IsCompleted);
        Assert.Equal([1, 2], feed.Context.Items.Select(static item => item.Value));
        var late = new StoreFeed<int>(ReaderOf(services), keep: 10, static () => { });
        await late.LoadAsync(upTo: null, default);
        Assert.True(late.IsCompleted);
        Assert.Equal([1, 2], late.Context.Items.Select(static item => item.Value));
    }

    [Fact]
    public async Task Feed_OfAStoreThatKeepsNothing_SaysOnceWhatItMissedAndShowsWhatComes()
    {
        await using var services = Services(static store => store.Capacity = 0);
        var store = services.GetRequiredService<IStoreProvider>().GetStore("numbers");
        using var stop = new CancellationTokenSource();
        // A view that kept resuming with an id would never release its thread, so it runs on its own thread and checks the token there.
        var feed = new StoreFeed<int>(ReaderOf(services), keep: 10, stop.Token.ThrowIfCancellationRequested);
        await feed.LoadAsync(upTo: null, stop.Token);
        await store.PublishAsync(1);
        var reading = Task.Run(() => feed.ReadAsync(stop.Token));
        try
        {
            await Eventually.TrueAsync(() => feed.Context.Resets > 0);
            await store.PublishAsync(2);
            await Eventually.TrueAsync(() => feed.Context.Items.Select(static item => item.Value).SequenceEqual([2]));
            Assert.Equal(1, feed.Context.Resets);
        }
        finally
        {
            await stop.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Feed_LoadedUpToAnId_BeginsAnotherThatGoesOnAfterThatId()
    {
        await using var services = Services(static store => store.Capacity = 10);
        var store = services.GetRequiredService<IStoreProvider>().GetStore("numbers");
        await store.PublishAsync(1);
        var seen = await store.PublishAsync(2);
        await store.PublishAsync(3);
        var first = new StoreFeed<int>(ReaderOf(services), keep: 10, static () => { });
        await first.LoadAsync(seen.ToString(), default);
        await store.CompleteAsync(4);
        var second = new StoreFeed<int>(ReaderOf(services), keep: 10, static () => { });
        second.Take(first.Beginning!);
        Assert.Equal([1, 2], second.Context.Items.Select(static item => item.Value));
        await second.ReadAsync(default).WithTimeout();
        Assert.Equal([1, 2, 3, 4], second.Context.Items.Select(static item => item.Value));
        Assert.Equal(0, second.Context.Resets);
    }

    [Fact]
    public async Task Feed_OfACompletedStoreUpToAnId_BeginsAnotherThatIsNotComplete()
    {
        await using var services = Services(static store => store.Capacity = 10);
        var store = services.GetRequiredService<IStoreProvider>().GetStore("numbers");
        var seen = await store.PublishAsync(1);
        await store.CompleteAsync(2);
        var first = new StoreFeed<int>(ReaderOf(services), keep: 10, static () => { });
        await first.LoadAsync(seen.ToString(), default);
        var second = new StoreFeed<int>(ReaderOf(services), keep: 10, static () => { });
        second.Take(first.Beginning!);
        Assert.False(second.IsCompleted);
        await second.ReadAsync(default).WithTimeout();
        Assert.Equal([1, 2], second.Context.Items.Select(static item => item.Value));
    }

    [Fact]
    public async Task Feed_AfterAReset_HoldsNoMessagesBesideThoseThatItShows()
    {
        await using var services = Services(static store => store.Capacity = 3);
        var store = services.GetRequiredService<IStoreProvider>().GetStore("numbers");
        using var stop = new CancellationTokenSource();
        var feed = new StoreFeed<int>(ReaderOf(services), keep: 10, static () => { });
        await store.PublishAsync(0);
        await feed.LoadAsync(upTo: null, stop.Token);
        for (var number = 1; number <= 10; number++)
            await store.PublishAsync(number);
        var reading = feed.ReadAsync(stop.Token);
        await Eventually.TrueAsync(() => feed.Context.Items.Select(static item => item.Value).SequenceEqual([8, 9, 10]));
        await store.PublishAsync(11);
        await Eventually.TrueAsync(() => feed.Context.Items.Select(static item => item.Value).SequenceEqual([8, 9, 10, 11]));
        Assert.Equal((1, null), (feed.Context.Resets, feed.Beginning));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    /// <summary>Otherwise it would retry forever without a pause, and use a whole core.</summary>
    [Fact]
    public async Task Reader_WhoseStoreCancelsByItself_FailsInsteadOfTakingItForALostConnection()
    {
        await using var services = Services(static store => store.Capacity = 3, new CancellingBackplane());
        var after = new MessagePosition(1, 0, 0).ToString();
        await using var messages = ReaderOf(services).ReadAsync(StoreKind.Queue, after, default).GetAsyncEnumerator();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => messages.MoveNextAsync().AsTask().WithTimeout());
    }

    private static IStoreReader ReaderOf(IServiceProvider services) =>
        services.CreateScope().ServiceProvider.GetRequiredService<IStoreReaders>().GetReader("numbers");

    private static ServiceProvider Services(Action<StoreOptions> configure, IBackplane? backplane = null)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        if (backplane is not null)
            services.AddSingleton(backplane);
        services.AddTornadose().AddQueueStore<int>("numbers", configure);
        return services.BuildServiceProvider();
    }

    /// <summary>Tells the first follower that it was canceled, although it was not.</summary>
    private sealed class CancellingBackplane : IBackplane
    {
        private readonly LocalBackplane _local = new(TimeProvider.System);

        public IBackplaneChannel Open(string store, MessageLogLimits limits) => new Channel(_local.Open(store, limits));

        private sealed class Channel(IBackplaneChannel channel) : IBackplaneChannel
        {
            private int _followers;

            public MessageLog Log => channel.Log;

            public ValueTask<MessagePosition> AppendAsync(
                IReadOnlyList<MessageContent> contents, string? idempotencyKey, CancellationToken cancellationToken) =>
                channel.AppendAsync(contents, idempotencyKey, cancellationToken);

            public ValueTask<IDisposable> FollowAsync(CancellationToken cancellationToken) => Interlocked.Increment(ref _followers) == 1
                ? ValueTask.FromException<IDisposable>(new TaskCanceledException("The store's own."))
                : channel.FollowAsync(cancellationToken);

            public ValueTask CatchUpAsync(MessagePosition position, CancellationToken cancellationToken) =>
                channel.CatchUpAsync(position, cancellationToken);

            public ValueTask DisposeAsync() => channel.DisposeAsync();
        }
    }
}
