using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The log lines of the hubs.</summary>
internal static partial class HubLog
{
    [LoggerMessage(
        30, LogLevel.Warning, "A hub connection was ended because more than {Limit} of its calls were refused within a second.")]
    public static partial void HubConnectionRefusedTooOften(this ILogger logger, int limit);

    [LoggerMessage(31, LogLevel.Debug, "A hub call was refused ({Refusal}).")]
    public static partial void HubCallRefused(this ILogger logger, string refusal);
}
