using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The log lines of the delivery. They never contain a payload or a token.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(1, LogLevel.Warning, "A subscriber of store {Store} over {Transport} was disconnected because it read too slowly.")]
    public static partial void SlowSubscriberDisconnected(this ILogger logger, string transport, string store);

    [LoggerMessage(2, LogLevel.Error, "Delivery of store {Store} over {Transport} failed.")]
    public static partial void SubscriberFailed(this ILogger logger, Exception failure, string transport, string store);

    [LoggerMessage(3, LogLevel.Debug, "Closing a subscription of store {Store} over {Transport} failed.")]
    public static partial void CloseFailed(this ILogger logger, Exception failure, string transport, string store);

    [LoggerMessage(5, LogLevel.Error,
        "The read policy of store {Store} failed when it was asked again about a subscription over {Transport}. "
        + "The subscription {Outcome}.")]
    public static partial void AccessRecheckFailed(this ILogger logger, Exception failure, string transport, string store, string outcome);

    [LoggerMessage(9, LogLevel.Error,
        "A user was revoked, and the owner of a subscription to store {Store} over {Transport} is unknown, because UserId threw. "
        + "The subscription {Outcome}.")]
    public static partial void UserUnknown(this ILogger logger, Exception failure, string transport, string store, string outcome);

    [LoggerMessage(7, LogLevel.Error,
        "The periodic check of a subscriber of store {Store} over {Transport} failed. Checks continue; this is logged once.")]
    public static partial void SubscriberTickFailed(this ILogger logger, Exception failure, string transport, string store);

    [LoggerMessage(8, LogLevel.Error, "The delivery timer failed. It keeps running; this is logged once.")]
    public static partial void TickFailed(this ILogger logger, Exception failure);

    [LoggerMessage(
        4, LogLevel.Warning,
        "The configuration section {Section} matches no store or family of this application and has no effect. Check its name.")]
    public static partial void SettingsOfNoStore(this ILogger logger, string section);

    [LoggerMessage(6, LogLevel.Warning,
        "The initial value of store {Store} could not be published. Publishing is retried until it succeeds.")]
    public static partial void InitialValueWaits(this ILogger logger, string store);
}
