using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>The resources that one client holds are limited, whatever their kind.</summary>
public sealed class HeldByOneClientTests
{
    [Fact, Case("PROC-07")]
    public async Task Get_List_CountsForAsManySubscriptionsAsItHasStores()
    {
        await using var host = await StartAsync(options => options.MaxSubscribersPerUser = 10);
        await using var first = await OpenAsync(host, 0, 8);
        await using var second = await OpenAsync(host, 8, 3);
        await using var third = await OpenAsync(host, 8, 2);
        Assert.Equal((200, 429, 200), (first.Status, second.Status, third.Status));
    }

    [Fact, Case("SEC-17")]
    public async Task Post_ToMadeUpNames_IsBoundedForTheClientAndOthersStillHaveStores()
    {
        await using var host = await StartAsync(options =>
        {
            options.MaxStoresPerUser = 5;
            options.LimitKey = context => context.Request.Headers["X-Client"];
        });
        for (var name = 0; name < 5; name++)
            Assert.Equal(200, await PostAsync(host, $"many/{name}", "eve"));
        Assert.Equal(503, await PostAsync(host, "many/5", "eve"));
        Assert.Equal(200, await PostAsync(host, "many/4", "eve")); // an existing store
        Assert.Equal(200, await PostAsync(host, "many/5", "ann"));
        await host.PublishAsync("many/6", "the application's own");
    }

    [Fact, Case("SEC-17")]
    public async Task Post_MoreThanAllStoresMayKeep_IsRefusedForFamiliesOnly()
    {
        var time = new FakeTimeProvider();
        await using var host = await StartAsync(options => options.MaxBytes = 1024 * 1024, time);
        var text = new string('x', 300_000);
        for (var name = 0; name < 3; name++)
            Assert.Equal(200, await PostAsync(host, $"many/{name}", "eve", text));
        Assert.Equal(503, await PostAsync(host, "many/3", "eve", text));
        await Assert.ThrowsAsync<StoreRefusedException>(() => host.PublishAsync("many/3", text));
        Assert.Equal(200, await PostAsync(host, "declared", "eve", text));
        time.Advance(TimeSpan.FromMinutes(11)); // the stores of the family are dropped
        Assert.Equal(200, await PostAsync(host, "many/3", "eve", text));
    }

    /// <summary>A full store drops a message for each new one, but dropping one byte makes no room for a large message.</summary>
    [Fact, Case("SEC-11")]
    public async Task Post_LargeMessageForASmallOne_IsGrowthToo()
    {
        await using var host = await StoresHost.StartAsync(
            static stores =>
                stores.AddDataStore("values/{name}"), static options => options.MaxBytes = 1024 * 1024, new FakeTimeProvider());
        var text = new string('x', 300_000);
        for (var name = 0; name < 4; name++)
            Assert.Equal(200, await PostAsync(host, $"values/{name}", "eve"));
        for (var name = 0; name < 3; name++)
            Assert.Equal(200, await PostAsync(host, $"values/{name}", "eve", text));
        Assert.Equal(503, await PostAsync(host, "values/3", "eve", text));
        Assert.Equal(200, await PostAsync(host, "values/0", "eve", text));
        Assert.Equal(200, await PostAsync(host, "values/0", "eve"));
    }

    private static Task<StoresHost> StartAsync(Action<TornadoseOptions> configure, TimeProvider? time = null) =>
        StoresHost.StartAsync(stores => stores.AddQueueStore("many/{name}").AddQueueStore("declared"), configure, time);

    private static Task<RawHttp> OpenAsync(StoresHost host, int from, int count) =>
        RawHttp.GetAsync(
            host.List([.. Enumerable.Range(from, count).Select(static name => $"many/{name}")]), ("Accept", "application/x-ndjson"));

    private static async Task<int> PostAsync(StoresHost host, string store, string client, string text = "x")
    {
        await using var answer = await RawHttp.SendAsync(host.Url($"/stores/{store}"), "POST", [("X-Client", client)],
            System.Text.Encoding.UTF8.GetBytes(text));
        return answer.Status;
    }
}
