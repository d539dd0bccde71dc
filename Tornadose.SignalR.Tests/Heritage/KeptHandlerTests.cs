using System.Text.Json;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Heritage;

/// <summary>Behavior of the handlers of Python's tornadose 0.4 that these transports keep.</summary>
public sealed class KeptHandlerTests
{
    [Fact]
    public async Task EventSource_Message_IsAPlainDataLine()
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.GetAsync(host.Orders());
        Assert.Equal("text/event-stream", http.Header("Content-Type"));
        Assert.Contains("no-cache", http.Header("Cache-Control"), StringComparison.Ordinal);
        await host.OrdersStore().PublishAsync("0.123");
        var text = "";
        while (!text.EndsWith("\ndata: 0.123\n\n", StringComparison.Ordinal))
            text += System.Text.Encoding.UTF8.GetString(await http.ReadAsync());
        Assert.DoesNotContain("event:", text, StringComparison.Ordinal); // an EventSource's onmessage gets it
    }

    [Fact]
    public async Task WebSocketSubscriber_Message_IsJsonWithTheKeyData()
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(1);
        await host.OrdersStore().PublishAsync("hello");
        Assert.Equal("hello", JsonElement.Parse(await socket.NextTextAsync()).GetProperty("data").GetString());
    }

    [Fact]
    public async Task Message_TextOrObject_StaysTextOrBecomesJson()
    {
        await using var host = await StoresApp.StartAsync();
        await using var events = await RawSse.OpenAsync(host.Orders());
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(2);
        await host.OrdersStore().PublishAsync("{\"looks\": \"like JSON\"}");
        await host.OrdersStore().PublishAsync(new { a = 1 });
        Assert.Equal(["{\"looks\": \"like JSON\"}", "{\"a\":1}"], (await events.TakeAsync(2)).Select(static message => message.Data));
        Assert.Equal("{\"looks\": \"like JSON\"}", JsonElement.Parse(await socket.NextTextAsync()).GetProperty("data").GetString());
        Assert.Equal(1, JsonElement.Parse(await socket.NextTextAsync()).GetProperty("data").GetProperty("a").GetInt32());
    }

    [Fact]
    public async Task Subscriber_ComingAndGoing_RegistersAndDeregistersByItself()
    {
        await using var host = await StoresApp.StartAsync();
        await using var events = await RawSse.OpenAsync(host.Orders());
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await host.UntilSubscribersAsync(2);
        await socket.CloseAsync();
        await host.UntilSubscribersAsync(1);
        await events.DisposeAsync();
        await host.UntilSubscribersAsync(0);
    }
}
