using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>How HTTP reports completed stores, beyond what every transport promises.</summary>
public sealed class CompletedStoreTests
{
    public static TheoryData<string> Wires => ListClient.Wires;

    [Fact]
    public async Task EventSource_Completed_GetsTheEndAndIsAnswered204WhenItComesBack()
    {
        await using var host = await StoresApp.StartAsync(
            options: static all => all.RetryMin = all.RetryMax = TimeSpan.FromMilliseconds(20));
        await using var client = NodeClient.EventSource(host.Orders("?from=earliest"), new { events = new[] { "tornadose.end" } });
        var end = await host.OrdersStore().CompleteAsync("last");
        Assert.Equal("last", (await client.NextAsync("message")).GetProperty("data").GetString());
        var told = await client.NextAsync("message");
        Assert.Equal(("tornadose.end", $"{end}"), (told.GetProperty("event").GetString(), told.GetProperty("id").GetString()));
        JsonElement error;
        do
            error = await client.NextAsync("error");
        while (error.GetProperty("readyState").GetInt32() != 2); // until it is closed permanently
        Assert.Equal(204, error.GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("text/event-stream", 204)]
    [InlineData("application/x-ndjson", 204)]
    [InlineData("application/json", 200)]
    public async Task Get_AfterTheIdOfTheEnd_HasNothingMore(string accept, int status)
    {
        await using var host = await StoresApp.StartAsync();
        var end = await host.OrdersStore().CompleteAsync("last");
        await using var http = await RawHttp.SendAsync(host.Orders($"?after={end}"), "GET", [("Accept", accept)]);
        Assert.Equal(status, http.Status);
        if (status == 200)
            Assert.Equal($"{{\"store\":\"orders\",\"messages\":[],\"ended\":true,\"id\":\"{end}\"}}", await http.ReadTextAsync());
    }

    [Fact]
    public async Task Snapshot_Completed_SaysSo()
    {
        await using var host = await StoresApp.StartAsync();
        await host.WeatherStore().PublishAsync("sunny");
        var id = await host.WeatherStore().CompleteAsync();
        var snapshot = JsonElement.Parse(await ReadAsync(host.Url("/stores/weather")));
        Assert.Equal("sunny", snapshot.GetProperty("messages")[0].GetProperty("data").GetString());
        Assert.True(snapshot.GetProperty("ended").GetBoolean());
        Assert.Equal($"{id}", snapshot.GetProperty("id").GetString());
        var both = JsonElement.Parse(await ReadAsync(host.Url("/stores?store=weather&store=orders"))).GetProperty("stores");
        Assert.True(both[0].GetProperty("ended").GetBoolean());
        Assert.False(both[1].TryGetProperty("ended", out _));
    }

    [Theory]
    [InlineData("application/json", "1")]
    [InlineData("text/plain", "x")]
    [InlineData("application/x-ndjson", "{\"data\":1}")]
    public async Task Post_Completed_Is409(string type, string body)
    {
        await using var host = await StoresApp.StartAsync();
        await host.OrdersStore().CompleteAsync();
        await using var http = await RawHttp.SendAsync(
            host.Orders(), "POST", [("Content-Type", type)], System.Text.Encoding.UTF8.GetBytes(body));
        Assert.Equal(
            (409, "The store 'orders' is complete: nothing more can be published to it.\n"), (http.Status, await http.ReadTextAsync()));
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task List_OneStoreCompleted_GoesOnUntilAllAre(string wire)
    {
        await using var host = await StoresHost.StartAsync(static stores => stores.AddQueueStore("a").AddQueueStore("b"));
        await using var client = await ListClient.OpenAsync(host, wire, ["a", "b"]);
        await host.Stores.GetStore("a").CompleteAsync("last");
        Assert.Equal("a:last a:end", await client.WordsAsync(2));
        await host.PublishAsync("b", "1");
        Assert.Equal("b:1", await client.WordsAsync(1));
        await host.Stores.GetStore("b").CompleteAsync();
        Assert.Equal("b:end", await client.WordsAsync(1));
        await Eventually.TrueAsync(() => host.Host.Subscribers() == 0);
        await using var back = await RawHttp.SendAsync(
            host.Url($"/stores?store=a&store=b&after={client.LastId}"), "GET", [("Accept", "text/event-stream")]);
        Assert.Equal(204, back.Status);
    }

    [Fact]
    public async Task Family_CompletedStore_IsForgottenAfterItsIdleTime()
    {
        var clock = new FakeTimeProvider();
        await using var host = await TestHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                builder.Services.AddTornadose(static all => all.DrainWindow = TimeSpan.Zero)
                    .AddQueueStore("answers/{id}", static store => store.IdleTimeout = TimeSpan.FromMinutes(1));
            },
            static app => app.MapStores("/stores"));
        var provider = host.Get<IStoreProvider>();
        await using (var stream = await RawHttp.SendAsync(host.Url("/stores/answers/1"), "GET", [("Accept", "text/event-stream")]))
        {
            await provider.GetStore("answers/1").CompleteAsync("all");
            while ((await stream.ReadAsync()).Length > 0)
                continue; // the stream ends by itself
        }

        await Eventually.TrueAsync(() => host.Subscribers() == 0);
        clock.Advance(TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(() => !provider.Names.Contains("answers/1"));
        Assert.Equal(1, (await provider.GetStore("answers/1").PublishAsync("anew")).Offset);
    }

    [Fact]
    public async Task Hub_Completed_EndsTheSubscriptionAndRefusesToPublish()
    {
        await using var host = await HubHost.StartAsync(
            static builder => builder.Services.AddAuthorization(
                static all => all.AddPolicy("all", static policy => policy.RequireAssertion(static _ => true))),
            static stores => stores.AddQueueStore("notes", static store => store.PublishPolicy = "all"));
        await using var client = await host.SubscribeAsync();
        await client.SubscribeAsync("notes");
        var end = await host.Orders.CompleteAsync("last");
        Assert.Equal("Message", (await client.NextAsync()).Method);
        var told = await client.NextAsync();
        Assert.Equal(("Ended", "orders", $"{end}"), (told.Method, told.Store, told.Id));
        await host.Store("notes").PublishAsync("goes on");
        Assert.Equal("notes", (await client.NextAsync()).Store);
        await Eventually.TrueAsync(() => host.Registry.Count == 1);
        await client.SubscribeAsync("orders", $"{end}");
        Assert.Equal(("Ended", $"{end}"), await client.NextAsync() is var again ? (again.Method, again.Id) : default);
        await Eventually.TrueAsync(() => host.Registry.Count == 1);
        await client.SubscribeAsync("notes"); // once more: it waits while the connection leaves the group
        await host.Context.Clients.Group("orders").SendAsync("Message", "orders", new { data = "nobody is in the group" });
        await host.Store("notes").CompleteAsync();
        Assert.Equal(("Ended", "notes"), await client.NextAsync() is var last ? (last.Method, last.Store) : default);
        var refused = await Assert.ThrowsAsync<HubException>(() => client.Connection.InvokeAsync<string>("Publish", "notes", "late"));
        Assert.Contains("[completed] ", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string> ReadAsync(Uri url)
    {
        await using var http = await RawHttp.SendAsync(url, "GET", [("Accept", "application/json")]);
        return await http.ReadTextAsync();
    }
}
