using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hosting;

public sealed class MappedPathsTests
{
    [Theory]
    [InlineData("/stores", "/stores/rooms/1:a.b_c-d")]
    [InlineData("/stores/", "/stores/rooms/1:a.b_c-d")]
    [InlineData("/", "/rooms/1:a.b_c-d")]
    [InlineData("", "/rooms/1:a.b_c-d")]
    [InlineData("/api/v1", "/api/v1/rooms/1%3Aa.b_c-d")]
    public async Task MapStores_AnyPrefix_ServesNamesWithEveryCharacter(string prefix, string path)
    {
        await using var host = await TestHost.StartAsync(
            builder => builder.Services.AddTornadose().AddQueueStore("rooms/1:a.b_c-d"),
            app => app.MapStores(prefix));
        await host.Services.GetRequiredKeyedService<IStore>("rooms/1:a.b_c-d").PublishAsync("x");
        await using var sse = await RawSse.OpenAsync(host.Url(path + "?from=earliest"));
        Assert.Equal("x", (await sse.NextAsync()).Data);
    }

    [Fact]
    public async Task MapStores_InAGroup_TakesItsPrefix()
    {
        await using var host = await TestHost.StartAsync(
            builder => builder.Services.AddTornadose().AddDataStore<int[]>("numbers"),
            app => app.MapGroup("/api").MapStores("/stores"));
        await host.Services.GetRequiredKeyedService<IStore<int[]>>("numbers").PublishAsync([1, 2]);
        await using var sse = await RawSse.OpenAsync(host.Url("/api/stores/numbers"));
        Assert.Equal("[1,2]", (await sse.NextAsync()).Data);
    }
}
