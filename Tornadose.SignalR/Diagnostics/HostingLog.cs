using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Diagnostics;

/// <summary>The log lines of hosting: options, authentication. They never contain a secret.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(
        301, LogLevel.Error,
        "After a reload of the configuration {Options} '{Name}' are invalid: {Fault} The last valid ones stay in force.")]
    public static partial void ReloadRefused(this ILogger logger, string options, string name, string fault);

    [LoggerMessage(
        302, LogLevel.Warning, "The authentication scheme {Scheme} failed to issue a challenge. The request was refused without one.")]
    public static partial void ChallengeFailed(this ILogger logger, Exception failure, string scheme);

    [LoggerMessage(
        303, LogLevel.Warning,
        "UseDirectSend() comes after other connection middleware on {Endpoint}, such as UseHttps(), and has no effect. Call it first.")]
    public static partial void NotOutermost(this ILogger logger, object endpoint);
}
