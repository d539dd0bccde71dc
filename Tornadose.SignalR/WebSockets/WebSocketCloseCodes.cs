using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.WebSockets;

/// <summary>
/// The codes with which this server closes a WebSocket (RFC 6455 §7.4, and the IANA registry for 1012). Whether a client should
/// reconnect is <see cref="SubscriberEnd.Reconnect"/>.
/// </summary>
internal static class WebSocketCloseCodes
{
    /// <summary>The client sent binary data to a server that only takes text.</summary>
    public static readonly SubscriberEnd BinaryRefused = new(
        "binary_refused", "This endpoint accepts no binary messages.", reconnect: false);

    /// <summary>The client sent a message above the limit for inbound messages.</summary>
    public static readonly SubscriberEnd MessageTooBig = new(
        "inbound_too_big", "The message is larger than this endpoint accepts from a client.", reconnect: false);

    /// <summary>The client sends more messages, pings or empty fragments than the limits allow.</summary>
    public static readonly SubscriberEnd TooManyMessages = new(
        "inbound_too_often", "The client sent more messages than this endpoint accepts.", reconnect: false);

    private static readonly Dictionary<SubscriberEnd, int> Codes = new()
    {
        [SubscriberEnd.ClientGone] = 1000,
        [SubscriberEnd.Unsubscribed] = 1000,
        [SubscriberEnd.Completed] = 1000,
        [SubscriberEnd.StoreClosed] = 1001,
        [BinaryRefused] = 1003,
        [SubscriberEnd.AuthenticationExpired] = 1008,
        [SubscriberEnd.AccessRevoked] = 1008,
        [TooManyMessages] = 1008,
        [MessageTooBig] = 1009,
        [SubscriberEnd.Failed] = 1011,
        [SubscriberEnd.ShuttingDown] = 1012,
        [SubscriberEnd.TooOld] = 1012,
        [SubscriberEnd.Slow] = 4000,
        [SubscriberEnd.ResetRequired] = 4001,
        [SubscriberEnd.Dismissed] = 4002,
    };

    public static (int Code, string Reason) For(SubscriberEnd end) => (Codes[end], end.Name);
}
