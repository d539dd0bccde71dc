using System.Net;
using System.Net.WebSockets;

namespace Tornadose.SignalR;

/// <summary>A server refused a client, or ended its connection, in a way for which there is no other exception.</summary>
public sealed class StoreConnectionException : StoreException
{
    internal StoreConnectionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The status of the answer; null where there was none.</summary>
    public HttpStatusCode? StatusCode { get; internal init; }

    /// <summary>The code with which the server closed a WebSocket; null where it did not.</summary>
    public WebSocketCloseStatus? CloseStatus { get; internal init; }

    /// <summary>How long the server asks the client to wait; null if it did not say.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>Whether another attempt would end the same way.</summary>
    internal bool IsFinal { get; init; }
}
