using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.WebSockets;

/// <summary>
/// The families of Autobahn's test suite that concern a server that expects no data, byte by byte: over HTTP/1.1 and HTTP/2.
/// </summary>
public sealed class WebSocketEdgeTests(ITestOutputHelper output)
{
    public static TheoryData<string, int> Families
    {
        get
        {
            var table = new TheoryData<string, int>();
            foreach (var family in WebSocketEdge.Families.Keys)
            {
                table.Add(family, 1);
                table.Add(family, 2);
            }

            return table;
        }
    }

    [Theory, MemberData(nameof(Families))]
    [Case("WS-07", "WS-08", "WS-09", "WS-10", "WS-11", "WS-12", "WS-13", "WS-14", "WS-19", "WS-22")]
    public async Task Family_EveryCase_IsAnsweredAsTheRfcHasIt(string family, int http)
    {
        await using var host = await StoresApp.StartAsync(options: static all => all.KeepAlive = TimeSpan.FromHours(1)); // no pings
        using var http2 = new HttpMessageInvoker(new SocketsHttpHandler());
        var wrong = new List<string>();
        foreach (var edge in WebSocketEdge.Families[family])
        {
            await using var socket = http == 1
                ? await RawWs.OpenAsync(host.Orders())
                : await RawWs.OpenHttp2Async(http2, host.Http2Url("/stores/orders"));
            var answer = await TryAsync(host, socket, edge);
            var expected = string.Join(' ', [.. edge.Pongs, $"{edge.Code}"]);
            if (answer != expected && !(answer == Cut && edge.Code is 1002 or 1007 && edge.Writes.Length > 1))
                wrong.Add($"{edge.Name}: «{answer}», not «{expected}»");
            await host.UntilSubscribersAsync(0);
        }

        output.WriteLine($"{WebSocketEdge.Families[family].Length} cases, {wrong.Count} wrong");
        Assert.Empty(wrong);
        host.Logs.AssertNothingFrom(Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    /// <summary>
    /// What the operating system does with bytes that arrive after a connection was failed: it discards them and resets the connection,
    /// which may drop the server's last data.
    /// </summary>
    private const string Cut = "cut";

    private static async Task<string> TryAsync(TestHost host, RawWs socket, WebSocketEdge edge)
    {
        await host.UntilSubscribersAsync(1);
        try
        {
            return await AnswerAsync(host, socket, edge);
        }
        catch (IOException)
        {
            return Cut;
        }
    }

    private static async Task<string> AnswerAsync(TestHost host, RawWs socket, WebSocketEdge edge)
    {
        await SendAsync(socket, edge.Writes);
        var answers = new List<string>();
        if (edge.Code == 0)
            await AssertDeliversAsync(host, socket, answers);
        var close = await AnswersAsync(socket, answers);
        if (edge.Code is 1003 or 1008 or 1009 && close.CloseCode == edge.Code)
            await socket.AnswerCloseAsync(close.CloseCode); // for data that it refuses itself, the server closes in order
        await socket.UntilEndAsync();
        return string.Join(
            ' ', [.. answers, edge.Code == 0 ? $"{(close.CloseCode == 1000 ? 0 : close.CloseCode)}" : $"{close.CloseCode}"]);
    }

    /// <summary>The server may have answered a fault, and cut the connection, before everything is sent.</summary>
    private static async Task SendAsync(RawWs socket, byte[][] writes)
    {
        try
        {
            foreach (var write in writes)
                await socket.SendBytesAsync(write);
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Checks that after valid data messages still arrive and the closing handshake completes.</summary>
    private static async Task AssertDeliversAsync(TestHost host, RawWs socket, List<string> answers)
    {
        await host.OrdersStore().PublishAsync("still here");
        for (var frame = await socket.NextAsync(); frame.Opcode != WsOpcode.Text; frame = await socket.NextAsync())
            answers.Add(frame.Opcode == WsOpcode.Pong ? frame.Text : $"{frame.CloseCode}");
        await socket.SendCloseAsync();
    }

    private static async Task<WsFrame> AnswersAsync(RawWs socket, List<string> answers)
    {
        for (var frame = await socket.NextAsync(); ; frame = await socket.NextAsync())
        {
            if (frame.Opcode == WsOpcode.Close)
                return frame;
            answers.Add(frame.Opcode == WsOpcode.Pong ? frame.Text : $"opcode {frame.Opcode}");
        }
    }
}
