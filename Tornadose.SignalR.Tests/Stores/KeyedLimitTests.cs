using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Keyed stores at their limits of age and size.</summary>
public sealed class KeyedLimitTests
{
    /// <summary>Present readers keep the keys, because nothing follows the end; so new readers get them as well.</summary>
    [Fact]
    public async Task Complete_KeysThatWouldExpire_StayForEverybody()
    {
        var clock = new FakeTimeProvider();
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddTornadose().AddKeyedStore<int>("devices", static store => store.KeyMaxAge = TimeSpan.FromMinutes(1));
        });
        var devices = host.Get<IStoreProvider>().GetKeyedStore<int>("devices");
        await devices.SetAsync("a", 1);
        await devices.CompleteAsync();
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, (await devices.GetAsync("a"))!.GetValue());
        Assert.Equal("a", Assert.Single((await devices.GetEntriesAsync()).Entries).Key);
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task Remove_NoRoomInAllStores_MakesRoom()
    {
        await using var host = await TestHost.StartAsync(
            static builder => builder.Services.AddTornadose(static all => all.MaxBytes = 2 << 20)
                .AddKeyedStore("devices/{id}", static store => store.MaxMessageBytes = 1 << 20));
        var devices = host.Get<IStoreProvider>().GetKeyedStore("devices/1");
        var key = 0;
        foreach (var size in new[] { 600_000, 60_000, 6_000, 600, 60, 1 })
        {
            var full = await Assert.ThrowsAnyAsync<StoreException>(async () =>
            {
                for (var tried = 0; tried < 100; tried++)
                    await devices.SetAsync($"k{key++}", new string('x', size));
            });
            Assert.IsNotType<StoreFullException>(full);
        }

        Assert.NotNull(await devices.RemoveAsync("k0"));
        Assert.NotNull(await devices.RemoveAsync("k1"));
    }

    /// <summary>A replacement of the same size needs no room, and neither does a repeated publish.</summary>
    [Fact]
    public async Task Set_NoRoomInAllStores_ReplacesWhatIsAsLarge()
    {
        await using var host = await TestHost.StartAsync(
            static builder => builder.Services.AddTornadose(static all => all.MaxBytes = 2 << 20)
                .AddKeyedStore("devices/{id}", static store => store.MaxMessageBytes = 1 << 20));
        var (devices, others) = (
            host.Get<IStoreProvider>().GetKeyedStore("devices/1"), host.Get<IStoreProvider>().GetKeyedStore("devices/2"));
        var once = new PublishOptions { IdempotencyKey = "once" };
        await others.SetAsync("b", new string('x', 1_000_000));
        var first = await devices.SetAsync("a", new string('x', 1_000_000), options: once);
        var refused = await Assert.ThrowsAnyAsync<StoreException>(async () => await devices.SetAsync("c", new string('x', 500_000)));
        Assert.Contains("TornadoseOptions.MaxBytes", refused.Message, StringComparison.Ordinal);

        Assert.Equal(first, await devices.SetAsync("a", new string('x', 1_000_000), options: once));
        foreach (var size in new[] { 1_000_000, 900_000, 940_000, 5 })
            await devices.SetAsync("a", new string('y', size));
        await devices.SetAsync("c", new string('x', 500_000));
        Assert.Equal(["a", "c"], (await devices.GetSnapshotAsync()).Messages.Select(static message => message.Key));
    }

    /// <summary>The timer checks once a second; conditions and limits see the expiry of a key before that.</summary>
    [Fact]
    public async Task KeyMaxAge_BeforeTheClockHasLooked_KeyIsGoneForConditionsAndLimitsToo()
    {
        var clock = new FakeTimeProvider();
        await using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddTornadose()
                .AddKeyedStore<int>("devices", static store => (store.KeyMaxAge, store.MaxKeys) = (TimeSpan.FromMilliseconds(200), 1));
        });
        var devices = host.Get<IStoreProvider>().GetKeyedStore<int>("devices");
        using var cursor = await ((KeyedStore<int>)devices).Store.OpenCursorAsync(StartAt.Latest);
        var first = await devices.SetAsync("a", 1);
        Assert.Equal("start +a=1 end", cursor.ReadChanges());
        clock.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Null(await devices.SetAsync("a", 2, KeyCondition.IfExists));
        Assert.Equal("-a", cursor.ReadChanges());
        Assert.Null(await devices.SetAsync("a", 2, KeyCondition.IfAt(first)));
        Assert.NotNull(await devices.SetAsync("a", 2, KeyCondition.IfNew));
        Assert.Equal("+a=2", cursor.ReadChanges());
        clock.Advance(TimeSpan.FromMilliseconds(250));
        await devices.SetAsync("b", 3);
        Assert.Equal("-a +b=3", cursor.ReadChanges());
        clock.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Null(await devices.RemoveAsync("b"));
        Assert.Equal("-b", cursor.ReadChanges());
    }
}
