using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;

namespace Tornadose.SignalR.Client;

/// <summary>A WebSocket. Browsers hide pings, so the server is asked for a heartbeat.</summary>
internal sealed class WebSocketWire(StoreRequests requests, MessageReader messages) : Wire
{
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromMinutes(5);

    public override string Name => "websocket";

    public override async Task<WireConnection> OpenAsync(FollowCursor cursor, Attempt attempt)
    {
        var ticket = await requests.GetTicketAsync(messages.Stores, "websocket", attempt.Token).ConfigureAwait(false);
        var url = requests.Address.Of(messages.Stores, cursor.Query.Concat(ticket).Concat(Heartbeat()));
        var socket = new ClientWebSocket();
        try
        {
            await ConnectAsync(socket, url, attempt.Token).ConfigureAwait(false);
            return new Connection(socket, messages, attempt);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ConnectAsync(ClientWebSocket socket, Uri url, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(url) { Scheme = url.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri;
        if (OperatingSystem.IsBrowser())
        {
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!requests.Options.UseTickets && await requests.GetTokenAsync(cancellationToken).ConfigureAwait(false) is { } token)
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        socket.Options.CollectHttpResponseDetails = true;
        try
        {
            await socket.ConnectAsync(address, requests.CreateClient(), cancellationToken).ConfigureAwait(false);
        }
        catch (WebSocketException refused) when (socket.HttpStatusCode != 0)
        {
            throw RefusalOf(socket, refused);
        }
    }

    private Exception RefusalOf(ClientWebSocket socket, WebSocketException refused)
    {
        if (socket.HttpStatusCode == HttpStatusCode.NoContent)
            return new DismissedException(isNoContent: true);
        var retryAfter = socket.HttpResponseHeaders?.GetValueOrDefault("Retry-After")?.FirstOrDefault();
        RetryConditionHeaderValue.TryParse(retryAfter, out var parsed);
        return Refusals.Of(
            socket.HttpStatusCode, "the handshake of a WebSocket was refused.", requests.Options.UseTickets,
            Refusals.ParseRetryAfter(parsed, requests.Time), refused);
    }

    /// <summary>
    /// A quarter of the silence after which the connection counts as dead, because the server's timer and the network may each be late.
    /// </summary>
    private IEnumerable<(string Name, string Value)> Heartbeat()
    {
        var silence = requests.Options.ServerTimeout;
        if (silence == Timeout.InfiniteTimeSpan)
            return [];
        var heartbeat = Math.Clamp(silence.Ticks / 4, ShortestHeartbeat.Ticks, LongestHeartbeat.Ticks) / TimeSpan.TicksPerMillisecond;
        return [("heartbeat", string.Create(CultureInfo.InvariantCulture, $"{heartbeat}ms"))];
    }

    private sealed class Connection(ClientWebSocket socket, MessageReader messages, Attempt attempt) : WireConnection
    {
        private const int UsualBuffer = 8 * 1024;

        /// <summary>Larger buffers are not kept for the next message.</summary>
        private const int MostKept = 64 * 1024;

        private byte[] _buffer = new byte[UsualBuffer];

        public override async ValueTask<ReceivedMessage?> ReadAsync()
        {
            while (true)
            {
                var length = await ReceiveAsync().ConfigureAwait(false);
                if (length < 0)
                    throw EndOf(socket);
                var message = messages.Envelope(_buffer.AsSpan(0, length));
                if (_buffer.Length > MostKept)
                    _buffer = new byte[UsualBuffer];
                if (message is not null)
                    return message;
            }
        }

        public override ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        /// <returns>The length of a whole message; negative when the server closes.</returns>
        private async ValueTask<int> ReceiveAsync()
        {
            for (var length = 0; ;)
            {
                if (length == _buffer.Length)
                    Array.Resize(ref _buffer, checked(_buffer.Length * 2));
                var received = await socket.ReceiveAsync(_buffer.AsMemory(length), attempt.Token).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close)
                    return -1;
                attempt.Heard();
                length += received.Count;
                if (received.EndOfMessage)
                    return length;
            }
        }

        /// <summary>For the meaning of the codes, see the table in docs/transports.md.</summary>
        private static Exception EndOf(WebSocket socket)
        {
            var (code, reason) = (socket.CloseStatus, socket.CloseStatusDescription);
            if ((int?)code == 4002)
                return new DismissedException();
            if ((int?)code == 1000 && reason == "completed")
                return new CompletedException();
            var isFinal = (int?)code is 1002 or 1003 or 1007 or 1009 || ((int?)code == 1008 && reason == "inbound_too_often");
            return new StoreConnectionException($"The server closed the WebSocket: {(int?)code} {reason}")
            {
                CloseStatus = code,
                IsFinal = isFinal,
            };
        }
    }
}
