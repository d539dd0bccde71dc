using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>Recognizes and validates WebSocket requests (RFC 6455 §4.2, RFC 8441).</summary>
internal static class WebSocketRequest
{
    private const string Version = "13";

    public static bool IsUpgrade(HttpContext context) =>
        RequestParts.IsWebSocket(context)
        || HttpMethods.IsConnect(context.Request.Method)
        || AsksForWebSocket(context.Request);

    /// <summary>What is wrong with the handshake; null when nothing is.</summary>
    public static (int Status, string Text)? Fault(HttpContext context)
    {
        if (RequestParts.IsWebSocket(context))
            return null;
        if (HttpMethods.IsConnect(context.Request.Method))
            return (StatusCodes.Status400BadRequest, "CONNECT is for WebSockets over HTTP/2 only (RFC 8441).");
        if (context.Request.Headers.SecWebSocketVersion == Version)
            return (
                StatusCodes.Status400BadRequest,
                "The WebSocket handshake is not valid: " +
                    "it requires GET, Connection: Upgrade and a Sec-WebSocket-Key of 16 bytes in base64 (RFC 6455 §4.2.1).");
        context.Response.Headers.SecWebSocketVersion = Version;
        context.Response.Headers.Upgrade = "websocket"; // RFC 9110 §15.5.22
        return (StatusCodes.Status426UpgradeRequired, "This server speaks WebSocket version 13.");
    }

    private static bool AsksForWebSocket(HttpRequest request)
    {
        foreach (var value in request.Headers.GetCommaSeparatedValues(HeaderNames.Upgrade))
            if (value.Equals("websocket", StringComparison.OrdinalIgnoreCase))
                return true;
        return request.HttpContext.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect == true;
    }
}
