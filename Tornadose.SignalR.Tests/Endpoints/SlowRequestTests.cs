using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>
/// Requests that never complete: the server's own limits apply to every entrance, and until they take effect, nothing has started.
/// </summary>
public sealed class SlowRequestTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(1100); // Kestrel accepts none below its heartbeat interval

    [Fact, Case("SEC-18")]
    public async Task Handshakes_ThatStayHalfOpen_RegisterNothingAndAreCut()
    {
        await using var host = await RolesApp.StartAsync(
            build: builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(1)));
        var half = $"GET /stores/plain HTTP/1.1\r\nHost: {host.Http1.Authority}\r\nConnection: Upgrade\r\nUpgrade: " +
            "websocket\r\nSec-WebSocket-Version: 13\r\n";
        var slow = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => BeginAsync(host, half)));
        await using var other = await RawSse.OpenAsync(host.Url("/stores/plain"));
        await host.UntilSubscribersAsync(1);
        foreach (var connection in slow)
            Assert.StartsWith("HTTP/1.1 408", await AnswerAsync(connection), StringComparison.Ordinal);
        Assert.Equal(1, host.Subscribers());
    }

    [Theory, Case("SEC-12", "SEC-18"), InlineData("/stores/plain", "text/plain"), InlineData("/stores/_ticket", "application/json")]
    public async Task Bodies_ThatDribble_AreCutAndPublishNothing(string path, string type)
    {
        await using var host = await RolesApp.StartAsync(build: builder => builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, Grace)));
        var head = $"POST {path} HTTP/1.1\r\nHost: {host.Http1.Authority}\r\nX-User: ann\r\nContent-Type: {type}\r\nContent-Length: " +
            "1000\r\n\r\n{";
        var slow = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => BeginAsync(host, head)));
        foreach (var connection in slow)
            Assert.StartsWith("HTTP/1.1 408", await AnswerAsync(connection), StringComparison.Ordinal);
        Assert.Equal(0, host.Get<SignalR.IStoreProvider>().GetStore("plain").Position.Offset);
        host.Logs.AssertNoErrors();
    }

    private static async Task<RawConnection> BeginAsync(TestHost host, string text)
    {
        var connection = await RawConnection.ConnectAsync(host.Http1);
        await connection.SendAsync(text);
        return connection;
    }

    private static async Task<string> AnswerAsync(RawConnection connection)
    {
        await using (connection)
        {
            using var hang = new CancellationTokenSource(Eventually.HangTimeout);
            return await connection.ReadLineAsync(hang.Token) ?? "the end";
        }
    }
}
