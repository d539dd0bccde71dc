using System.Diagnostics;
using System.Net.WebSockets;

namespace Tornadose.SignalR.Tool;

/// <summary>Tests a store's WebSocket: whether it opens, and how long it stays open.</summary>
internal sealed class DoctorSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Uri _address;
    private readonly DoctorRequests _requests;
    private readonly DoctorReport _report;
    private bool _hasOpened;

    public DoctorSocket(Uri url, string? token, DoctorRequests requests, DoctorReport report)
    {
        (_requests, _report) = (requests, report);
        _address = new UriBuilder(url) { Scheme = url.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri;
        _socket.Options.CollectHttpResponseDetails = true;
        if (token is not null)
            _socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
    }

    public async Task ConnectAsync(TimeSpan patience, CancellationToken stop)
    {
        try
        {
            using var deadline = _requests.Deadline(stop);
            await _socket.ConnectAsync(_address, deadline.Token);
            _hasOpened = true;
            _report.Ok("A WebSocket opens.");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _report.Fault(
                $"A WebSocket is not answered within {patience.TotalSeconds:0} s: "
                + "a proxy that does not pass the upgrade on, and buffers.");
        }
        catch (WebSocketException failure)
        {
            _report.Fault(_socket.HttpStatusCode is var status and not 0
                ? $"A WebSocket is refused with {(int)status}: "
                    + "a proxy that does not pass the upgrade on, or an application without UseWebSockets(). "
                    + "For nginx: proxy_http_version 1.1, proxy_set_header Upgrade $http_upgrade, "
                    + """proxy_set_header Connection "upgrade"."""
                : $"A WebSocket is cut at its beginning: {failure.Message}");
        }
    }

    /// <summary>Watches the WebSocket. Returns at once if it has not opened.</summary>
    /// <param name="watch">How long to watch.</param>
    /// <param name="stop">Ends the watch.</param>
    public async Task WatchAsync(TimeSpan watch, CancellationToken stop)
    {
        if (!_hasOpened)
            return;
        var began = Stopwatch.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        over.CancelAfter(watch);
        var buffer = new byte[4096];
        try
        {
            while ((await _socket.ReceiveAsync(buffer.AsMemory(), over.Token)).MessageType != WebSocketMessageType.Close)
                continue;
            _report.Fault(
                $"A WebSocket is closed after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: "
                + $"{(int?)_socket.CloseStatus} {_socket.CloseStatusDescription}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _report.Ok($"A WebSocket is left open for {watch.TotalSeconds:0} s.");
        }
        catch (WebSocketException)
        {
            _report.Fault(
                $"A WebSocket is cut after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s. "
                + "A time-out on the way is shorter than the server's pings (15 s).");
        }
    }

    public void Dispose() => _socket.Dispose();
}
