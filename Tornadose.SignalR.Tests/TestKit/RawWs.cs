using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Tornadose.SignalR.Tests.TestKit;

/// <summary>
/// A WebSocket on a bare socket (RFC 6455) that can send what no library would, and that reads only when asked.
/// It answers nothing by itself: neither pings nor close frames.
/// </summary>
public sealed class RawWs : IAsyncDisposable
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private readonly RawHttp? _http;

    /// <param name="http">A handshake that was answered with 101.</param>
    public RawWs(RawHttp http) => (_http, Connection) = (http, http.Connection);

    private RawWs(RawConnection connection) => Connection = connection;

    /// <summary>The headers of a proper handshake, for tests that alter one of them and send it with <see cref="RawHttp"/>.</summary>
    public static IReadOnlyList<(string Name, string Value)> HandshakeHeaders { get; } =
    [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", Key),
    ];

    /// <summary>The HTTP/1.1 response to the handshake.</summary>
    public RawHttp Http => _http ?? throw new InvalidOperationException("The handshake went over HTTP/2.");

    public string? Subprotocol => Http.Header("Sec-WebSocket-Protocol");

    public RawConnection Connection { get; }

    public static Task<RawWs> OpenAsync(Uri url, params (string Name, string Value)[] headers) =>
        OpenAsync(url, receiveBufferBytes: null, headers);

    public static async Task<RawWs> OpenAsync(Uri url, int? receiveBufferBytes, params (string Name, string Value)[] headers)
    {
        var http = await RawHttp.SendAsync(
            url, "GET", [.. HandshakeHeaders, .. headers], receiveBufferBytes: receiveBufferBytes);
        Assert.Equal(101, http.Status);
        Assert.Equal(ExpectedAccept(), http.Header("Sec-WebSocket-Accept"));
        return new RawWs(http);
    }

    /// <summary>A WebSocket over HTTP/2: a stream that extended CONNECT has opened (RFC 8441).</summary>
    public static async Task<RawWs> OpenHttp2Async(HttpMessageInvoker client, Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Connect, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Protocol = "websocket";
        request.Headers.Add("Sec-WebSocket-Version", "13");
        var answer = await client.SendAsync(request, CancellationToken.None).WithTimeout();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new RawWs(new RawConnection(await answer.Content.ReadAsStreamAsync()));
    }

    /// <summary>A WebSocket on an existing connection.</summary>
    public static async Task<RawWs> OpenAsync(RawConnection connection, Uri url) =>
        new(await RawHttp.SendAsync(connection, url, "GET", HandshakeHeaders));

    public Task SendAsync(int opcode, byte[] payload, bool fin = true, bool masked = true, int rsv = 0) =>
        SendAsync(new WsFrame(fin, rsv, opcode, masked, payload));

    public Task SendAsync(WsFrame frame) => SendBytesAsync(frame.ToBytes());

    public Task SendTextAsync(string text) => SendAsync(WsOpcode.Text, Encoding.UTF8.GetBytes(text));

    public Task SendCloseAsync(int code = 1000, string reason = "") =>
        SendAsync(WsOpcode.Close, WsFrame.ClosePayload(code, reason));

    /// <summary>Answers the server's close frame. It may have given up the wait for that already.</summary>
    public async Task AnswerCloseAsync(int code)
    {
        try
        {
            await SendCloseAsync(code);
        }
        catch (IOException)
        {
            // it has
        }
    }

    public Task SendBytesAsync(byte[] bytes) => Connection.SendAsync(bytes);

    /// <summary>The next frame of any kind; null when the peer ended the connection.</summary>
    public async Task<WsFrame?> NextOrEndAsync(TimeSpan? timeout = null)
    {
        using var hang = new CancellationTokenSource(timeout ?? Eventually.HangTimeout);
        try
        {
            WsFrame? frame;
            int consumed;
            while ((frame = WsFrame.TryRead(Connection.Buffered, out consumed)) is null)
            {
                if (!await Connection.FillAsync(hang.Token))
                    return null;
            }

            Connection.Consume(consumed);
            return frame;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("No WebSocket frame came in time.");
        }
    }

    public async Task<WsFrame> NextAsync(TimeSpan? timeout = null) =>
        await NextOrEndAsync(timeout) ?? throw new EndOfStreamException("The WebSocket's connection ended.");

    /// <summary>
    /// The text of the next frame, which must be one whole text message. Skips pings before it: the framework sends them on its own timer.
    /// </summary>
    public async Task<string> NextTextAsync(TimeSpan? timeout = null)
    {
        WsFrame frame;
        do
            frame = await NextAsync(timeout);
        while (frame.Opcode == WsOpcode.Ping);
        Assert.Equal((WsOpcode.Text, true, 0, false), (frame.Opcode, frame.Fin, frame.Rsv, frame.Masked));
        return frame.Text;
    }

    /// <summary>Reads past data to the peer's close frame.</summary>
    public async Task<WsFrame> UntilCloseAsync(TimeSpan? timeout = null)
    {
        WsFrame frame;
        do
            frame = await NextAsync(timeout);
        while (frame.Opcode != WsOpcode.Close);
        return frame;
    }

    /// <summary>Reads past everything to the end of the connection, graceful or not.</summary>
    public async Task UntilEndAsync(TimeSpan? timeout = null)
    {
        try
        {
            while (await NextOrEndAsync(timeout) is not null)
                continue;
        }
        catch (IOException)
        {
            // a reset is an end, too
        }
    }

    /// <summary>The closing handshake from this side: sends the close frame and returns the peer's.</summary>
    public async Task<WsFrame> CloseAsync(int code = 1000)
    {
        await SendCloseAsync(code);
        return await UntilCloseAsync();
    }

    public void Abort() => Connection.Abort();

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static string ExpectedAccept()
    {
#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1 here; it protects nothing.
        var hash = SHA1.HashData(Encoding.ASCII.GetBytes(Key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }
}
