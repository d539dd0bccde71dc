using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Tests.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Features of MessagePack that JSON does not have.</summary>
[Case("SR-14")]
public sealed class MessagePackTests
{
    [Fact]
    public async Task Message_EveryKindOfValue_ArrivesAsItself()
    {
        await using var host = await HubHost.StartAsync();
        await using var client = await HubSubscriber.StartAsync(host.Url, new MessagePackHubProtocol());
        await client.SubscribeAsync("orders");
        var id = await host.Orders.PublishAsync(new
        {
            text = "ä\n😀", whole = 1, large = long.MaxValue, part = 1.5, yes = true, nothing = (string?)null,
            list = new object[] { 1, "x" },
        });
        var message = await client.NextAsync();
        Assert.Equal($"{id}", message.Id);
        var expected = JsonElement.Parse(
            """{"text":"ä\n😀","whole":1,"large":9223372036854775807,"part":1.5,"yes":true,"nothing":null,"list":[1,"x"]}""");
        Assert.True(JsonElement.DeepEquals(expected, JsonElement.Parse(message.Data!)), message.Data);
    }

    [Fact]
    public async Task Subscribe_OneArgument_WorksAndJsonClientsSeeTheSame()
    {
        await using var host = await HubHost.StartAsync();
        await using var packed = await HubSubscriber.StartAsync(host.Url, new MessagePackHubProtocol());
        await using var json = await host.SubscribeAsync();
        await packed.Connection.InvokeAsync<string>("Subscribe", "orders").WithTimeout();
        var ids = await host.PublishAsync(1, 100);
        foreach (var client in new[] { packed, json })
            Assert.Equal(ids, (await client.TakeAsync(100)).Select(message => message.Id));
    }
}
