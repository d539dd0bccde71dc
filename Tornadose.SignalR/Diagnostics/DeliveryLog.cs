using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The log lines of the delivery. Never a payload, never a token.</summary>
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
        "It could not be found out whose a subscription to store {Store} over {Transport} is, when a user was revoked: UserId failed. "
        + "The subscription {Outcome}.")]
    public static partial void UserUnknown(this ILogger logger, Exception failure, string transport, string store, string outcome);

    [LoggerMessage(7, LogLevel.Error,
        "Looking after a subscriber of store {Store} over {Transport} failed. It is looked after all the same, and this line comes once.")]
    public static partial void SubscriberTickFailed(this ILogger logger, Exception failure, string transport, string store);

    [LoggerMessage(8, LogLevel.Error, "The clock of the delivery failed. It goes on, and this line comes once.")]
    public static partial void TickFailed(this ILogger logger, Exception failure);

    [LoggerMessage(
        4, LogLevel.Warning,
        "The configuration section {Section} is of no store or family of this application, and has no effect. Is the name right?")]
    public static partial void SettingsOfNoStore(this ILogger logger, string section);

    [LoggerMessage(6, LogLevel.Warning, "The initial value of store {Store} could not be published yet, and is tried again until it can.")]
    public static partial void InitialValueWaits(this ILogger logger, string store);
}
