using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

public sealed class ClientPublishTests
{
    [Fact]
    public async Task Publish_TextValueAndBytes_ReturnsTheIdThatSubscribersSee()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        string[] ids =
        [
            await client.PublishAsync("orders", "42"),
            await client.PublishAsync("orders", new { Item = "tea" }, new PublishOptions { EventType = "placed", IdempotencyKey = "k" }),
            await client.PublishAsync("orders", new { Item = "twice" }, new PublishOptions { IdempotencyKey = "k" }),
            await client.PublishUtf8Async("orders", "bytes"u8.ToArray()),
        ];
        Assert.Equal(ids[1], ids[2]);
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        var text = await reader.NextAsync();
        Assert.Equal((ids[0], "42", MessageFormat.Text), (text.Id, text.GetText(), text.Format));
        var value = await reader.NextAsync();
        Assert.Equal((ids[1], """{"item":"tea"}""", "placed"), (value.Id, value.GetText(), value.EventType));
        Assert.Equal("tea", value.GetValue<Dictionary<string, string>>()["item"]);
        Assert.Throws<MessageFormatException>(() => value.GetValue<int>());
        Assert.Equal((ids[3], "bytes"), ((await reader.NextAsync()).Id, reader.Current.GetValue<string>()));
    }

    [Fact]
    public async Task Publish_WhatTheServerRefuses_ThrowsAsTheServerDoes()
    {
        await using var site = await ClientSite.StartAsync(orders: static store => store.MaxMessageBytes = 16);
        using var client = site.CreateClient("sse");
        await Assert.ThrowsAsync<MessageTooLargeException>(() => client.PublishAsync("orders", new string('x', 17)));
        await Assert.ThrowsAsync<StoreNotFoundException>(() => client.PublishAsync("nothing", "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => client.PublishAsync("orders", "x", new PublishOptions { EventType = "error" }));
        await Assert.ThrowsAsync<ArgumentException>(
            () => client.PublishAsync("orders", "x", new PublishOptions { IdempotencyKey = "a\nb" }));
        site.Link.Redirect(null);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => client.PublishAsync("orders", "x"));
    }

    [Fact]
    public async Task AddTornadoseClient_Options_AreCheckedAndTheClientWorks()
    {
        await using var site = await ClientSite.StartAsync();
        await using var services = new ServiceCollection().AddLogging()
            .AddTornadoseClient(options => options.BaseAddress = new Uri(site.Link.Url, "/stores")).Services.BuildServiceProvider();
        await services.GetRequiredService<TornadoseClient>().PublishAsync("orders", "x");
        await using var wrong = new ServiceCollection().AddLogging()
            .AddTornadoseClient(options => options.ServerTimeout = TimeSpan.Zero).Services.BuildServiceProvider();
        var failure = Assert.Throws<OptionsValidationException>(wrong.GetRequiredService<TornadoseClient>);
        Assert.Contains("ServerTimeout", failure.Message, StringComparison.Ordinal);
    }
}
