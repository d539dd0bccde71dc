using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Blazor;
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
            gate.Wait(); // a page that is busy for so long that its store moves on
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
        // A view that comes back with an id for ever would never let go of its thread: so it has one of its own, and looks at the token
        // there.
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

    private static IStoreReader ReaderOf(IServiceProvider services) =>
        services.CreateScope().ServiceProvider.GetRequiredService<IStoreReaders>().GetReader("numbers");

    private static ServiceProvider Services(Action<StoreOptions> configure)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddTornadose().AddQueueStore<int>("numbers", configure);
        return services.BuildServiceProvider();
    }
}
