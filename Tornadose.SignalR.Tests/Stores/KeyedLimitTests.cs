using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Keyed stores at their limits of time and room.</summary>
public sealed class KeyedLimitTests
{
    /// <summary>Readers who were there keep the keys, as nothing is told after the end; so newcomers get them as well.</summary>
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
        await using var host = await TestHost.StartAsync(static builder => builder.Services.AddTornadose(
            static all => all.MaxBytes = 2 << 20).AddKeyedStore("devices/{id}", static store => store.MaxMessageBytes = 1 << 20));
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
}
