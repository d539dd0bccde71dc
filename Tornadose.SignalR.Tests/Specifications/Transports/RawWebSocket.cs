using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>A WebSocket that may be refused.</summary>
internal static class RawWebSocket
{
    /// <exception cref="RefusedException">The handshake was answered by something else.</exception>
    public static async Task<RawWs> OpenAsync(Uri url, int? receiveBufferBytes)
    {
        var http = await RawHttp.SendAsync(url, "GET", RawWs.HandshakeHeaders, receiveBufferBytes: receiveBufferBytes);
        if (http.Status == 101)
            return new RawWs(http);
        await using (http)
            throw new RefusedException(http.Status, http.Header("Retry-After"));
    }
}
