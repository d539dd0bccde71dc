using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>
/// A subscriber need not send anything: what it sends is ignored, answered or refused, and never delays what it receives.
/// </summary>
public sealed class WebSocketInboundTests
{
    [Fact]
    [Case("WS-07", "WS-13")]
    public async Task Receive_TextAndUnsolicitedPongs_AreIgnored()
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders("?from=earliest"));
        await socket.SendTextAsync("");
        await socket.SendTextAsync("hello");
        await socket.SendTextAsync(new string('x', 4096));
        await socket.SendAsync(WsOpcode.Text, "in "u8.ToArray(), fin: false);
        await socket.SendAsync(WsOpcode.Pong, [1]);
        await socket.SendAsync(WsOpcode.Continuation, "pieces"u8.ToArray());
        await host.OrdersStore().PublishAsync("x");
        Assert.EndsWith("\"data\":\"x\"}", await socket.NextTextAsync());
        Assert.Equal(1000, (await socket.CloseAsync()).CloseCode);
    }

    [Theory]
    [Case("WS-08")]
    [InlineData(true, 0)]
    [InlineData(true, 3)]
    [InlineData(false, 3)]
    public async Task Receive_Binary_ClosesWith1003(bool fin, int length)
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await socket.SendAsync(WsOpcode.Binary, new byte[length], fin);
        await AssertClosedAsync(host, socket, 1003);
    }

    [Fact]
    [Case("WS-08")]
    public async Task Receive_BinaryAfterEmptyText_ClosesWith1003()
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await socket.SendTextAsync("");
        await socket.SendAsync(WsOpcode.Binary, [1, 2, 3]);
        await AssertClosedAsync(host, socket, 1003);
    }

    [Fact]
    [Case("WS-09")]
    public async Task Receive_FrameOverTheLimit_ClosesWith1009()
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await socket.SendTextAsync(new string('x', 4097));
        await AssertClosedAsync(host, socket, 1009);
    }

    [Fact]
    [Case("WS-09")]
    public async Task Receive_EndlessFragments_ClosesWith1009()
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await socket.SendAsync(WsOpcode.Text, new byte[100], fin: false);
        for (var fragment = 0; fragment < 41; fragment++)
            await socket.SendAsync(WsOpcode.Continuation, new byte[100], fin: false);
        await AssertClosedAsync(host, socket, 1009);
    }

    [Theory]
    [Case("WS-10")]
    [InlineData(new byte[] { 0xff })]
    [InlineData(new byte[] { 0xc3, 0x28 })]
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 })]
    [InlineData(new byte[] { 0xf0, 0x9f, 0x98 })]
    public async Task Receive_InvalidUtf8_ClosesWith1007(byte[] text)
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await socket.SendAsync(WsOpcode.Text, text);
        await AssertClosedAsync(host, socket, 1007);
    }

    [Fact]
    [Case("WS-10")]
    public async Task Receive_CodePointSplitOverFragments_IsFine()
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await socket.SendAsync(WsOpcode.Text, [0xf0, 0x9f], fin: false);
        await socket.SendAsync(WsOpcode.Continuation, [0x98, 0x80]);
        Assert.Equal(1000, (await socket.CloseAsync()).CloseCode);
    }

    [Theory]
    [Case("WS-11")]
    [InlineData(WsOpcode.Text, true, 4, 1)]
    [InlineData(3, true, 0, 1)]
    [InlineData(11, true, 0, 1)]
    [InlineData(WsOpcode.Ping, false, 0, 1)]
    [InlineData(WsOpcode.Ping, true, 0, 126)]
    [InlineData(WsOpcode.Continuation, true, 0, 1)]
    public async Task Receive_ForbiddenFrame_ClosesWith1002(int opcode, bool fin, int rsv, int length)
    {
        await using var host = await StoresApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Orders());
        await socket.SendAsync(opcode, new byte[length], fin, rsv: rsv);
        await AssertClosedAsync(host, socket, 1002);
    }

    private static async Task AssertClosedAsync(TestHost host, RawWs socket, int code)
    {
        Assert.Equal(code, (await socket.UntilCloseAsync()).CloseCode);
        if (code is not (1002 or 1007)) // after these the server may fail the connection at once
            await socket.AnswerCloseAsync(code);
        await socket.UntilEndAsync();
        await host.UntilSubscribersAsync(0);
        host.Logs.AssertNoErrors();
    }
}
