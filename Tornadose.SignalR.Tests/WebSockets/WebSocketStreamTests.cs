using System.Text.Json;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

public sealed class WebSocketStreamTests
{
    [Fact]
    [Case("WS-03")]
    public async Task Stream_BacklogInOneWrite_IsSeparateFramesInOrder()
    {
        await using var host = await StoresApp.StartAsync();
        var ids = await host.OrdersStore().PublishNumberedAsync(500);
        await using var socket = await RawWs.OpenAsync(host.Orders("?from=earliest"));
        for (var index = 0; index < ids.Count; index++)
            Assert.Equal($$"""{"id":"{{ids[index]}}","data":"m{{index + 1}}"}""", await socket.NextTextAsync());
    }

    [Theory]
    [Case("WS-03", "WS-21", "SSE-21")]
    [InlineData("")]
    [InlineData("tornadose.raw")]
    public async Task Stream_LengthsAroundEveryEdge_AreWhole(string protocol)
    {
        int[] lengths = [0, 1, 124, 125, 126, 127, 4095, 4096, 65_534, 65_535, 65_536, 65_537, 1_000_000];
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(
            host.Orders("?from=earliest"), ("Sec-WebSocket-Protocol", protocol.Length == 0 ? "none" : protocol));
        foreach (var length in lengths)
            await host.OrdersStore().PublishAsync(new string('x', length));
        foreach (var length in lengths)
        {
            var text = await socket.NextTextAsync();
            Assert.Equal(length, (protocol.Length == 0 ? JsonElement.Parse(text).GetProperty("data").GetString()! : text).Length);
        }
    }

    [Fact]
    [Case("WS-02", "WS-18")]
    public async Task Raw_ResumeImpossible_ClosesWith4001AndNothingElse()
    {
        await using var host = await StoresApp.StartAsync(orders => orders.Capacity = 2);
        var ids = await host.OrdersStore().PublishNumberedAsync(5);
        await using var socket = await RawWs.OpenAsync(host.Orders($"?after={ids[0]}"), ("Sec-WebSocket-Protocol", "tornadose.raw"));
        var close = await socket.NextAsync();
        Assert.Equal((WsOpcode.Close, 4001, "reset_required"), (close.Opcode, close.CloseCode, close.CloseReason));
        await socket.SendCloseAsync(4001);
        Assert.Null(await socket.NextOrEndAsync());
        await host.UntilSubscribersAsync(0);
    }

    [Fact]
    public async Task Node_Ws_ReceivesEventsAndClosesCleanly()
    {
        await using var host = await StoresApp.StartAsync();
        await using var client = NodeClient.WebSocket(host.WebSocketUrl("/stores/orders?from=earliest"));
        await client.NextAsync("open");
        await host.OrdersStore().PublishAsync("\u2028 😀", new PublishOptions { EventType = "placed" });
        var message = await client.NextAsync("message");
        var envelope = JsonElement.Parse(message.GetProperty("data").GetString()!);
        Assert.Equal(("placed", "\u2028 😀"), (envelope.GetProperty("event").GetString(), envelope.GetProperty("data").GetString()));
        await client.SendAsync(new { ping = "p" });
        Assert.Equal("p", (await client.NextAsync("pong")).GetProperty("data").GetString());
        await client.SendAsync(new { close = new object[] { 1000, "done" } });
        Assert.Equal(1000, (await client.NextAsync("close")).GetProperty("code").GetInt32());
        await host.UntilSubscribersAsync(0);
    }
}
