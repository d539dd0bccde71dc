using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>Opens a WebSocket that the server may refuse.</summary>
internal static class RawWebSocket
{
    /// <exception cref="RefusedException">The response to the handshake was not a switch of protocols.</exception>
    public static async Task<RawWs> OpenAsync(Uri url, int? receiveBufferBytes)
    {
        var http = await RawHttp.SendAsync(url, "GET", RawWs.HandshakeHeaders, receiveBufferBytes: receiveBufferBytes);
        if (http.Status == 101)
            return new RawWs(http);
        await using (http)
            throw new RefusedException(http.Status, http.Header("Retry-After"));
    }
}
