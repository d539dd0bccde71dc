using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>The script that foreign publishers call.</summary>
internal static class Script
{
    public static string Append => RedisScripts.Append;

    /// <summary>The same without announcements.</summary>
    public static string Quiet { get; } = Append
        .Replace("redis.pcall('SPUBLISH', channel, frame)", "0", StringComparison.Ordinal)
        .Replace("redis.call('PUBLISH', channel, frame)", "return id", StringComparison.Ordinal);
}
