using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

public sealed class WebSocketHandshakeTests
{
    [Theory]
    [Case("WS-01")]
    [InlineData("Sec-WebSocket-Version", null, 426)]
    [InlineData("Sec-WebSocket-Version", "8", 426)]
    [InlineData("Sec-WebSocket-Version", "banana", 426)]
    [InlineData("Sec-WebSocket-Key", null, 400)]
    [InlineData("Sec-WebSocket-Key", "banana", 400)]
    [InlineData("Sec-WebSocket-Key", "", 400)]
    [InlineData("Connection", "close", 400)]
    public async Task Handshake_HeaderWrong_IsRefusedWithoutSubscriber(string header, string? value, int status)
    {
        await using var host = await StoresApp.StartAsync();
        var headers = RawWs.HandshakeHeaders.Where(given => given.Name != header);
        await using var http = await RawHttp.SendAsync(host.Orders(), "GET", value is null ? headers : [.. headers, (header, value)]);
        Assert.Equal(status, http.Status);
        Assert.Equal(status == 426 ? "13" : null, http.Header("Sec-WebSocket-Version"));
        Assert.Equal(0, host.Subscribers());
        host.Logs.AssertNoErrors();
    }

    [Theory]
    [Case("WS-01")]
    [InlineData("PUT", 405)]
    [InlineData("HEAD", 400)]
    public async Task Handshake_OtherMethod_IsRefused(string method, int status)
    {
        await using var host = await StoresApp.StartAsync();
        await using var http = await RawHttp.SendAsync(host.Orders(), method, RawWs.HandshakeHeaders);
        Assert.Equal((status, 0), (http.Status, host.Subscribers()));
    }

    [Fact]
    [Case("WS-01", "HTTP-30")]
    public async Task Handshake_UnknownStore_Is404()
    {
        await using var host = await StoresApp.StartAsync();
        await using var client = NodeClient.WebSocket(host.WebSocketUrl("/stores/unknown"));
        Assert.Equal(404, (await client.NextAsync("refused")).GetProperty("status").GetInt32());
        Assert.Equal(0, host.Subscribers());
    }

    [Theory]
    [Case("WS-02")]
    [InlineData(null, null)]
    [InlineData("tornadose.raw", "tornadose.raw")]
    [InlineData("chat, tornadose.raw", "tornadose.raw")]
    [InlineData("chat", null)]
    [InlineData("TORNADOSE.RAW", null)]
    public async Task Handshake_Subprotocols_TakesRawOrNone(string? offered, string? taken)
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders(), offered is null ? [] : [("Sec-WebSocket-Protocol", offered)]);
        Assert.Equal(taken, socket.Subprotocol);
        await host.UntilSubscribersAsync(1);
        var id = await host.OrdersStore().PublishAsync("x");
        Assert.Equal(taken is null ? $$"""{"id":"{{id}}","data":"x"}""" : "x", await socket.NextTextAsync());
    }

    [Fact]
    [Case("WS-20", "SEC-19")]
    public async Task Handshake_CompressionOffered_IsDeclined()
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders(), ("Sec-WebSocket-Extensions", "permessage-deflate"));
        Assert.Null(socket.Http.Header("Sec-WebSocket-Extensions"));
    }
}
