using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

public sealed class ResumeTests
{
    [Theory]
    [Case("HTTP-08", "HTTP-09", "WS-04")]
    [InlineData("after")]
    [InlineData("lastEventId")]
    [InlineData("last_event_id")]
    public async Task Query_EveryName_Resumes(string name)
    {
        await using var host = await StoresApp.StartAsync();
        var ids = await host.OrdersStore().PublishNumberedAsync(3);
        foreach (var id in new[] { ids[1], ids[1].Replace("-", "%2D") })
        {
            await using var sse = await RawSse.OpenAsync(host.Orders($"?{name}={id}"));
            Assert.Equal("resumed", sse.Http.Header("Tornadose-Resume"));
            Assert.Equal("m3", (await sse.NextAsync()).Data);
        }
    }

    [Fact]
    [Case("HTTP-08", "HTTP-10", "HTTP-21")]
    public async Task Header_AndOtherQuery_HeaderWins()
    {
        await using var host = await StoresApp.StartAsync();
        var ids = await host.OrdersStore().PublishNumberedAsync(4);
        await using var header = await RawSse.OpenAsync(host.Orders($"?after={ids[0]}"), ("Last-Event-ID", ids[2]));
        await using var twice = await RawSse.OpenAsync(host.Orders(), ("Last-Event-ID", ids[0]), ("Last-Event-ID", ids[2]));
        Assert.Equal("m4", (await header.NextAsync()).Data);
        Assert.Equal("m4", (await twice.NextAsync()).Data);
    }

    [Fact]
    [Case("HTTP-11", "HTTP-12")]
    public async Task NoId_AbsentOrEmpty_IsLiveWithoutReset()
    {
        await using var host = await StoresApp.StartAsync();
        await host.OrdersStore().PublishNumberedAsync(3);
        await host.WeatherStore().PublishAsync("sunny");
        await using var absent = await RawSse.OpenAsync(host.Orders());
        await using var empty = await RawSse.OpenAsync(host.Orders("?after="), ("Last-Event-ID", ""));
        await using var data = await RawSse.OpenAsync(host.Url("/stores/weather"));
        Assert.All(new[] { absent, empty, data }, sse => Assert.Equal("live", sse.Http.Header("Tornadose-Resume")));
        await host.OrdersStore().PublishAsync("next");
        Assert.Equal("next", (await absent.NextAsync()).Data);
        Assert.Equal("next", (await empty.NextAsync()).Data);
        Assert.Equal("sunny", (await data.NextAsync()).Data);
    }

    [Theory]
    [Case("HTTP-11")]
    [InlineData("?from=earliest", "m1")]
    [InlineData("?last=2", "m4")]
    [InlineData("?last=99", "m1")]
    [InlineData("?last=0", "next")]
    [InlineData("?from=now", "next")]
    public async Task Start_InThePast_BeginsThere(string query, string first)
    {
        await using var host = await StoresApp.StartAsync();
        await host.OrdersStore().PublishNumberedAsync(5);
        await using var sse = await RawSse.OpenAsync(host.Orders(query));
        await host.OrdersStore().PublishAsync("next");
        Assert.Equal(first, (await sse.NextAsync()).Data);
    }

    [Fact]
    [Case("HTTP-13", "HTTP-17")]
    public async Task Resume_IdOfAnotherStore_IsAnEpochResetThatTellsNothing()
    {
        await using var host = await StoresApp.StartAsync();
        var other = await host.WeatherStore().PublishAsync("secret");
        await using var sse = await RawSse.OpenAsync(host.Orders($"?after={other}"));
        var reset = await sse.NextAsync();
        Assert.Equal(("tornadose.reset", "reset"), (reset.Type, sse.Http.Header("Tornadose-Resume")));
        Assert.Equal($$"""{"reason":"epoch","id":"{{host.OrdersStore().Position}}"}""", reset.Data);
    }

    [Fact]
    [Case("HTTP-20")]
    public async Task Resume_DataStore_GivesTheNewestUnlessItIsKnown()
    {
        await using var host = await StoresApp.StartAsync();
        var ids = await host.WeatherStore().PublishNumberedAsync(3);
        await using var old = await RawSse.OpenAsync(host.Url($"/stores/weather?after={ids[0]}"));
        await using var current = await RawSse.OpenAsync(host.Url($"/stores/weather?after={ids[2]}"));
        Assert.Equal("m3", (await old.NextAsync()).Data);
        await host.WeatherStore().PublishAsync("m4");
        Assert.Equal("m4", (await old.NextAsync()).Data);
        Assert.Equal("m4", (await current.NextAsync()).Data);
    }
}
