using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Tests.TestKit;

public sealed class RawClientTests
{
    [Fact]
    public async Task RawHttp_ContentLength_ReadsStatusHeadersAndBody()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var answer = await RawHttp.GetAsync(host.Url("/plain"));
        Assert.Equal((200, "5"), (answer.Status, answer.Header("content-length")));
        Assert.Equal("hello", await answer.ReadTextAsync());
    }

    [Fact]
    public async Task RawHttp_Http10AndHead_ReadToTheEnd()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var old = await RawHttp.SendAsync(host.Url("/sse"), "GET", version: "1.0");
        Assert.EndsWith("data: b\n\n", await old.ReadTextAsync());
        await using var head = await RawHttp.SendAsync(host.Url("/plain"), "HEAD");
        Assert.Equal((405, ""), (head.Status, await head.ReadTextAsync()));
    }

    [Fact]
    public async Task RawHttp_BodyCut_Throws()
    {
        await using var host = await ExampleApp.StartAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await using var answer = await RawHttp.GetAsync(host.Url("/cut"));
            await answer.ReadToEndAsync();
        });
    }

    [Fact]
    public async Task RawSse_Stream_YieldsEventsThenTheEnd()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var sse = await RawSse.OpenAsync(host.Url("/sse"), ("Last-Event-ID", "x"));
        Assert.Equal(new SseEvent("seen", "x", "1", "1"), await sse.NextAsync());
        Assert.Equal(new SseEvent("message", "a\nb", "2", "2"), await sse.NextAsync());
        Assert.Null(await sse.NextOrEndAsync());
        Assert.Equal((10L, " ok"), (sse.ReconnectionTime, Assert.Single(sse.Comments)));
    }

    [Fact]
    public async Task RawSse_NothingSent_TimesOut()
    {
        await using var host = await TestHost.StartAsync(map: app => app.MapGet("/silent", async (HttpContext context) =>
        {
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }));
        await using var sse = await RawSse.OpenAsync(host.Url("/silent"));
        await Assert.ThrowsAsync<TimeoutException>(() => sse.NextAsync(TimeSpan.FromMilliseconds(50)));
        sse.Abort();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_536)]
    public async Task RawWs_EchoOfAnyLength_ComesBackWhole(int length)
    {
        await using var host = await ExampleApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Url("/echo"));
        await socket.SendTextAsync(new string('x', length));
        var text = "";
        WsFrame frame;
        do
        {
            frame = await socket.NextAsync();
            text += frame.Text;
        }
        while (!frame.Fin);
        Assert.Equal(length, text.Length);
    }

    [Fact]
    public async Task RawWs_PingAndClose_AreAnsweredByTheServer()
    {
        await using var host = await ExampleApp.StartAsync();
        await using var socket = await RawWs.OpenAsync(host.Url("/echo"));
        await socket.SendAsync(WsOpcode.Ping, [1, 2]);
        var pong = await socket.NextAsync();
        Assert.Equal(WsOpcode.Pong, pong.Opcode);
        Assert.Equal([1, 2], pong.Payload);
        var close = await socket.CloseAsync();
        Assert.Equal((1000, "bye"), (close.CloseCode, close.CloseReason));
    }

    [Theory]
    [InlineData(true, 0, WsOpcode.Text, true, 5)]
    [InlineData(false, 4, WsOpcode.Binary, false, 126)]
    [InlineData(true, 7, 15, true, 65_535)]
    [InlineData(true, 0, WsOpcode.Close, false, 65_536)]
    public void WsFrame_AnyBits_RoundTrip(bool fin, int rsv, int opcode, bool masked, int length)
    {
        var payload = Enumerable.Range(0, length).Select(index => (byte)index).ToArray();
        var bytes = new WsFrame(fin, rsv, opcode, masked, payload).ToBytes();
        Assert.Null(WsFrame.TryRead(bytes.AsSpan(..^1), out _));
        var frame = WsFrame.TryRead(bytes, out var consumed)!;
        Assert.Equal((fin, rsv, opcode, masked), (frame.Fin, frame.Rsv, frame.Opcode, frame.Masked));
        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(payload, frame.Payload);
    }

    [Fact]
    public async Task RawConnection_Abort_IsSeenByTheServer()
    {
        var aborted = new TaskCompletionSource();
        await using var host = await TestHost.StartAsync(map: app => app.MapGet("/wait", async (HttpContext context) =>
        {
            using var end = context.RequestAborted.Register(aborted.SetResult);
            await context.Response.Body.FlushAsync();
            await aborted.Task;
        }));
        await using var answer = await RawHttp.GetAsync(host.Url("/wait"));
        answer.Abort();
        await aborted.Task.WithTimeout();
    }

    [Fact]
    public async Task TestHost_SecondEndpoint_SpeaksHttp2()
    {
        await using var host = await ExampleApp.StartAsync();
        using var client = new HttpClient
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Assert.Equal("hello", await client.GetStringAsync(host.Http2Url("/plain")));
        host.Logs.AssertNoErrors();
    }

    [Fact]
    public async Task LogRecorder_ErrorLogged_FailsTheAssertion()
    {
        await using var host = await ExampleApp.StartAsync();
        host.Get<ILogger<RawClientTests>>().Log(LogLevel.Error, default, "broken", null, (text, _) => text);
        var failure = Assert.ThrowsAny<Exception>(host.Logs.AssertNoErrors);
        Assert.Contains("broken", failure.Message);
    }
}
